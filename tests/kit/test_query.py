"""From the keyword arguments of a call to what is asked."""

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from asyncops.checkpoints import Checkpoint
from asyncops.kit import (
    ByStatus,
    Listing,
    ListOptions,
    NextURL,
    Order,
    Pages,
    Token,
    Window,
    param,
)
from asyncops.kit.listing import Ordering
from asyncops.kit.query import list_plan, plan_of, watch_plan
from tests.kit.parts import resource

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


@frozen(kw_only=True)
class Options(ListOptions):
    project: str
    status: str | Collection[str] | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    sort_by: str | None = None
    branch: str | None = None
    labels: Collection[str] | None = param("label", many="comma")
    kinds: Collection[str] = ()
    open: bool | None = None


LISTING = Listing(
    "/{project}/runs",
    paging=Token(size="limit", most=50),
    order=Order(param="sort_by"),
    window=Window("after", "before", times="seconds"),
    by_status=ByStatus(),
)


@frozen(kw_only=True)
class Old(ListOptions):
    page_size: int = 100
    page: int | None = None


NUMBERED = Listing("/runs", paging=Pages(total="n"), order=None)


def read(listing: Listing, options: ListOptions) -> Any:
    kind: Any = type(options)
    return plan_of(kind, listing).read(options)


def test_each_argument_goes_where_it_belongs() -> None:
    query = read(
        LISTING,
        Options(
            project="a/b",
            status="failed",
            created_after=NOON,
            created_before=LATER,
            sort_by="asc",
            branch="main",
            labels=["x", "y"],
            kinds=("k1", "k2"),
            open=False,
            limit=7,
            cursor="t1",
        ),
    )
    assert query.place == {"project": "a%2Fb"}
    assert query.params == (
        ("branch", "main"),
        ("label", "x,y"),
        ("kinds", "k1"),
        ("kinds", "k2"),
        ("open", "false"),
    )
    assert (query.status, query.after, query.before) == ("failed", NOON, LATER)
    assert query.order == Ordering(False, (("sort_by", "asc"),))
    assert (query.size, query.cursor) == (7, "t1")


class Sort(StrEnum):
    NEWEST = "created_desc"


def test_an_order_is_chosen_by_its_word_or_a_member_of_an_enum() -> None:
    by = {"ended": "end_desc"}
    listing = evolve(LISTING, order=Order(True, "sort_by", "created_desc", "created_asc", by=by))
    newest = Ordering(True, (("sort_by", "created_desc"),))
    for word in ("created_desc", Sort.NEWEST):
        assert read(listing, Options(project="a", sort_by=word)).order == newest
    words = "sort_by must be one of 'created_asc', 'created_desc', 'ended'; got "
    for wrong in ("x", ["x"]):
        with pytest.raises(ValueError, match=re.escape(f"{words}{wrong!r}")):
            read(listing, Options(project="a", sort_by=wrong))  # type: ignore[arg-type]


def test_none_is_left_out() -> None:
    query = read(LISTING, Options(project="a"))
    assert query.params == ()
    assert (query.status, query.after, query.before, query.order) == (None,) * 4
    assert query.size == 50
    assert query.cursor is None


def test_a_body_holds_json() -> None:
    listing = Listing("/{project}/runs", paging=Token(), order=None, method="POST")
    query = read(listing, Options(project="a", kinds=["k1"], labels=["x", "y"], open=True))
    assert query.params == (("label", "x,y"), ("kinds", ["k1"]), ("open", True))


