"""Tests the claims of a description against the service itself, with a dozen reads at most."""

from asyncops.kit.doctor.examine import examine, few_items
from asyncops.kit.doctor.finding import Finding

__all__ = ["Finding", "examine", "few_items"]
