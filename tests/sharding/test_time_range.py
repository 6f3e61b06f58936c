"""The part of any listing of tokens that lies in a range of time."""

from typing import Any
from uuid import UUID

import pytest
from attrs import define, evolve

from asyncops import (
    AsyncOpsError,
    BadRequest,
    ConnectionFailed,
    Page,
    UnexpectedPage,
)
from asyncops.http.messages import Reply, Request
from asyncops.paging.cursors.cursor_strategy import CursorStrategy
from asyncops.paging.styles import Token
from asyncops.sharding.time_range import EitherWay, NewestFirst, RangeStrategy
from asyncops.utils.moments import TimeRange
from tests.laws.sharded import Calls, at
from tests.laws.simulated import Body, Call


def calls(*seconds: int) -> tuple[Call, ...]:
    return tuple(Call(UUID(int=second), at(second), "completed") for second in seconds)


def read(span: TimeRange, *pages: tuple[int, ...]) -> list[list[int]]:
    """What of these pages lies in a range, page by page."""
    ranged: RangeStrategy[Call] = RangeStrategy(
        CursorStrategy(Request(path="/"), Token()),
        span,
        lambda call: call.created_at,
        EitherWay(),
    )
    given: list[list[int]] = []
    last = None
    for number, seconds in enumerate(pages):
        if ranged.next_request() is None:
            break
        token = str(number) if number + 1 < len(pages) else None
        ranged.feed(Reply(value=Body(calls(*seconds), token)))
        while (page := ranged.take()) is not None:
            given.append([call.id.int for call in page.items])
            last = page
    if ranged.next_request() is None:
        assert last is not None
        assert last.next_cursor is None or len(given) > 1
    return given


@pytest.mark.parametrize(
    ("span", "pages", "given"),
    [
        (TimeRange(at(2), at(5)), [(1, 2), (3, 4), (5, 6), (7,)], [[2], [3, 4], []]),
        (TimeRange(at(2), at(5)), [(7, 6), (5, 4), (3, 2), (1, 0), (0,)], [[4], [3, 2], []]),
        (TimeRange(at(2), at(5)), [(7, 6), (5, 5), (1, 0), (0,)], [[]]),
        (TimeRange(at(2), at(5)), [(7, 6), (), (5, 5)], [[]]),
        (TimeRange(at(2), at(5)), [()], [[]]),
        (TimeRange(at(2), None), [(1,), (1,), (2,), (3,)], [[2], [3]]),
        (TimeRange(at(2), None), [(3,), (2,), (1,), (1,)], [[3], [2], []]),
        (TimeRange(None, at(2)), [(3,), (2,), (1,), (1,)], [[1], [1]]),
        (TimeRange(None, at(2)), [(1,), (1,), (2,), (3,)], [[1], [1], []]),
        (TimeRange(at(2), at(5)), [(1,), (1,), (1,)], [[]]),
    ],
    ids=str,
)
def test_a_range_gives_what_lies_in_it_and_ends_behind_it(
    span: TimeRange, pages: list[tuple[int, ...]], given: list[list[int]]
) -> None:
    """In either direction; what holds nothing of it is not given out, but for a last page."""
    assert read(span, *pages) == given


@pytest.mark.parametrize(
    "pages", [[(1, 3, 2)], [(1,), (3,), (2,)], [(3, 1), (2,)], [(4, 4), (3, 4)]], ids=str
)
def test_a_listing_of_tokens_that_is_not_sorted_is_an_error(pages: list[tuple[int, ...]]) -> None:
    """Not a silent loss of what lies behind the place where a range ends."""
    with pytest.raises(UnexpectedPage, match="not sorted by created_at"):
        read(TimeRange(at(0), at(9)), *pages)


def test_empty_pages_are_read_over_however_many_come_in_a_row() -> None:
    """The service's own, as in any walk."""
    assert read(TimeRange(at(0), at(9)), *[()] * 12, (3,)) == [[3]]


@define
class Quiet:
    """Pages outside of a range, of which the last one does not say that it is."""

    seconds: list[int]
    asked: int = 0
    ready: int | None = None

    def next_request(self) -> Request | None:
        self.asked += 1
        return Request(path="/") if self.seconds else None

    def feed(self, _: Reply[Any]) -> None:
        self.ready = self.seconds.pop(0)

    def take(self) -> Page[Call] | None:
        second, self.ready = self.ready, None
        return None if second is None else Page(items=calls(second), next_cursor="more")

    def recover(self, _: AsyncOpsError, /) -> bool:
        return True


def test_a_walk_has_a_page_where_the_end_comes_without_a_word() -> None:
    """An empty one; and its strategy, which may count them, is asked once for each request."""
    quiet = Quiet([10, 11, 12])
    ranged: RangeStrategy[Call] = RangeStrategy(
        quiet, TimeRange(at(1), at(5)), lambda call: call.created_at, Rough()
    )
    pages = []
    while ranged.next_request() is not None:
        ranged.feed(Reply(value=None))
        while (page := ranged.take()) is not None:
            pages.append(page)
        assert ranged.take() is None
    assert [(page.items, page.next_cursor) for page in pages] == [((), None)]
    assert quiet.asked == 4
    assert ranged.recover(BadRequest("no", status=400))
    assert ranged.recover(ConnectionFailed("lost"))


class Rough:
    """An order that never tells where a range ends."""

    def is_past(self, *_: object) -> bool:
        return False


async def test_any_number_of_pages_outside_of_a_range_are_passed() -> None:
    """Those are not empty."""
    service = Calls(statuses=("completed",), limit=1)
    for second in range(60):
        service.add(second, 3)
    shards = await service.pager().shards()
    for second in range(60, 90):
        service.add(second, 3)
    bounded = evolve(shards[1], newest=at(60))
    page = await service.shard(bounded)
    assert [call.id.int for call in page.items] == [59]
    assert len(await service.shard(bounded).collect()) == 30


@pytest.mark.parametrize(
    ("before", "after", "counts", "disorder"),
    [
        ((9, 8, 3), (5, 2), (40, 40), True),
        ((9, 8, 3), (5, 2), (40, 41), False),
        ((9, 8, 3), (3, 2), (40, 40), False),
        # Newer than all that was there: it is new. Newer than the range: it was there before.
        ((9, 8, 3), (9, 2), (40, 40), False),
        ((9, 8, 3), (7, 2), (40, 40), False),
    ],
)
def test_only_a_row_that_cannot_be_explained_is_disorder(
    before: tuple[int, ...], after: tuple[int, ...], counts: tuple[int, int], disorder: bool
) -> None:
    """Newer than the last one, on the next page of a listing that seems not to have moved."""
    order, span = NewestFirst(), TimeRange(at(1), at(6))

    def is_past(number: int, seconds: tuple[int, ...]) -> bool:
        page: Page[Call] = Page(items=(), cursor=4 + number, total_count=counts[number])
        return order.is_past(page, list(map(at, seconds)), span)

    assert not is_past(0, before)
    if disorder:
        with pytest.raises(UnexpectedPage, match="not sorted"):
            is_past(1, after)
    else:
        assert not is_past(1, after)
