"""Shards of numbered pages: where they are cut, where they begin, and when they cannot be read."""

from datetime import datetime
from typing import Any

import pytest
from attrs import evolve

from asyncops import BadRequest, Checkpoint, ListingMoved, Shard, UnexpectedPage
from asyncops.http.messages import Reply, Request
from asyncops.http.meter import Meter
from asyncops.http.page_body import PageBody
from asyncops.sharding.shard import PageHint
from asyncops.sharding.split_numbered import NumberedShard
from tests.laws.sharded import Numbered, NumberedRow, at


def rows_of(count: int, size: int = 5, base: int = 0, *, offsets: bool = False) -> Numbered:
    """Rows, a second apart."""
    service = Numbered(size=size, base=base, offsets=offsets)
    for _ in range(count):
        service.insert(1)
    return service


async def ids_of(service: Numbered, shard: Shard, resume: Checkpoint | None = None) -> list[str]:
    return [row.id for row in await service.shard(shard, resume).collect()]


@pytest.mark.parametrize("base", [0, 1])
async def test_it_is_cut_at_pages_at_even_distances(base: int) -> None:
    """A row that begins a page is the oldest of the part before; ranges leave nothing out."""
    service = rows_of(100, 5, base)
    shards = await service.pager().shards(4)
    assert sorted(service.asked) == [base + number for number in (0, 5, 10, 15)]
    assert [(shard.oldest, shard.newest) for shard in shards] == [
        (at(75), None),
        (at(50), at(75)),
        (at(25), at(50)),
        (None, at(25)),
    ]
    assert [len(await ids_of(service, shard)) for shard in shards] == [26, 25, 25, 24]


async def test_offsets_are_cut_at_whole_pages_too() -> None:
    """A part begins at its own page, and goes on one page before the one it was left at."""
    service = rows_of(101, 5, offsets=True)
    shards = await service.pager().shards(4)
    assert sorted(service.asked) == [0, 25, 50, 75]
    assert [len(await ids_of(service, shard)) for shard in shards] == [26, 25, 25, 25]
    service.asked.clear()
    walk = aiter(service.shard(shards[1]))
    given = [(await anext(walk)).id for _ in range(12)]
    await walk.aclose()
    assert service.asked[:3] == [25, 30, 35]
    service.asked.clear()
    given += await ids_of(service, shards[1], walk.checkpoint)
    assert given == await ids_of(service, shards[1])
    assert service.asked[0] == 30


@pytest.mark.parametrize("base", [0, 1])
async def test_a_part_costs_its_pages_and_one_more(base: int) -> None:
    """It begins right at its first page, and reads on to the first row that is too old."""
    service = rows_of(101, 5, base)
    costs = []
    for shard in await service.pager().shards(4):
        service.asked.clear()
        await ids_of(service, shard)
        costs.append(len(service.asked))
    assert costs == [6, 6, 6, 6]


@pytest.mark.parametrize("offsets", [False, True])
@pytest.mark.parametrize("told", [6, 8, 10, 13, 20, 100])
async def test_a_size_that_the_rows_contradict_is_not_believed(told: int, offsets: bool) -> None:
    """The last part begins where as many rows are on a page as that size would leave for it."""
    for rows in range(told, told + 30):
        service = rows_of(rows, 5, offsets=offsets)
        service.told = told
        shards = await service.pager().shards(8)
        parts = [await ids_of(service, shard) for shard in shards]
        assert [row for part in parts for row in part] == [row.id for row in service.rows]


async def test_parts_are_as_long_as_each_other_whatever_size_is_told() -> None:
    service = rows_of(100, 5)
    service.told = 20
    parts = [await ids_of(service, shard) for shard in await service.pager().shards(4)]
    assert [len(part) for part in parts] == [26, 25, 25, 24]


@pytest.mark.parametrize("offsets", [False, True])
async def test_a_part_without_a_total_says_that_rows_may_be_missing(offsets: bool) -> None:
    service = rows_of(100, 5, offsets=offsets)
    shards = await service.pager().shards(4)
    service.counted = False
    for shard in shards:
        with pytest.warns(ListingMoved, match="rows may be missing"):
            assert len(await ids_of(service, shard)) in {24, 25, 26}


async def test_all_that_were_created_together_are_in_one_part() -> None:
    """The one that begins before them, however many pages they fill."""
    service = Numbered(size=3)
    for gap in [1] * 10 + [0] * 20 + [1] * 10:
        service.insert(gap)
    shards = await service.pager().shards(10)
    assert len(shards) == 6
    parts = [await ids_of(service, shard) for shard in shards]
    assert [row for part in parts for row in part] == [row.id for row in service.rows]
    assert sum(len(part) >= 21 for part in parts) == 1


