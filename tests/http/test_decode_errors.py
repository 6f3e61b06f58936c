"""The strict reading and the second one agree, on good bodies and on damaged ones."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, get_args, get_origin
from uuid import UUID

import attrs
import msgspec
import pytest
from attrs import Factory, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncops.errors import DecodeError
from asyncops.http.decode_errors import structure
from asyncops.http.decoding import decoder, first_reading
from asyncops.models import (
    EpochMillis,
    EpochSeconds,
    OpenEnum,
    UtcTimestamp,
    key,
    time_form,
    wire_key,
)
from asyncops.services.zoo import MlPrompt
from asyncops.services.zoo.outputs import (
    FileCenterOfMass,
    FileConversion,
    FileMass,
    TextToCadIteration,
)
from tests.http.page_shapes import AsyncApiCallPage, MlPromptPage, OperationsPage

Path = tuple[str | int, ...]


@frozen(kw_only=True)
class Step:
    at: EpochMillis
    name: str = key("step-name", default="?")
    until: UtcTimestamp | None = None


@frozen(kw_only=True)
class Run:
    """A model with keys of its own, some of them the names of other fields, and all forms."""

    id: int
    status: str = key("state")
    state: str | None = key("status", default=None)
    created_at: EpochSeconds = key("created")
    ended: EpochMillis | None = None
    local: UtcTimestamp
    first: Step | None = None
    steps: tuple[Step, ...] = ()
    moments: tuple[EpochSeconds | None, ...] = key("all moments", default=())
    named: dict[str, Step] = key("by-name", default=Factory(dict))
    later: dict[str, EpochMillis] = Factory(dict)


@frozen(kw_only=True)
class Runs:
    items: tuple[Run, ...] = key("data")


SHAPES: list[Any] = [
    Runs,
    Run,
    AsyncApiCallPage,
    MlPromptPage,
    MlPrompt,
    OperationsPage,
    FileCenterOfMass,
    FileConversion,
    FileMass,
    TextToCadIteration,
]

FREE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)
UUIDS = st.builds(
    lambda value, spell: spell(value),
    st.uuids(),
    st.sampled_from([str, lambda value: str(value).upper(), lambda value: value.hex]),
)
TIMES = st.datetimes(timezones=st.just(UTC)).map(
    lambda moment: moment.isoformat().replace("+00:00", "Z")
)
LOOKALIKES = st.sampled_from(
    [
        "",
        "null",
        "false",
        "true",
        "5",
        "1.5",
        "NaN",
        "2024-09-19",
        "QQ==",
        "QQ",
        "failed",
        1.0,
        -0.0,
    ]
)


def parts(shape: Any) -> tuple[Any, bool]:
    """A field's type without annotations and None, and whether None was in it."""
    if time_form(shape) is not None:
        return shape, False
    shape = get_args(shape)[0] if get_origin(shape) is Annotated else shape
    if type(None) in get_args(shape):
        (kind,) = (member for member in get_args(shape) if member is not type(None))
        return parts(kind)[0], True
    return shape, False


@cache
def wire(shape: Any) -> st.SearchStrategy[Any]:
    """JSON as a service may send it for ``shape``."""
    kind, optional = parts(shape)
    return st.none() | wire_value(kind) if optional else wire_value(kind)


@cache
def wire_value(kind: Any) -> st.SearchStrategy[Any]:
    if attrs.has(kind):
        fields = attrs.fields(kind)
        required = {wire_key(f): wire(f.type) for f in fields if f.default is attrs.NOTHING}
        optional = {wire_key(f): wire(f.type) for f in fields if f.default is not attrs.NOTHING}
        # A field with a key of its own is not meant by its name.
        hidden = {f.name for f in fields} - {wire_key(f) for f in fields}
        extra = dict.fromkeys({"never_heard_of", *hidden}, FREE)
        return st.fixed_dictionaries(required, optional={**optional, **extra})
    if get_origin(kind) is tuple:
        return st.lists(wire(get_args(kind)[0]), max_size=2)
    if get_origin(kind) is dict:
        return st.dictionaries(st.text(max_size=4), wire(get_args(kind)[1]), max_size=2)
    if isinstance(kind, type) and issubclass(kind, OpenEnum):
        return st.sampled_from([*kind]).map(str) | st.text(max_size=8)
    ready_pages: dict[object, st.SearchStrategy[Any]] = {
        str: st.text(max_size=8),
        int: st.integers(-(2**70), 2**70),
        float: st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**70), 2**70),
        bytes: st.binary(max_size=6).map(lambda data: msgspec.json.encode(data).decode()[1:-1]),
        UUID: UUIDS,
        datetime: TIMES,
        EpochSeconds: numbers(-62_135_596_800, 253_402_300_799),
        EpochMillis: numbers(-62_135_596_800_000, 253_402_300_799_000),
        UtcTimestamp: TIMES | TIMES.map(lambda text: text.removesuffix("Z").replace("T", " ")),
    }
    return ready_pages.get(kind, FREE)


def numbers(least: int, most: int) -> st.SearchStrategy[Any]:
    return st.integers(least, most) | st.floats(least, most)


def members(tree: Any) -> list[tuple[str | int, Any]]:
    if isinstance(tree, dict):
        return list(tree.items())
    return list(enumerate(tree)) if isinstance(tree, list) else []


