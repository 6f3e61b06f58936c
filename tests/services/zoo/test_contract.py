"""Zoo's description, held to what every service promises."""

from asyncops.services.zoo import ZooClient
from asyncops.testing import contract

TestZoo = contract(ZooClient)
