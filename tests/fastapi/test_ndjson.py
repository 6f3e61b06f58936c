"""Listings as lines of JSON: what comes, in which pieces, and how errors show."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import nullcontext, suppress
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from asyncops import Page, Timeout, ZooClient
from asyncops.fastapi import (
    ChainloopDep,
    NDJSONResponse,
    ZooDep,
    install_error_handlers,
    lifespan,
    stream_ndjson,
)
from asyncops.testing import FakeServer, Fault
from tests import raw_json
from tests.fastapi.kit import Reader, asgi, chainloop_of, serving, zoo_of
from tests.until import until

NOBODY = UUID("f135d675-c44a-4e2e-9638-87d941fa1872")


def streaming_app(server: FakeServer, **options: Any) -> FastAPI:
    """An app that streams listings of several kinds."""
    open_both = lifespan(zoo_of(server, **options), chainloop_of(server, **options))
    app = FastAPI(lifespan=open_both)
    install_error_handlers(app)

    @app.get("/pages", response_class=NDJSONResponse)
    async def pages(zoo: ZooDep, status: str = "completed", limit: int = 50) -> NDJSONResponse:
        return stream_ndjson(zoo.operations.list(status=status, limit=limit))

    @app.get("/together", response_class=NDJSONResponse)
    async def together(chainloop: ChainloopDep) -> NDJSONResponse:
        return stream_ndjson(chainloop.operations.list(page_size=50).concurrent(4))

    @app.get("/walk", response_class=NDJSONResponse)
    async def walk(zoo: ZooDep) -> NDJSONResponse:
        return stream_ndjson(aiter(zoo.operations.list(status="completed", limit=50)))

    @app.get("/many", response_class=NDJSONResponse)
    async def many(zoo: ZooDep) -> NDJSONResponse:
        calls = (await zoo.operations.list(status="completed", limit=2)).items
        ids = [calls[0].id, NOBODY, calls[1].id]
        return stream_ndjson(zoo.operations.get_many(ids, ordered=True))

    return app


def lines(answer: httpx.Response) -> list[Any]:
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.text.endswith("\n") or not answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


@pytest.mark.parametrize("path", ["/pages", "/walk"])
async def test_every_item_is_a_line_in_the_listings_order(
    fake_server: FakeServer, path: str
) -> None:
    """With all that the service says of it, under the service's names."""
    expected = raw_json.zoo_operations(fake_server, "completed")
    async with serving(streaming_app(fake_server)) as client:
        answer = await client.get(path)
    got = lines(answer)
    assert [item["id"] for item in got] == [item["id"] for item in expected]
    for one, other in zip(got, expected, strict=True):
        assert {name: value for name, value in one.items() if value is not None}.keys() == {
            name for name, value in other.items() if value is not None
        }
        assert one["status"] == other["status"]
        assert one["input"] == other.get("input")
    assert answer.headers["cache-control"] == "no-store"


async def test_what_is_entered_first_is_entered_and_left(fake_server: FakeServer) -> None:
    """Such as a walk with several requests under way."""
    expected = raw_json.chainloop_operations(fake_server)
    async with serving(streaming_app(fake_server)) as client:
        got = lines(await client.get("/together"))
    assert [item["id"] for item in got] == [item["id"] for item in expected]


async def test_pairs_of_ids_and_results_are_arrays(fake_server: FakeServer) -> None:
    """An id that cannot be had is a problem in the place of its result."""
    async with asgi(streaming_app(fake_server)) as client:
        first, missing, last = lines(await client.get("/many"))
    assert (first[0], last[0]) == (first[1]["id"], last[1]["id"])
    assert missing[0] == str(NOBODY)
    assert missing[1]["problem"]["status"] == 404


async def test_an_empty_listing_is_an_empty_answer(fake_server: FakeServer) -> None:
    fake_server.script(Fault(body=b'{"items": []}'))
    async with serving(streaming_app(fake_server)) as client:
        answer = await client.get("/pages")
    assert answer.status_code == 200
    assert lines(answer) == []


