"""Five requests in a hundred go wrong under walks with many of them under way at once."""

import asyncio
from collections.abc import Sequence
from typing import Any, Literal

import pytest

from asyncops import AsyncOpsError, Checkpoint
from tests.soak.faults import FATAL, ODD, PASSING
from tests.soak.rig import Listing, listings
from tests.soak.test_faults import rig_of, stored
from tests.wire.kit import quiet

RATE = 0.05

sizes = pytest.mark.parametrize(
    ("items", "page_size"),
    [
        pytest.param(400, 4, id="1,500 items"),
        pytest.param(
            50_000, 100, id="190,000 items", marks=[pytest.mark.soak, pytest.mark.timeout(180)]
        ),
    ],
)
orders = pytest.mark.parametrize("ordered", [True, False], ids=["in order", "as they come"])


async def walked(listing: Listing, ordered: bool, errors: list[AsyncOpsError]) -> list[Any]:
    """The items of walks that go on from each other's errors, until one comes to the end."""
    items: list[Any] = []
    place: Checkpoint | None = None
    while True:
        try:
            async with listing.start(place).concurrent(6, ordered=ordered) as walk:
                async for item in walk:
                    items.append(item)  # noqa: PERF401 - kept when it fails
        except AsyncOpsError as error:
            errors.append(error)
            place = stored(error)
        else:
            return items


def check(items: Sequence[Any], listing: Listing, ordered: bool) -> None:
    """Each item once, the newest first where that was asked for."""
    assert sorted(str(item.id) for item in items) == sorted(listing.expected())
    if ordered:
        moments = [item.created_at for item in items]
        assert moments == sorted(moments, reverse=True)


# The last request of a walk, which vouches for the others, may be one that fails.
@pytest.mark.filterwarnings("ignore:.* could not be checked:asyncops.errors.ListingMoved")
@sizes
@orders
@pytest.mark.parametrize("base", [0, 1], ids=["pages from 0", "pages from 1"])
@pytest.mark.parametrize("passing", [True, False], ids=["passing", "final"])
async def test_each_item_comes_once(
    items: int, page_size: int, ordered: bool, base: Literal[0, 1], passing: bool
) -> None:
    """Whether the calls get over their faults, or walks go on from where an error ended one."""
    rig = rig_of(items, base, rate=RATE, cards={**PASSING, **ODD} if passing else FATAL)
    errors = list[AsyncOpsError]()
    async with rig.server:
        async with listings(rig, page_size) as found:
            walks = [walked(each, ordered, errors) for each in found.values()]
            for each, came in zip(found.values(), await asyncio.gather(*walks), strict=True):
                check(came, each, ordered)
        await quiet(rig.server)
    assert bool(errors) is not passing
    # Some faults hit requests that a walk's end has called back.
    assert len(errors) <= rig.faults
