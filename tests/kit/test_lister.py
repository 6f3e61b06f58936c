"""The listings of a resource at one place: what is sent, and what is filtered for here."""

import json
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import frozen

from asyncops.kit import ByStatus, Listing, ListOptions, Offset, Order, Pages, Token, Window
from asyncops.kit.chosen import Chosen, chosen_of
from asyncops.kit.lister import Lister
from asyncops.kit.query import Query
from asyncops.listing.position import fingerprint
from asyncops.sharding.shard import Shard
from tests.kit.parts import AllOptions, Job, JobStatus, client, listing, resource

WAITING, DONE, BROKEN = JobStatus
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
BY_SORT = Order(param="sort_by")
WINDOWED: dict[str, Any] = {"window": Window("after", "before"), "by_status": ByStatus()}


@frozen(kw_only=True)
class OneStatus(ListOptions):
    """The filter by status alone."""

    status: str | None = None


def lister(fields: dict[str, Any] | None = None, **parts: Any) -> Lister:
    described = resource(listing=listing(**parts), **{"options": AllOptions, **(fields or {})})
    made: Any = client(jobs=described)("a-token-of-tests")
    found: Lister = made.jobs._bound.lister
    return found


def test_filters_statuses_and_times_are_sent_in_this_order() -> None:
    asked = lister(**WINDOWED).asked(
        Query(params=(("scene", "s1"),), after=NOON, before=NOON + timedelta(hours=1)),
        Chosen(sent=(DONE,)),
    )
    assert asked.request.path == "/jobs"
    assert asked.request.params == (
        ("scene", "s1"),
        ("status", "done"),
        ("after", "2026-01-02T12:00:00Z"),
        ("before", "2026-01-02T13:00:00Z"),
    )


def test_without_a_window_no_times_are_sent() -> None:
    query = Query(after=NOON, before=NOON + timedelta(hours=1))
    assert lister({"options": ListOptions}).asked(query, Chosen()).request.params == ()


@pytest.mark.parametrize(
    ("many", "params"),
    [
        ("no", (("state", "done"), ("state", "broken"))),
        ("repeat", (("state", "done"), ("state", "broken"))),
        ("comma", (("state", "done,broken"),)),
    ],
)
def test_several_statuses_are_sent_as_the_service_takes_them(many: Any, params: Any) -> None:
    parts = {**WINDOWED, "by_status": ByStatus("state", many)}
    asked = lister(**parts).asked(Query(), Chosen(sent=(DONE, BROKEN)))
    assert asked.request.params == params


def test_a_status_is_written_as_the_service_takes_it() -> None:
    """One by itself, several in one text, and several that are merged."""
    ways_to_send: Any = (("no", "is:done"), ("comma", "is:done,broken"))
    for many, sent in ways_to_send:
        filtered = {**WINDOWED, "by_status": ByStatus("filter", many, form="is:{}")}
        chosen = Chosen(sent=(DONE,) if many == "no" else (DONE, BROKEN))
        request = lister(**filtered).asked(Query(), chosen).request
        assert request.params == (("filter", sent),)
    merging = {"order": BY_SORT, "by_status": ByStatus("filter", form="is:{}")}
    ways = lister({"options": OneStatus}, **merging).asked(Query(), Chosen(merged=(DONE,))).ways()
    assert ways.terms == (("sort_by", "desc"), ("filter", "is:done"))


def test_a_listing_by_post_has_a_body_and_only_reads() -> None:
    parts = {**WINDOWED, "by_status": ByStatus("filter.state.any", "list"), "method": "POST"}
    found = lister(paging=Offset(total="n"), headers={"X-A": "b"}, **parts)
    chosen = Chosen(sent=(DONE, BROKEN))
    asked = found.asked(Query(params=(("filter.kind", "k"),), after=NOON), chosen)
    request = asked.request
    assert (request.method, request.params, request.safe) == ("POST", (), True)
    assert request.headers == {"Content-Type": "application/json", "X-A": "b"}
    assert json.loads(request.body or b"") == {
        "filter": {"kind": "k", "state": {"any": ["done", "broken"]}},
        "after": "2026-01-02T12:00:00Z",
    }
    other = found.asked(Query(), Chosen()).request
    assert fingerprint(request, ()) != fingerprint(other, ())


def test_hints_are_for_what_the_caller_asked() -> None:
    found = lister(paging=Pages(total="n", most=100), hints={403: "x"}, **WINDOWED)
    assert found.asked(Query(size=100), Chosen()).request.hints == {403: "x"}
    hints = found.asked(Query(size=101), Chosen()).request.hints
    assert hints == {403: "x", 400: "limit is 101; Renderfarm takes 1 to 100."}
    unknown = Chosen(sent=(JobStatus("paused"),))
    assert "this release knows" in found.asked(Query(), unknown).request.hints[400]


def test_what_the_service_cannot_filter_is_filtered_here() -> None:
    job = Job(id="j1", status=DONE, created_at=NOON)
    late, waiting = NOON + timedelta(seconds=1), Job(id="j2", status=WAITING, created_at=NOON)
    found = lister(window=Window("after"), by_status=ByStatus(), order=BY_SORT)
    keep = found.pager(Query(before=NOON), Chosen(kept=(DONE,)))._position()._keep
    assert keep is not None
    assert keep(job)
    assert not keep(Job(id="j3", status=DONE, created_at=late))
    assert not keep(waiting)
    by_time = found.pager(Query(before=NOON), Chosen())._position()._keep
    assert by_time is not None
    assert by_time(waiting)
    assert found.pager(Query(after=NOON), Chosen())._position()._keep is None
    sent = lister(order=BY_SORT, **WINDOWED).pager(Query(before=NOON), Chosen())
    assert sent._position()._keep is None


