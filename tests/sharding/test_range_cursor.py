"""The place of a walk over one shard of numbered pages, while rows move."""

import warnings
from functools import partial

from asyncops import Checkpoint
from asyncops.sharding.range_cursor import RangeCursor
from asyncops.utils.moments import micros
from tests.laws.sharded import Numbered, at
from tests.sharding.test_split_numbered import ids_of, rows_of


def come_and_go(service: Numbered) -> None:
    """Before the fifth answer, most of what has been read vanishes, and a page of rows comes."""
    if len(service.asked) == 4:
        for _ in range(22):
            service.remove(1)
        for _ in range(5):
            service.insert(1)


async def test_going_on_holds_however_far_the_rows_have_moved() -> None:
    """A checkpoint is a moment too: it is looked for where it is by then."""
    service = rows_of(300)
    shard = (await service.pager().shards(2))[1]
    expected = await ids_of(service, shard)
    walk = aiter(service.shard(shard))
    taken = [(await anext(walk)).id for _ in range(33)]
    place = Checkpoint.from_json(walk.checkpoint.to_json())
    await walk.aclose()
    for _ in range(1_000):
        service.insert(1)
    service.size = 7
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert taken + await ids_of(service, shard, place) == expected


async def test_rows_created_together_come_once_where_a_walk_goes_on_among_them() -> None:
    """Their moment is not enough to tell them apart."""
    service = Numbered(size=3)
    for gap in [1] * 12 + [0] * 30 + [1] * 12:
        service.insert(gap)
    whole = [row.id for row in service.rows]
    for count in range(5, 50):
        taken: list[str] = []
        for shard in await service.pager().shards(2):
            walk = aiter(service.shard(shard))
            taken += [row.id for _ in range(count) if (row := await anext(walk, None)) is not None]
            place = Checkpoint.from_json(walk.checkpoint.to_json())
            await walk.aclose()
            taken += await ids_of(service, shard, place)
        assert taken == whole


async def test_going_on_costs_what_is_left_and_two_pages_more() -> None:
    """The checkpoint says where to look, and the count of all rows how far that has moved."""
    service = rows_of(500)
    shard = (await service.pager().shards(2))[1]
    walk = aiter(service.shard(shard))
    for _ in range(200):
        await anext(walk)
    place = Checkpoint.from_json(walk.checkpoint.to_json())
    await walk.aclose()
    for _ in range(63):
        service.insert(1)
    service.asked.clear()
    assert len(await ids_of(service, shard, place)) == 50 - 1
    assert len(service.asked) <= 10 + 3


async def test_a_place_outside_of_a_shard_does_not_widen_it() -> None:
    """What another shard gives stays with that one."""
    service = rows_of(60)
    shard = (await service.pager().shards(3))[1]
    whole = await ids_of(service, shard)
    text = RangeCursor(micros(at(55)), (), 0, 60).encode()
    place = Checkpoint(query=repr(shard.terms), cursor=text)
    assert await ids_of(service, shard, place) == whole


async def test_rows_that_come_late_do_not_bring_back_what_was_given() -> None:
    """Newer ones, on a page that had to be read again, while the newest part is read."""
    for count in range(1, 40):
        service = rows_of(80)
        shard = (await service.pager().shards(2))[0]
        service.begin()
        service.asked.clear()
        service.before_answer = partial(come_and_go, service)
        walk = aiter(service.shard(shard))
        taken = [row.id for _ in range(count) if (row := await anext(walk, None)) is not None]
        place = Checkpoint.from_json(walk.checkpoint.to_json())
        await walk.aclose()
        taken += await ids_of(service, shard, place)
        assert len(taken) == len(set(taken))
        assert {each for each in service.stayed if int(each[3:]) >= 40} <= set(taken)
