"""How a model differs from its schema in a published description."""

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from enum import Enum
from types import UnionType
from typing import Annotated, Any, get_args, get_origin, get_type_hints
from uuid import UUID

import attrs
from attrs import evolve, frozen

from asyncops.models import wire_key
from tests.published.schemas import description

__all__ = ["Schema", "differences", "unlike"]

LEAVES = {
    "uuid": UUID,
    "date-time": datetime,
    "byte": bytes,
    "unixtime": datetime,
}
TYPES = {"string": str, "integer": int, "number": float, "boolean": bool}


@frozen
class Schema:
    """A schema, with what references stand for."""

    tree: Mapping[str, Any]
    all: Mapping[str, Any]
    nullable: bool = False

    @classmethod
    def named(cls, file: str, name: str) -> "Schema":
        """A schema by its name, or that of what a path answers with, or of an item of it."""
        document = json.loads(description(file).read_text())
        schemas = document["components"].get("schemas", {})
        if not name.startswith("/"):
            return cls(schemas[name], schemas).plain()
        answer = document["paths"][name]["get"]["responses"]["200"]
        tree = answer["content"]["application/json"]["schema"]
        return cls(tree["properties"].get("items", {}).get("items", tree), schemas).plain()

    def of(self, tree: Mapping[str, Any]) -> "Schema":
        return Schema(tree, self.all).plain()

    def plain(self) -> "Schema":
        """Itself, without references and with what it may be besides null."""
        is_nullable = bool(self.tree.get("nullable") or self.tree.get("x-nullable"))
        found = evolve(self, nullable=self.nullable or is_nullable)
        for way in ("anyOf", "oneOf"):
            others = [each for each in self.tree.get(way, ()) if each.get("type") != "null"]
            if len(others) < len(self.tree.get(way, ())):
                tree = others[0] if len(others) == 1 else {"oneOf": others}
                return evolve(found, tree=tree, nullable=True).plain()
        if len(self.tree.get("allOf", ())) == 1:
            return evolve(found, tree=self.tree["allOf"][0]).plain()
        if "$ref" in self.tree:
            return evolve(found, tree=self.all[self.tree["$ref"].rpartition("/")[2]]).plain()
        return found

    @property
    def variants(self) -> "list[Schema]":
        return [self.of(each) for each in self.tree.get("oneOf", ())] or [self]

    @property
    def leaf(self) -> type | None:
        """The type of a value that is neither an object nor an array."""
        leaf = LEAVES.get(self.tree.get("format", ""))
        return leaf or TYPES.get(self.tree.get("type", ""))

    @property
    def words(self) -> set[str]:
        """The values of an enum."""
        return {word for each in self.variants for word in each.tree.get("enum", ())}


def differences(
    model: Any,
    schema: Schema,
    path: str = "$",
    free: Collection[str] = (),
) -> Iterator[str]:
    """How an attrs class differs from the schema of an object, or of one of several.

    Args:
        model: The class.
        schema: The schema.
        path: Where they are, for the messages.
        free: The fields whose types are their own.
    """
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
            if name not in free and not (tag and name == "outputs"):
                yield from unlike(hint, each, here, tag=tag)


def unlike(hint: Any, schema: Schema, path: str, *, tag: bool = False) -> Iterator[str]:
    """How a type differs from a schema."""
    args = [each for each in get_args(hint) if each is not type(None)]
    if get_origin(hint) is UnionType and len(args) > 1:
        yield from (f"{path} may be {each.tree}" for each in schema.variants if lacks(args, each))
    elif get_origin(hint) is Annotated or type(None) in get_args(hint):
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
    elif hint is not Any and (schema.words or hint is not schema.leaf):
        yield f"{path} is {sorted(schema.words) or schema.leaf}, not {hint}"


def lacks(hints: list[Any], schema: Schema) -> bool:
    """Whether none of several types is one of a schema; words of an enum are kept as texts."""
    return all(list(unlike(each, schema, "")) for each in hints) and not schema.words
