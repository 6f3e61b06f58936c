"""Apps over services that asyncops does not know: described in the tests, faked on sockets."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Annotated, Any
from uuid import UUID

import httpx
import pytest
from attrs import field, frozen, validators
from fastapi import Depends, FastAPI

from asyncops import Change, Page
from asyncops.fastapi import (
    NDJSONResponse,
    Out,
    ResumeDep,
    SSEResponse,
    accounts_of,
    client_of,
    install_error_handlers,
    lifespan,
    problem_of,
    stream_ndjson,
    stream_sse,
)
from asyncops.kit import (
    Action,
    Client,
    EpochMillis,
    Listing,
    ListOptions,
    Resource,
    Service,
    State,
    Status,
    Timestamp,
    Token,
    Tracked,
    UtcTimestamp,
    WatchOptions,
    Within,
    key,
)
from asyncops.models import JSON
from asyncops.testing import Fake
from tests.fastapi.kit import ONCE, serving
from tests.testing.contracts.farms import Batch, CursorsClient, HeadersClient, Job

CursorsDep = Annotated[CursorsClient, Depends(client_of(CursorsClient))]
FarmsDep = Annotated[Mapping[str, HeadersClient], Depends(accounts_of(HeadersClient))]


def app_of(cursors: Fake[CursorsClient], headers: Fake[HeadersClient]) -> FastAPI:
    """An app that gives what it can of two services, one of them with accounts at a place."""
    two = {"north": headers.client, "south": lambda: headers.client(retry=ONCE)}
    app = FastAPI(lifespan=lifespan(lambda: cursors.client(retry=ONCE), two))
    install_error_handlers(app)

    @app.get("/batches")
    async def batches(service: CursorsDep, cursor: str | None = None) -> Out[Page[Batch]]:
        return await service.batches.list(cursor=cursor)

    @app.get("/batches/{batch}")
    async def batch(service: CursorsDep, batch: int) -> Out[Batch]:
        return await service.batches.get(batch)

    @app.get("/batches.ndjson", response_class=NDJSONResponse)
    async def every_batch(service: CursorsDep, status: str | None = None) -> NDJSONResponse:
        return stream_ndjson(service.batches.list(status=status))

    @app.get("/batches-at-once", response_class=NDJSONResponse)
    async def at_once(service: CursorsDep, ids: str) -> NDJSONResponse:
        return stream_ndjson(service.batches.get_many(map(int, ids.split(","))))

    @app.get("/changes", response_class=SSEResponse)
    async def changes(service: CursorsDep, resume: ResumeDep) -> SSEResponse:
        return stream_sse(service.batches.watch(resume=resume))

    @app.get("/{account}/{team}/{project}/jobs.ndjson", response_class=NDJSONResponse)
    async def jobs(farms: FarmsDep, account: str, team: str, project: int) -> NDJSONResponse:
        return stream_ndjson(farms[account].jobs(team, project).list())

    @app.get("/{account}/{team}/{project}/jobs")
    async def some(farms: FarmsDep, account: str, team: str, project: int) -> list[Out[Job]]:
        return await farms[account].jobs(team, project).list().collect(max_items=3)

    return app


def lines_of(answer: httpx.Response) -> list[Any]:
    """The values of a stream of lines."""
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


@pytest.fixture
async def cursors() -> AsyncIterator[Fake[CursorsClient]]:
    async with Fake(CursorsClient, rows=30) as fake:
        yield fake


@pytest.fixture
async def headers() -> AsyncIterator[Fake[HeadersClient]]:
    async with Fake(HeadersClient) as fake:
        yield fake


@pytest.fixture
async def client(
    cursors: Fake[CursorsClient], headers: Fake[HeadersClient]
) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(app_of(cursors, headers)) as client:
        yield client


async def test_a_listing_is_given_by_page_and_as_a_stream(
    client: httpx.AsyncClient, cursors: Fake[CursorsClient]
) -> None:
    """Ids are numbers, times come as seconds and go as text, keys have the Python names."""
    whole = {batch.id: batch for batch in cursors.items("batches")}
    streamed = lines_of(await client.get("/batches.ndjson"))
    assert sorted(each["id"] for each in streamed) == sorted(whole)
    first = (await client.get("/batches")).json()
    assert first["items"] == streamed[: len(first["items"])]
    rest = (await client.get("/batches", params={"cursor": first["next_cursor"]})).json()
    assert rest["items"][0] == streamed[len(first["items"])]
    for each in streamed:
        batch = whole[each["id"]]
        assert set(each) == {
            *("id", "status", "created_at", "started_at", "finished_at", "error"),
        }
        assert (each["status"], each["error"]) == (batch.status.value, batch.error)
        assert each["created_at"] == batch.created_at.isoformat().replace("+00:00", "Z")
    failed = lines_of(await client.get("/batches.ndjson", params={"status": "broken"}))
    assert {each["status"] for each in failed} == {"broken"}


async def test_items_are_given_one_by_one(
    client: httpx.AsyncClient, cursors: Fake[CursorsClient]
) -> None:
    """And an error is the answer that it is for every service."""
    known = cursors.items("batches")[0].id
    assert (await client.get(f"/batches/{known}")).json()["id"] == known
    answer = await client.get("/batches/999999")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["upstream_status"] == 404
    pairs = await client.get("/batches-at-once", params={"ids": f"{known},999999"})
    (found, batch), (lost, problem) = lines_of(pairs)
    assert (found, batch["id"], lost, problem["problem"]["status"]) == (known, known, 999999, 404)
    cursors.fail(401)
    refused = await client.get("/batches")
    assert refused.status_code == 502
    assert cursors.token not in refused.text


async def test_accounts_are_clients_by_name_and_a_place_is_part_of_the_path(
    client: httpx.AsyncClient, headers: Fake[HeadersClient]
) -> None:
    ids = [job.id for job in headers.items("jobs", "blue", "7")]
    for account in ("north", "south"):
        jobs = lines_of(await client.get(f"/{account}/blue/7/jobs.ndjson"))
        assert [job["id"] for job in jobs] == ids
    some = (await client.get("/south/blue/7/jobs")).json()
    assert [job["id"] for job in some] == ids[:3]
    headers.fail(503)
    assert (await client.get("/south/blue/7/jobs.ndjson")).status_code == 502
    # The other client tries again.
    headers.fail(503)
    assert (await client.get("/north/blue/7/jobs.ndjson")).status_code == 200


async def test_an_operation_that_goes_on_is_an_event_and_so_is_its_next_end(
    client: httpx.AsyncClient, cursors: Fake[CursorsClient]
) -> None:
    """Also for a reader that comes back in between."""
    batch = cursors.add("batches", status="running")
    place = None
    told: list[tuple[str, Any]] = []
    for status in ("done", "running", "broken"):
        again: dict[str, str] = {} if place is None else {"Last-Event-ID": place}
        async with client.stream("GET", "/changes", headers=again) as response:
            lines = response.aiter_lines()
            assert await anext(lines) == ":"
            cursors.move("batches", batch.id, status=status)
            event: dict[str, str] = {}
            while "data" not in event or json.loads(event["data"])["id"] != str(batch.id):
                event = {}
                while line := await anext(lines):
                    name, _, value = line.partition(": ")
                    event[name] = value
            place = event["id"]
            after = json.loads(event["data"])["after"]
            told.append((event["event"], after["status"]))
            assert after["id"] == batch.id
    assert told == [("finished", "done"), ("reopened", "running"), ("finished", "broken")]


async def test_the_models_of_any_service_are_described(client: httpx.AsyncClient) -> None:
    schemas = (await client.get("/openapi.json")).json()["components"]["schemas"]
    batch = schemas["Batch"]
    assert set(batch["required"]) == set(batch["properties"])
    assert batch["properties"]["id"]["type"] == "integer"
    assert batch["properties"]["created_at"] == {
        "type": "string",
        "format": "date-time",
        "title": "Created At",
    }
    assert schemas["BatchPage"]["properties"]["items"]["items"] == {
        "$ref": "#/components/schemas/Batch"
    }
    known = ["queued", "held", "running", "done", "broken", "stopped"]
    assert schemas["Phase"]["anyOf"] == [{"type": "string", "enum": known}, {"type": "string"}]


class Stage(Status):
    QUEUED = "queued", State.PENDING
    DONE = "done", State.SUCCEEDED


@frozen(kw_only=True)
class Undescribed(Tracked):
    id: UUID
    status: Stage
    created_at: Timestamp
    started_at: EpochMillis | None = None
    finished_at: UtcTimestamp | None = None
    error: str | None = None
    inputs: Mapping[str, JSON] = key("in")


class Elsewhere:
    """A class of the same name as that of another service."""

    @frozen(kw_only=True)
    class Job(Undescribed):
        """A job."""

        scene: str


Elsewhere.Job.__module__, Elsewhere.Job.__qualname__ = "elsewhere", "Job"


def schemas_of(*shapes: Any) -> dict[str, Any]:
    """The components of an app that gives these."""
    app = FastAPI()
    for number, shape in enumerate(shapes):
        app.add_api_route(f"/{number}", lambda: None, response_model=shape)
    schemas: dict[str, Any] = app.openapi()["components"]["schemas"]
    return schemas


def test_a_class_without_a_docstring_is_not_described_by_that_of_asyncops() -> None:
    """Which is for those who describe a service, not for the clients of an app."""
    schemas = schemas_of(Out[Undescribed])
    assert "description" not in schemas["Undescribed"]
    assert "description" not in schemas["Stage"]
    assert schemas["Undescribed"]["properties"]["inputs"]["type"] == "object"


def test_models_of_one_name_are_told_apart_by_their_modules() -> None:
    """And so are their pages, whichever comes first."""
    shapes = (
        Out[Page[Job]],
        Out[Page[Elsewhere.Job]],
        Out[Change[Elsewhere.Job]],
        Out[Page[Batch]],
    )
    schemas = schemas_of(*shapes)
    farms = "tests__testing__contracts__farms__"
    assert {"elsewhere__Job", f"{farms}Job", "BatchPage", "JobChange"} <= set(schemas)
    assert schemas["elsewhere__Job"]["description"] == "A job."
    for module in ("elsewhere__", farms):
        items = schemas[f"{module}JobPage"]["properties"]["items"]["items"]
        assert items == {"$ref": f"#/components/schemas/{module}Job"}
    assert schemas_of(*reversed(shapes)) == schemas


@frozen(kw_only=True)
class ShelfOptions(ListOptions):
    size: int = field(default=1, validator=validators.in_((1, 2)))
    color: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.color == "mauve":
            raise ValueError("color must be another one")


@frozen
class Shelf:
    number: int = field(validator=validators.ge(1))


@frozen(kw_only=True)
class Print:
    copies: int

    def __attrs_post_init__(self) -> None:
        if self.copies > 9:
            raise ValueError("copies must be at most 9")


def checked(name: str, value: Any) -> str:
    if value == 13:
        raise ValueError(f"{name} must be another number")
    return str(value)


class ShelvesClient(Client):
    """A service that checks arguments by itself."""

    service = Service(name="shelves", title="Shelves", url="https://shelves.example", token=None)
    books = Within(
        Shelf,
        Resource(
            Undescribed,
            Listing("/shelves/{number}/books", "books", paging=Token()),
            get="/shelves/{number}/books/{id}",
            check_id=checked,
            options=ShelfOptions,
            watch=WatchOptions,
            start=Action("/shelves/{number}/books", options=Print),
        ),
    )


@pytest.mark.parametrize(
    ("call", "detail"),
    [
        (lambda books: books(1).list(size=3), "'size' must be in (1, 2) (got 3)"),
        (lambda books: books(1).list(color="mauve"), "color must be another one"),
        (lambda books: books(1).list(colour="red"), "shelves.books.list() got an unexpected"),
        (lambda books: books(0).list(), "'number' must be >= 1: 0"),
        (lambda books: books(1).get(13), "id must be another number"),
        (lambda books: books(1).start(copies=10), "copies must be at most 9"),
    ],
)
async def test_an_argument_that_a_description_refuses_is_the_callers(
    call: Callable[[Any], Any], detail: str
) -> None:
    async with ShelvesClient() as client:
        with pytest.raises((ValueError, TypeError)) as caught:
            await call(client.books)
    problem = problem_of(caught.value)
    assert problem is not None
    assert problem.status == 422
    assert problem.detail.startswith(detail)
    assert "Attribute" not in problem.detail


async def test_a_hook_that_fails_is_a_bug_of_the_app_whatever_the_service(
    cursors: Fake[CursorsClient],
) -> None:
    def fail(_: object) -> None:
        raise ValueError("a bug")

    async with cursors.client() as client:
        for listing in (client.batches.list(on_page=fail), client.batches.list(resume=None)):
            with pytest.raises(ValueError, match="a bug") as caught:
                async for batch in listing:
                    fail(batch)
            assert problem_of(caught.value) is None
