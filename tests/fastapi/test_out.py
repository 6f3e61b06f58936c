"""The library's models as response models: what is written, and what OpenAPI says of it."""

from base64 import b64decode
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.exceptions import ResponseValidationError

from asyncops import (
    AsyncApiCall,
    AsyncOperation,
    Change,
    Checkpoint,
    InvalidItem,
    MlPrompt,
    Page,
    Summary,
    WalkReport,
    summarize,
    to_dict,
)
from asyncops.fastapi import ChainloopDep, Out, ZooDep, lifespan
from asyncops.services.zoo import (
    ApiCallStatus,
    AsyncApiCallOutput,
    AsyncApiCallType,
    FileConversion,
)
from asyncops.testing import FakeServer
from tests import raw_json
from tests.cli.samples import NOON, Metadata, Wrapped
from tests.fastapi.kit import asgi, chainloop_of, zoo_of
from tests.fastapi.schema_check import complaints


def answering_app(server: FakeServer) -> FastAPI:
    """An app whose answers are models."""
    app = FastAPI(lifespan=lifespan(zoo_of(server), chainloop_of(server)))
    add_models(app)
    add_reports(app)
    return app


def add_models(app: FastAPI) -> None:
    @app.get("/calls")
    async def calls(zoo: ZooDep, page_token: str | None = None) -> Out[Page[AsyncApiCall]]:
        return await zoo.operations.list(status="completed", limit=200, page_token=page_token)

    @app.get("/output/{call_id}")
    async def output(zoo: ZooDep, call_id: UUID) -> Out[AsyncApiCallOutput]:
        return await zoo.operations.get(call_id)

    @app.get("/prompts")
    async def prompts(zoo: ZooDep) -> list[Out[MlPrompt]]:
        return await zoo.ml_prompts.list().collect(max_items=100)

    @app.get("/prompts/{prompt_id}")
    async def prompt(zoo: ZooDep, prompt_id: UUID) -> Out[MlPrompt | None]:
        return await zoo.ml_prompts.get(prompt_id) if prompt_id.int else None

    @app.get("/operations")
    async def operations(chainloop: ChainloopDep, page: int = 0) -> Out[Page[AsyncOperation]]:
        return await chainloop.operations.list(page_size=50, page=page)


def add_reports(app: FastAPI) -> None:
    @app.get("/summary")
    async def summary(zoo: ZooDep) -> Out[Summary]:
        return await summarize(zoo.operations.list(status="completed"))

    @app.get("/change")
    async def change(zoo: ZooDep) -> Out[Change[AsyncApiCall]]:
        async with zoo.operations.watch(from_start=True) as changes:
            return await anext(changes)

    @app.get("/report")
    async def report(zoo: ZooDep) -> Out[WalkReport]:
        walk = aiter(zoo.operations.list(status="failed"))
        async for _ in walk:
            pass
        return walk.report

    @app.get("/place")
    async def place(zoo: ZooDep) -> Out[Checkpoint]:
        walk = aiter(zoo.operations.list(status="failed"))
        await anext(walk)
        try:
            return walk.checkpoint
        finally:
            await walk.aclose()


def schema_of(document: dict[str, Any], path: str) -> dict[str, Any]:
    answer = document["paths"][path]["get"]["responses"]["200"]
    schema: dict[str, Any] = answer["content"]["application/json"]["schema"]
    return schema


@pytest.mark.parametrize(
    "path", ["/calls", "/prompts", "/operations", "/summary", "/change", "/report", "/place"]
)
async def test_real_answers_are_what_the_document_says(fake_server: FakeServer, path: str) -> None:
    raw_json.create_operation(fake_server, status="queued")
    async with asgi(answering_app(fake_server)) as client:
        document = (await client.get("/openapi.json")).json()
        answer = await client.get(path)
    assert answer.status_code == 200
    assert complaints(answer.json(), schema_of(document, path), document) == []


async def test_answers_and_their_document_have_the_order_of_every_output(
    fake_server: FakeServer,
) -> None:
    raw_json.create_operation(fake_server, status="failed", type="brand_new", loudness=3)
    async with asgi(answering_app(fake_server)) as client:
        document = (await client.get("/openapi.json")).json()
        rows = (await client.get("/calls")).json()["items"]
        change = (await client.get("/change")).json()
    described = document["components"]["schemas"]["AsyncApiCall"]["properties"]
    assert list(described)[:5] == ["id", "status", "type", "created_at", "updated_at"]
    assert list(rows[0]) == list(change["after"]) == list(described)
    assert list(change)[:3] == ["id", "kind", "seen_at"]


