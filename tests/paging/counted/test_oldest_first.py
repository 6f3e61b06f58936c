"""Numbered pages whose new rows come last: which pages are asked for."""

import pytest

from asyncops.errors import APIError, AsyncOpsError, BadRequest, ConnectionFailed, ServerError
from asyncops.http.messages import Reply, Request
from asyncops.paging.counted.concurrent import ConcurrentNumbered
from asyncops.paging.counted.joined import LastRow
from asyncops.paging.counted.numbering import PageBase
from asyncops.paging.counted.oldest_first import OldestFirst
from asyncops.paging.styles import Pages
from tests.laws.out_of_order import Body

STYLE = Pages(first=0, total="total", number="number")


class Walk:
    """A walk over so many rows, five a page."""

    def __init__(self, rows: int) -> None:
        self.rows = [str(number) for number in range(rows)]
        self.asked: list[int] = []
        self.found: list[str] = []
        self.pages: list[int] = []
        self.failing: dict[int, AsyncOpsError] = {}
        self.strategy = OldestFirst[str](
            Request(path="/"), 5, PageBase(), str, drift=LastRow(), style=STYLE
        )

    def answer(self, number: int) -> Reply[Body]:
        items = tuple(self.rows[5 * number : 5 * number + 5])
        count = len(self.rows)
        return Reply(value=Body(items, number, 0, count, -(-count // 5), 0))

    def step(self) -> bool:
        request = self.strategy.next_request()
        if request is None:
            return False
        number = int(dict(request.params)["page"])
        self.asked.append(number)
        error = self.failing.pop(number, None)
        if error is not None:
            if not self.strategy.recover(error):
                raise error
            return True
        self.strategy.feed(self.answer(number))
        page = self.strategy.take()
        if page is not None:
            self.found += page.items
            self.pages.append(int(page.cursor or 0))
        return True

    def to_end(self) -> None:
        while self.step():
            pass


@pytest.mark.parametrize(
    ("rows", "asked"),
    [(0, [0]), (5, [0]), (10, [0, 1, 0]), (15, [0, 2, 0, 1, 2]), (20, [0, 3, 0, 1, 2, 3])],
)
def test_a_quiet_listing_costs_two_requests_more(rows: int, asked: list[int]) -> None:
    walk = Walk(rows)
    walk.to_end()
    assert walk.asked == asked
    assert walk.found == walk.rows
    assert walk.pages == list(range(max(1, -(-rows // 5))))


def test_a_row_that_went_before_the_last_page_was_read_pulls_none_out_of_sight() -> None:
    """The first page is read again, and gives the row that came onto it."""
    walk = Walk(20)
    walk.step()
    walk.rows = [*walk.rows[1:], "20"]
    walk.to_end()
    assert walk.found == [str(number) for number in range(21)]


def test_a_second_page_from_before_a_change_is_asked_for_again() -> None:
    walk = Walk(10)
    walk.step()
    walk.step()
    walk.rows.append("10")
    walk.to_end()
    assert walk.asked == [0, 1, 0, 1, 2]
    assert walk.found == walk.rows


def test_the_last_row_counts_only_on_a_page_that_was_asked_for_after_all_others() -> None:
    """Page 3 is answered before a row goes, pages 1 and 2 after it."""
    walk = Walk(20)
    concurrent = ConcurrentNumbered(walk.strategy, 4)

    def ask() -> list[int]:
        asked = []
        while (each := concurrent.ask()) is not None:
            asked.append(each[0])
        return asked

    for number in (0, 3):
        assert ask() == [number]
        concurrent.feed(number, walk.answer(number))
        concurrent.take()
    assert ask() == [0, 1, 2, 3]
    concurrent.feed(3, walk.answer(3))
    concurrent.feed(0, walk.answer(0))
    walk.rows = [*walk.rows[1:], "20"]
    for number in (1, 2):
        concurrent.feed(number, walk.answer(number))
        concurrent.take()
    assert ask() == [3]
    concurrent.feed(3, walk.answer(3))
    assert concurrent.take() is not None
    with pytest.warns(match="rows may be missing"):
        assert concurrent.take() is None
    assert concurrent.done


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_last_page_that_is_refused_is_told_of_at_the_end(status: int) -> None:
    walk = Walk(20)
    walk.failing[3] = APIError.of(status)("no such page", status=status)
    with pytest.warns(match="rows may be missing"):
        walk.to_end()
    assert walk.asked == [0, 3, 1, 2, 3]
    assert walk.found == walk.rows


@pytest.mark.parametrize("error", [ServerError("down", status=503), ConnectionFailed("lost")])
def test_another_failure_of_the_last_page_is_that_of_the_walk(error: AsyncOpsError) -> None:
    walk = Walk(20)
    walk.failing[3] = error
    with pytest.raises(type(error)):
        walk.to_end()


def test_a_refusal_of_another_page_is_none_of_the_last() -> None:
    walk = Walk(20)
    walk.failing[1] = BadRequest("no", status=400)
    with pytest.raises(BadRequest):
        walk.to_end()
