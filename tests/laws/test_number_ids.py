"""Ids that are numbers: each feature takes them, and gives them back as they are."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import define, evolve, field, frozen

from asyncops import Checkpoint, Operation, State, WatchCheckpoint, to_dict, to_json
from asyncops.cli.output.formats.encoders import columns_of, values_of
from asyncops.http.messages import Reply, Request
from asyncops.http.meter import Meter
from asyncops.listing.get_many import GetMany
from asyncops.listing.pager import Pager
from asyncops.paging.counted.drift import Drift
from asyncops.paging.counted.numbering import PageBase
from asyncops.paging.counted.pages import NumberedStrategy
from asyncops.paging.cursors.cursor_strategy import CursorStrategy
from asyncops.paging.strategy import PageStrategy
from asyncops.paging.styles import Token
from asyncops.polling.pending import Listing, Pending, Source
from asyncops.polling.policy import PollPolicy
from asyncops.polling.snapshot import WatchTarget
from asyncops.polling.wait_many import wait_many
from asyncops.polling.watch import Watch
from asyncops.testing import FakeClock
from asyncops.utils.checks import number_segment
from tests.laws.listings import CHAINLOOP

START = datetime(2026, 1, 1, tzinfo=UTC)


@frozen(kw_only=True)
class Run:
    id: int
    state: State = State.RUNNING
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: str | None = None


@frozen
class Body:
    items: tuple[Run, ...]
    next_page: str | None
    number: int
    page_size: int
    total_count: int
    total_pages: int


@define
class Runs:
    """Runs in pages of two, newest first, by tokens or by numbers from 0."""

    rows: dict[int, Run] = field(factory=dict)

    @classmethod
    def of(cls, *ids: int) -> "Runs":
        return cls(
            {
                id_: Run(id=id_, created_at=START - timedelta(seconds=at))
                for at, id_ in enumerate(ids)
            }
        )

    async def fetch(self, request: Request, meter: Meter | None = None) -> Reply[Body]:
        (meter or Meter()).requests += 1
        params = dict(request.params)
        rows = list(self.rows.values())
        at = int(params.get("page_token") or 2 * int(params.get("pagination.page", 0)))
        more = str(at + 2) if at + 2 < len(rows) else None
        pages = -(-len(rows) // 2)
        return Reply(value=Body(tuple(rows[at : at + 2]), more, at // 2, 2, len(rows), pages))

    async def get(self, segment: str) -> Run:
        return self.rows[int(segment)]

    def pager(self, kind: str, resume: Checkpoint | None = None) -> Pager[Run]:
        base = PageBase()

        def strategy(start: Checkpoint) -> PageStrategy[Any, Run]:
            request = Request(path="/runs")
            if kind == "tokens":
                return CursorStrategy(
                    request, Token(), None if start.cursor is None else str(start.cursor)
                )
            number = start.cursor if isinstance(start.cursor, int) else None
            drift, size = Drift.since(start), start.page_size or 0
            return NumberedStrategy(
                request, 2, base, lambda run: str(run.id), number, drift, size, style=CHAINLOOP
            )

        return Pager(self.fetch, strategy, query=kind, identity=lambda run: run.id, resume=resume)

    def source(self, clock: FakeClock) -> Source[Run]:
        listing = Listing(self.fetch, lambda: CursorStrategy(Request(path="/runs"), Token()))
        return Source(clock=clock, listings=(listing,), get=self.get, lists_results=True)


@pytest.mark.parametrize("kind", ["tokens", "numbers"])
@pytest.mark.parametrize("taken", range(7))
async def test_a_walk_goes_on_after_any_of_them(kind: str, taken: int) -> None:
    """Through the JSON of its checkpoint, with the id 0 among them."""
    runs = Runs.of(10, 9, 2, 1, 0, 2**63 + 1, 7)
    walk = aiter(runs.pager(kind))
    first = [(await anext(walk)).id for _ in range(taken)]
    place = Checkpoint.from_json(walk.checkpoint.to_json())
    rest = [run.id async for run in runs.pager(kind, place)]
    assert first + rest == list(runs.rows)


async def test_each_is_given_with_the_id_that_was_asked_for() -> None:
    runs = Runs.of(3, 0)
    ids: list[int | str] = [3, "0"]
    several = GetMany(ids, runs.get, check=number_segment, concurrency=2, ordered=True)
    async with several as results:
        assert [(id_, result) async for id_, result in results] == [
            (3, runs.rows[3]),
            ("0", runs.rows[0]),
        ]


async def test_one_that_is_named_twice_is_waited_for_once() -> None:
    runs, clock = Runs.of(3, 0), FakeClock()
    group: Pending[int | str, Run] = Pending([3, "3", 0], runs.source(clock), check=number_segment)
    runs.rows[0] = evolve(runs.rows[0], state=State.SUCCEEDED)

    def end(_: object) -> None:
        runs.rows[3] = evolve(runs.rows[3], state=State.FAILED)

    async with wait_many(group, on_poll=end) as finished:
        results = [(id_, result) async for id_, result in finished]
    assert results == [(0, runs.rows[0]), (3, runs.rows[3])]


async def test_a_watch_goes_on_by_their_texts() -> None:
    """Changes name them as text, as checkpoints do; the operations have the number."""
    runs = Runs.of(3, 0)

    def watch(resume: WatchCheckpoint | None = None) -> Watch[Run]:
        target: WatchTarget[Run] = WatchTarget(
            query="", unfinished=(), recent=(runs.pager("tokens"),), mark=lambda run: run.state
        )
        policy = PollPolicy(timeout=5)
        return Watch(target, clock=FakeClock(START), poll=policy, resume=resume)

    async with watch() as changes:
        runs.rows[0] = evolve(runs.rows[0], state=State.SUCCEEDED)
        told = await anext(changes)
        assert told.after is not None
        assert (told.kind, told.id, told.after.id) == ("finished", "0", 0)
        place = changes.checkpoint
    assert place is not None
    runs.rows[3] = evolve(runs.rows[3], state=State.FAILED)
    async with watch(WatchCheckpoint.from_json(place.to_json())) as changes:
        assert [(each.kind, each.id) async for each in changes] == [("finished", "3")]


def test_every_output_has_the_number() -> None:
    run = Run(id=2**53 + 1, created_at=START)
    operation: Operation = run
    assert to_dict(operation)["id"] == 2**53 + 1
    assert to_json(run).startswith(f'{{"id":{2**53 + 1},')
    columns = columns_of(Run)
    assert next(iter(columns.items())) == ("id", "integer")
    assert values_of(run, columns)[0] == 2**53 + 1
