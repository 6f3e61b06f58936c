"""Starting and cancelling operations, and what lies below an item, against a small service."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from aiohttp import web

from asyncops.errors import (
    Conflict,
    ConnectionFailed,
    MayHaveStarted,
    NotFound,
    ServerError,
    Unprocessable,
)
from asyncops.kit import Action, Client, Collection, Group, ListOptions, Resource, WatchOptions
from asyncops.kit.action import Accepted
from asyncops.kit.actions import CancellableOperations, NestedOperations, StartableOperations
from asyncops.models import State
from asyncops.testing import FakeClock
from tests.kit.described.github import GitHubClient
from tests.kit.described.replicate import Prediction, ReplicateClient
from tests.kit.parts import Job, client, listing, resource
from tests.kit.served import Served, serving, times

TOKEN = "a-token-of-tests"


def prediction(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"p{number}",
        "model": "m",
        "status": "starting",
        "created_at": times(number),
        **changes,
    }


@pytest.fixture
async def replicate() -> AsyncIterator[tuple[ReplicateClient, Served]]:
    """Replicate with one prediction, and what it starts and cancels."""
    described: Any = vars(ReplicateClient)["predictions"]
    served = Served(described.description.listing, [prediction(0)])

    async def start(request: web.Request) -> web.Response:
        given = await request.json()
        served.seen.append(("POST", request.path_qs, given))
        served.rows.insert(0, prediction(len(served.rows), **given["input"]))
        return web.json_response(served.rows[0], status=201)

    async def cancel(request: web.Request) -> web.Response:
        found = [row for row in served.rows if row["id"] == request.match_info["id"]]
        if not found:
            return web.json_response({"message": "no such prediction"}, status=404)
        found[0]["status"] = "canceled"
        return web.json_response(found[0])

    routes = {
        ("POST", "/v1/predictions"): start,
        ("POST", "/v1/predictions/{id}/cancel"): cancel,
    }
    async with (
        serving(served, "/v1/predictions", "/v1/predictions/{id}", routes),
        ReplicateClient(TOKEN, base_url=served.url) as made,
    ):
        yield made, served


async def test_an_operation_is_started_and_cancelled(
    replicate: tuple[ReplicateClient, Served],
) -> None:
    made, served = replicate
    assert isinstance(made.predictions, StartableOperations)
    started = await made.predictions.start(version="v1", input={"model": "other"})
    assert isinstance(started, Prediction)
    assert (started.model, started.state) == ("other", State.PENDING)
    assert served.seen == [
        ("POST", "/v1/predictions", {"version": "v1", "input": {"model": "other"}})
    ]
    cancelled = await made.predictions.cancel(started.id)
    assert cancelled.state is State.CANCELLED
    assert await made.predictions.get(started.id) == cancelled


async def test_errors_are_those_of_every_call(replicate: tuple[ReplicateClient, Served]) -> None:
    made, _ = replicate
    with pytest.raises(NotFound, match="no such prediction"):
        await made.predictions.cancel("p9")


async def test_a_start_that_cannot_be_sent_has_not_started() -> None:
    async with ReplicateClient(
        TOKEN, base_url="http://127.0.0.1:1", clock=FakeClock(auto_advance=True)
    ) as made:
        with pytest.raises(ConnectionFailed, match="cannot connect"):
            await made.predictions.start(version="v1", input={})


async def test_a_start_that_was_sent_says_that_it_may_have_started() -> None:
    served = Served(vars(ReplicateClient)["predictions"].description.listing, [])
    starts: list[int] = []

    async def fail(request: web.Request) -> web.Response:
        starts.append(len(starts))
        return web.json_response({"message": "too late"}, status=502 if len(starts) == 1 else 422)

    routes = {("POST", "/v1/predictions"): fail, ("POST", "/v1/predictions/{id}/cancel"): fail}
    async with (
        serving(served, "/v1/predictions", "/v1/predictions/{id}", routes),
        ReplicateClient(TOKEN, base_url=served.url) as made,
    ):
        with pytest.raises(MayHaveStarted, match=r"may have started.*502: too late") as caught:
            await made.predictions.start(version="v1", input={})
        assert isinstance(caught.value.error, ServerError)
        assert caught.value.__cause__ is caught.value.error
        with pytest.raises(Unprocessable):
            await made.predictions.start(version="v1", input={})
        starts.clear()
        with pytest.raises(ServerError):
            await made.predictions.cancel("p1")
    assert starts == [0]


async def test_a_wrong_argument_is_refused_before_anything_is_sent(
    replicate: tuple[ReplicateClient, Served],
) -> None:
    made, served = replicate
    given: Any = {"verison": "v1", "input": {}}
    with pytest.raises(TypeError, match="verison"):
        await made.predictions.start(**given)
    with pytest.raises(ValueError, match="id must not be empty"):
        await made.predictions.cancel("")
    assert served.seen == []


async def test_an_answer_without_an_operation_is_accepted() -> None:
    async def cancel(request: web.Request) -> web.Response:
        if request.match_info["id"] == "12":
            return web.json_response({}, status=202, headers={"X-Request-Id": "r1"})
        return web.json_response({"message": "it has ended"}, status=409)

    path = "/repos/{owner}/{repo}/actions/runs"
    described = GitHubClient.runs.resource.description
    assert described.listing is not None
    served = Served(described.listing, [])
    routes = {("POST", f"{path}/{{id}}/cancel"): cancel}
    async with (
        serving(served, path, f"{path}/{{id}}", routes),
        GitHubClient(TOKEN, base_url=served.url) as github,
    ):
        runs = github.runs("a", "b")
        assert isinstance(runs, CancellableOperations)
        assert await runs.cancel(12) == Accepted(id=None, request_id="r1")
        with pytest.raises(Conflict, match="it has ended"):
            await runs.cancel(13)


def stopping(answer: Any) -> tuple[type[Client], Served, Mapping[tuple[str, str], Any]]:
    """A client whose jobs are stopped with an answer of status 200 that says whether they are."""

    async def cancel(_: web.Request) -> web.Response:
        return web.json_response(answer)

    action = Action("/jobs/{id}/stop", accepted={"job.status": ("stopping", "stopped")})
    made = client(jobs=resource(cancel=action))
    return made, Served(listing(), []), {("POST", "/jobs/{id}/stop"): cancel}


@pytest.mark.parametrize("status", ["stopping", "stopped"])
async def test_an_answer_that_accepts_a_cancellation_is_taken(status: str) -> None:
    made, served, routes = stopping({"id": "j1", "job": {"status": status}})
    async with (
        serving(served, "/jobs", "/jobs/{id}", routes),
        made(TOKEN, base_url=served.url) as farm,
    ):
        jobs: Any = getattr(farm, "jobs")  # noqa: B009 - made here
        assert await jobs.cancel("j1") == Accepted(id="j1")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"job": {"status": "done"}, "details": {"reason": "It has ended."}}, "It has ended."),
        ({"job": {"status": "done"}}, "job.status is 'done', not 'stopping' or 'stopped'"),
        ({"job": None}, "job.status is None, not"),
        (["stopped"], "job.status is None, not"),
        ({"job": {"status": ["stopped"]}}, r"job.status is \['stopped'\], not"),
        ({"job": {"status": "it runs " * 999}}, "job.status is 'it runs .{90}…, not 'stopping' or"),
    ],
)
async def test_an_answer_of_status_200_that_refuses_a_cancellation_is_a_conflict(
    answer: Any, message: str
) -> None:
    made, served, routes = stopping(answer)
    async with (
        serving(served, "/jobs", "/jobs/{id}", routes),
        made(TOKEN, base_url=served.url) as farm,
    ):
        jobs: Any = getattr(farm, "jobs")  # noqa: B009 - made here
        with pytest.raises(Conflict, match=message) as caught:
            await jobs.cancel("j1")
        assert caught.value.status == 200


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"status": "succeeded"}, "200: it succeeded"),
        ({"status": "failed", "error": "no such file"}, "200: it failed: no such file"),
    ],
)
async def test_an_operation_that_has_ended_otherwise_was_not_cancelled(
    changes: dict[str, Any], message: str
) -> None:
    """Some services answer with the operation as it is, and with status 200."""
    described: Any = vars(ReplicateClient)["predictions"]
    served = Served(described.description.listing, [])

    async def cancel(_: web.Request) -> web.Response:
        return web.json_response(prediction(1, **changes), headers={"X-Request-Id": "r1"})

    routes = {("POST", "/v1/predictions/{id}/cancel"): cancel}
    async with (
        serving(served, "/v1/predictions", "/v1/predictions/{id}", routes),
        ReplicateClient(TOKEN, base_url=served.url) as made,
    ):
        with pytest.raises(Conflict, match=message) as caught:
            await made.predictions.cancel("p1")
    assert caught.value.request_id == "r1"


class Parts(Group):
    """What lies below a job."""

    frames = Collection(
        Job,
        listing(path="/jobs/{job_id}/frames"),
        options=ListOptions,
        get="/jobs/{job_id}/frames/{id}",
    )


async def test_what_lies_below_an_item_is_got_by_both_ids() -> None:
    async def frame(request: web.Request) -> web.Response:
        job, id_ = request.match_info["job"], request.match_info["id"]
        row = {"id": f"{job} {id_}", "status": "done", "created_at": times(0)}
        return web.Response(text=json.dumps(row), content_type="application/json")

    nested = Resource(
        Job,
        listing(),
        options=ListOptions,
        watch=WatchOptions,
        get="/jobs/{id}",
        within=Parts("job_id"),
    )
    made = client(jobs=nested)
    served = Served(listing(), [])
    routes = {("GET", "/jobs/{job}/frames/{id}"): frame}
    async with (
        serving(served, "/jobs", "/jobs/{id}", routes),
        made(TOKEN, base_url=served.url) as farm,
    ):
        jobs: Any = getattr(farm, "jobs")  # noqa: B009 - made here
        assert isinstance(jobs, NestedOperations)
        assert (await jobs("a/b").frames.get("f1")).id == "a/b f1"
        with pytest.raises(ValueError, match="id must not be empty"):
            jobs("")


def test_a_resource_that_has_no_action_has_no_such_verb() -> None:
    made: Any = client(jobs=resource())(TOKEN)
    assert not hasattr(made.jobs, "start")
    assert not hasattr(made.jobs, "cancel")
    assert not callable(made.jobs)
