"""Prefect keeps what every service promises."""

from asyncops.services.prefect import PrefectClient
from asyncops.testing import contract

TestPrefect = contract(PrefectClient)
