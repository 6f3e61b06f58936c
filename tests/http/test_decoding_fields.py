"""A wrong type in any field of any model is refused, with the field's path; nothing is coerced."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, get_args, get_origin
from uuid import UUID

import attrs
import pytest

from asyncops.errors import DecodeError
from asyncops.http.decoding import decoder
from asyncops.models import OpenEnum
from asyncops.services.zoo.outputs import (
    FileCenterOfMass,
    FileConversion,
    FileDensity,
    FileMass,
    FileSurfaceArea,
    FileVolume,
    TextToCad,
    TextToCadIteration,
    TextToCadMultiFileIteration,
    UnknownOutput,
    decode_output,
)
from tests.http.page_shapes import AsyncApiCallPage, MlPromptPage, OperationsPage

OUTPUTS: dict[str, Any] = {
    "file_center_of_mass": FileCenterOfMass,
    "file_conversion": FileConversion,
    "file_density": FileDensity,
    "file_mass": FileMass,
    "file_surface_area": FileSurfaceArea,
    "file_volume": FileVolume,
    "text_to_cad": TextToCad,
    "text_to_cad_iteration": TextToCadIteration,
    "text_to_cad_multi_file_iteration": TextToCadMultiFileIteration,
    "never heard of": UnknownOutput,
}
PAGES: list[type[object]] = [AsyncApiCallPage, MlPromptPage, OperationsPage]

# For each kind of field, JSON that a lenient reader would take for it.
WRONG: dict[object, list[object]] = {
    str: [5, 1.5, True, ["a"], {"a": 1}],
    int: ["5", "null", 1.5, True, False, [5], {"a": 5}, ""],
    float: ["5", "1.5", "nan", True, [1.5], {"a": 1}],
    UUID: ["", "null", "f135d675", "..", 5, True, [1], "g135d675-c44a-4e2e-9638-87d941fa1872"],
    datetime: ["", "null", "2024-09-19T16:11:34", "soon", 5, 1.5, True, ["x"], {}],
    OpenEnum: [5, 1.5, True, ["failed"], {"failed": 1}],
    bytes: [5, True, ["QQ=="], "?", "\u00e9", "Q", {"a": 1}],
    "object": ["null", 5, True, [{}], [["a", 1]]],
    "array": ["null", 5, True, {"0": {}}, "ab"],
}


def plain(shape: Any) -> Any:
    """A field's type without ``| None`` and annotations."""
    shape = get_args(shape)[0] if get_origin(shape) is Annotated else shape
    members = [member for member in get_args(shape) if member is not type(None)]
    if type(None) in get_args(shape):
        return plain(members[0])
    return shape


def good(shape: Any) -> Any:
    """JSON that fits a type."""
    kind = plain(shape)
    if attrs.has(kind):
        return {field.name: good(field.type) for field in attrs.fields(kind)}
    if get_origin(kind) is tuple:
        return [good(get_args(kind)[0])] * 2
    if get_origin(kind) is dict:
        return {"a": good(get_args(kind)[1])}
    if isinstance(kind, type) and issubclass(kind, OpenEnum):
        return next(iter(kind)).value
    samples: dict[object, object] = {
        str: "text",
        int: 5,
        float: 1.5,
        bytes: "QQ==",
        UUID: "f135d675-c44a-4e2e-9638-87d941fa1872",
        datetime: "2024-09-19T16:11:34.045Z",
    }
    return samples.get(kind, 5)


def wrong_for(kind: Any) -> list[object]:
    if attrs.has(kind) or get_origin(kind) is dict:
        return WRONG["object"]
    if get_origin(kind) is tuple:
        return WRONG["array"]
    if isinstance(kind, type) and issubclass(kind, OpenEnum):
        return WRONG[OpenEnum]
    return WRONG.get(kind, [])


def places(
    shape: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], object]]:
    """Every place in the JSON of ``shape``, each with one value that does not fit there."""
    kind = plain(shape)
    yield from ((path, wrong) for wrong in wrong_for(kind))
    if attrs.has(kind):
        for field in attrs.fields(kind):
            if path or kind is not UnknownOutput or field.name != "fields":
                yield from places(field.type, (*path, field.name))
    elif get_origin(kind) is tuple:
        yield from places(get_args(kind)[0], (*path, 1))
    elif get_origin(kind) is dict:
        yield from places(get_args(kind)[1], (*path, "a"))


