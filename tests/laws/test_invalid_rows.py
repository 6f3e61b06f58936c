"""One row that does not fit costs no other: good rows come once, the others are told of."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from itertools import product
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncops import Checkpoint, DecodeError, InvalidItem, Shard, WalkReport, merge
from tests.laws.broken import BREAKS, ROWS, STATUSES, Row, Service, good, listing_of, some

KINDS = ["calls", "prompts", "operations"]
WAYS = ["one by one", "pages", "collect", "at once", "as they come"]
# Of each kind, walked in each way: hundreds in all.
FEW = settings(max_examples=30)
SEVEN = [Row(number, number // 2, "failed") for number in range(1, 8)]


def spelled(raw: object) -> str:
    return json.dumps(raw)


def sent(found: list[Row]) -> Counter[str]:
    """What the rows that do not fit are told as."""
    return Counter(spelled(row.json) for row in found if row.broken is not None)


def seconds_of(found: list[Row]) -> dict[str, int]:
    return {row.id: row.second for row in found}


class Told(list[InvalidItem]):
    """What ``on_invalid`` was called with."""

    @property
    def counted(self) -> Counter[str]:
        return Counter(spelled(item.raw) for item in self)


def check_told(told: Told, found: list[Row], *, exactly: bool) -> None:
    """Each row that does not fit was told of.

    Only its id tells one that is read from both ends of a listing, or from two of its pages.
    """
    wanted = sent(found)
    assert told.counted.keys() == wanted.keys()
    for text, times in told.counted.items():
        if exactly or '"id"' in text:
            assert times == wanted[text]


async def walked(pager: Any, way: str) -> AsyncIterator[str]:
    if way == "collect":
        for item in await pager.collect():
            yield str(item.id)
    elif way == "pages":
        async for page in pager.pages():
            for item in page.items:
                yield str(item.id)
    elif way == "one by one":
        async for item in pager:
            yield str(item.id)
    else:
        async with pager.concurrent(3, ordered=way == "at once") as items:
            async for item in items:
                yield str(item.id)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
@FEW
@given(data=st.data())
def test_good_rows_come_once_and_each_other_is_told_of_once(
    kind: str, way: str, data: st.DataObject
) -> None:
    service = Service(data.draw(ROWS), data.draw(st.integers(1, 4)), data.draw(st.integers(0, 1)))
    told = Told()
    reports: list[WalkReport] = []

    async def check() -> list[str]:
        pager = listing_of(kind, service).list(on_invalid=told.append, on_page=reports.append)
        return [item async for item in walked(pager, way)]

    found = asyncio.run(check())
    assert sorted(found) == sorted(good(service.rows))
    from_one_end = kind == "operations" or way in {"one by one", "pages", "collect"}
    check_told(told, service.rows, exactly=from_one_end)
    if way != "as they come":
        # What was created together may come in any order.
        seconds = [seconds_of(service.rows)[each] for each in found]
        assert seconds == sorted(seconds, reverse=True)
    report = reports[-1] if reports else WalkReport()
    assert (report.items, report.invalid) == (len(found), len(told))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", ["one by one", "at once", "as they come"])
@FEW
@given(data=st.data())
def test_a_walk_broken_off_anywhere_goes_on_with_the_rest(
    kind: str, way: str, data: st.DataObject
) -> None:
    service = Service(data.draw(ROWS), data.draw(st.integers(1, 4)), data.draw(st.integers(0, 1)))
    told = Told()
    legs = data.draw(st.lists(st.integers(0, 6), min_size=1, max_size=4))

    async def leg(resume: Checkpoint | None, wanted: int) -> tuple[list[str], Checkpoint]:
        pager = listing_of(kind, service).list(on_invalid=told.append, resume=resume)
        context = pager.concurrent(3, ordered=way == "at once")
        if way == "one by one":
            context = pager.concurrent(1)
        async with context as walk:
            return await some(walk, wanted), Checkpoint.from_json(walk.checkpoint.to_json())

    async def check() -> list[str]:
        taken: list[str] = []
        resume: Checkpoint | None = None
        for wanted in [*legs, 1000, 1000]:
            found, resume = await leg(resume, wanted)
            taken += found
        return taken

    assert sorted(asyncio.run(check())) == sorted(good(service.rows))
    # Where nothing of a page was given, it is read anew and told of anew.
    check_told(told, service.rows, exactly=all(legs) and way == "one by one")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
@FEW
@given(data=st.data())
def test_a_number_of_items_is_one_of_rows_that_fit(
    kind: str, way: str, data: st.DataObject
) -> None:
    service = Service(data.draw(ROWS), data.draw(st.integers(1, 4)), data.draw(st.integers(0, 1)))
    most = data.draw(st.integers(0, 8))

    async def check() -> list[str]:
        pager = listing_of(kind, service).list(on_invalid=lambda _: None, max_items=most)
        return [item async for item in walked(pager, way)]

    found = asyncio.run(check())
    assert len(found) == len(set(found)) == min(most, len(good(service.rows)))
    assert set(found) <= set(good(service.rows))


@pytest.mark.parametrize("kind", KINDS)
@FEW
@given(data=st.data())
def test_the_shards_of_a_listing_give_good_rows_once_together(
    kind: str, data: st.DataObject
) -> None:
    service = Service(data.draw(ROWS), data.draw(st.integers(1, 4)))
    n = data.draw(st.integers(1, 8))
    told = Told()

    async def check() -> list[str]:
        operations = listing_of(kind, service)
        found: list[str] = []
        for shard in await operations.list(on_invalid=print).shards(n):
            part = Shard.from_json(shard.to_json())
            resume = None
            for wanted in (data.draw(st.integers(0, 3)), 1000):
                walk = aiter(operations.shard(part, on_invalid=told.append, resume=resume))
                found += await some(walk, wanted)
                resume = Checkpoint.from_json(walk.checkpoint.to_json())
                await walk.aclose()
        return found

    assert sorted(asyncio.run(check())) == sorted(good(service.rows))
    assert told.counted.keys() == sent(service.rows).keys()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("broken", sorted(BREAKS))
async def test_the_first_page_is_given_without_such_a_row(kind: str, broken: str) -> None:
    service = Service([*SEVEN[:-2], Row(6, 3, "failed", broken), SEVEN[-1]])
    told = Told()
    status = {"status": "failed"} if kind == "calls" else {}
    page = await listing_of(kind, service).list(on_invalid=told.append, **status)
    assert [str(item.id) for item in page.items] == good(service.rows)[:-3:-1]
    (item,) = told
    assert (item.index, spelled(item.raw)) == (1, spelled(service.rows[-2].json))
    assert item.error.path.startswith(f"$.{'operations' if kind == 'operations' else 'items'}[1]")
    assert item.error.request_id == "req-1"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("broken", sorted(BREAKS))
async def test_without_it_the_error_names_the_row_and_the_way_past_it(
    kind: str, broken: str
) -> None:
    service = Service([*SEVEN[:-2], Row(6, 3, "failed", broken), SEVEN[-1]])
    with pytest.raises(DecodeError, match=r"row 1\b.*on_invalid=") as caught:
        await listing_of(kind, service).list().collect()
    has_id = broken not in {"no id", "null", "an array", "a text"}
    name = "6" if broken == "an id that is none" else Row(6, 3).id
    assert (f"(id {name})" in str(caught.value)) is has_id


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
async def test_what_it_raises_ends_the_walk_and_is_raised_from_there(kind: str, way: str) -> None:
    service = Service([*SEVEN[:-4], Row(4, 2, "failed", "null"), *SEVEN[-3:]])

    def refuse(_: InvalidItem) -> None:
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        async for _ in walked(listing_of(kind, service).list(on_invalid=refuse), way):
            pass


@pytest.mark.parametrize("kind", KINDS)
async def test_it_is_a_plain_function(kind: str) -> None:
    async def awaited(_: InvalidItem) -> None: ...

    wrong: Any
    for wrong in (awaited, 5, "skip"):
        with pytest.raises(TypeError, match="on_invalid"):
            listing_of(kind, Service([])).list(on_invalid=wrong)


@pytest.mark.parametrize("kind", ["prompts", "operations"])
async def test_listings_merged_into_one_tell_each_of_its_own(kind: str) -> None:
    broken = [Row(row.number, row.second, broken="null") for row in SEVEN[::3]]
    whole = sorted([*SEVEN, *broken], key=lambda row: row.second)
    told = Told()
    pager = listing_of(kind, Service(whole)).list(on_invalid=told.append)
    merged = merge(pager, key=lambda item: item.created_at, reverse=True)
    async with merged as items:
        found = [str(item.id) async for item in items]
        (place,) = merged.checkpoints
    assert found == good(whole)[::-1]
    assert len(told) == len(broken)
    assert (
        await listing_of(kind, Service(whole)).list(resume=place, on_invalid=print).collect() == []
    )


class Decaying(Service):
    """A service all of whose rows become invalid with its first answer."""

    async def fetch(self, *asked: Any, **options: Any) -> Any:
        """The answer to one request."""
        reply = await super().fetch(*asked, **options)
        self.rows = [evolve(row, broken="a wrong type") for row in self.rows]
        return reply


async def test_a_listing_whose_rows_decay_between_its_ends_is_not_cut() -> None:
    prompts = listing_of("prompts", Decaying(list(SEVEN)))
    (shard,) = await prompts.list(on_invalid=print).shards()
    assert shard.time_range.whole


async def test_a_status_of_which_no_row_fits_is_in_a_shard_all_the_same() -> None:
    ended = [Row(number, number, "completed", "null") for number in range(1, 9)]
    whole = [*ended, *(Row(20 + number, 20 + number, "queued") for number in range(8))]
    told = Told()
    calls = listing_of("calls", Service(whole))
    found = []
    for shard in await calls.list(on_invalid=print).shards():
        found += [str(item.id) async for item in calls.shard(shard, on_invalid=told.append)]
    assert sorted(found) == sorted(good(whole))
    assert told.counted == sent(whole)


@pytest.mark.parametrize(
    ("kind", "status"),
    [*(("calls", each) for each in STATUSES), ("prompts", "failed"), ("operations", "failed")],
)
@pytest.mark.parametrize("size", range(1, 5))
async def test_each_row_of_a_shard_s_edge_is_told_of(kind: str, status: str, size: int) -> None:
    """Wherever it lies, and whatever the shard's first and last items are."""
    whole = [Row(number, number // 2, "completed") for number in range(1, 7)]
    for n, index in product((2, 3, 5, 8), range(7)):
        broken = Row(9, 0, status, "a date far away")
        service = Service([*whole[:index], broken, *whole[index:]], size)
        told = Told()
        operations = listing_of(kind, service)
        for shard in await operations.list(on_invalid=print).shards(n):
            await operations.shard(shard, on_invalid=told.append).collect()
        assert told.counted.keys() == sent([broken]).keys(), (n, index)


@pytest.mark.parametrize(("kind", "index"), [("prompts", 7), ("operations", 4)])
async def test_a_row_among_those_of_one_shard_is_told_of_by_that_shard_alone(
    kind: str, index: int
) -> None:
    """Also where the next shard reads the same page."""
    whole = [Row(number, number) for number in range(1, 19)]
    service = Service([*whole[:index], Row(20, 0, broken="null"), *whole[index:]], 6)
    told = Told()
    operations = listing_of(kind, service)
    for shard in await operations.list(on_invalid=print).shards(2):
        await operations.shard(shard, on_invalid=told.append).collect()
    assert len(told) == 1


async def test_pages_are_cut_from_the_first_one_even_where_no_row_of_it_fits() -> None:
    """Rows that come first later are of the newest part."""
    service = Service([*SEVEN, *(Row(10 + each, 9, broken="null") for each in range(3))])
    operations = listing_of("operations", service)
    newest, *others = await operations.list(on_invalid=print).shards(3)
    assert others
    assert newest.page_hint.first_page == 0
    service.rows.append(Row(20, 20))
    items = operations.shard(newest, on_invalid=lambda _: None)
    assert Row(20, 20).id in [item.id async for item in items]
