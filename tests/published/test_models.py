"""Each model of Zoo's is its schema in the published description: no more and no less.

Run with ``pytest -m specs``, as ``test_specs.py`` says.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, get_args, get_origin, get_type_hints
from uuid import UUID

import attrs
import pytest
from attrs import evolve, frozen

from asyncops.models import wire_key
from asyncops.services import zoo
from tests.published.schemas import NEWEST, WITH_LISTINGS, description

pytestmark = pytest.mark.specs

LEAVES = {"uuid": UUID, "date-time": datetime, "byte": bytes}
TYPES = {"string": str, "integer": int, "number": float, "boolean": bool}
# Kept as texts: the formats of files, units, and the names of models.
TEXTS = {
    *("src_format", "output_format", "output_unit", "model"),
    *("material_density_unit", "material_mass_unit"),
}
NEWEST_MODELS = {
    "ApiCallWithPrice": zoo.ApiCallWithPrice,
    "Conversation": zoo.Conversation,
    "OrgDataset": zoo.OrgDataset,
    "OrgDatasetFileConversionDetails": zoo.DatasetConversionDetails,
    "OrgDatasetFileConversionSummary": zoo.DatasetConversion,
    "FileConversion": zoo.FileConversion,
    "FileMass": zoo.FileMass,
    "TextToCadResponse": zoo.TextToCadResponse,
    "UnitArea": zoo.UnitArea,
    "UnitDensity": zoo.UnitDensity,
    "UnitLength": zoo.UnitLength,
    "UnitMass": zoo.UnitMass,
    "UnitVolume": zoo.UnitVolume,
    "FileImportFormat": zoo.FileImportFormat,
    "FileExportFormat": zoo.FileExportFormat,
    "CreatedAtSortMode": zoo.CreatedAtSortMode,
    "ConversionSortMode": zoo.ConversionSortMode,
}
OLD_MODELS = {"AsyncApiCall": zoo.AsyncApiCall, "MlPromptResponse": zoo.MlPrompt}
MODELS = [
    *((NEWEST, name, model) for name, model in NEWEST_MODELS.items()),
    *((WITH_LISTINGS, name, model) for name, model in OLD_MODELS.items()),
]


@frozen
class Schema:
    """A schema, with what references stand for."""

    tree: Mapping[str, Any]
    all: Mapping[str, Any]
    nullable: bool = False

    @classmethod
    def named(cls, file: str, name: str) -> "Schema":
        schemas = json.loads(description(file).read_text())["components"]["schemas"]
        return cls(schemas[name], schemas).plain()

    def of(self, tree: Mapping[str, Any]) -> "Schema":
        return Schema(tree, self.all).plain()

    def plain(self) -> "Schema":
        """Itself, without references and with what it may be besides null."""
        found = evolve(self, nullable=self.nullable or bool(self.tree.get("nullable")))
        if len(self.tree.get("allOf", ())) == 1:
            return evolve(found, tree=self.tree["allOf"][0]).plain()
        if "$ref" in self.tree:
            return evolve(found, tree=self.all[self.tree["$ref"].rpartition("/")[2]]).plain()
        return found

    @property
    def variants(self) -> "list[Schema]":
        return [self.of(each) for each in self.tree.get("oneOf", ())] or [self]

    @property
    def words(self) -> set[str]:
        """The values of an enum."""
        return {word for each in self.variants for word in each.tree.get("enum", ())}


def differences(model: Any, schema: Schema, path: str = "$") -> Iterator[str]:
    """How an attrs class differs from the schema of an object, or of one of several."""
    variants = schema.variants
    hints = get_type_hints(model, include_extras=True)
    fields = {wire_key(each): each for each in attrs.fields(model) if each.init}
    known = {name for each in variants for name in each.tree["properties"]}
    yield from (f"{path}.{name} is missing" for name in known - fields.keys())
    # What an action gives has no type, and the class says it.
    usual = {name for name in {"type"} & fields.keys() if fields[name].default is not attrs.NOTHING}
    yield from (f"{path}.{name} is not published" for name in fields.keys() - known - usual)
    for name in known & fields.keys():
        field, hint = fields[name], hints[fields[name].name]
        here = f"{path}.{name}"
        parts = [each.tree["properties"].get(name) for each in variants]
        always = all(name in each.tree.get("required", ()) for each in variants)
        if name not in usual and always == (field.default is not attrs.NOTHING):
            yield f"{here} is {'' if always else 'not '}always there"
        said = [schema.of(part) for part in parts if part is not None]
        is_null = type(None) in get_args(hint)
        if any(each.nullable for each in said) > is_null or (always and is_null):
            may = any(each.nullable for each in said)
            if hint is not Any and may != is_null:
                yield f"{here} may {'' if may else 'not '}be null"
        tag = len(variants) > 1 or name == "type"
        for each in said:
            if name not in TEXTS and not (tag and name == "outputs"):
                yield from unlike(hint, each, here, tag=tag)


def unlike(hint: Any, schema: Schema, path: str, *, tag: bool = False) -> Iterator[str]:
    """How a type differs from a schema."""
    args = [each for each in get_args(hint) if each is not type(None)]
    if get_origin(hint) is Annotated or type(None) in get_args(hint):
        yield from unlike(args[0], schema, path, tag=tag)
    elif get_origin(hint) is tuple:
        yield from unlike(args[0], schema.of(schema.tree["items"]), f"{path}[]")
    elif get_origin(hint) is dict:
        yield from unlike(args[1], schema.of(schema.tree["additionalProperties"]), f"{path}.*")
    elif attrs.has(hint):
        yield from differences(hint, schema, path)
    elif isinstance(hint, type) and issubclass(hint, Enum):
        words = {each.value for each in hint}
        if not schema.words or not (schema.words <= words if tag else schema.words == words):
            yield f"{path} is one of {sorted(schema.words)}, not of {sorted(words)}"
    elif hint is not Any:
        tree = schema.tree
        expected = LEAVES.get(tree.get("format", "")) or TYPES.get(tree.get("type", ""))
        if schema.words or hint is not expected:
            yield f"{path} is {sorted(schema.words) or expected}, not {hint}"


@pytest.mark.parametrize(("file", "name", "model"), MODELS, ids=[each[1] for each in MODELS])
def test_a_model_is_its_schema(file: str, name: str, model: type[Any]) -> None:
    schema = Schema.named(file, name)
    check = differences if attrs.has(model) else unlike
    assert list(check(model, schema, name)) == []


def test_each_result_is_the_variant_of_its_type() -> None:
    variants = Schema.named(NEWEST, "AsyncApiCallOutput").variants
    found = {
        word: each for each in variants for word in each.of(each.tree["properties"]["type"]).words
    }
    assert found.keys() == {each.value for each in zoo.AsyncApiCallType}
    for word, variant in found.items():
        name = "".join(part.title() for part in word.split("_"))
        assert list(differences(getattr(zoo, name), variant, name)) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"type": "integer"}, "is <class 'int'>, not <class 'str'>"),
        ({"type": "string", "nullable": True}, "may be null"),
        ({"type": "string", "enum": ["a"]}, "is ['a'], not"),
        (None, "is not published"),
    ],
)
def test_a_difference_is_found(change: Any, complaint: str) -> None:
    """Or this module would prove nothing."""
    schema = Schema.named(NEWEST, "Conversation")
    properties = dict(schema.tree["properties"], first_prompt=change)
    if change is None:
        del properties["first_prompt"]
    changed = evolve(schema, tree={**schema.tree, "properties": properties})
    (found,) = differences(zoo.Conversation, changed)
    assert found.startswith("$.first_prompt ")
    assert complaint in found
