"""A listing sorted in either direction: what it asks for, and where a walk of it begins."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve, frozen

from asyncops import ApiCallStatus, Checkpoint, UnexpectedPage
from asyncops.http.messages import Reply, Request
from asyncops.paging.cursors.cursor_strategy import CursorStrategy
from asyncops.paging.statuses.cursor import MergeCursor
from asyncops.paging.statuses.listing import SortedListing, SortedNames
from asyncops.paging.statuses.sequential import StatusMerge
from asyncops.paging.styles import After, Token
from tests.laws.simulated import Body

START = Checkpoint(query="")
NAMES = SortedNames(
    style=Token(size="page[size]"),
    newest_first=(("order", "desc"),),
    oldest_first=(),
    status="filter[state]",
)


@frozen
class Numbered:
    id: str
    number: int
    created_at: datetime


def at(second: int) -> datetime:
    return datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC)


REQUEST = Request(path="/runs", params=(("branch", "main"),))
QUEUED, *_, COMPLETED, FAILED = ApiCallStatus


def listing(*statuses: ApiCallStatus, **fields: Any) -> SortedListing[Any]:
    return SortedListing(REQUEST, NAMES, statuses=statuses, **fields)


def first_requests(strategies: Sequence[Any]) -> list[dict[str, str]]:
    return [dict(strategy.next_request().params) for strategy in strategies]


def test_the_words_of_the_service_are_sent() -> None:
    """An order that needs no parameter has none."""
    one = listing(FAILED, limit=5)
    wanted = {"branch": "main", "page[size]": "5", "order": "desc", "filter[state]": "failed"}
    rising = {"branch": "main", "page[size]": "5", "filter[state]": "failed"}
    assert first_requests([one.sequential(START)]) == [wanted]
    assert first_requests([evolve(one, descending=False).sequential(START)]) == [rising]
    assert first_requests([scan() for scan in one.scans()]) == [wanted]
    assert first_requests([listing().sequential(START)]) == [{"branch": "main", "order": "desc"}]


@pytest.mark.parametrize("concurrent", [False, True])
def test_the_next_page_is_asked_for_with_what_identifies_an_item(concurrent: bool) -> None:
    """Which need not be its id."""
    names = evolve(NAMES, style=After(more=None, ends="empty page"))
    runs: SortedListing[Any] = SortedListing(
        REQUEST, names, statuses=[QUEUED, FAILED], identity=lambda run: run.number
    )
    page: Reply[Any] = Reply(
        value=Body((Numbered("x", 7, at(9)), Numbered("y", 8, at(8))), None)  # type: ignore[arg-type]
    )
    if concurrent:
        walk = runs.concurrent(START, 8, True, False)
        key, _ = walk.ask() or (None, REQUEST)
        assert key is not None
        walk.feed(key, page)
        asked = [dict(request.params) for _, request in iter(walk.ask, None)]
    else:
        merge = runs.sequential(START)
        merge.next_request()
        merge.feed(page)
        merge.take()
        asked = [dict((merge.next_request() or REQUEST).params)]
    assert "8" in [each.get("after") for each in asked]
    assert "y" not in [each.get("after") for each in asked]


def test_each_status_is_asked_for_in_both_directions() -> None:
    """From both ends; of several for no fewer items than a request is worth."""
    walk = listing(FAILED, limit=5).concurrent(START, 8, True, False)
    near, far = walk.ask(), walk.ask()
    assert near is not None
    assert far is not None
    assert [dict(request.params) for _, request in (near, far)] == [
        {"branch": "main", "page[size]": "5", "order": "desc", "filter[state]": "failed"},
        {"branch": "main", "page[size]": "5", "filter[state]": "failed"},
    ]
    assert first_requests([scan() for scan in listing(QUEUED, FAILED, limit=5).scans()]) == [
        {"branch": "main", "page[size]": "20", "order": "desc", "filter[state]": "queued"},
        {"branch": "main", "page[size]": "20", "order": "desc", "filter[state]": "failed"},
    ]


def test_several_statuses_are_asked_for_no_more_than_the_service_takes() -> None:
    names = evolve(NAMES, style=Token(size="page[size]", most=10))
    several: SortedListing[Any] = SortedListing(REQUEST, names, statuses=(QUEUED, FAILED), limit=5)
    sizes = {each["page[size]"] for each in first_requests([scan() for scan in several.scans()])}
    assert sizes == {"10"}


def test_one_end_is_read_where_the_first_items_are_enough() -> None:
    """In the order that was asked for."""
    walk = listing(FAILED).concurrent(START, 8, True, True)
    near = walk.ask()
    assert near is not None
    assert "order" in dict(near[1].params)
    assert walk.ask() is None


def test_ended_statuses_follow_the_last_unfinished_one_and_not_each_other() -> None:
    """So that one ended status does not hold the other back."""
    streams = listing(QUEUED, COMPLETED, FAILED)._streams(True)
    assert [each.after and each.after.name for each in streams] == [None, "queued", "queued"]


def test_a_checkpoint_is_bound_to_filters_order_and_statuses() -> None:
    """The size of a page may change."""
    terms = (("branch", "main"), ("order", "desc"), ("filter[state]", "failed"))
    assert listing(FAILED, limit=5).terms == listing(FAILED).terms == terms
    assert evolve(listing(FAILED), descending=False).terms != terms


def test_a_cursor_that_does_not_fit_is_refused_before_a_strategy_is_made() -> None:
    """A token of one status is the service's own; several have cursors of their own form."""
    cursor = MergeCursor(
        descending=True,
        position=None,
        names=("queued", "failed"),
        tokens=(None, "t"),
        query="/runs in the order desc",
    ).encode()
    both = listing(QUEUED, FAILED)
    both.check(Checkpoint(query="", cursor=cursor))
    assert isinstance(both.sequential(Checkpoint(query="", cursor=cursor)), StatusMerge)
    assert isinstance(listing(FAILED).sequential(Checkpoint(query="", cursor="t")), CursorStrategy)
    with pytest.raises(ValueError, match="belongs to the statuses queued, failed, not to failed"):
        listing(FAILED).check(Checkpoint(query="", cursor=cursor))
    with pytest.raises(ValueError, match="not one of a listing over several statuses"):
        both.check(Checkpoint(query="", cursor="t"))
    with pytest.raises(TypeError, match="has page tokens"):
        both.check(Checkpoint(query="", cursor=4))


def test_a_limit_is_checked() -> None:
    """Before anything is sent."""
    with pytest.raises(ValueError, match="limit must be at least 1"):
        listing(limit=0)


@frozen
class Undated:
    id: UUID
    created_at: None = None


def test_an_item_without_a_creation_time_cannot_be_merged() -> None:
    """The error says why."""
    walk = listing(QUEUED, FAILED).sequential(START)
    walk.next_request()
    row: Any = Undated(UUID(int=1))
    with pytest.raises(UnexpectedPage, match="no created_at"):
        walk.feed(Reply(value=Body((row,), None)))