async def test_an_error_before_the_first_page_has_its_own_status(fake_server: FakeServer) -> None:
    """As if nothing were streamed."""
    fake_server.script(Fault(429, retry_after=1))
    async with serving(streaming_app(fake_server)) as client:
        throttled = await client.get("/pages")
        refused = await client.get("/pages", params={"status": "lost"})
    assert throttled.status_code == 429
    assert throttled.headers["retry-after"] == "1"
    assert refused.status_code == 422


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        pytest.param(Fault(503, on=3, message="bodysecret"), 502, id="unavailable"),
        pytest.param(Fault(on=3, body=b"bodysecret"), 502, id="garbage"),
        pytest.param(Fault(429, on=3, retry_after=5), 429, id="throttled"),
        pytest.param(Fault(on=3, delay=600.0), 504, id="silence"),
    ],
)
async def test_an_error_later_is_one_line_more_that_is_no_item(
    fake_server: FakeServer, fault: Fault, status: int
) -> None:
    """After all that came before, and the stream ends in good order."""
    fake_server.script(fault)
    app = streaming_app(fake_server, timeout=Timeout(attempt=2.0 if fault.delay else 60.0))
    async with serving(app) as client:
        answer = await client.get("/pages")
    *items, last = lines(answer)
    expected = raw_json.zoo_operations(fake_server, "completed")
    assert [item["id"] for item in items] == [item["id"] for item in expected[: len(items)]]
    assert len(items) == 100
    assert last.keys() == {"problem"}
    assert last["problem"]["status"] == status
    assert "bodysecret" not in answer.text


async def test_a_bug_later_breaks_the_answer_off(fake_server: FakeServer) -> None:
    """Nobody takes it for whole."""
    app = streaming_app(fake_server)

    async def numbers() -> AsyncIterator[int]:
        yield 1
        raise ValueError("a bug")

    @app.get("/bug")
    async def bug() -> NDJSONResponse:
        return stream_ndjson(numbers())

    async with serving(app) as client:
        with pytest.raises(httpx.RemoteProtocolError, match="incomplete chunked read"):
            await client.get("/bug")


async def test_a_bug_later_shows_where_a_middleware_ends_the_answer_in_good_order() -> None:
    """As those of ``@app.middleware("http")`` may: what was cut short would pass for whole."""
    app = FastAPI()

    async def numbers() -> AsyncIterator[int]:
        yield 1
        raise ValueError("a bug")

    @app.get("/bug")
    async def bug() -> NDJSONResponse:
        return stream_ndjson(numbers())

    @app.middleware("http")
    async def pass_on(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        return await call_next(request)

    text = ""
    async with serving(app) as client, client.stream("GET", "/bug") as answer:
        # Some releases of Starlette break it off as well.
        with suppress(httpx.RemoteProtocolError):
            async for part in answer.aiter_text():
                text += part
    first, last = map(json.loads, text.splitlines())
    assert first == 1
    assert last["problem"]["status"] == 500
    assert "a bug" not in str(last)


async def test_what_cannot_be_written_is_a_bug_of_the_app() -> None:
    async def things() -> AsyncIterator[object]:
        yield object()

    reader = Reader()
    with pytest.raises(TypeError, match="type object is unsupported"):
        await reader.read(stream_ndjson(things()))
    assert not reader.got


class Endless:
    """An iterator that knows when it is closed, and is kept from the garbage collector."""

    def __init__(self) -> None:
        self.closed = False

    def __aiter__(self) -> "Endless":
        return self

    async def __anext__(self) -> int:
        return 5

    async def aclose(self) -> None:
        self.closed = True


@pytest.mark.parametrize("entered", [False, True])
async def test_what_can_be_closed_is_closed(entered: bool) -> None:
    """When the reader goes, wherever that is."""
    items, reader = Endless(), Reader()
    reading = reader.read(stream_ndjson(nullcontext(items) if entered else items))
    await until(lambda: len(reader.got) >= 3, reading, every=0)
    reader.gone.set()
    await reading
    assert reader.got[1]["body"] == b"5\n"
    assert items.closed


async def test_a_response_that_is_never_sent_asks_for_nothing(fake_server: FakeServer) -> None:
    """And leaves nothing to be closed."""
    async with zoo_of(fake_server)() as zoo:
        stream_ndjson(zoo.operations.list())
        stream_ndjson(zoo.operations.list().concurrent())
    assert fake_server.count() == 0


@pytest.mark.parametrize("wrong", [5, [1, 2], Page(items=()), ZooClient("t").operations.list])
def test_what_is_no_listing_is_refused_where_the_response_is_made(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"stream_ndjson\(\) takes a listing, .*\.list\(\), got "):
        stream_ndjson(wrong)
