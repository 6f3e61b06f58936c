"""OGC API - Processes keeps what every service promises."""

from asyncops.services.ogc import OgcClient
from asyncops.testing import contract

TestOgc = contract(OgcClient)
