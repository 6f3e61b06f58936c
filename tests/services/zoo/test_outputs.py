"""The nine typed results of a call, and one of a type that is new."""

import json
from base64 import b64encode, urlsafe_b64encode
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops.errors import DecodeError
from asyncops.services.zoo import (
    AsyncApiCallOutput,
    AsyncApiCallType,
    FileCenterOfMass,
    FileConversion,
    FileDensity,
    FileMass,
    FileSurfaceArea,
    FileVolume,
    MlFeedback,
    Point3D,
    SourcePosition,
    SourceRange,
    SourceRangePrompt,
    TextToCad,
    TextToCadIteration,
    TextToCadMultiFileIteration,
    UnknownOutput,
)
from asyncops.services.zoo.outputs import decode_output

COMMON = {
    "id": "f135d675-c44a-4e2e-9638-87d941fa1872",
    "status": "completed",
    "created_at": "2024-09-19T16:11:34.045Z",
    "updated_at": "2024-09-19T16:11:34.999999999Z",
    "user_id": "9626601f-9396-45c7-855c-ca66c11d7af9",
}
CONVERSATION = "a3c658b2-1a6f-4a03-86c0-567a80b121bb"
RANGES = [
    {
        "prompt": "rounder",
        "range": {"start": {"line": 1, "column": 2}, "end": {"line": 3, "column": 4}},
    }
]
READ_RANGES = (
    SourceRangePrompt(
        prompt="rounder",
        range=SourceRange(
            start=SourcePosition(line=1, column=2), end=SourcePosition(line=3, column=4)
        ),
    ),
)
FORMATS = {"src_format": "step", "output_unit": "cm"}
MODEL = {"conversation_id": CONVERSATION, "model": "m", "model_version": "1"}

# For each type: its class, the fields that are always there, and those that may be absent.
TYPES: dict[str, tuple[type[Any], dict[str, Any], dict[str, Any]]] = {
    "file_conversion": (
        FileConversion,
        {"src_format": "step", "output_format": "obj"},
        {
            "src_format_options": {"type": "step", "deep": [1, None]},
            "output_format_options": ["any", "json"],
            "outputs": {"a.obj": "QUI="},
        },
    ),
    "file_center_of_mass": (
        FileCenterOfMass,
        FORMATS,
        {"center_of_mass": {"x": 1.5, "y": -2, "z": 0}},
    ),
    "file_mass": (
        FileMass,
        {**FORMATS, "material_density": 7.85, "material_density_unit": "kg:m3"},
        {"mass": 1.25},
    ),
    "file_volume": (FileVolume, FORMATS, {"volume": 3}),
    "file_density": (
        FileDensity,
        {**FORMATS, "material_mass": 2, "material_mass_unit": "g"},
        {"density": 0.5},
    ),
    "file_surface_area": (FileSurfaceArea, FORMATS, {"surface_area": 6.0}),
    "text_to_cad": (
        TextToCad,
        {**MODEL, "output_format": "glb", "prompt": "a gear"},
        {
            "code": "c",
            "feedback": "thumbs_up",
            "kcl_version": "0.2",
            "outputs": {"source.glb": "QUI="},
        },
    ),
    "text_to_cad_iteration": (
        TextToCadIteration,
        {**MODEL, "code": "new", "original_source_code": "old", "source_ranges": RANGES},
        {"prompt": "p", "feedback": "rejected"},
    ),
    "text_to_cad_multi_file_iteration": (
        TextToCadMultiFileIteration,
        {**MODEL, "source_ranges": RANGES},
        {
            "outputs": {"main.kcl": "x = 1"},
            "project_name": "n",
            "prompt": "p",
            "kcl_version": "0.2",
            "feedback": "meh",
        },
    ),
}
LATER = {
    "started_at": "2024-09-19T16:11:35Z",
    "completed_at": "2024-09-19T16:11:36Z",
    "error": "none really",
}
READ: dict[str, object] = {
    "conversation_id": UUID(CONVERSATION),
    "source_ranges": READ_RANGES,
    "center_of_mass": Point3D(x=1.5, y=-2.0, z=0.0),
    "feedback": None,
}


