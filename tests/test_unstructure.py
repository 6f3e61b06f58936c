"""Models as plain data: what is written of each, in which order, and that it reads back."""

import json
from base64 import b64decode
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any, get_args
from uuid import UUID

import attrs
import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

import asyncops
from asyncops import Change, ChangeKind, Page, WalkReport, ZooClient, to_dict, to_json
from asyncops.cli.output.formats.encoders import columns_of
from asyncops.errors import APIError, ConnectionFailed
from asyncops.http.decoding import decoder
from asyncops.models import EpochSeconds
from asyncops.services.chainloop.models import AsyncOperation
from asyncops.services.zoo import AsyncApiCall, MlPrompt
from asyncops.services.zoo.outputs import (
    AsyncApiCallOutput,
    FileConversion,
    UnknownOutput,
    decode_output,
)
from asyncops.unstructure import names_of, plain
from tests.cli.samples import NOON, Metadata, Wrapped, call, operation, prompt
from tests.http.page_shapes import AsyncApiCallPage, MlPromptPage, OperationsPage
from tests.http.test_decoding_fields import OUTPUTS, PAGES, good

MODELS: list[Any] = [AsyncApiCall, MlPrompt, AsyncOperation, *get_args(AsyncApiCallOutput)]


def whole_rows() -> Iterator[Any]:
    """One of each model, with every field set."""
    for shape in PAGES:
        page: Any = decoder(shape)(json.dumps(good(shape)).encode())
        yield page.items[0]
    for name, shape in OUTPUTS.items():
        yield decode_output(json.dumps({**good(shape), "type": name}).encode())


WHOLE = list(whole_rows())


@pytest.mark.parametrize("model", MODELS)
def test_id_status_and_type_come_first_then_the_times_then_the_model_s_own_order(
    model: Any,
) -> None:
    names = names_of(model)
    fields = attrs.fields_dict(model)
    kind = "kind" if model is AsyncOperation else "type"
    times = [each for each in fields if each.endswith("_at")]
    assert names[:3] == ("id", "status", kind)
    assert list(names[3 : 3 + len(times)]) == times
    rest = list(names[3 + len(times) :])
    assert rest == [each for each in fields if each in rest]
    assert set(names) == set(fields) - ({"fields"} if model is UnknownOutput else set())


@pytest.mark.parametrize("item", WHOLE, ids=lambda item: type(item).__name__)
def test_json_and_dict_hold_the_same_in_the_same_order(item: Any) -> None:
    """And nothing but what ``json.dumps`` takes, of those very types."""
    told = to_dict(item)
    assert list(json.loads(to_json(item)).items()) == list(told.items())
    assert list(told)[: len(names_of(type(item)))] == list(names_of(type(item)))
    assert {type(each) for each in ready_pages(told)} <= {str, int, float, bool, type(None)}
    assert plain([item, (item,), {"a": item}, None]) == [told, [told], {"a": told}, None]


@pytest.mark.parametrize("item", WHOLE, ids=lambda item: type(item).__name__)
def test_nested_models_keep_their_own_order(item: Any) -> None:
    def same(model: Any, told: Any) -> None:
        if attrs.has(type(model)):
            names = names_of(type(model))
            assert tuple(each for each in told if each in names) == names
            for name in names:
                same(getattr(model, name), told[name])
        elif isinstance(model, tuple):
            for each, one in zip(model, told, strict=True):
                same(each, one)

    same(item, to_dict(item))


def ready_pages(tree: Any) -> Iterator[Any]:
    if isinstance(tree, dict | list):
        for each in tree.values() if isinstance(tree, dict) else tree:
            yield from ready_pages(each)
    else:
        yield tree


moments = st.datetimes(
    min_value=datetime(1, 1, 1),  # noqa: DTZ001 - the zones are given beside
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))),
)


@given(moments, st.none() | moments, st.recursive(st.none() | st.integers(), st.lists))
def test_what_is_written_reads_back_as_it_was(
    created: datetime, started: datetime | None, free: Any
) -> None:
    """As the service would have sent it; times are the same moments."""
    items: list[Any] = [
        call(created_at=created, started_at=started, input=free),
        prompt(created_at=created, started_at=started, seconds=5),
    ]
    shapes: list[Any] = [AsyncApiCallPage, MlPromptPage]
    for item, shape in zip(items, shapes, strict=True):
        body = b'{"items":[%b]}' % to_json(item).encode()
        assert decoder(shape)(body).items == (item,)
    own = operation(created_at=created, started_at=started, output="x")
    body = b'{"operations":[%b]}' % to_json(own).encode()
    assert decoder(OperationsPage)(body).operations == (own,)


def test_times_are_in_utc_whatever_zone_they_came_in() -> None:
    east = timezone(timedelta(hours=2))
    moment = datetime(2026, 3, 1, 14, tzinfo=east)
    item = call(created_at=moment, updated_at=moment + timedelta(microseconds=600))
    told = to_dict(item)
    assert told["created_at"] == "2026-03-01T12:00:00Z"
    assert told["updated_at"] == "2026-03-01T12:00:00.000600Z"
    assert plain([moment]) == ["2026-03-01T12:00:00Z"]
    edge = datetime(1, 1, 1, tzinfo=east)
    assert to_dict(call(created_at=edge))["created_at"] == "0001-01-01T00:00:00+02:00"


