"""A walk over a listing that is filtered by creation, fed by hand."""

import pytest

from asyncops import APIError, Checkpoint, ListingMoved
from asyncops.http.messages import Request
from asyncops.paging.windows.window_cursor import Gap, WindowCursor
from asyncops.paging.windows.window_strategy import WindowStrategy
from asyncops.utils.moments import TimeRange
from tests.paging.windows.made import Item, at, created, page

START = Checkpoint(query="")


def asked(strategy: WindowStrategy[Item]) -> tuple[int, Request]:
    found = strategy.ask()
    assert found is not None
    return found


def test_a_token_that_is_refused_is_gone_on_from_by_time() -> None:
    strategy = WindowStrategy(created(), START)
    key, request = asked(strategy)
    assert request.params == ()
    strategy.feed(key, page(30, 20, token="a"))
    first = strategy.take()
    assert first is not None
    assert WindowCursor.fits(first.next_cursor)
    key, request = asked(strategy)
    assert request.params == (("page_token", "a"),)
    strategy.fail(key, APIError.of(410)("Gone", status=410))
    key, request = asked(strategy)
    (name, before), *_ = request.params
    assert (name, before[:22]) == ("before", at(22).isoformat()[:19] + ".00")
    strategy.feed(key, page(20, 10))
    last = strategy.take()
    assert last is not None
    assert [item.id for item in last.items] == ["i10"]
    assert last.next_cursor is None
    assert strategy.done


def test_an_error_that_is_no_refusal_ends_the_walk() -> None:
    strategy = WindowStrategy(created(), START, 2)
    key, _ = asked(strategy)
    strategy.feed(key, page(30, 20, token="a"))
    key, _ = asked(strategy)
    strategy.fail(key, APIError.of(403)("No", status=403))
    assert strategy.failure is not None
    assert strategy.take() is not None
    assert not strategy.done
    assert strategy.ask() is None


def test_a_range_that_has_given_nothing_yet_keeps_the_cursor_at_which_it_began() -> None:
    """Without order: each range goes on by its own cursor, one range after the other."""
    gaps = (
        Gap(range=TimeRange(None, at(50)), cursor="A"),
        Gap(range=TimeRange(at(50), None), cursor="B"),
    )
    start = Checkpoint(query="", cursor=WindowCursor(gaps=gaps).encode())
    strategy = WindowStrategy(created(descending=None), start)
    key, request = asked(strategy)
    assert ("page_token", "A") in request.params
    strategy.feed(key, page(20, token="C"))
    first = strategy.take()
    assert first is not None
    assert isinstance(first.next_cursor, str)
    told = WindowCursor.decode(first.next_cursor)
    assert [(gap.range, gap.cursor) for gap in told.gaps] == [
        (gaps[0].range, "C"),
        (gaps[1].range, "B"),
    ]


@pytest.mark.parametrize(("says_more", "rows"), [(True, ()), (True, (30,)), (False, (30,))])
def test_what_comes_by_number_for_want_of_a_total_warns_once(
    says_more: bool, rows: tuple[float, ...]
) -> None:
    """A page of one moment leads no further by time."""
    strategy = WindowStrategy(created(by_time=True, says_more=says_more), START)
    key, _ = asked(strategy)
    strategy.feed(key, page(30.5, 30.25, token="a"))
    assert strategy.take() is not None
    key, request = asked(strategy)
    assert request.params == (("page_token", "a"),)
    strategy.feed(key, page(*rows, token="b"))
    with pytest.warns(ListingMoved, match="created at one time"):
        strategy.take()
    key, _ = asked(strategy)
    strategy.feed(key, page(29.75))
    assert strategy.take() is not None


def test_an_empty_page_that_ends_a_listing_does_not_warn() -> None:
    strategy = WindowStrategy(created(by_time=True, says_more=False), START)
    key, _ = asked(strategy)
    strategy.feed(key, page(30.5, 30.25, token="a"))
    assert strategy.take() is not None
    key, _ = asked(strategy)
    strategy.feed(key, page())
    strategy.take()
    # Nothing was pulled from it onto the page before.
    key, request = asked(strategy)
    assert "before" in dict(request.params)
    strategy.feed(key, page(30.5, 30.25, token="a"))
    assert strategy.take() is None
    assert strategy.done


def test_what_was_pulled_from_an_empty_page_onto_the_one_before_is_given() -> None:
    strategy = WindowStrategy(created(by_time=True, says_more=False), START)
    key, _ = asked(strategy)
    strategy.feed(key, page(30.75, 30.5, 30.25, token="a"))
    strategy.take()
    key, _ = asked(strategy)
    strategy.feed(key, page())
    strategy.take()
    key, _ = asked(strategy)
    strategy.feed(key, page(30.5, 30.25, 30.125, token="a"))
    last = strategy.take()
    assert last is not None
    assert [item.id for item in last.items] == ["i30.125"]
