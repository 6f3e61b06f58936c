"""The claims of an order, of its two ends and of times: each lie is told."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from attrs import frozen

from asyncops.kit import Client, EpochMillis, EpochSeconds, NextURL, Order
from asyncops.kit.doctor.order import CHECKS
from asyncops.testing import FakeClock
from tests.kit.doctor.farms import (
    PLAIN,
    ROWS,
    SORTED,
    TOKENS,
    Job,
    assert_told,
    examined,
    examined_at,
    farm,
    lies,
    of_ignoring,
    row,
)

CLAIMS = {each.claim for each in CHECKS}

# What the service does, what the description says, and the claim that is told with its fix.
LIES: dict[str, tuple[type[Client], type[Client], str, str]] = {
    "the other order": (
        farm(order=Order(newest_first=False)),
        farm(order=Order()),
        "order",
        "order: the items come oldest first; write newest_first=False",
    ),
    "both ends the wrong way round": (
        farm(order=SORTED),
        farm(order=Order(param="sort", newest="created", oldest="-created")),
        "order",
        "newest= and oldest= of sort are the wrong way round",
    ),
    "a value of the order that is none": (
        farm(order=SORTED),
        farm(order=Order(param="sort", newest="-created", oldest="+created")),
        "both ends",
        "check param=, newest= and oldest=, or leave param= out",
    ),
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_lie_is_told_with_its_fix(lie: str) -> None:
    served, held, claim, text = LIES[lie]
    assert claim in CLAIMS
    await assert_told(held, served, claim, text)


async def test_a_parameter_for_the_order_that_is_ignored_is_told() -> None:
    found = await of_ignoring(farm(**PLAIN | {"order": Order(param="sort")}))
    assert str(found["both ends"]) == (
        "both ends: sort does not lead to the end where the items come oldest first; "
        "check param=, newest= and oldest=, or leave param= out"
    )


async def test_a_next_page_that_leads_the_other_way_is_told() -> None:
    """Each page is sorted, and the next one is newer."""
    held = farm(NextURL("next"), **PLAIN)
    rows = [row(3 * page + each, 3 * (20 - page) + each) for page in range(20) for each in range(3)]
    found = await of_ignoring(held, rows, 3, NextURL("next"))
    assert str(found["order"]) == (
        "order: the next page holds items that belong in front of this one; "
        "name the place that leads the other way as next="
    )


async def test_what_is_not_sorted_is_told() -> None:
    held = farm(TOKENS, **PLAIN)
    rows = [row(number, number * 7 % 60) for number in range(60)]
    found = await of_ignoring(held, rows)
    assert str(found["order"]) == "order: the items are not sorted by creation; write order=None"


def _seconds(unit: Any) -> type[Client]:
    @frozen(kw_only=True)
    class Timed(Job):
        created_at: unit

    return farm(item=Timed)


async def test_times_in_another_unit_are_told() -> None:
    found = await examined(_seconds(EpochMillis), _seconds(EpochSeconds))
    assert "check the type of created_at" in lies(found)["times"]


@pytest.mark.parametrize(("ahead", "way"), [(7200, "ahead of"), (-7200, "behind")])
async def test_a_clock_that_differs_is_told(ahead: int, way: str) -> None:
    clock = FakeClock(datetime.now(UTC) + timedelta(seconds=ahead))
    found = await examined(farm(), clock=clock)
    assert re.fullmatch(
        rf"clock: this machine's is (7199|7200|720[1-9]) s {way} the service's; "
        "set this machine's clock",
        lies(found)["clock"],
    )


@pytest.mark.parametrize("form", ["%a, %d %b %Y %H:%M:%S -0000", "%a %b %d %H:%M:%S %Y"])
async def test_a_date_without_a_zone_is_in_utc(form: str) -> None:
    async def answer(_: web.Request) -> web.Response:
        date = datetime.now(UTC).strftime(form)
        return web.json_response({"jobs": ROWS[:9]}, headers={"Date": date})

    found = await examined_at(farm(**PLAIN), answer)
    assert found["clock"].verdict == "good"
    assert found["times"].verdict == "good"
