"""The law of shards: over all of them together, what was there and stayed comes exactly once."""

import asyncio
import random
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncops import Checkpoint, Shard, UnexpectedPage
from tests.laws.broken import Row, Service, listing_of, some
from tests.laws.sharded import Calls, Numbered, read_all
from tests.laws.simulated import LIFE

STATUSES = [
    LIFE,
    (),
    ("completed",),
    ("in_progress",),
    ("completed", "failed"),
    ("queued", "uploaded", "in_progress"),
    ("queued", "completed"),
    ("in_progress", "failed"),
]


# A service that grows as fast as it is read is never read to its end.
_MOST = 120


def life_goes_on(service: Calls, dice: random.Random, steps: int, span: int) -> None:
    """Calls move forward, and new ones come: late ones too, with a time of long ago."""
    for _ in range(steps):
        if dice.random() < 0.3 and len(service.calls) < _MOST:
            late = dice.random() < 0.2
            service.add(dice.randrange(span) if late else span + len(service.calls) // 3)
        else:
            service.forward(dice.randrange(1_000), dice.choice(LIFE[3:]))


@settings(max_examples=400, deadline=None)
@given(
    population=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 4)), max_size=60),
    statuses=st.sampled_from([LIFE, LIFE, *STATUSES]),
    n=st.sampled_from([1, 2, 3, 4, 5, 8, 8]),
    limit=st.integers(1, 6),
    calm=st.sampled_from([0, 10, 25]),
    busy=st.integers(0, 4),
    direction=st.sampled_from(["both", "both", "rises", "falls"]),
    seed=st.integers(0, 2**32),
)
def test_calls_that_stay_come_once_in_all_shards_together(
    population: list[tuple[int, int]],
    statuses: tuple[str, ...],
    n: int,
    limit: int,
    calm: int,
    busy: int,
    direction: str,
    seed: int,
) -> None:
    """While they move, between any two requests, of the cut too, and whatever comes new."""
    dice = random.Random(seed)
    service = Calls(
        statuses=statuses,
        limit=limit,
        ignores_direction=direction == "rises",
        falls=direction == "falls",
    )
    for second, status in population:
        # What is older than that has ended.
        service.add(second, 3 + status % 2 if second < calm else status)
    service.begin()
    service.before_answer = lambda: life_goes_on(service, dice, dice.randrange(busy + 1), 31)

    async def check() -> tuple[list[object], bool]:
        shards = await service.pager().shards(n)
        assert 1 <= len(shards) <= n
        life_goes_on(service, dice, 3 * busy, 31)
        dice.shuffle(shards)
        return await read_all(shards, service.shard, lambda call: call.id, dice)

    try:
        ids, told = asyncio.run(check())
    except UnexpectedPage:
        # A walk over several statuses that was broken off before any page had shown the order, and
        # then sees another one than was asked for, says so.
        assert direction == "rises"
        assert len(statuses) > 1
        return
    assert len(ids) == len(set(ids))
    assert service.stayed <= set(ids)
    assert not told


def rows_move(service: Numbered, dice: random.Random, most: int) -> None:
    """Some rows come, in front, and some vanish, anywhere."""
    for _ in range(dice.randrange(most + 1)):
        if dice.random() < 0.5:
            service.insert(dice.choice([0, 0, 1, 5]))
        else:
            service.remove(dice.choice([dice.randrange(1_000), 0, -1]))


@settings(max_examples=400, deadline=None)
@given(
    gaps=st.lists(st.sampled_from([0, 0, 1, 7]), max_size=70),
    size=st.integers(1, 6),
    told=st.none() | st.integers(1, 9),
    base=st.sampled_from([0, 1, None]),
    n=st.integers(1, 9),
    busy=st.integers(0, 5),
    between=st.integers(0, 60),
    seed=st.integers(0, 2**32),
)
def test_rows_that_stay_come_once_in_all_shards_together(
    gaps: list[int],
    size: int,
    told: int | None,
    base: int | None,
    n: int,
    busy: int,
    between: int,
    seed: int,
) -> None:
    """However they are pushed and pulled over the pages, before a shard is read and meanwhile.

    The pages have numbers from ``base``, or offsets. They may be shorter than their service tells.
    """
    dice = random.Random(seed)
    told = None if told is None else size + told
    service = Numbered(size=size, base=base or 0, offsets=base is None, told=told)
    for gap in gaps:
        service.insert(gap)
    service.begin()
    service.before_answer = lambda: rows_move(service, dice, busy)

    async def check() -> tuple[list[object], bool]:
        shards = await service.pager().shards(n)
        assert 1 <= len(shards) <= n
        rows_move(service, dice, between)
        dice.shuffle(shards)
        return await read_all(shards, service.shard, lambda row: row.id, dice)

    ids, told = asyncio.run(check())
    assert len(ids) == len(set(ids))
    assert service.stayed <= set(ids) or told


@pytest.mark.parametrize("kind", ["calls", "prompts", "operations"])
@pytest.mark.parametrize("status", ["completed", "in_progress"])
@pytest.mark.parametrize("ends", [(2, 2), (0, 3), (3, 0), (1, 1)], ids=str)
async def test_rows_from_the_ends_of_the_calendar_come_once(
    kind: str, status: str, ends: tuple[int, int]
) -> None:
    """Go's zero time and protobuf's largest one, in shards and in walks that go on in them."""
    oldest, newest = ends
    calendar = ["0001-01-01T00:00:00Z"] * oldest + [None] * 4
    calendar += ["9999-12-31T23:59:59.999999999Z"] * newest
    rows = [Row(i, i, status, created=moment) for i, moment in enumerate(calendar, start=1)]
    for n, size in product((2, 5, 8), (1, 2, 3)):
        operations = listing_of(kind, Service(rows, size))
        ids = []
        for shard in await operations.list().shards(n):
            place = None
            for wanted in (1, 2, 100):
                walk = aiter(operations.shard(Shard.from_json(shard.to_json()), resume=place))
                ids += await some(walk, wanted)
                place = Checkpoint.from_json(walk.checkpoint.to_json())
                await walk.aclose()
        assert sorted(ids) == [row.id for row in rows], (n, size)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("offsets", [False, True])
async def test_many_rows_come_and_go_between_the_cut_and_the_reading(
    seed: int, offsets: bool
) -> None:
    """Hundreds of pages away, and none is missed, twice, or told of as lost."""
    dice = random.Random(seed)
    service = Numbered(size=5, base=0 if offsets else seed % 2, offsets=offsets)
    for _ in range(400):
        service.insert(dice.choice([0, 1, 3]))
    service.begin()
    shards = await service.pager().shards(6)
    for _ in range([0, 3, 400, 900][seed % 4]):
        service.insert(1)
    for _ in range([350, 40, 0, 200][seed // 2]):
        service.remove(dice.randrange(10_000))
    service.asked.clear()
    ids, told = await read_all(shards, service.shard, lambda row: row.id, dice)
    assert not told
    assert len(ids) == len(set(ids))
    assert service.stayed <= set(ids)
