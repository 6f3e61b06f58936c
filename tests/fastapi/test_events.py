"""Watches as server-sent events: their form, their errors, and going on where one was."""

import json
import zlib
from base64 import urlsafe_b64encode
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import httpx
import pytest
from attrs import frozen
from fastapi import FastAPI

from asyncops import PollPolicy, WatchCheckpoint, ZooClient
from asyncops.fastapi import (
    ChainloopDep,
    ResumeDep,
    SSEResponse,
    ZooDep,
    install_error_handlers,
    lifespan,
    stream_sse,
    watch_resume,
)
from asyncops.testing import FakeServer, Fault
from tests import raw_json
from tests.fastapi.kit import chainloop_of, serving, zoo_of

OFTEN = PollPolicy(initial=0.005, cap=0.005, timeout=None)


def watching_app(server: FakeServer, *, heartbeat: float = 15.0) -> FastAPI:
    app = FastAPI(lifespan=lifespan(zoo_of(server), chainloop_of(server)))
    install_error_handlers(app)

    @app.get("/changes", response_class=SSEResponse)
    async def changes(zoo: ZooDep, resume: ResumeDep, most: float | None = None) -> SSEResponse:
        poll = PollPolicy(initial=0.005, cap=0.005, timeout=most)
        watch = zoo.operations.watch(poll=poll, resume=resume)
        return stream_sse(watch, heartbeat=heartbeat)

    @app.get("/chainloop", response_class=SSEResponse)
    async def chainloop(chainloop: ChainloopDep, resume: ResumeDep) -> SSEResponse:
        return stream_sse(chainloop.operations.watch(poll=OFTEN, resume=resume))

    return app


@frozen
class Event:
    """What a browser makes of an event."""

    name: str
    id: str | None
    data: Any


@asynccontextmanager
async def events(
    client: httpx.AsyncClient, path: str = "/changes", last_event_id: str | None = None
) -> AsyncIterator[AsyncIterator[Event | None]]:
    """The events of a stream, and None for comments; the first comment is taken already."""
    headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
    async with client.stream("GET", path, headers=headers) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-accel-buffering"] == "no"
        async with aclosing(parsed(answer)) as found:
            assert await anext(found) is None
            yield found


async def parsed(answer: httpx.Response) -> AsyncGenerator[Event | None, None]:
    fields: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line.startswith(":"):
            fields[":"] = ""
        elif line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif ":" in fields:
            fields = {}
            yield None
        else:
            yield Event(fields["event"], fields.get("id"), json.loads(fields["data"]))
            fields = {}


async def test_each_change_is_an_event_with_its_kind_its_place_and_its_data(
    fake_server: FakeServer,
) -> None:
    async with serving(watching_app(fake_server)) as client, events(client) as found:
        call = raw_json.create_operation(fake_server, status="queued", type="file_mass")
        created = await anext(found)
        assert created is not None
        assert (created.name, created.data["kind"]) == ("created", "created")
        assert created.data["id"] == created.data["after"]["id"] == call["id"]
        assert created.data["before"] is None
        assert created.data["after"]["status"] == "queued"
        assert created.id is not None
        place = await watch_resume(created.id)
        assert isinstance(place, WatchCheckpoint)
        assert call["id"] in [each.id for each in place.alive]


async def test_a_reader_that_comes_back_is_told_exactly_what_it_missed(
    fake_server: FakeServer,
) -> None:
    """From the id of the last event it saw, as a browser sends it."""
    async with serving(watching_app(fake_server)) as client:
        async with events(client) as found:
            seen = raw_json.create_operation(fake_server, status="queued")["id"]
            event = await anext(found)
            assert event is not None
            assert event.data["id"] == seen
        missed = {raw_json.create_operation(fake_server, status="queued")["id"] for _ in range(3)}
        async with events(client, last_event_id=event.id) as found:
            told = [await anext(found) for _ in missed]
            assert {each.data["id"] for each in told if each is not None} == missed
            last = raw_json.create_operation(fake_server, status="queued")["id"]
            event = await anext(found)
            assert event is not None
            assert event.data["id"] == last


async def test_silence_is_broken_by_comments(fake_server: FakeServer) -> None:
    """So that a proxy keeps the connection, and a dead reader is noticed."""
    app = watching_app(fake_server, heartbeat=0.01)
    async with serving(app) as client, events(client) as found:
        assert [await anext(found) for _ in range(3)] == [None, None, None]


