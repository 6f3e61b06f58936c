"""The claims of filters, by creation and by status: each lie is told."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from asyncops.kit import ByStatus, Client, Window
from asyncops.kit.doctor.filters import CHECKS
from tests.kit.doctor.farms import (
    PLAIN,
    ROWS,
    assert_told,
    examined,
    examined_at,
    farm,
    lies,
    of_ignoring,
    row,
)
from tests.kit.served import times

CLAIMS = {each.claim for each in CHECKS}

# What the service does, what the description says, and the claim that is told with its fix.
LIES: dict[str, tuple[type[Client], type[Client], str, str]] = {
    "a window that is none": (
        farm(window=Window("from", "to")),
        farm(window=Window("since", "until")),
        "created_after",
        "check the parameters of window=, form= and times=",
    ),
    "bounds of a window the wrong way round": (
        farm(window=Window("from", "to")),
        farm(window=Window("to", "from", resolution=timedelta(microseconds=1))),
        "created_after",
        "items were created earlier",
    ),
    "times of a window in another unit": (
        farm(window=Window("from", "to", times="seconds")),
        farm(window=Window("from", "to", times="milliseconds")),
        "created_after",
        "check the parameters of window=, form= and times=",
    ),
    "a filter by status that is none": (
        farm(by_status=ByStatus("status")),
        farm(by_status=ByStatus("state")),
        "status",
        "check the parameter of by_status=",
    ),
    "several statuses at once": (
        farm(by_status=ByStatus("status")),
        farm(by_status=ByStatus("status", many="comma")),
        "statuses",
        "check the parameter and many= of by_status=",
    ),
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_lie_is_told_with_its_fix(lie: str) -> None:
    served, held, claim, text = LIES[lie]
    assert claim in CLAIMS
    await assert_told(held, served, claim, text)


async def test_a_window_that_is_ignored_is_told() -> None:
    window = Window("from", "to", resolution=timedelta(seconds=1))
    found = await of_ignoring(farm(**PLAIN | {"window": window}))
    fix = "check the parameters of window=, form= and times="
    assert lies(found) == {
        "created_after": f"created_after: 10 of 20 items were created earlier; {fix}",
        "created_before": f"created_before: 10 of 20 items were created later; {fix}",
    }


async def test_a_bound_may_be_sent_in_longer_steps_than_the_service_compares() -> None:
    """Items of the second that the bound is in are no lie."""
    window = Window("from", "to", times="seconds", resolution=timedelta(microseconds=1))

    def add(fake: Any) -> None:
        for _ in range(20):
            fake.add("jobs")

    found = await examined(farm(**PLAIN | {"window": window}), rows=0, prepare=add)
    assert not lies(found)


async def test_a_status_that_is_ignored_is_told() -> None:
    found = await of_ignoring(farm(**PLAIN | {"by_status": ByStatus("state", many="comma")}))
    fix = "check the parameter of by_status="
    assert lies(found) == {
        "status": f"status: 13 of 20 items are not queued; {fix}",
        "statuses": f"statuses: 6 of 20 items are not queued, done; {fix}",
    }


async def test_a_status_that_each_request_has_is_tested_by_the_first_page() -> None:
    by_status = ByStatus("state", many="comma", required=True)
    found = await of_ignoring(farm(**PLAIN | {"by_status": by_status}))
    assert lies(found) == {
        "status": "status: 13 of 20 items are not done; check the parameter of by_status="
    }


@pytest.mark.parametrize(("count", "verdict"), [(2, "unknown"), (3, "good")])
async def test_bounds_that_leave_out_what_was_created_at_them_are_no_lie(
    count: int, verdict: str
) -> None:
    async def answer(request: web.Request) -> web.Response:
        oldest, newest = (request.query.get(name) for name in ("from", "to"))

        def is_within(row: dict[str, Any]) -> bool:
            created = datetime.fromisoformat(row["created_at"])
            return not (
                (oldest and created <= datetime.fromisoformat(oldest))
                or (newest and created >= datetime.fromisoformat(newest))
            )

        return web.json_response({"jobs": [row for row in ROWS[:count] if is_within(row)]})

    found = await examined_at(farm(**PLAIN | {"window": Window("from", "to"), "get": None}), answer)
    assert lies(found) == {}
    assert {found[claim].verdict for claim in ("created_after", "created_before")} == {verdict}


async def test_a_service_that_takes_in_the_whole_second_of_a_bound_is_no_lie() -> None:
    created = [times(1, timedelta(seconds=seconds)) for seconds in (0, 0.5, 1.9, 2.5)]

    async def answer(request: web.Request) -> web.Response:
        oldest = int(request.query.get("from", 0))
        newest = int(request.query.get("to", 1 << 40))
        rows = [
            {**row(number, 0), "created_at": when}
            for number, when in enumerate(created)
            if oldest <= datetime.fromisoformat(when).timestamp() < newest + 1
        ]
        return web.json_response({"jobs": rows})

    window = Window("from", "to", times="seconds")
    found = await examined_at(farm(**PLAIN | {"window": window, "get": None}), answer)
    assert {found[claim].verdict for claim in ("created_after", "created_before")} == {"good"}