def decode(**fields: object) -> AsyncApiCallOutput:
    return decode_output(json.dumps({**COMMON, **fields}).encode())


def read(name: str, kind: type[Any], value: object) -> object:
    """What a field's JSON becomes."""
    if name == "feedback":
        return MlFeedback(str(value))
    if name == "outputs" and kind is not TextToCadMultiFileIteration:
        return {"a.obj": b"AB"} if kind is FileConversion else {"source.glb": b"AB"}
    return READ.get(name, value)


def test_every_type_that_is_known_has_its_class() -> None:
    assert set(TYPES) == set(AsyncApiCallType)


@pytest.mark.parametrize("name", TYPES)
def test_each_type_has_the_fields_of_the_contract_and_no_others(name: str) -> None:
    kind, always, sometimes = TYPES[name]
    fields = {field.name for field in attrs.fields(kind)}
    assert fields == {*COMMON, *LATER, "type", *always, *sometimes}
    required = {f.name for f in attrs.fields(kind) if f.default is attrs.NOTHING}
    # What starts an operation on a file is answered without its type.
    told = set() if name.startswith("file_") else {"type"}
    assert required == {*COMMON, *told, *always} - {"material_density", "material_mass"}


@pytest.mark.parametrize("name", TYPES)
def test_a_result_with_everything_is_read_field_by_field(name: str) -> None:
    kind, always, sometimes = TYPES[name]
    output = decode(type=name, **always, **sometimes, **LATER, never_heard_of=[1])
    assert type(output) is kind
    for field, value in {**always, **sometimes}.items():
        assert getattr(output, field) == read(field, kind, value), field
    assert (output.id, output.user_id) == (UUID(COMMON["id"]), UUID(COMMON["user_id"]))
    assert (output.type, output.status) == (name, "completed")
    assert output.created_at.microsecond == 45_000
    assert (output.updated_at.second, output.updated_at.microsecond) == (35, 0)
    assert output.finished_at == output.completed_at
    assert output.finished_at is not None
    assert output.finished_at.second == 36
    assert output.error == "none really"
    assert output.state.ended


@pytest.mark.parametrize("name", TYPES)
def test_what_may_be_absent_may_be_null_too(name: str) -> None:
    kind, always, sometimes = TYPES[name]
    absent = decode(type=name, **always)
    null = decode(type=name, **always, **dict.fromkeys({**sometimes, **LATER}))
    assert absent == null
    assert type(absent) is kind
    assert [field for field in sometimes if getattr(absent, field) is not None] == []
    assert (absent.started_at, absent.completed_at, absent.error) == (None, None, None)


@pytest.mark.parametrize("name", TYPES)
def test_a_result_does_not_show_its_files_and_is_hashable(name: str) -> None:
    _, always, sometimes = TYPES[name]
    output = decode(type=name, **always, **sometimes)
    assert hash(output) == hash(decode(type=name, **always, **sometimes))
    assert "outputs" not in repr(output)


class TestFiles:
    @given(st.dictionaries(st.text(), st.binary()), st.booleans(), st.booleans())
    def test_base64_is_read_in_both_alphabets_padded_or_not(
        self, files: dict[str, bytes], url_safe: bool, padded: bool
    ) -> None:
        encode = urlsafe_b64encode if url_safe else b64encode
        texts = {path: encode(data).decode() for path, data in files.items()}
        if not padded:
            texts = {path: text.rstrip("=") for path, text in texts.items()}
        output = decode(type="file_conversion", **TYPES["file_conversion"][1], outputs=texts)
        assert isinstance(output, FileConversion)
        assert output.outputs == files

    @pytest.mark.parametrize(
        "text", ["?", "Q", "QQQQQ", "Q===", "QQ==QQ==", "Q Q=", "QQ=\n", "=QQ", "\u00e9", "\u0663"]
    )
    @pytest.mark.parametrize("name", ["file_conversion", "text_to_cad"])
    def test_what_is_no_base64_is_refused_with_its_path(self, name: str, text: str) -> None:
        with pytest.raises(DecodeError) as caught:
            decode(type=name, **TYPES[name][1], outputs={"ok": "QUI=", "part.obj": text})
        assert caught.value.path == "$.outputs['part.obj']"

    @pytest.mark.parametrize("path", ["a @ b", "a'b", "[0]", "", "$.id", "caf\u00e9", "a\nb"])
    def test_the_path_is_whole_whatever_the_file_is_called(self, path: str) -> None:
        with pytest.raises(DecodeError) as caught:
            decode(type="file_conversion", **TYPES["file_conversion"][1], outputs={path: "?"})
        assert caught.value.path == f"$.outputs[{path!r}]"
        assert caught.value.problems == (f"Only base64 data is allowed at $.outputs[{path!r}]",)


