"""What is promised of a listing holds of every honest service."""

from asyncops.kit import Window
from asyncops.kit.resources import resources_of
from asyncops.testing import Fake
from asyncops.testing.contracts import listings
from asyncops.testing.contracts.case import Case, Live
from tests.kit.doctor.farms import PLAIN, farm


async def test_a_window_in_whole_seconds_may_take_in_all_of_the_second_behind() -> None:
    """The latest time is sent as the end of its second, and that second is in the window."""
    kind = farm(**PLAIN | {"window": Window("from", "to", times="seconds")})
    [resource] = resources_of(kind)
    fake = Fake(kind, 0)
    for _ in range(25):
        fake.clock.advance(0.4)
        fake.add(resource.name)
    async with fake, fake.client() as client:
        live = Live(Case(kind, resource), fake, client)
        await listings.test_a_window_is_a_part_of_the_walk(live)
