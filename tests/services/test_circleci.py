"""CircleCI keeps what every service promises."""

from asyncops import CircleCIClient
from asyncops.testing import contract

TestCircleCI = contract(CircleCIClient)