async def test_an_error_before_stock_was_taken_has_its_own_status(fake_server: FakeServer) -> None:
    fake_server.script(Fault(503, times=5))
    async with serving(watching_app(fake_server)) as client:
        answer = await client.get("/changes")
    assert answer.status_code == 502
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_outage_that_passes_is_told_and_outlasted(fake_server: FakeServer) -> None:
    async with serving(watching_app(fake_server)) as client, events(client) as found:
        fake_server.script(Fault(503, times=10, message="bodysecret"))
        interrupted, recovered = await anext(found), await anext(found)
        assert interrupted is not None
        assert recovered is not None
        assert (interrupted.name, recovered.name) == ("interrupted", "recovered")
        assert interrupted.data["error"]["status"] == 502
        assert interrupted.data["error"]["upstream_status"] == 503
        assert "bodysecret" not in str(interrupted.data)


async def test_an_error_that_does_not_pass_is_the_last_event(fake_server: FakeServer) -> None:
    """And the stream ends in good order."""
    async with serving(watching_app(fake_server)) as client, events(client) as found:
        fake_server.script(Fault(401, times=100, message="bodysecret"))
        *_, last = [each async for each in found]
        assert last is not None
        assert (last.name, last.id) == ("error", None)
        assert last.data["status"] == 502
        assert "bodysecret" not in str(last.data)


async def test_a_watch_with_an_end_ends_the_stream(fake_server: FakeServer) -> None:
    app = watching_app(fake_server)
    async with serving(app) as client, events(client, "/changes?most=0.05") as found:
        assert [each async for each in found] == []


def packed(text: bytes) -> str:
    return urlsafe_b64encode(zlib.compress(text)).decode()


@pytest.mark.parametrize(
    "place",
    [
        pytest.param("7", id="a number"),
        pytest.param("\xff\xfe", id="no ASCII"),
        pytest.param("AAAA", id="not compressed"),
        pytest.param("A" * 7000, id="too long"),
        pytest.param(packed(b"{}"), id="no checkpoint"),
        pytest.param(packed(b""), id="nothing"),
        pytest.param(packed(b" " * 1_000_000), id="a bomb"),
        pytest.param(packed(b'{"version": 1}')[:-8], id="cut short"),
        pytest.param(packed(WatchCheckpoint(query="/other#0").to_json().encode()), id="another"),
    ],
)
async def test_what_is_no_place_of_this_stream_is_refused(
    fake_server: FakeServer, place: str
) -> None:
    """It is not passed over: what was missed would be lost without a word."""
    async with serving(watching_app(fake_server)) as client:
        answer = await client.get("/changes", headers={b"Last-Event-ID": place.encode("latin-1")})
    assert answer.status_code == 422
    assert fake_server.count() == 0


@pytest.mark.parametrize("cut", [False, True])
async def test_of_what_unpacks_to_more_than_a_place_can_be_nothing_is_read(cut: bool) -> None:
    """Be it a place as such, with much behind it; or one that was cut short behind its end."""
    place = WatchCheckpoint(query="/async/operations#0").to_json().encode()
    large = packed(place + b" " * (100 if cut else 1_000_000))
    with pytest.raises(ValueError, match="not the id of an event"):
        await watch_resume(large[:-4] if cut else large)
    assert (await watch_resume(packed(place))) == WatchCheckpoint(query="/async/operations#0")


@pytest.mark.parametrize("change", [("_", "/"), ("eJ", "e!J"), ("eJ", "\neJ")])
async def test_an_id_in_which_something_else_is_written_is_refused(change: tuple[str, str]) -> None:
    texts = (packed(WatchCheckpoint(query=f"/{n}").to_json().encode()) for n in range(1000))
    text = next(each for each in texts if change[0] in each)
    assert await watch_resume(text)
    with pytest.raises(ValueError, match="not the id of an event"):
        await watch_resume(text.replace(*change))


async def test_a_new_reader_has_no_place(fake_server: FakeServer) -> None:
    assert await watch_resume(None) is None
    assert await watch_resume("") is None


async def test_where_too_much_is_alive_events_have_no_id(
    fake_server_factory: Callable[..., FakeServer],
) -> None:
    """It would come back as a header that no server takes."""
    server = fake_server_factory(operations=0, prompts=0)
    for _ in range(400):
        raw_json.create_operation(server, status="in_progress")
    async with serving(watching_app(server)) as client, events(client) as found:
        for _ in range(2):
            raw_json.create_operation(server, status="queued")
            event = await anext(found)
            assert event is not None
            assert (event.name, event.id) == ("created", None)


async def test_chainloops_operations_are_told_as_well(fake_server: FakeServer) -> None:
    app = watching_app(fake_server)
    async with serving(app) as client, events(client, "/chainloop") as found:
        operation = raw_json.create_chainloop_operation(fake_server)
        event = await anext(found)
        assert event is not None
        assert event.data["after"]["id"] == operation["id"]


@pytest.mark.parametrize("wrong", [5, ZooClient("t").operations.list()])
def test_what_is_no_watch_is_refused_where_the_response_is_made(wrong: Any) -> None:
    with pytest.raises(
        TypeError, match=r"stream_sse\(\) takes a watch, .*; stream_ndjson\(\) takes"
    ):
        stream_sse(wrong)