def test_bytes_are_base64() -> None:
    item = FileConversion(
        **{name: value for name, value in attrs.asdict(call()).items() if name not in _OF_LISTING},
        src_format="obj",
        output_format="stl",
        outputs={"a.stl": b"\x00\xff"},
    )
    assert b64decode(to_dict(item)["outputs"]["a.stl"]) == b"\x00\xff"


_OF_LISTING = {"worker", "input", "output", "attempts"}


def test_of_an_unknown_result_every_value_stands_under_its_own_name() -> None:
    """Behind those that all results have, and so in a list of results too."""
    body = {
        "volume_of_sound": {"b": [1], "a": None},
        "type": "file_loudness",
        "id": str(UUID(int=1)),
        "user_id": str(UUID(int=2)),
        "status": "completed",
        "created_at": "2026-03-01T12:00:00Z",
        "updated_at": "2026-03-01T12:00:00Z",
        "fields": 5,
    }
    result = decode_output(json.dumps(body).encode())
    told = to_dict(result)
    assert list(told)[:3] == ["id", "status", "type"]
    assert list(told)[-2:] == ["volume_of_sound", "fields"]
    assert {name: told[name] for name in body} == body
    assert plain([result]) == [told]


def test_of_a_page_what_a_caller_can_use_is_written() -> None:
    """Nothing of the answer that it came in: headers may hold a secret."""
    page = Page(
        items=(call(),), cursor="a", next_cursor="b", request_id="r", headers={"Set-Cookie": "s"}
    )
    told = to_dict(page)
    assert list(told) == ["items", "next_cursor", "total_count", "total_pages", "page_size"]
    assert told["items"] == [to_dict(call())]
    assert json.loads(to_json(page)) == told


def test_a_change_holds_its_operations_and_its_error() -> None:
    after = call(status=asyncops.ApiCallStatus.FAILED)
    change = Change(
        kind=ChangeKind.FINISHED, seen_at=NOON, id=str(after.id), before=call(), after=after
    )
    told = to_dict(change)
    assert list(told) == ["id", "kind", "seen_at", "before", "after", "error"]
    assert (told["before"], told["after"]) == (to_dict(call()), to_dict(after))
    refused = APIError.of(503)("down", status=503, request_id="r-1")
    told = to_dict(evolve(change, kind=ChangeKind.INTERRUPTED, after=None, error=refused))
    assert told["error"] == {
        "type": "ServerError",
        "message": str(refused),
        "status": 503,
        "request_id": "r-1",
    }
    told = to_dict(evolve(change, error=ConnectionFailed("reset")))
    assert told["error"] == {"type": "ConnectionFailed", "message": "reset"}


def test_a_report_and_a_model_from_elsewhere_are_written_too() -> None:
    assert to_dict(WalkReport(pages=2, items=3))["items"] == 3

    @frozen
    class Theirs:
        """Described by a user."""

        name: str
        made_at: datetime
        parts: "list[AsyncApiCall]"
        id: str
        status: str

    told = to_dict(Theirs("n", NOON, [call()], "1", "on"))
    assert list(told) == ["id", "status", "made_at", "name", "parts"]
    assert told["parts"] == [to_dict(call())]


def test_an_id_and_a_status_that_are_properties_are_written_too() -> None:
    """Nobody could tell the rows apart without: the other properties follow from what is there."""
    assert to_dict(Wrapped(NOON, Metadata("render-1"))) == {
        "id": "render-1",
        "status": "queued",
        "created_at": "2026-03-01T12:00:00Z",
        "metadata": {"name": "render-1"},
    }


@pytest.mark.parametrize("wrong", [None, 5, "call", {"id": 1}, [], AsyncApiCall])
def test_what_is_no_model_is_refused_by_name(wrong: Any) -> None:
    for function in (to_dict, to_json):
        with pytest.raises(TypeError, match=r"^operation must be a model, such as AsyncApiCall"):
            function(wrong)


async def test_what_holds_private_things_is_no_model() -> None:
    @frozen
    class Private:
        """Keeps something to itself."""

        _token: str

    async with ZooClient("tok-5e1f") as client:
        for holder in (Private("tok-5e1f"), client):
            with pytest.raises(TypeError, match="operation must be a model") as caught:
                to_dict(holder)  # type: ignore[arg-type, unused-ignore]
            assert "tok-5e1f" not in str(caught.value)


@frozen(kw_only=True)
class Quoted:
    """Annotated as in a module whose annotations are not evaluated."""

    name: "str"
    created_at: "EpochSeconds"
    id: "int"


def test_annotations_may_be_texts() -> None:
    """As those of a module with ``from __future__ import annotations`` are."""
    item = decoder(Quoted)(b'{"name": "n", "created_at": 1.5, "id": 7}')
    assert list(to_dict(item).items()) == [
        ("id", 7),
        ("created_at", "1970-01-01T00:00:01.500000Z"),
        ("name", "n"),
    ]
    assert [*columns_of(Quoted).values()] == ["integer", "time", "text"]
