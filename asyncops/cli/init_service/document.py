"""An OpenAPI description of one listing: its request, its items, and the schemas they refer to."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from asyncops.cli.shell import Failure

Schema = Mapping[str, Any]


class Described:
    """What an OpenAPI description says of one listing.

    Args:
        tree: The JSON of the description.
        path: The path of the listing.

    Attributes:
        tree: The JSON of the description.
        paths: All its paths.
        path: The path of the listing.
        method: Its method.
        parameters: The schemas of its parameters in the query, or in the body of a POST, by name.
        body: The schemas of the fields of the answer, by place.
        items: The place of the items; ``None`` if there is no array of objects.
        name: The name of the schema of an item; "" if it has none.
        fields: The schemas of the fields of an item, by key.

    Raises:
        Failure: The JSON is no OpenAPI description, or has no such listing.
    """

    def __init__(self, tree: Any, path: str) -> None:
        if not isinstance(tree, dict) or not isinstance(tree.get("paths"), dict):
            raise Failure("the file is no OpenAPI description: it has no object paths")
        self.tree: Schema = tree
        self.paths: Mapping[str, Any] = tree["paths"]
        near = get_close_matches(path, self.paths, n=3, cutoff=0.3)
        methods = [each for each in ("get", "post") if each in self.paths.get(path, ())]
        if not methods:
            hint = f"near are {', '.join(near)}" if near else None
            raise Failure(f"there is no GET or POST of {path}", hint)
        self.path: str = path
        self.method: str = methods[0].upper()
        request = self.paths[path][methods[0]]
        self.parameters: dict[str, Schema] = self._in_query(request)
        if self.method == "POST":
            self.parameters = self.fields_of(self._content(request.get("requestBody")))
        answer = self.answer(request)
        self.body: dict[str, Schema] = dict(self._places(answer))
        rows = {
            place: schema["items"]
            for place, schema in {"": answer, **self.body}.items()
            if schema.get("type") == "array" and self.fields_of(schema.get("items"))
        }
        self.items: str | None = next(iter(rows), None)
        row = rows.get(self.items or "", {})
        self.name: str = str(row.get("$ref", "")).rpartition("/")[2]
        self.fields: dict[str, Schema] = self.fields_of(row)

    def answer(self, request: Schema) -> Schema:
        """Return the schema of the answer to a request."""
        answers = sorted(request.get("responses", {}).items())
        return self._content(next((each for code, each in answers if code.startswith("2")), None))

    def fields_of(self, schema: Any) -> dict[str, Schema]:
        """Return the schemas of the fields of an object."""
        fields = self.resolved(schema).get("properties", {})
        return {name: self.resolved(each) for name, each in fields.items()}

    def resolved(self, schema: Any) -> Schema:
        """Return a schema without references and alternatives at its top."""
        for _ in range(20):
            if not isinstance(schema, dict):
                break
            if "$ref" in schema:
                schema = self._at(str(schema["$ref"]))
            elif "allOf" in schema:
                rest = {key: value for key, value in schema.items() if key != "allOf"}
                parts = [*(self.resolved(each) for each in schema["allOf"]), rest]
                fields = {k: v for each in parts for k, v in each.get("properties", {}).items()}
                schema = {k: v for each in parts for k, v in each.items()} | {"properties": fields}
            elif isinstance(schema.get("type"), list):
                kinds = [each for each in schema["type"] if each != "null"]
                schema = {**schema, "type": kinds[0] if len(kinds) == 1 else "any"}
            elif alternatives := schema.get("anyOf") or schema.get("oneOf"):
                known = [self.resolved(each) for each in alternatives if each.get("type") != "null"]
                words = {each.get("type") for each in known}
                schema = known[0] if len(known) == 1 or words in ({"object"}, {"array"}) else {}
            else:
                return schema
        return {}

    def _at(self, reference: str) -> Any:
        found: Any = self.tree
        for step in reference.removeprefix("#/").split("/"):
            found = found.get(step.replace("~1", "/").replace("~0", "~"), {})
        return found

    def _content(self, part: Any) -> Schema:
        content: Schema = self.resolved(part).get("content", {})
        return self.resolved(next((each.get("schema") for each in content.values()), None))

    def _places(self, schema: Schema, above: str = "") -> Iterator[tuple[str, Schema]]:
        for name, each in self.fields_of(schema).items():
            # A place is written with dots.
            if above.count(".") < 3 and "." not in name:
                yield above + name, each
                yield from self._places(each, f"{above}{name}.")

    def _in_query(self, request: Schema) -> dict[str, Schema]:
        both = (*self.paths[self.path].get("parameters", ()), *request.get("parameters", ()))
        return {
            each["name"]: {**self.resolved(each.get("schema")), "required": each.get("required")}
            for each in map(self.resolved, both)
            if each.get("in") == "query"
        }