def test_the_old_names_stand_for_the_same() -> None:
    assert read(NUMBERED, Old()).size == 100
    assert read(NUMBERED, Old(page_size=20, page=3)).size == 20
    assert read(NUMBERED, Old(page=3)).cursor == 3
    assert read(NUMBERED, Old(limit=5, cursor=2)).size == 5
    assert read(NUMBERED, Old(limit=5, cursor=2)).cursor == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (Old(limit=5, page_size=6), "limit and page_size are the same: give one of them"),
        (Old(cursor=1, page=2), "cursor and page are the same: give one of them"),
        (Old(limit=0), "limit must be at least 1, got 0"),
        (Old(page_size=0), "page_size must be at least 1, got 0"),
        (Old(page=2, resume=Checkpoint(query="")), "page and resume both say where to start"),
    ],
)
def test_two_names_for_one_are_refused(options: Old, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read(NUMBERED, options)


def test_a_page_size_is_refused_where_the_service_has_its_own() -> None:
    fixed = Listing("/runs", paging=NextURL(), order=None)
    with pytest.raises(ValueError, match="limit: the service's pages have a fixed size; max_items"):
        read(fixed, ListOptions(limit=5))
    assert read(fixed, ListOptions()).size is None


def test_a_cursor_is_of_the_kind_of_the_listing() -> None:
    with pytest.raises(TypeError, match="cursor must be a page token"):
        read(LISTING, Options(project="a", cursor=3))
    url = Listing("/runs", paging=NextURL(), order=None)
    assert read(url, ListOptions(cursor="https://a.example/runs?page=2")).cursor == "page=2"
    with pytest.raises(TypeError, match="page must be a page number"):
        read(NUMBERED, Old(page="t1"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"project": None}, TypeError, "project must be a string, got NoneType"),
        ({"project": ""}, ValueError, "project must not be empty"),
        ({"project": ".."}, ValueError, r"project must name a part of a path, got '\.\.'"),
        ({"branch": ""}, ValueError, "branch must not be empty"),
        ({"labels": ["a,b"]}, ValueError, "labels: .*commas between.*got 'a,b'"),
        (
            {"created_after": NOON.replace(tzinfo=None)},
            ValueError,
            "created_after must be an aware",
        ),
        ({"created_before": "now"}, TypeError, "created_before must be a datetime"),
    ],
)
def test_a_bad_argument_is_refused_by_name(
    changes: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        read(LISTING, Options(**{"project": "a", **changes}))


def test_a_required_filter_cannot_be_none() -> None:
    @frozen(kw_only=True)
    class Required(ListOptions):
        camera: str

    nothing: Any = None
    with pytest.raises(ValueError, match="camera must be given; it cannot be None"):
        read(Listing("/runs", paging=Token(), order=None), Required(camera=nothing))


def test_plans_are_made_once() -> None:
    described = resource(options=Options, listing=LISTING).description
    assert list_plan(described) is list_plan(described)
    assert watch_plan(described) is watch_plan(described)
    assert [each.name for each in watch_plan(described).filters] == []
    with pytest.raises(TypeError, match="what is not listed has neither pages nor filters"):
        list_plan(resource(listing=None).description)


@given(st.lists(st.text("abc ", min_size=1), max_size=4))
def test_what_is_given_is_what_is_sent(kinds: list[str]) -> None:
    """In the order in which it was given, by comma or repeated."""
    query = read(LISTING, Options(project="a", kinds=kinds, labels=kinds or None))
    sent = dict.fromkeys(name for name, _ in query.params)
    assert [value for name, value in query.params if name == "kinds"] == kinds
    assert ("label" in sent) == bool(kinds)
    assert "".join(value for name, value in query.params if name == "label") == ",".join(kinds)


def test_a_filter_that_is_a_text_takes_nothing_else() -> None:
    """A number would be sent as another filter than was meant."""
    wrong: Any = 5
    with pytest.raises(TypeError, match="branch must be a string, got int"):
        read(LISTING, Options(project="a", branch=wrong))


def test_parameters_that_a_query_cannot_send_are_told() -> None:
    """A text comes once; a filter of several values may be repeated."""
    plan = plan_of(Options, LISTING)
    assert plan.holds([("branch", "a"), ("kinds", "x"), ("kinds", "y"), ("status", "failed")])
    assert not plan.holds([("branch", "a"), ("branch", "b")])
    assert not plan.holds([("limit", "5")])
