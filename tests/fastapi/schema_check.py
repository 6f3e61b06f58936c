"""Whether a JSON value is what a schema of an OpenAPI document says: as much as the tests need.

A keyword that is not known here fails, so that nothing is passed over unseen.
"""

from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

__all__ = ["complaints"]

Schema = Mapping[str, Any]
Fits = Callable[[Any, Any], bool]
"""Whether a value within the value is what a schema within the schema says."""

_TYPES: dict[str, Callable[[object], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}
_FORMS: dict[str, Callable[[str], object]] = {
    "date-time": lambda value: datetime.fromisoformat(value).tzinfo,
    "uuid": lambda value: str(UUID(value)) == value,
    "base64": lambda value: b64decode(value, validate=True) is not None,
}
_KEYWORDS: dict[str, Callable[[Any, Any, Schema, Fits], bool]] = {
    "type": lambda value, wanted, *_: _TYPES[wanted](value),
    "enum": lambda value, wanted, *_: value in wanted,
    "const": lambda value, wanted, *_: bool(value == wanted),
    "format": lambda value, wanted, *_: _is_written_as(wanted, value),
    "contentEncoding": lambda value, wanted, *_: _is_written_as(wanted, value),
    "minItems": lambda value, wanted, *_: len(value) >= wanted,
    "maxItems": lambda value, wanted, *_: len(value) <= wanted,
    "required": lambda value, wanted, *_: isinstance(value, dict) and set(wanted) <= value.keys(),
    "anyOf": lambda value, wanted, _, fits: any(fits(value, each) for each in wanted),
    "items": lambda value, wanted, schema, fits: all(
        fits(each, wanted) for each in value[len(schema.get("prefixItems", ())) :]
    ),
    "prefixItems": lambda value, wanted, _, fits: all(map(fits, value, wanted)),
    "propertyNames": lambda value, wanted, _, fits: all(fits(name, wanted) for name in value),
    "additionalProperties": lambda value, wanted, schema, fits: (
        wanted is True
        or all(fits(value[name], wanted) for name in value.keys() - schema.get("properties", {}))
    ),
}
_WORDS = {"title", "description", "discriminator", "properties"}


def complaints(value: Any, schema: Schema, document: Schema, path: str = "$") -> list[str]:
    """What is wrong with the value, each with its path; nothing where it is right.

    Args:
        value: What ``json.loads`` gave.
        schema: What it is to be.
        document: The OpenAPI document, for references.
        path: Where the value is.
    """
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/components/schemas/")
        return complaints(value, document["components"]["schemas"][name], document, path)

    def fits(inner: object, inner_schema: Schema) -> bool:
        return not complaints(inner, inner_schema, document)

    found = [
        f"{path}: {keyword} {wanted!r:.80} does not hold for {value!r:.80}"
        for keyword, wanted in schema.items()
        if keyword not in _WORDS and not _KEYWORDS[keyword](value, wanted, schema, fits)
    ]
    if isinstance(value, dict):
        for name, inner in schema.get("properties", {}).items():
            if name in value:
                found += complaints(value[name], inner, document, f"{path}.{name}")
    return found


def _is_written_as(form: str, value: str) -> bool:
    try:
        return bool(_FORMS[form](value))
    except (ValueError, TypeError):
        return False