class TestNewTypes:
    def test_everything_is_kept_as_it_came(self) -> None:
        rest = {
            "colour": "red",
            "outputs": {"a": "not base64 !"},
            "created": "2024-09-19T16:11:34.999999999Z",
            "big": 2**70,
            "deep": {"a": [None, {"b": 1.5}]},
            "input": None,
        }
        output = decode(type="file_colour", **LATER, **rest)
        assert isinstance(output, UnknownOutput)
        assert output.type == "file_colour"
        assert isinstance(output.type, AsyncApiCallType)
        assert output.fields == rest
        assert output.error == "none really"
        assert (output.updated_at.second, output.updated_at.microsecond) == (35, 0)

    def test_nothing_more_is_nothing_more(self) -> None:
        output = decode(type="file_colour")
        assert isinstance(output, UnknownOutput)
        assert output.fields == {}

    @pytest.mark.parametrize("value", [{"a": 1}, {}, [1, 2], "text", 5, None])
    def test_a_field_of_its_own_called_fields_is_kept_like_any_other(self, value: object) -> None:
        output = decode(type="file_colour", fields=value, x=1)
        assert isinstance(output, UnknownOutput)
        assert output.fields == {"fields": value, "x": 1}

    @pytest.mark.parametrize("tag", [None, 5, True, ["file_mass"], {"a": 1}])
    def test_a_type_that_is_no_text_is_refused(self, tag: object) -> None:
        with pytest.raises(DecodeError) as caught:
            decode(type=tag)
        assert caught.value.path == "$.type"

    def test_a_missing_type_is_refused(self) -> None:
        with pytest.raises(DecodeError, match="'type' is missing") as caught:
            decode()
        assert caught.value.path == "$.type"

    def test_what_all_results_share_is_checked_for_a_new_type_too(self) -> None:
        with pytest.raises(DecodeError) as caught:
            decode(type="file_colour", created_at="soon")
        assert caught.value.path == "$.created_at"
        assert caught.value.snippet.startswith("{")


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'"x"', b"7", b"<html>", b'{"type": "x"}'])
def test_what_is_no_result_is_a_decode_error(body: bytes) -> None:
    with pytest.raises(DecodeError) as caught:
        decode_output(body)
    assert caught.value.path.startswith("$")


@pytest.mark.parametrize("number", ["1e400", "NaN", "1" * 400, "1" * 5000])
def test_a_number_beyond_floats_is_refused(number: str) -> None:
    _, always, _ = TYPES["file_mass"]
    text = json.dumps({**COMMON, "type": "file_mass", **always})[:-1]
    with pytest.raises(DecodeError):
        decode_output(f'{text}, "mass": {number}}}'.encode())


@pytest.mark.parametrize(
    ("kind", "field"), [("file_mass", "material_density"), ("file_density", "material_mass")]
)
def test_what_a_material_is_left_without_is_zero(kind: str, field: str) -> None:
    _, always, _ = TYPES[kind]
    rest = {name: value for name, value in always.items() if name != field}
    for left_out in (rest, {**rest, field: None}):
        assert getattr(decode(type=kind, **left_out), field) == 0.0
