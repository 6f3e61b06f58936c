"""The request for one item where more than a path is needed: by the client, and on a fake."""

import json
from typing import Any

import pytest
from attrs import frozen

from asyncops.errors import NotFound
from asyncops.kit import Action, Client, Get, Lookup, Within
from asyncops.kit.get import Get as Described
from asyncops.testing import Fake
from asyncops.testing.server.recording import RecordedRequest
from tests.kit.parts import Job, client, listing, resource
from tests.testing.described.reader import reading

KIND = {"Content-Type": "application/x-farm-json"}


def named(operation: str) -> dict[str, str]:
    return {**KIND, "X-Operation": operation}


@frozen(kw_only=True)
class Stop:
    reason: str = "none"


@frozen(kw_only=True)
class Start:
    scene: str


def farm() -> type[Client]:
    """A client of a service that has one path, and headers to tell what is asked for."""
    start: Any = Action("/", body="json", options=Start, headers=named("Start"))
    cancel: Any = Action(
        "/", body="json", options=Stop, defaults={"job.id": "{id}"}, headers=named("Stop")
    )
    return client(
        jobs=resource(
            listing=listing(path="/", method="POST", headers=named("List"), order=None),
            get=Get("/", body={"job.id": "{id}", "full": True}, headers=named("Get")),
            start=start,
            cancel=cancel,
        )
    )


def body_of(request: RecordedRequest) -> Any:
    return json.loads(request.body)


def test_a_path_alone_is_a_get() -> None:
    assert Get is Described
    assert (Get("/jobs/{id}").method, Get("/", body={}).method) == ("GET", "POST")


async def test_what_is_asked_for_on_one_path_is_told_by_headers() -> None:
    async with Fake(farm()) as fake, fake.client() as farming:
        jobs: Any = farming.jobs  # type: ignore[attr-defined]
        found = await jobs.list().collect()
        assert len(found) == 25
        assert await jobs.get(found[0].id) == found[0]
        assert body_of(fake.requests[-1]) == {"job": {"id": found[0].id}, "full": True}
        assert fake.requests[-1].headers["content-type"] == KIND["Content-Type"]
        started = await jobs.start(scene="dawn")
        assert fake.items("jobs")[0].id == started.id
        await jobs.cancel(started.id, reason="late")
        assert body_of(fake.requests[-1]) == {"job": {"id": started.id}, "reason": "late"}
        with pytest.raises(NotFound):
            await jobs.get("none")
        with pytest.raises(NotFound):
            await jobs.cancel("none")


async def test_it_only_reads_so_that_it_is_sent_again() -> None:
    async with Fake(farm()) as fake, fake.client() as farming:
        jobs: Any = farming.jobs  # type: ignore[attr-defined]
        wanted = fake.items("jobs")[3]
        fake.drop()
        assert await jobs.get(wanted.id) == wanted
        assert fake.count() == 2


async def test_an_operation_that_no_header_names_is_refused() -> None:
    async with reading(farm()) as reader:
        said = await reader.ask("/", "POST", data=b"{}", headers=named("Delete"))
        assert (said.status, "X-Operation must be" in said.body["message"]) == (400, True)
        said = await reader.ask("/", "POST", data=b"{}", headers=named("Get"))
        assert (said.status, said.body["message"]) == (400, "job.id must be given.")


@frozen
class Place:
    mill: str


@frozen(kw_only=True)
class Run(Job):
    id: int  # type: ignore[assignment]


async def test_a_number_is_one_in_a_body_and_a_place_is_decoded() -> None:
    class Mill(Client):
        service = farm().service
        runs = Within(
            Place,
            Lookup(
                Run,
                get=Get("/get", body={"run_id": "{id}", "mill": "{mill}", "text": "a {id}"}),
                cancel=Action("/stop", body="json", defaults={"run_id": "{id}"}),
            ),
        )

    async with Fake(Mill) as fake, fake.client() as mill:
        run = fake.items("runs", "a/b")[0]
        runs = mill.runs("a/b")
        assert await runs.get(str(run.id)) == run
        assert body_of(fake.requests[-1]) == {"run_id": run.id, "mill": "a/b", "text": "a {id}"}
        await runs.cancel(run.id)
        assert body_of(fake.requests[-1]) == {"run_id": run.id}


def test_jobs_are_found_by_a_path_too() -> None:
    assert resource(get="/jobs/{id}").description.get == Get("/jobs/{id}")
    assert resource(get=None).description.get is None
