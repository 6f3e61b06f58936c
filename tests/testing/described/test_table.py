"""New operations that come by themselves as the fake server's clock moves."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncops.testing import FakeServer
from asyncops.testing.chainloop.data import KINDS, PREFIX
from asyncops.testing.server.lifecycle import STATUSES
from asyncops.testing.server.local import now_ns
from tests import raw_json
from tests.testing.asking import answer
from tests.testing.counting import work_of_at_most

DAY = 86_400

Lists = Callable[[FakeServer], list[dict[str, Any]]]
LISTS: list[Lists] = [
    raw_json.zoo_operations,
    raw_json.ml_prompts,
    raw_json.chainloop_operations,
]


def small(arrivals: float, seed: int = 0) -> FakeServer:
    return FakeServer(
        operations=20, prompts=20, chainloop_operations=20, arrivals=arrivals, seed=seed
    )


@pytest.mark.parametrize("rows", LISTS)
@settings(max_examples=25)
@given(st.floats(0.05, 20), st.floats(0, 25), st.integers(0, 5))
def test_as_many_come_as_was_said_and_none_that_is_there_moves(
    rows: Lists, arrivals: float, seconds: float, seed: int
) -> None:
    """The ids there were stay where they were, behind the new ones, which are newer."""
    server = small(arrivals, seed)
    before = rows(server)
    assert before[-1:] == rows(small(0, seed))[-1:]
    server.advance(seconds)
    after = rows(server)
    assert abs(len(after) - len(before) - arrivals * seconds) <= 2
    assert [row["id"] for row in after[len(after) - len(before) :]] == [row["id"] for row in before]
    made = [row.get("createdAt") or row["created_at"] for row in after]
    assert made == sorted(made, reverse=True)
    again = small(arrivals, seed)
    again.advance(seconds)
    assert rows(again) == after


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.floats(0, 30), st.booleans()), max_size=12),
    st.sampled_from([None, *KINDS]),
)
def test_added_rows_and_arrivals_stand_in_the_order_of_their_creation(
    steps: list[tuple[float, bool]], kind: str | None
) -> None:
    """However they alternate, each row is in one status and the listings hold all of them."""
    server = small(0.5)
    added = []
    for seconds, adds in steps:
        server.advance(seconds)
        if adds:
            added.append(raw_json.create_chainloop_operation(server, lifetime=1000)["id"])
    rows = raw_json.chainloop_operations(server)
    assert [row["id"] for row in reversed(rows) if row["id"] in added] == added
    by_status = [
        row["id"]
        for status in ("PENDING", "RUNNING", "COMPLETED", "FAILED")
        for row in raw_json.chainloop_operations(server, f"{PREFIX}{status}", kind)
    ]
    assert sorted(by_status) == sorted(r["id"] for r in rows if kind in {None, r["kind"]})
    for row in rows[:3]:
        about = row["resourceType"], row["resourceId"]
        same = raw_json.chainloop_operations(server, None, None, *about)
        assert same == [r for r in rows if (r["resourceType"], r["resourceId"]) == about]


def test_zoo_lists_each_arrival_in_one_status_and_finds_it_by_its_id() -> None:
    server = small(2)
    raw_json.create_operation(server, status="queued")
    for seconds in (3, 40, 500):
        server.advance(seconds)
        everything = raw_json.zoo_operations(server)
        by_status = [
            row["id"] for status in STATUSES for row in raw_json.zoo_operations(server, status)
        ]
        assert sorted(by_status) == sorted(row["id"] for row in everything)
        now = now_ns(server.clock)
        for row in everything[:5]:
            got = answer(server.zoo.described, f"/async/operations/{row['id']}", {}, now)
            assert got["status"] == row["status"]


def test_there_is_always_something_alive_and_a_year_costs_nothing() -> None:
    """A page of a list that has grown by thirty million rows is read as quickly as any."""
    server = small(1)
    server.advance(365 * DAY)
    query = {"pagination.page": "1", "pagination.page_size": "100", "status": f"{PREFIX}RUNNING"}
    zoo = {"sort_by": "created_at_descending", "status": "in_progress"}
    with work_of_at_most(600_000):
        for _ in range(20):
            now = now_ns(server.clock)
            assert answer(server.chainloop.described, "/v1/operations", query, now)["operations"]
            assert answer(server.zoo.described, "/async/operations", zoo, now)["items"]
            server.advance(7.5)
    total = {"pagination.page": "1", "pagination.page_size": "1"}
    pages = answer(server.chainloop.described, "/v1/operations", total, now_ns(server.clock))[
        "pagination"
    ]
    assert abs(int(pages["totalCount"]) - 20 - 365 * DAY - 150) <= 2


@pytest.mark.parametrize("arrivals", [-1.0, 1e7, float("nan")])
def test_a_rate_that_makes_no_sense_is_refused(arrivals: float) -> None:
    with pytest.raises(ValueError, match="arrivals"):
        FakeServer(arrivals=arrivals)
