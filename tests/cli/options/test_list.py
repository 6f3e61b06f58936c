"""What a span of time leaves of a listing, and when it stops the walk."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops import OgcClient, ZooClient
from asyncops.cli.options.fields import Order
from asyncops.cli.options.list import Items, Query, When, Window, query_of
from asyncops.cli.resources import resource_of
from asyncops.testing import Fake, FakeServer, Fault, ZooHabits
from asyncops.utils.moments import TimeRange
from tests import raw_json

ZooOperationsQuery: Any = query_of(resource_of("zoo", "operations"))
ZooPromptsQuery: Any = query_of(resource_of("zoo", "ml_prompts"))
ChainloopQuery: Any = query_of(resource_of("chainloop", "operations"))
OgcQuery: Any = query_of(resource_of("ogc", "jobs"))
START = datetime(2026, 3, 1, tzinfo=UTC)
minutes = st.integers(0, 30)


async def rest_of(items: Items[Any]) -> list[Any]:
    """All that have not come yet."""
    found = []
    while batch := await items.batch():
        found += batch
    return found


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def read(window: Window, moments: Sequence[datetime | None]) -> list[datetime | None]:
    """What is given of a listing before the walk stops."""
    found = []
    for moment in moments:
        passed = window.passed(moment)
        if window.holds(moment):
            found.append(moment)
        if passed:
            break
    return found


@given(
    created=st.lists(minutes),
    since=st.none() | minutes,
    until=st.none() | minutes,
    down=st.booleans(),
)
def test_nothing_is_missed_in_either_order(
    created: list[int], since: int | None, until: int | None, down: bool
) -> None:
    """A sorted listing gives all that is in the span, whichever order was asked for."""
    bounds = (None if each is None else at(each) for each in (since, until))
    window = Window(TimeRange(*bounds))
    moments = [at(minute) for minute in sorted(created, reverse=down)]
    whole = [moment for moment in moments if window.holds(moment)]
    assert read(window, moments) == whole


def test_a_walk_stops_soon_after_the_span() -> None:
    window = Window(TimeRange(at(50)))
    given = iter([at(minute) for minute in range(60, 0, -1)])
    assert read(window, list(given))[-1] == at(50)
    assert window.passed(at(49))


def test_one_that_is_out_of_order_keeps_the_walk_going() -> None:
    """Where the listing is not sorted, only its end is the end."""
    moments = [at(9), at(8), at(8), at(10), at(2), at(9)]
    assert read(Window(TimeRange(at(5))), moments) == [at(9), at(8), at(8), at(10), at(9)]


@pytest.mark.parametrize("concurrency", [1, 4])
async def test_a_listing_that_claims_no_order_is_read_to_its_end(concurrency: int) -> None:
    """Its first rows may look as if the newest came first."""
    async with Fake(OgcClient, rows=3) as fake, fake.client() as ogc:
        jobs = [job.id for job in await ogc.jobs.list().collect()]
        for job, minute in zip(jobs, (9, 2, 8), strict=True):
            fake.change("jobs", job, created_at=at(minute))
        query = OgcQuery(since=When("then", at(5)), concurrency=concurrency)
        async with query.items(ogc) as items:
            assert {job.id for job in await rest_of(items)} == {jobs[0], jobs[2]}


def test_what_says_no_time_is_left_out_of_a_span_and_ends_nothing() -> None:
    assert read(Window(TimeRange(at(5))), [None, at(9), None, at(8)]) == [at(9), at(8)]
    assert read(Window(), [None, at(9)]) == [None, at(9)]


async def ids(query: Query, zoo: ZooClient) -> list[str]:
    async with query.items(zoo) as items:
        return [str(item.id) for item in await rest_of(items)]


@pytest.mark.parametrize("sort", get_args(Order))
@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize("ascending_only", [False, True])
async def test_a_span_is_what_the_service_holds_of_it(
    sort: Order, concurrency: int, ascending_only: bool
) -> None:
    """In both orders, also where the service answers in another one than it was asked for."""
    habits = ZooHabits(ignores_sort_direction=ascending_only)
    async with (
        FakeServer(operations=400, zoo=habits) as server,
        ZooClient(server.token, base_url=server.url) as zoo,
    ):
        rows = raw_json.zoo_operations(server)
        times = sorted(datetime.fromisoformat(row["created_at"]) for row in rows)
        since, until = times[100], times[180]
        query = ZooOperationsQuery(
            since=When("then", since),
            until=When("later", until),
            sort=sort,
            concurrency=concurrency,
            page_size=20,
        )
        wanted = {
            row["id"] for row in rows if since <= datetime.fromisoformat(row["created_at"]) < until
        }
        found = await ids(query, zoo)
        assert set(found) == wanted
        assert len(found) == len(wanted)


async def test_the_newest_hour_of_a_long_listing_costs_few_requests() -> None:
    async with (
        FakeServer(prompts=2_000) as server,
        ZooClient(server.token, base_url=server.url) as zoo,
    ):
        newest = datetime.fromisoformat(raw_json.ml_prompts(server)[30]["created_at"])
        query = ZooPromptsQuery(since=When("then", newest), page_size=20)
        async with query.items(zoo) as items:
            assert len(await rest_of(items)) == 31
        assert server.count() <= 4


async def test_batches_are_pages_and_each_has_its_checkpoint() -> None:
    """Going on from the checkpoint of any batch gives exactly the rest."""
    async with (
        FakeServer(prompts=95) as server,
        ZooClient(server.token, base_url=server.url) as zoo,
    ):
        query = ZooPromptsQuery(page_size=20, max_items=90)
        sizes, given = [], 0
        async with query.items(zoo) as items:
            while batch := await items.batch():
                sizes.append(len(batch))
                given += len(batch)
                async with query.items(zoo, resume=items.checkpoint, given=given) as rest:
                    assert len(await rest_of(rest)) == 90 - given
            assert items.cut
            assert await items.batch() == []
        assert sizes == [20, 20, 20, 20, 10]


async def test_a_batch_does_not_wait_for_the_next_page() -> None:
    """The rows of a page are given although the page after it never comes."""
    async with (
        FakeServer(prompts=40) as server,
        ZooClient(server.token, base_url=server.url) as zoo,
    ):
        server.script(Fault(on=2, delay=60.0))
        async with asyncio.timeout(90), ZooPromptsQuery(page_size=20).items(zoo) as items:
            assert len(await items.batch()) == 20


def test_a_span_must_not_be_empty() -> None:
    with pytest.raises(ValueError, match="--since must be before --until"):
        ChainloopQuery(since=When("1h", at(5)), until=When("2h", at(5)))
