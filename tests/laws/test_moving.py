"""Listings that move while they are read: the laws of numbered and of token pages."""

import asyncio
import warnings
from collections.abc import Callable

import pytest
from attrs import define, field
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncops import (
    AsyncOpsError,
    Checkpoint,
    Gone,
    ListingMoved,
    PaginationError,
    RepeatedToken,
    ServerError,
    UnexpectedPage,
)
from asyncops.http.messages import Reply, Request
from asyncops.http.meter import Meter
from asyncops.listing.pager import Pager
from asyncops.paging.counted.drift import Drift
from asyncops.paging.counted.numbering import PageBase
from asyncops.paging.counted.pages import NumberedStrategy
from asyncops.paging.cursors.cursor_strategy import CursorStrategy
from asyncops.paging.styles import Token
from tests.laws.listings import CHAINLOOP, NumberedBody, TokenBody


@define
class Moving:
    """Numbered pages, newest rows first, over rows that come and go."""

    rows: list[str]
    size: int
    base: int = 0
    made: int = 0
    requests: int = 0
    before_answer: Callable[[], None] = field(default=lambda: None)

    async def fetch(self, request: Request, meter: Meter) -> Reply[NumberedBody]:
        """Answer as a client's ``fetch`` would."""
        meter.requests += 1
        self.requests += 1
        assert self.requests < 5_000, "the walk does not come to an end"
        self.before_answer()
        number = max(int(dict(request.params)["pagination.page"]), self.base)
        start = (number - self.base) * self.size
        return Reply(
            value=NumberedBody(
                items=tuple(self.rows[start : start + self.size]),
                number=number,
                page_size=self.size,
                total_count=len(self.rows),
                total_pages=-(-len(self.rows) // self.size),
            )
        )

    def insert(self, count: int) -> None:
        """New rows, in front."""
        for _ in range(count):
            self.made += 1
            self.rows.insert(0, f"new {self.made}")

    def remove(self, index: int) -> None:
        """One row vanishes."""
        if self.rows:
            del self.rows[index % len(self.rows)]


def pager(service: Moving, resume: Checkpoint | None = None) -> Pager[str]:
    base = PageBase()

    def strategy(start: Checkpoint) -> NumberedStrategy[str]:
        number = start.cursor if isinstance(start.cursor, int) else None
        return NumberedStrategy(
            Request(path="/"),
            service.size,
            base,
            str,
            number,
            Drift.since(start),
            start.page_size or 0,
            style=CHAINLOOP,
        )

    return Pager(service.fetch, strategy, query="moving", identity=str, resume=resume)


def service_of(count: int, size: int, base: int = 0) -> Moving:
    return Moving([str(number) for number in range(count)], size, base)


@settings(max_examples=300, deadline=None)
@given(
    count=st.integers(0, 40),
    size=st.integers(1, 7),
    base=st.sampled_from([0, 1]),
    data=st.data(),
)
def test_rows_that_come_or_go_between_pages_cost_none_that_stayed(
    count: int, size: int, base: int, data: st.DataObject
) -> None:
    """Each change is of one kind; each row at most once; a row that stayed is never missed."""
    service = service_of(count, size, base)
    stayed = set(service.rows)

    def change() -> None:
        match data.draw(st.sampled_from(["nothing", "nothing", "insert", "remove"])):
            case "insert":
                service.insert(data.draw(st.integers(1, 2 * size)))
            case "remove":
                for _ in range(data.draw(st.integers(1, 2 * size))):
                    service.remove(data.draw(st.integers(0, 100)))
        stayed.intersection_update(service.rows)

    service.before_answer = change
    rows, told = asyncio.run(walked(service))
    assert len(rows) == len(set(rows))
    assert stayed <= set(rows) or told


@settings(max_examples=150, deadline=None)
@given(
    count=st.integers(1, 40),
    size=st.integers(1, 7),
    moves=st.lists(st.integers(-4, 8), min_size=1, max_size=6),
    data=st.data(),
)
def test_rows_that_come_or_go_between_two_walks_cost_none_that_stayed(
    count: int, size: int, moves: list[int], data: st.DataObject
) -> None:
    """A walk is broken off at any item, rows move, another goes on: exactly the rest."""
    service = service_of(count, size)
    stayed = set(service.rows)
    taken: list[str] = []
    resume: Checkpoint | None = None
    told = False
    for move in moves:
        more = data.draw(st.integers(0, 2 * size))
        rows, resume, warned = asyncio.run(some(service, resume, more))
        taken += rows
        told = told or warned
        for _ in range(-move):
            service.remove(data.draw(st.integers(0, 100)))
        service.insert(max(0, move))
        stayed.intersection_update(service.rows)
    rows, warned = asyncio.run(walked(service, resume))
    taken += rows
    assert len(taken) == len(set(taken))
    assert stayed <= set(taken) or told or warned


async def walked(service: Moving, resume: Checkpoint | None = None) -> tuple[list[str], bool]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        rows = await pager(service, resume).collect()
    assert {warning.category for warning in caught} <= {ListingMoved}
    return rows, bool(caught)


async def some(
    service: Moving, resume: Checkpoint | None, count: int
) -> tuple[list[str], Checkpoint, bool]:
    rows: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        walk = aiter(pager(service, resume))
        while len(rows) < count and (row := await anext(walk, None)) is not None:
            rows.append(row)
        checkpoint = Checkpoint.from_json(walk.checkpoint.to_json())
        await walk.aclose()
    return rows, checkpoint, bool(caught)


async def test_a_removal_costs_the_page_before_once_more() -> None:
    """The rows it pulled onto a page that was read already are found there."""
    service = service_of(12, 3)

    def change() -> None:
        if service.requests == 3:
            service.remove(0)
            service.remove(0)

    service.before_answer = change
    rows = await pager(service).collect()
    assert rows == [str(number) for number in range(12)]
    assert service.requests == 3 + 3


async def test_rows_that_vanish_faster_than_they_are_read_are_told_of() -> None:
    """The walk gives up going back, says so in a warning of its own type, and ends."""
    service = service_of(400, 4)

    def change() -> None:
        if service.requests > 5:
            service.remove(0)

    service.before_answer = change
    with pytest.warns(ListingMoved, match="rows may be missing"):
        await pager(service).collect()


async def test_a_page_size_that_shrinks_on_the_way_is_an_error_with_a_checkpoint() -> None:
    """Page numbers of one size mean nothing in another."""
    service = service_of(20, 5)

    def change() -> None:
        if service.requests == 3:
            service.size = 4

    service.before_answer = change
    rows, checkpoint, error = await until_error(pager(service))
    assert rows == [str(number) for number in range(10)]
    assert isinstance(error, UnexpectedPage)
    assert "from 5 to 4" in str(error)
    assert checkpoint is not None
    assert (checkpoint.cursor, checkpoint.page_size) == (2, 5)


@define
class Tokens:
    """Token pages as a script: each token's page, or the error it is answered with."""

    pages: dict[str | None, TokenBody | AsyncOpsError]
    requests: int = 0

    async def fetch(self, request: Request, meter: Meter) -> Reply[TokenBody]:
        """Answer as a client's ``fetch`` would."""
        meter.requests += 1
        self.requests += 1
        answer = self.pages[dict(request.params).get("page_token")]
        if isinstance(answer, AsyncOpsError):
            raise answer
        return Reply(value=answer)


def token_pager(service: Tokens, resume: Checkpoint | None = None) -> Pager[str]:
    def strategy(start: Checkpoint) -> CursorStrategy[str]:
        return CursorStrategy(
            Request(path="/"),
            Token(),
            start.cursor if isinstance(start.cursor, str) else None,
        )

    return Pager(service.fetch, strategy, query="tokens", identity=str, resume=resume)


@given(
    sizes=st.lists(st.integers(0, 4) | st.just(0), min_size=1, max_size=30),
    fails=st.sets(st.integers(0, 11)),
    data=st.data(),
)
def test_failures_and_empty_pages_cost_nothing_of_a_token_listing(
    sizes: list[int], fails: set[int], data: st.DataObject
) -> None:
    """A page fails, the walk goes on from the error's checkpoint: every item once, in order."""
    service = Tokens({})
    made = 0
    bodies: dict[str | None, TokenBody] = {}
    for index, size in enumerate(sizes):
        items = tuple(str(made + each) for each in range(size))
        made += size
        following = f"t{index + 1}" if index + 1 < len(sizes) else None
        bodies[f"t{index}" if index else None] = TokenBody(items, following)
    service.pages.update(bodies)
    for index in fails & set(range(len(sizes))):
        service.pages[f"t{index}" if index else None] = ServerError("down", status=503)
    taken: list[str] = []
    resume: Checkpoint | None = None
    for _ in range(30):
        rows, resume, error = asyncio.run(until_error(token_pager(service, resume)))
        taken += rows
        if error is None:
            break
        failed = None if resume is None or resume.cursor is None else str(resume.cursor)
        service.pages[failed] = bodies[failed]
    assert taken == [str(number) for number in range(made)]


async def until_error(
    listing: Pager[str],
) -> tuple[list[str], Checkpoint | None, AsyncOpsError | None]:
    rows: list[str] = []
    walk = aiter(listing)
    while True:
        try:
            rows.append(await anext(walk))
        except StopAsyncIteration:
            return rows, None, None
        except AsyncOpsError as error:
            text = error.checkpoint.to_json() if error.checkpoint else ""
            return rows, Checkpoint.from_json(text), error


@pytest.mark.parametrize("back", ["t1", "t2", "t3"], ids=["cycle of 3", "cycle of 2", "at once"])
async def test_a_circle_of_tokens_ends_before_anything_comes_twice(back: str) -> None:
    """With what came before it given, and where it stands."""
    service = Tokens(
        {
            None: TokenBody(("0",), "t1"),
            "t1": TokenBody(("1",), "t2"),
            "t2": TokenBody(("2",), "t3"),
            "t3": TokenBody(("3",), back),
        }
    )
    rows, checkpoint, error = await until_error(token_pager(service))
    assert rows == ["0", "1", "2"]
    assert isinstance(error, RepeatedToken)
    assert isinstance(error, PaginationError)
    assert checkpoint is not None
    assert checkpoint.cursor == "t3"


async def test_a_token_that_is_gone_is_an_error_and_never_a_silent_restart() -> None:
    """The service says 410; the error carries the cursor, and nothing else is asked."""
    gone = Gone("this token is too old", status=410)
    service = Tokens({None: TokenBody(("0",), "t1"), "t1": gone})
    rows, checkpoint, error = await until_error(token_pager(service))
    assert rows == ["0"]
    assert error is gone
    assert checkpoint is not None
    assert checkpoint.cursor == "t1"
    assert service.requests == 2