async def test_every_result_is_what_its_type_maps_to(fake_server: FakeServer) -> None:
    """By the discriminator, as a generated client reads it; a type not known has a shape too."""
    raw_json.create_operation(fake_server, status="completed", type="brand_new")
    calls = {each["type"]: each["id"] for each in raw_json.zoo_operations(fake_server, "completed")}
    async with asgi(answering_app(fake_server)) as client:
        document = (await client.get("/openapi.json")).json()
        answers = [(await client.get(f"/output/{each}")).json() for each in calls.values()]
    union = schema_of(document, "/output/{call_id}")
    mapping = union["discriminator"]["mapping"]
    assert mapping.keys() == {each.value for each in AsyncApiCallType}
    assert {answer["type"] for answer in answers} == mapping.keys() | {"brand_new"}
    for answer in answers:
        assert complaints(answer, union, document) == []
        if answer["type"] != "brand_new":
            ref = {"$ref": mapping[answer["type"]]}
            assert complaints(answer, ref, document) == []
            others = [{"$ref": each} for each in mapping.values() if each != ref["$ref"]]
            assert all(complaints(answer, other, document) for other in others)


@pytest.mark.parametrize(
    "path", ["/calls", "/output/{call_id}", "/prompts", "/operations", "/summary", "/change"]
)
async def test_a_route_alone_is_described_as_it_is_among_others(
    fake_server: FakeServer, path: str
) -> None:
    """A model that a change holds twice, for one, is there before what it consists of."""
    app = answering_app(fake_server)
    among = app.openapi()
    alone = FastAPI(routes=[each for each in app.routes if getattr(each, "path", "") == path])
    document = alone.openapi()
    assert schema_of(document, path) == schema_of(among, path)
    components = document["components"]["schemas"]
    assert components.items() <= among["components"]["schemas"].items()


async def test_models_are_components_under_their_names(fake_server: FakeServer) -> None:
    """Each once, with what its docstring says, and referred to."""
    async with asgi(answering_app(fake_server)) as client:
        document = (await client.get("/openapi.json")).json()
    components = document["components"]["schemas"]
    assert {"AsyncApiCall", "MlPrompt", "AsyncOperationPage"} <= components.keys()
    assert not [name for name in components if not name.isidentifier()]
    assert schema_of(document, "/calls") == {"$ref": "#/components/schemas/AsyncApiCallPage"}
    assert schema_of(document, "/prompts")["items"] == {"$ref": "#/components/schemas/MlPrompt"}
    assert schema_of(document, "/report") == {"$ref": "#/components/schemas/WalkReport"}
    assert components["FileMass"]["properties"]["type"]["const"] == "file_mass"
    page = components["AsyncApiCallPage"]
    assert page["properties"]["items"]["items"] == {"$ref": "#/components/schemas/AsyncApiCall"}
    assert page["properties"].keys() == set(page["required"])
    assert page["properties"].keys() == {
        "items",
        "next_cursor",
        "total_count",
        "total_pages",
        "page_size",
    }
    call = components["AsyncApiCall"]
    assert call["description"].startswith("One asynchronous API call")
    assert call["properties"]["id"] == {"type": "string", "format": "uuid", "title": "Id"}
    assert call["properties"]["created_at"]["format"] == "date-time"
    assert {"type": "null"} in call["properties"]["started_at"]["anyOf"]
    assert "anyOf" not in call["properties"]["updated_at"]
    assert call["properties"]["input"] == {"title": "Input"}
    assert "Attributes:" not in str(components)


async def test_an_enum_lists_what_is_known_and_takes_what_is_new(fake_server: FakeServer) -> None:
    """A client that was generated from the document outlives the service's next release."""
    async with asgi(answering_app(fake_server)) as client:
        document = (await client.get("/openapi.json")).json()
    status = document["components"]["schemas"]["ApiCallStatus"]
    assert status["anyOf"][0]["enum"][:2] == ["queued", "uploaded"]
    assert complaints("brand_new", status, document) == []
    assert complaints(5, status, document)


