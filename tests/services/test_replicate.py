"""Replicate's description, held to what every service promises, and what is its own."""

from asyncops import ReplicateClient
from asyncops.testing import contract

TestReplicate = contract(ReplicateClient)