async def test_there_are_no_more_parts_than_pages() -> None:
    """And one page is not cut: its one request is all that is sent."""
    service = rows_of(12)
    assert len(await service.pager().shards(8)) == 3
    service, requests = rows_of(5), 1
    (shard,) = await service.pager().shards(8)
    assert shard.time_range.whole
    assert len(service.asked) == requests


@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize("moved", [-40, -13, -1, 1, 4, 5, 37, 500])
async def test_a_part_whose_rows_have_moved_begins_where_they_are_now(
    moved: int, base: int
) -> None:
    """The count of all rows tells where, so that it costs two requests more at the most."""
    service = rows_of(150, 5, base)
    shard = (await service.pager().shards(3))[1]
    expected = await ids_of(service, shard)
    for _ in range(moved):
        service.insert(1)
    for _ in range(-moved):
        service.remove(0)
    service.asked.clear()
    assert await ids_of(service, shard) == expected
    assert len(service.asked) <= 12 + 2


@pytest.mark.parametrize(("came", "went"), [(300, 300), (0, 149), (800, 149)])
async def test_a_part_whose_place_cannot_be_told_is_looked_for(came: int, went: int) -> None:
    """Older rows are gone and newer ones have come: the count says nothing of it."""
    service = rows_of(900)
    shard = (await service.pager().shards(2))[1]
    for _ in range(went):
        service.remove(-1)
    expected = [row.id for row in service.rows if at(row.second) < at(450)]
    for _ in range(came):
        service.insert(1)
    service.asked.clear()
    assert await ids_of(service, shard) == expected
    assert len(service.asked) <= len(expected) / 5 + 20


@pytest.mark.parametrize("page", [0, 3, 29, 400])
async def test_a_false_guess_costs_requests_and_no_rows(page: int) -> None:
    """Wherever it points, before the part, behind it, or behind the listing."""
    service = rows_of(150)
    shard = (await service.pager().shards(3))[1]
    expected = await ids_of(service, shard)
    assert shard.page_hint is not None
    lost = evolve(shard, page_hint=evolve(shard.page_hint, page=page))
    service.asked.clear()
    assert await ids_of(service, lost) == expected
    assert len(service.asked) <= 12 + 12


async def test_rows_that_are_all_gone_are_not_looked_for_long() -> None:
    """However far off the guess is: the first page has the last word."""
    service = rows_of(150)
    shard = (await service.pager().shards(3))[1]
    assert shard.page_hint is not None
    service.rows.clear()
    for page in (10, 10**9):
        service.asked.clear()
        lost = evolve(shard, page_hint=evolve(shard.page_hint, page=page))
        assert await ids_of(service, lost) == []
        assert len(service.asked) <= 25


async def test_another_page_size_than_at_the_cut_is_no_matter() -> None:
    """The place is a moment, not a page."""
    service = rows_of(150)
    shards = await service.pager().shards(3)
    expected = [await ids_of(service, shard) for shard in shards]
    for size in (1, 2, 7, 200):
        service.size = size
        assert [await ids_of(service, shard) for shard in shards] == expected


def swapped(service: Numbered, one: int, other: int) -> None:
    rows = service.rows
    rows[one], rows[other] = rows[other], rows[one]


async def test_what_is_not_sorted_from_new_to_old_is_not_cut() -> None:
    """Seen on a page of the cut, or by its pages together; one part reads it as any listing."""
    for size, one, other in ((5, 51, 53), (1, 25, 75)):
        service = rows_of(100, size)
        swapped(service, one, other)
        (shard,) = await service.pager().shards(4)
        assert await ids_of(service, shard) == [row.id for row in service.rows]