async def test_a_page_shows_nothing_of_the_answer_it_came_in(fake_server: FakeServer) -> None:
    """And its cursor is all that the next request needs."""
    async with asgi(answering_app(fake_server)) as client:
        first = (await client.get("/calls")).json()
        second = (await client.get("/calls", params={"page_token": first["next_cursor"]})).json()
        numbered = (await client.get("/operations")).json()
    assert not {"headers", "request_id", "status", "cursor"} & first.keys()
    expected = [each["id"] for each in raw_json.zoo_operations(fake_server, "completed")]
    got = [each["id"] for each in first["items"] + second["items"]]
    assert got == expected[: len(got)]
    assert (numbered["next_cursor"], numbered["total_count"]) == (2, 1000)


async def test_the_documentation_pages_are_there(fake_server: FakeServer) -> None:
    async with asgi(answering_app(fake_server)) as client:
        for path in ("/docs", "/redoc"):
            assert (await client.get(path)).status_code == 200


async def test_nothing_may_be_an_answer(fake_server: FakeServer) -> None:
    """Where the union says so."""
    async with asgi(answering_app(fake_server)) as client:
        answer = await client.get(f"/prompts/{UUID(int=0)}")
    assert answer.json() is None


async def test_another_value_than_promised_is_an_error_of_the_app() -> None:
    app = FastAPI()
    wrong = cast("AsyncApiCall", {"id": "5"})

    @app.get("/call")
    async def call() -> Out[AsyncApiCall]:
        return wrong

    async with asgi(app) as client:
        with pytest.raises(ResponseValidationError, match="expected AsyncApiCall, got dict"):
            await client.get("/call")


async def test_an_id_and_a_status_that_are_properties_are_in_answer_and_document() -> None:
    app = FastAPI()

    @app.get("/render")
    async def render() -> Out[Wrapped]:
        return Wrapped(NOON, Metadata("render-1"))

    async with asgi(app) as client:
        answer = (await client.get("/render")).json()
    document = app.openapi()
    schema = document["components"]["schemas"]["Wrapped"]
    assert complaints(answer, schema, document) == []
    assert list(answer) == list(schema["properties"])
    assert (answer["id"], answer["status"]) == ("render-1", "queued")


def test_a_status_whose_property_has_no_annotation_may_be_any_json() -> None:
    class Unannotated(Wrapped):
        status = property(lambda _: "queued")

    app = FastAPI()

    @app.get("/render")
    async def render() -> Out[Unannotated]:
        return Unannotated(NOON, Metadata("render-1"))

    document = app.openapi()
    schema = document["components"]["schemas"]["Unannotated"]
    assert schema["properties"]["status"] == {"title": "Status"}


async def test_a_row_that_does_not_fit_may_be_an_answer(fake_server: FakeServer) -> None:
    """Its error is one of a kind, and becomes problem details as any other."""
    app = FastAPI(lifespan=lifespan(zoo_of(fake_server)))
    fake_server.zoo.change("operations", fake_server.zoo.add_operation().id, worker=5)

    @app.get("/invalid")
    async def invalid(zoo: ZooDep) -> list[Out[InvalidItem]]:
        found: list[InvalidItem] = []
        await zoo.operations.list(on_invalid=found.append).collect(max_items=5)
        return found

    async with asgi(app) as client:
        [row] = (await client.get("/invalid")).json()
        document = (await client.get("/openapi.json")).json()
    assert row["raw"]["worker"] == 5
    assert row["error"]["status"] == 502
    schema = document["components"]["schemas"]["InvalidItem"]
    assert complaints(row, schema, document) == []
    assert schema["properties"]["error"]["description"].startswith("Problem details")


def test_what_is_no_model_is_refused_when_the_route_is_made() -> None:
    app = FastAPI()
    with pytest.raises(TypeError, match=r"Out\[\.\.\.\] takes models"):

        @app.get("/call")
        async def call() -> Out[int]:
            return 5


def test_times_keep_their_zone_and_bytes_are_base64() -> None:
    now = datetime(2026, 1, 2, 3, 4, 5, 600, tzinfo=UTC)
    conversion = FileConversion(
        id=UUID(int=1),
        type=AsyncApiCallType.FILE_CONVERSION,
        status=ApiCallStatus.COMPLETED,
        created_at=now,
        updated_at=now,
        user_id=UUID(int=2),
        src_format="obj",
        output_format="stl",
        outputs={"a.stl": b"\x00\xff"},
    )
    written = to_dict(conversion)
    assert written["created_at"] == "2026-01-02T03:04:05.000600Z"
    assert b64decode(written["outputs"]["a.stl"]) == b"\x00\xff"
