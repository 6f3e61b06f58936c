"""What Zoo's published descriptions say of a JSON value.

They lie in the folder that ``ASYNCOPS_SPECS`` names, by default ``shared/specs`` beside the
checkout.
"""

import json
import os
from base64 import b64decode
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from jsonschema import Draft202012Validator, FormatChecker

__all__ = ["NEWEST", "WITH_LISTINGS", "Published", "description"]

# The last description with the listings that only staff may call, and the newest known.
WITH_LISTINGS = "zoo-2026-04.json"
NEWEST = "zoo-2026-08.json"
_FORMATS = FormatChecker(formats=())


def description(name: str) -> Path:
    """Where a description lies; a test that needs one fails where there is none.

    Raises:
        FileNotFoundError: There is no such file.
    """
    beside = Path(__file__).parents[3] / "shared" / "specs"
    path = Path(os.environ.get("ASYNCOPS_SPECS") or beside) / name
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; ASYNCOPS_SPECS names the folder")
    return path


class Published:
    """One description.

    Args:
        name: Its file.
        closed: Whether an object may hold nothing that its schema does not declare.
    """

    def __init__(self, name: str, *, closed: bool) -> None:
        document = json.loads(description(name).read_text())
        self.names = frozenset(document["components"]["schemas"])
        self._components = _translated(document["components"], closed)

    def complaints(self, schema: str, value: object) -> list[str]:
        """How the value differs from one of the schemas; nothing if it does not."""
        errors = self._validator(schema).iter_errors(value)
        return [f"{error.json_path}: {error.message}"[:300] for error in errors]

    @cache  # noqa: B019 - as many as there are schemas, for one test run
    def _validator(self, schema: str) -> Draft202012Validator:
        if schema not in self.names:
            raise ValueError(f"there is no schema {schema}")
        root = {"$ref": f"#/components/schemas/{schema}", "components": self._components}
        return Draft202012Validator(root, format_checker=_FORMATS)


def _translated(node: Any, closed: bool) -> Any:
    """A schema of OpenAPI 3.0 as one of JSON Schema: they differ in ``nullable`` alone."""
    if isinstance(node, list):
        return [_translated(each, closed) for each in node]
    if not isinstance(node, dict):
        return node
    schema = {name: _translated(each, closed) for name, each in node.items()}
    nullable = schema.pop("nullable", False)
    if closed and "properties" in schema:
        schema.setdefault("additionalProperties", False)
    return {"anyOf": [{"type": "null"}, schema]} if nullable is True else schema


def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def _is_uuid(value: object) -> bool:
    return not isinstance(value, str) or str(UUID(value)) == value.lower()


def _is_base64(value: object) -> bool:
    return not isinstance(value, str) or bool(b64decode(value, validate=True)) or not value


for _name, _test in (("date-time", _is_date_time), ("uuid", _is_uuid), ("byte", _is_base64)):
    _FORMATS.checks(_name, raises=ValueError)(_test)
