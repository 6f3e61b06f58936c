"""The claims of items: their class, their statuses, and how one is asked for."""

import pytest
from aiohttp import web
from attrs import frozen

from asyncops.kit import Client, State, Status, Timestamp, Tracked
from asyncops.kit.doctor.items import CHECKS
from tests.kit.doctor.farms import PLAIN, ROWS, Job, assert_told, examined, farm, of_ignoring

CLAIMS = {each.claim for each in CHECKS}


class Fewer(Status):
    """A status less than the service has."""

    QUEUED = "queued", State.PENDING
    RUNNING = "running", State.RUNNING
    DONE = "done", State.SUCCEEDED


@frozen(kw_only=True)
class FewerJob(Tracked):
    id: str
    status: Fewer
    created_at: Timestamp
    started_at: Timestamp | None = None
    finished_at: Timestamp | None = None
    error: str | None = None


@frozen(kw_only=True)
class OtherJob(Job):
    scene: str


# What the service does, what the description says, and the claim that is told with its fix.
LIES: dict[str, tuple[type[Client], type[Client], str, str]] = {
    "a status that is not known": (
        farm(),
        farm(item=FewerJob),
        "known statuses",
        "known statuses: 'broken' came; add it to Fewer, with its State",
    ),
    "a field that is not there": (
        farm(),
        farm(item=OtherJob),
        "item",
        "correct the field of OtherJob",
    ),
    "another path of one item": (
        farm(),
        farm(get="/job/{id}"),
        "get",
        "check get=, id=, found= and result=",
    ),
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_lie_is_told_with_its_fix(lie: str) -> None:
    served, held, claim, text = LIES[lie]
    assert claim in CLAIMS
    await assert_told(held, served, claim, text)


async def test_a_path_that_leads_to_another_item_is_told() -> None:
    async def another(_: web.Request) -> web.Response:
        return web.json_response(ROWS[-1])

    held = farm(get="/others/{id}", **PLAIN)
    found = await of_ignoring(held, routes={("GET", "/others/{id}"): another})
    assert str(found["get"]) == "get: asked for j0, got j59; check get=, id= and found="


@frozen(kw_only=True)
class JobOfPlace(Job):
    """A job whose id is that of one place alone."""

    @property
    def full_id(self) -> str:
        return f"somewhere/{self.id}"


async def test_an_id_of_another_place_is_no_lie() -> None:
    held = farm(item=JobOfPlace, get="/job/{id}", identity="full_id")
    found = await examined(held, farm())
    assert found["get"].verdict == "unknown"
