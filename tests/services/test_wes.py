"""GA4GH WES keeps what every service promises."""

from asyncops.services.wes import WesClient
from asyncops.testing import contract

TestWes = contract(WesClient)