def test_checkpoints_are_bound_to_all_that_decides_what_is_given() -> None:
    found = lister(window=Window("after"), by_status=ByStatus(), order=BY_SORT)
    queries = [
        (Query(), Chosen()),
        (Query(after=NOON), Chosen()),
        (Query(before=NOON), Chosen()),
        (Query(), Chosen(sent=(DONE,))),
        (Query(), Chosen(kept=(DONE,))),
        (Query(params=(("scene", "s1"),)), Chosen()),
    ]
    bound = {found.pager(query, chosen)._start.query for query, chosen in queries}
    assert len(bound) == len(queries)
    # The size of cursor pages is not part of it.
    assert found.pager(Query(size=5), Chosen())._start.query in bound


@frozen(kw_only=True)
class Sorted(ListOptions):
    status: str | Collection[str] | None = None
    sort_by: str | None = None


SORTED: dict[str, Any] = {
    "order": Order(param="sort_by"),
    "by_status": ByStatus(required=True),
    "paging": Token(size="limit"),
}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"resource": "farm.tasks"}, "this shard is a part of farm.tasks, not of farm.jobs"),
        ({"filters": (("color", "red"),)}, "this shard does not hold a query of farm.jobs"),
        ({"statuses": ()}, "this shard does not hold a query of farm.jobs"),
    ],
)
def test_a_shard_of_another_listing_is_refused(changes: dict[str, Any], message: str) -> None:
    fields = {"resource": "farm.jobs", "statuses": ("done",), **changes}
    with pytest.raises(ValueError, match=message):
        lister({"options": Sorted}, **SORTED).shard(Shard(**fields), ListOptions())


def test_a_shard_asks_for_what_its_listing_asked_for() -> None:
    found = lister({"options": Sorted}, **SORTED)
    shard = Shard(resource="farm.jobs", statuses=("done", "new"), page_size=7, descending=False)
    asked = found._asked_by(shard)
    assert asked.chosen == Chosen(merged=(DONE, JobStatus("new"))) or asked.chosen.merged
    assert asked.ordering.descending is False
    assert asked.size == 7


def test_a_shard_without_statuses_fits_a_listing_without_them() -> None:
    found = lister({"options": ListOptions}, paging=Pages(total="n", number="at"))
    assert found._asked_by(Shard(resource="farm.jobs")).chosen == Chosen()
    with pytest.raises(ValueError, match="does not hold a query"):
        found._asked_by(Shard(resource="farm.jobs", statuses=("done",)))


def test_statuses_are_chosen_with_the_description() -> None:
    described = resource(listing=Listing("/jobs", "jobs", **SORTED), options=Sorted).description
    assert chosen_of(None, described) == Chosen(merged=(WAITING, DONE, BROKEN))


async def test_a_listing_that_no_shard_can_hold_says_why() -> None:
    """The latest creation time is not sent where the service has no parameter for it."""
    late = lister(window=Window("after"), by_status=ByStatus(), order=BY_SORT)
    with pytest.raises(ValueError, match=r"cannot be cut: .*created_before is applied here"):
        await late.pager(Query(before=NOON), Chosen()).shards()
    posted = lister({"options": ListOptions}, paging=Pages(total="n"), method="POST")
    with pytest.raises(ValueError, match=r"cannot be cut: .*asked for by POST"):
        await posted.pager(Query(), Chosen()).shards()
    placed = lister(paging=Pages(total="n"), **WINDOWED)
    with pytest.raises(ValueError, match=r"cannot be cut: .*scene is one"):
        await placed.pager(Query(place={"scene": "s1"}), Chosen()).shards()
    assert late.pager(Query(after=NOON), Chosen())._cut is not None


def test_the_query_of_the_path_is_sent_once_also_by_a_shard() -> None:
    found = lister(path="/jobs?kind=1&all", paging=Pages(total="n"), **WINDOWED)
    request = found.asked(Query(params=(("scene", "s1"),)), Chosen()).request
    assert (request.path, request.params) == (
        "/jobs",
        (("kind", "1"), ("all", ""), ("scene", "s1")),
    )
    shard = Shard(resource="farm.jobs", filters=request.params)
    assert found._asked_by(shard).request.params == request.params
    posted = lister({"options": ListOptions}, path="/jobs?kind=1", method="POST")
    request = posted.asked(Query(params=(("scene", "s1"),)), Chosen()).request
    assert request.params == (("kind", "1"),)
    assert json.loads(request.body or b"") == {"scene": "s1"}


def test_times_in_a_body_are_numbers_where_the_service_takes_numbers() -> None:
    parts = {**WINDOWED, "window": Window("after", "before", times="seconds"), "method": "POST"}
    request = lister(**parts).asked(Query(after=NOON), Chosen()).request
    assert json.loads(request.body or b"") == {"after": int(NOON.timestamp())}