def replaced(tree: Any, path: tuple[str | int, ...], value: object) -> Any:
    if not path:
        return value
    items = list(tree.items()) if isinstance(tree, dict) else list(enumerate(tree))
    changed = [(k, replaced(v, path[1:], value) if k == path[0] else v) for k, v in items]
    return dict(changed) if isinstance(tree, dict) else [v for _, v in changed]


def json_path(path: tuple[str | int, ...], mapping: str | None = None) -> str:
    """The path as errors show it; keys of a free mapping stand in brackets."""
    text = "$"
    for index, step in enumerate(path):
        keyed = isinstance(step, int) or (index and path[index - 1] == mapping)
        text += f"[{step!r}]" if keyed else f".{step}"
    return text


PAGE_CASES = [(shape, path, wrong) for shape in PAGES for path, wrong in places(shape)]
OUTPUT_CASES = [
    (name, path, wrong)
    for name, shape in OUTPUTS.items()
    for path, wrong in places(shape)
    if path != ("type",) or not isinstance(wrong, str)
]


def label(value: object) -> str:
    if isinstance(value, tuple):
        return json_path(value)
    return value.__name__ if isinstance(value, type) else ascii(value)[:20]


@pytest.mark.parametrize("shape", PAGES, ids=label)
def test_a_page_with_every_field_set_is_read(shape: type[object]) -> None:
    page: Any = decoder(shape)(json.dumps(good(shape)).encode())
    assert len(page.items) == 2
    assert all(value is not None for value in attrs.asdict(page.items[0]).values())


@pytest.mark.parametrize(("shape", "path", "wrong"), PAGE_CASES, ids=label)
def test_a_wrong_type_in_a_page_is_refused_with_its_path(
    shape: type[object], path: tuple[str | int, ...], wrong: object
) -> None:
    body = json.dumps(replaced(good(shape), path, wrong)).encode()
    with pytest.raises(DecodeError) as caught:
        decoder(shape)(body)
    assert caught.value.path == json_path(path)
    assert json_path(path) in str(caught.value)
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize("name", OUTPUTS)
def test_an_output_with_every_field_set_is_read(name: str) -> None:
    body = json.dumps({**good(OUTPUTS[name]), "type": name}).encode()
    output = decode_output(body)
    assert type(output) is OUTPUTS[name]
    assert all(value is not None for value in attrs.asdict(output).values())


@pytest.mark.parametrize(("name", "path", "wrong"), OUTPUT_CASES, ids=label)
def test_a_wrong_type_in_an_output_is_refused_with_its_path(
    name: str, path: tuple[str | int, ...], wrong: object
) -> None:
    tree = {**good(OUTPUTS[name]), "type": name}
    with pytest.raises(DecodeError) as caught:
        decode_output(json.dumps(replaced(tree, path, wrong)).encode())
    assert caught.value.path == json_path(path, mapping="outputs")
    assert caught.value.path in str(caught.value)


REQUIRED = [
    (name, field.name)
    for name, shape in OUTPUTS.items()
    for field in attrs.fields(shape)
    if field.default is attrs.NOTHING and field.name != "type"
]


@pytest.mark.parametrize(("name", "field"), REQUIRED)
@pytest.mark.parametrize("left_out", [True, False])
def test_a_required_field_of_an_output_is_neither_left_out_nor_null(
    name: str, field: str, *, left_out: bool
) -> None:
    tree = {**good(OUTPUTS[name]), "type": name, field: None}
    if left_out:
        del tree[field]
    with pytest.raises(DecodeError) as caught:
        decode_output(json.dumps(tree).encode())
    assert caught.value.path == f"$.{field}"


@pytest.mark.parametrize("shape", [AsyncApiCallPage, MlPromptPage])
def test_every_required_field_of_a_row_is_named_when_it_is_missing(shape: Any) -> None:
    row = plain(get_args(attrs.fields_dict(shape)["items"].type)[0])
    required = [field.name for field in attrs.fields(row) if field.default is attrs.NOTHING]
    with pytest.raises(DecodeError) as caught:
        decoder(shape)(json.dumps({"items": [good(row), {}]}).encode())
    error = caught.value
    assert error.path == f"$.items[1].{required[0]}"
    assert [problem.rsplit(" at ", 1)[1] for problem in error.problems] == [
        f"$.items[1].{name}" for name in required
    ]
    assert f"(and {len(required) - 1} more)" in str(error)