@pytest.mark.parametrize("come", [0, 1])
@pytest.mark.parametrize(("size", "pages", "n"), [(1, 40, 2), (3, 2, 8), (4, 20, 4)])
async def test_pages_of_rows_created_together_that_rise_are_not_cut(
    size: int, pages: int, n: int, come: int
) -> None:
    """Each page by itself could be sorted either way; rows may come while the cut is made."""
    service = Numbered(size=size)
    service.rows = [NumberedRow(f"old{index}", index // size) for index in range(size * pages)]
    service.begin()

    def change() -> None:
        if len(service.asked) == 2 and come:
            service.rows.append(NumberedRow("late", pages))

    service.before_answer = change
    found: list[str] = []
    for shard in await service.pager().shards(n):
        found += await ids_of(service, shard)
    assert len(found) == len(set(found))
    assert service.stayed <= set(found)


async def test_rows_that_do_not_say_when_they_were_created_are_not_cut() -> None:
    """Nor read in parts, where they do not any more."""
    service = rows_of(100)
    shards = await service.pager().shards(4)
    service.dated = False
    (shard,) = await service.pager().shards(4)
    assert len(await ids_of(service, shard)) == 100
    with pytest.raises(UnexpectedPage, match="no created_at"):
        await ids_of(service, shards[1])


@pytest.mark.parametrize("size", [5, 1])
async def test_what_turns_out_not_to_be_sorted_is_an_error(size: int) -> None:
    """Where the pages of the cut did not show it."""
    service = rows_of(100, size)
    swapped(service, 41, 43)
    shards = await service.pager().shards(4)
    assert len(shards) == 4
    with pytest.raises(UnexpectedPage, match="not sorted by created_at"):
        await ids_of(service, shards[1])


async def test_rows_that_come_while_the_newest_part_is_read_are_no_disorder() -> None:
    """As many have gone, so that the count is the same."""
    service = rows_of(30, 2)
    shard = (await service.pager().shards(2))[0]

    def change() -> None:
        if len(service.asked) == 3:
            for _ in range(9):
                service.insert(1)
                service.remove(-1)

    service.asked.clear()
    service.before_answer = change
    found = await ids_of(service, shard)
    assert found[:6] == [f"row{number}" for number in range(29, 23, -1)]
    assert len(found) == len(set(found))
    assert {f"row{number}" for number in range(15, 30)} <= set(found)


async def test_another_page_than_was_asked_for_is_an_error() -> None:
    """While the beginning is looked for as well."""
    service = rows_of(100, 5, 1)
    shard = (await service.pager().shards(4))[1]
    assert shard.page_hint is not None
    odd = evolve(shard, page_hint=evolve(shard.page_hint, page=0, first_page=0))
    with pytest.raises(UnexpectedPage, match="asked for page 0, the answer is page 1"):
        await ids_of(service, odd)


def test_the_simulation_lists_the_newest_first() -> None:
    """So that the laws are held against what they speak of."""
    service = rows_of(3)
    assert service.rows == [NumberedRow("row2", 3), NumberedRow("row1", 2), NumberedRow("row0", 1)]
    assert isinstance(at(3), datetime)


@pytest.mark.parametrize("beyond", ["empty", "last", "refused"])
async def test_a_part_whose_page_is_gone_is_found_again(beyond: str) -> None:
    """So many rows were removed that there is no page any more where it was."""
    service = rows_of(100)
    shards = await service.pager().shards(4)
    service.beyond = beyond
    for _ in range(60):
        service.remove(0)
    given = [each for shard in shards for each in await ids_of(service, shard)]
    assert given == [row.id for row in service.rows]


class Refusing(Numbered):
    async def fetch(self, request: Request, meter: Meter) -> Reply[PageBody[Any]]:
        meter.requests += 1
        raise BadRequest(f"no {request.method} today", status=400)


async def test_a_listing_that_is_refused_altogether_is_an_error() -> None:
    """From its first page on, there is nothing left to look for."""
    shard = (await rows_of(100).pager().shards(4))[2]
    with pytest.raises(BadRequest):
        await ids_of(Refusing(), shard)


def test_a_walk_that_cannot_begin_at_a_checkpoint_is_refused_before_it_is_made() -> None:
    """A page number belongs to the whole listing, a position to one of its shards."""
    service = rows_of(100)
    whole = NumberedShard(Shard(resource="rows"), service.listing(), lambda row: row.created_at)
    whole.check(Checkpoint(query="", cursor=3))
    with pytest.raises(TypeError, match="page numbers"):
        whole.check(Checkpoint(query="", cursor="range1.x"))
    part = evolve(whole, shard=Shard(resource="rows", newest=at(5), page_hint=PageHint(1, 5, 9, 0)))
    part.check(Checkpoint(query=""))
    for cursor in (3, "a token", "range1.x"):
        with pytest.raises(ValueError, match="no place in a shard"):
            part.check(Checkpoint(query="", cursor=cursor))
    with pytest.raises(ValueError, match="needs its page_hint"):
        evolve(part, shard=Shard(resource="rows", newest=at(5))).check(Checkpoint(query=""))
