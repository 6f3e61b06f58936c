"""Five requests in a hundred go wrong, in every way there is: each item comes once, in order."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any, Literal

import pytest

from asyncops import AsyncOpsError, Checkpoint
from asyncops.testing import ChainloopHabits, FakeServer
from tests.soak.faults import FATAL, ODD, PASSING, Play
from tests.soak.rig import Listing, Rig, listings
from tests.wire.kit import quiet

RATE = 0.05

sizes = pytest.mark.parametrize(
    ("items", "page_size", "base"),
    [
        pytest.param(1_500, 4, 1, id="5,700 items"),
        pytest.param(
            100_000,
            100,
            0,
            id="380,000 items",
            marks=[pytest.mark.soak, pytest.mark.timeout(180)],
        ),
    ],
)


class Blocks:
    """How many small objects Python holds, seen now and then on a long run."""

    def __init__(self, total: int) -> None:
        self._every = total // 20
        self._steps = 0
        self._seen: list[int] = []

    def step(self) -> None:
        self._steps += 1
        if self._steps % self._every == 0:
            self._seen.append(sys.getallocatedblocks())

    @property
    def growth(self) -> int:
        """How far the number rises once a fifth of the run is behind."""
        return max(self._seen[4:]) - max(self._seen[:4])


def rig_of(items: int, base: Literal[0, 1], *, rate: float, cards: Mapping[str, Play]) -> Rig:
    """A rig with so many items of each kind; Chainloop's pages are counted from ``base``."""
    data = FakeServer(
        operations=items,
        prompts=items,
        chainloop_operations=items,
        chainloop=ChainloopHabits(page_base=base),
    )
    return Rig(data, rate=rate, cards=cards)


async def match(
    items: AsyncIterator[Any], expected: Iterator[str], step: Callable[[], object]
) -> None:
    """Each item is the one expected, and none is left over."""
    async for item in items:
        assert str(item.id) == next(expected, None)
        step()
    assert next(expected, None) is None


async def walk(rig: Rig, page_size: int, step: Callable[[], object] = int) -> Counter[str]:
    """All listings at once, to their ends; gives how often each page was rightly answered."""
    async with rig.server:
        async with listings(rig, page_size) as found:
            walks = [
                match(aiter(each.start(None)), each.expected(), step) for each in found.values()
            ]
            await asyncio.gather(*walks)
            await quiet(rig.server, connections=len(walks))
        await quiet(rig.server)
    return rig.whole


@sizes
async def test_each_item_comes_once_and_each_page_is_asked_for_until_it_is_there(
    items: int, page_size: int, base: Literal[0, 1]
) -> None:
    """All faults that trying again makes good; no request is sent that none has called for."""
    clean = await walk(rig_of(items, base, rate=0, cards={}), page_size)
    rig = rig_of(items, base, rate=RATE, cards={**PASSING, **ODD})
    blocks = Blocks(3 * items)
    assert await walk(rig, page_size, blocks.step) == clean
    assert rig.requests == clean.total() + rig.faults
    # One wait for each fault; and at a gate that a 429 has closed, the other walks may wait too.
    refusals = sum(times for name, times in rig.played.items() if name.startswith("429"))
    assert rig.faults <= rig.backoffs <= rig.faults + 3 * refusals
    assert rig.played.keys() == PASSING.keys() | ODD.keys()
    assert RATE / 2 < rig.played.total() / rig.requests < RATE * 2
    assert blocks.growth < 50_000


def stored(error: AsyncOpsError) -> Checkpoint:
    """The error's checkpoint, as it comes back from where a program keeps it."""
    assert error.checkpoint is not None
    return Checkpoint.from_json(error.checkpoint.to_json())


async def resumed(listing: Listing, expected: Iterator[str], errors: list[AsyncOpsError]) -> None:
    """One item after the other, each walk going on from where an error ended the last."""
    checkpoint: Checkpoint | None = None
    while True:
        try:
            async for item in listing.start(checkpoint):
                assert str(item.id) == next(expected, None)
        except AsyncOpsError as error:
            errors.append(error)
            checkpoint = stored(error)
        else:
            assert next(expected, None) is None
            return


@sizes
async def test_each_item_comes_once_over_walks_that_go_on_from_an_errors_checkpoint(
    items: int, page_size: int, base: Literal[0, 1]
) -> None:
    """All faults that end a call; each of them ends exactly one walk."""
    rig, errors = rig_of(items, base, rate=RATE, cards=FATAL), list[AsyncOpsError]()
    async with rig.server:
        async with listings(rig, page_size) as found:
            await asyncio.gather(
                *(resumed(each, each.expected(), errors) for each in found.values())
            )
            await quiet(rig.server, connections=len(found))
        await quiet(rig.server)
    assert len(errors) == rig.faults
    assert rig.backoffs == 0
    assert rig.played.keys() == FATAL.keys()
