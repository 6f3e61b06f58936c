"""The verbs of a resource with keys, numbers and times of its own, whose runs may be repaired."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from asyncops import OperationBlocked, to_dict
from asyncops.kit.operations import Operations
from asyncops.models import State
from asyncops.polling.policy import PollPolicy
from tests.kit.described.mill import MillClient
from tests.kit.served import Row, Served, serving

TOKEN = "a-token-of-tests"
FAST = PollPolicy(initial=0.01, cap=0.02, timeout=30)


def numbered(number: int, life_cycle: str = "RUNNING", result: str | None = None) -> Row:
    """A run as the mill has it, created so many seconds before the first of November."""
    state = {"life_cycle_state": life_cycle, "state_message": "out of disk" if result else ""}
    ended = result is not None
    return {
        "run_id": number,
        "state": {**state, "result_state": result} if ended else state,
        "start_time": 1_793_491_200_000 - 1000 * number,
        "end_time": 1_793_491_200_500 if ended else 0,
    }


@asynccontextmanager
async def mill(rows: list[Row]) -> AsyncIterator[MillClient]:
    listing = MillClient.runs.description.listing
    assert listing is not None

    async def one(request: web.Request) -> web.Response:
        found = [row for row in rows if str(row["run_id"]) == request.query["run_id"]]
        return web.json_response(found[0])

    routes = {("GET", "/runs/get"): one}
    async with (
        serving(Served(listing, rows), listing.path, "/unused/{id}", routes) as service,
        MillClient(TOKEN, base_url=service.url) as client,
    ):
        yield client


async def test_keys_numbers_and_milliseconds_are_read_as_declared() -> None:
    rows = [numbered(at, "TERMINATED", "FAILED") for at in range(5)]
    async with mill(rows) as client:
        assert isinstance(client.runs, Operations)
        runs = [run async for run in client.runs.list()]
        assert [run.id for run in runs] == [0, 1, 2, 3, 4]
        assert await client.runs.get(3) == await client.runs.get("3") == runs[3]
        walk = aiter(client.runs.list())
        for _ in range(3):
            await anext(walk)
        rest = [run.id async for run in client.runs.list(resume=walk.checkpoint)]
        assert rest == [3, 4]
    assert to_dict(runs[1]) == {
        "id": 1,
        "status": "FAILED",
        "created_at": "2026-10-31T23:59:59Z",
        "finished_at": "2026-11-01T00:00:00.500000Z",
        "name": "",
        "told": {"life_cycle": "TERMINATED", "result": "FAILED", "message": "out of disk"},
    }
    assert (runs[1].state, runs[1].error) == (State.FAILED, "out of disk")


async def test_one_that_waits_for_a_person_is_told_of_or_ends_the_wait() -> None:
    rows, told = [numbered(7, "BLOCKED")], []

    def end(poll: Any) -> None:
        told.append(poll.blocked)
        if poll.number == 2:
            rows[0] = numbered(7, "TERMINATED", "SUCCESS")

    async with mill(rows) as client:
        with pytest.raises(OperationBlocked) as caught:
            await client.runs.wait(7, on_blocked="raise")
        assert caught.value.operation.id == 7
        assert (await client.runs.wait(7, poll=FAST, on_poll=end)).state is State.SUCCEEDED
    assert told == [1, 1, 0]


async def test_one_that_ended_and_goes_on_is_told_of_and_so_is_its_next_end() -> None:
    rows = [numbered(0), numbered(3600, "TERMINATED", "FAILED")]
    async with mill(rows) as client, client.runs.watch(poll=FAST) as changes:
        for result in ("CANCELED", "SUCCESS"):
            rows[1] = numbered(3600, "QUEUED")
            change = await anext(changes)
            assert (change.kind, change.id) == ("reopened", "3600")
            rows[1] = numbered(3600, "TERMINATED", result)
            change = await anext(changes)
            assert (change.kind, change.id) == ("finished", "3600")