def paths(tree: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    for step, value in members(tree):
        yield from paths(value, (*path, step))


def changed(tree: Any, path: Path, new: list[Any]) -> list[Any]:
    """The tree with ``new``, one value or none, in the place of the value at ``path``."""
    if not path:
        return new
    kept = [
        (key, each)
        for key, value in members(tree)
        for each in (changed(value, path[1:], new) if key == path[0] else [value])
    ]
    return [dict(kept) if isinstance(tree, dict) else [value for _, value in kept]]


@st.composite
def damaged(draw: st.DrawFn, shape: Any) -> Any:
    """JSON for ``shape`` in which up to three values are others, or are gone."""
    tree = draw(wire_value(shape))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(paths(tree))))
        new = draw(st.just([]) | st.lists(FREE | LOOKALIKES, min_size=1, max_size=1))
        tree = next(iter(changed(tree, path, new)), None)
    return tree


def without_what_is_tolerated(tree: Any, shape: Any) -> Any:
    """The tree as the strict reading wants it, where only the second one is lenient.

    Nulls in the place of fields that have a default other than null, and base64 of the other
    alphabet or without its padding.
    """
    kind, _ = parts(shape)
    if get_origin(kind) is tuple and isinstance(tree, list):
        return [without_what_is_tolerated(each, get_args(kind)[0]) for each in tree]
    if get_origin(kind) is dict and isinstance(tree, dict):
        inner = get_args(kind)[1]
        return {name: without_what_is_tolerated(value, inner) for name, value in tree.items()}
    if kind is bytes and isinstance(tree, str):
        text = tree.replace("-", "+").replace("_", "/").rstrip("=")
        return text + "=" * (-len(text) % 4)
    if not attrs.has(kind) or not isinstance(tree, dict):
        return tree
    fields = {wire_key(field): field for field in attrs.fields(kind)}
    return {
        name: without_what_is_tolerated(value, fields[name].type) if name in fields else value
        for name, value in tree.items()
        if value is not None or name not in fields or fields[name].default in {attrs.NOTHING, None}
    }


def first(tree: Any, shape: Any) -> Any:
    """What msgspec alone makes of the JSON; the error's class where it refuses."""
    value = first_reading(shape, "plain")(json.dumps(tree).encode())
    return DecodeError if value is None else value


def second(tree: Any, shape: Any) -> Any:
    try:
        return structure(msgspec.json.decode(json.dumps(tree).encode()), shape)
    except DecodeError:
        return DecodeError


def whole(tree: Any, shape: Any) -> Any:
    try:
        return decoder(shape)(json.dumps(tree).encode())
    except DecodeError:
        return DecodeError


def same(one: object, other: object) -> bool:
    # 1 equals True and 1.0, which are different JSON.
    return one == other and repr(one) == repr(other)


@pytest.mark.parametrize("shape", SHAPES)
@settings(max_examples=40)
@given(st.data())
def test_whatever_the_strict_reading_reads_the_second_reads_alike(
    shape: Any, data: st.DataObject
) -> None:
    tree = data.draw(wire_value(shape))
    strict = first(tree, shape)
    assert strict is not DecodeError
    assert same(second(tree, shape), strict)
    assert same(whole(tree, shape), strict)


@pytest.mark.parametrize("shape", SHAPES)
@settings(max_examples=40)
@given(st.data())
def test_damage_is_read_alike_or_refused_alike(shape: Any, data: st.DataObject) -> None:
    tree = data.draw(damaged(shape))
    strict, lenient = first(tree, shape), second(tree, shape)
    if strict is not DecodeError:
        assert same(lenient, strict)
    else:
        assert same(lenient, first(without_what_is_tolerated(tree, shape), shape))
    assert same(whole(tree, shape), lenient)


@given(st.data())
def test_a_null_where_protobuf_means_nothing_is_the_default(data: st.DataObject) -> None:
    tree = data.draw(wire_value(OperationsPage))
    names = attrs.fields_dict(OperationsPage)
    name = data.draw(st.sampled_from(sorted(names)))
    rest = {key: value for key, value in tree.items() if key != name}
    assert same(whole({**rest, name: None}, OperationsPage), whole(rest, OperationsPage))


@pytest.mark.parametrize("name", ["id", "status", "created_at", "user_id"])
def test_a_null_is_not_tolerated_where_there_is_no_default(name: str) -> None:
    body = f'{{"items": [{{"{name}": null}}]}}'.encode()
    with pytest.raises(DecodeError) as caught:
        decoder(AsyncApiCallPage)(body)
    assert any(f"$.items[0].{name}" in problem for problem in caught.value.problems)


@frozen
class Untimed:
    """An item of a service that never tells a time, with a field of another key."""

    name: str = key("title")
    started_at: None = None


@pytest.mark.parametrize("value", ["2026-01-01T00:00:00Z", 0, {}])
def test_a_field_that_can_only_be_null_takes_nothing_else(value: Any) -> None:
    body = {"title": "a", "started_at": value}
    with pytest.raises(DecodeError, match=r"Expected `null`, got .* at \$\.started_at"):
        structure(body, Untimed)
    with pytest.raises(DecodeError, match=r"\$\.started_at"):
        decoder(Untimed)(json.dumps(body).encode())
    assert structure({**body, "started_at": None}, Untimed) == Untimed("a")


@frozen(kw_only=True)
class Anything:
    """Models under strict typing say `object` where others say `Any`."""

    id: str
    value: object = None
    perhaps: dict[str, object] | None = None
    several: tuple[object, ...] = ()


def test_a_field_of_any_json_hides_no_fault_of_another() -> None:
    body = b'{"id": "a", "value": {"b": [1]}, "perhaps": {"c": null}, "several": [2, {}]}'
    strict = decoder(Anything)
    assert strict(body) == structure(json.loads(body), Anything)
    with pytest.raises(DecodeError, match=r"Expected `str`, got `int` at \$\.id"):
        strict(body.replace(b'"a"', b"5"))
