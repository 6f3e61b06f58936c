"""The draft of a service as the text of a Python module."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from types import ModuleType
from typing import Any

import attrs
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from asyncops import kit
from asyncops.cli.init_service import guess
from asyncops.cli.init_service.document import Described, Schema
from asyncops.cli.init_service.guess import first_of, identifier, quoted

_TYPES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
_OPTIONS = (*attrs.fields(kit.ListOptions), *attrs.fields(kit.WatchOptions))
_RESERVED = {*guess.FIELDS, "state", *(each.name for each in _OPTIONS)}


def draft(source: Described, service: str) -> str:
    """Return the text of a module that describes a service, as far as an OpenAPI tells.

    What it could not know is said by comments that begin with ``check:``.
    """
    made = _Draft(source, service)
    url = str((source.tree.get("servers") or [{}])[0].get("url", ""))
    text = _template().render(
        draft=made,
        source=source,
        service=service,
        title=_class(service),
        url=url if re.fullmatch(r"https?://[^{}]+", url) else None,
        token=f"{identifier(service).upper()}_TOKEN",
        kind="Resource" if made.lives else "Collection",
        auth=_auth(source.tree),
        paging=guess.paging_of(source)[0],
    )
    try:
        exec(compile(text, "draft", "exec"), vars(ModuleType("draft")))  # noqa: S102 - see _plain
    except (ValueError, TypeError) as error:
        return text.replace("\n\n", f"\n\n# check: {_plain(str(error))}\n", 1)
    return text


def _template() -> Template:
    environment = Environment(  # noqa: S701 - what it writes is no markup; see _plain
        loader=PackageLoader("asyncops.cli.init_service", ""),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(quoted=quoted, used=_used)
    return environment.get_template("module.py.jinja")


def _used(body: str) -> list[str]:
    """Return the names of the kit in a text, in the order of imports."""
    words = re.findall(r"\w+(?!\w|=)", re.sub(r"  # .*", "", body))
    names = [each for each in dir(kit) if each[0].isupper() or each in {"key", "param"}]
    names.sort(key=lambda each: (each[0].islower(), each.lower()))
    return [each for each in names if each in words]


class _Draft:
    def __init__(self, source: Described, service: str) -> None:
        self.source = source
        words = [each for each in source.path.split("/") if each and "{" not in each] or [service]
        is_search = source.method == "POST" and len(words) > 1
        self.resource = identifier(words[-2 if is_search else -1])
        self.item = _class(source.name or self.resource.removesuffix("s"))
        self.keys: dict[str, str | None] = {}
        for field, names in guess.FIELDS.items():
            left = [each for each in source.fields if each not in self.keys.values()]
            self.keys[field] = first_of(names, left)
        self.lives = self.keys["status"] is not None
        self.place: dict[str, str] = {}
        for before, step in pairwise(source.path.split("/")):
            for name in re.findall(r"{(.+?)}", step):
                own = identifier(name)
                own = f"{identifier(before).removesuffix('s')}_id" if own == "id" else own
                self.place[own] = name
        found = {each: first_of(words, source.parameters) for each, words in guess.WINDOW.items()}
        self.window = [each for each in found.values() if each] if found["created_after"] else []
        self.by_status = first_of(guess.FIELDS["status"], source.parameters) if self.lives else None
        self.filters = list(self._filters())
        self.needed = [each for each in self.filters if " = " not in each] if self.lives else []

    def statuses(self) -> Iterator[str]:
        filtered = self.source.parameters.get(self.by_status or "", {})
        known = self.source.fields[self.keys["status"] or ""].get("enum") or filtered.get("enum")
        if not known:
            yield "# check: the description names no statuses; these are none of the service's"
        words = [each for each in known or ("running", "done", "failed") if isinstance(each, str)]
        for name, word in {identifier(each).upper(): each for each in words}.items():
            state = guess.state_of(word)
            end = f"{state.name}" if state else "RUNNING  # check: what it means"
            yield f"{name} = {quoted(word)}, State.{end}"

    def fields(self) -> Iterator[str]:
        common = {name: self.keys[name] for name in (guess.FIELDS if self.lives else ("id",))}
        for name, key in common.items():
            yield self._field(name, key)
        left = {key: each for key, each in self.source.fields.items() if key not in common.values()}
        used, others = {*_RESERVED}, []
        for key, schema in left.items():
            kind, own = _kind(schema), identifier(key)
            own = f"{own}_" if own in used else own
            used.add(own)
            if kind is None:
                others.append(key)
            else:
                yield f"{own}: {kind} | None = {_default('key', own, key, 'default=None')}"
        if others:
            yield f"# check: left out, as no plain values: {_plain(', '.join(others))[:54]}"

    def _field(self, name: str, key: str | None) -> str:
        """One of the fields that every operation has."""
        schema = self.source.fields.get(key or "", {})
        kind = {"status": f"{self.item}Status", "error": "str"}.get(name) or _kind(schema) or "str"
        if name.endswith("_at"):
            kind = "EpochSeconds" if kind in {"int", "float"} else "Timestamp"
        is_needed = name in {"id", "status", "created_at"}
        comment = "  # check: or EpochMillis" if kind == "EpochSeconds" else ""
        if key is None or (name == "error" and _kind(schema) != "str"):
            comment = f"  # check: {'no key for it was found' if key is None else 'it is no text'}"
            return f"{name}: {kind}{'' if name == 'id' else ' | None = None'}{comment}"
        if is_needed:
            return f"{name}: {kind}{'' if name == key else f' = key({quoted(key)})'}{comment}"
        return f"{name}: {kind} | None = {_default('key', name, key, 'default=None')}{comment}"

    def _filters(self) -> Iterator[str]:
        if self.by_status:
            yield f"status: {self.item}Status | str | None = None"
        for name in guess.WINDOW if self.window else ():
            yield f"{name}: datetime | None = None"
        used = {*guess.paging_of(self.source)[1], self.by_status, *self.window}
        for name, schema in self.source.parameters.items():
            if name not in used:
                own = identifier(name)
                own = f"{own}_" if own in _RESERVED else own
                kind = _TYPES.get(str(schema.get("type")), "str")
                kind = "tuple[str, ...]" if schema.get("type") == "array" else kind
                if schema.get("required"):
                    check = "" if own == name else f"  # check: param() for {_plain(name)}"
                    yield f"{own}: {kind}{check}"
                else:
                    yield f"{own}: {kind} | None = {_default('param', own, name)}"

    def get(self) -> Iterator[str]:
        """The path of one item, and its place in the answer."""
        source, last = self.source, self.source.path.rstrip("/").rpartition("/")[2]
        for path, verbs in source.paths.items():
            above, _, step = path.rpartition("/")
            is_one = above.rpartition("/")[2] in {last, self.resource} and step.startswith("{")
            places = set(re.findall(r"{(.+?)}", above))
            if is_one and "get" in verbs and places <= {*self.place.values()}:
                fields = source.fields_of(source.answer(verbs["get"]))
                id_key = self.keys["id"]
                inner = [name for name in fields if id_key in source.fields_of(fields[name])]
                yield f"get={quoted(self.own_path(above) + '/{id}')},"
                if inner and id_key not in fields:
                    yield f"found={quoted(inner[0])},"
                return
        yield "# check: get=, since no path of one item was found"

    def own_path(self, path: str) -> str:
        for own, name in self.place.items():
            path = path.replace(f"{{{name}}}", f"{{{own}}}")
        return path


def _auth(tree: Mapping[str, Any]) -> str:
    schemes = tree.get("components", {}).get("securitySchemes", {})
    scheme: Mapping[str, Any] = next(iter(schemes.values()), {})
    if scheme.get("type") == "apiKey" and scheme.get("in") == "header":
        return f'auth=Auth(header={quoted(scheme["name"])}, form="{{}}"),  # check: the form'
    if scheme.get("type") == "http" and scheme.get("scheme", "").lower() == "basic":
        return "auth=Basic(),"
    is_bearer = scheme.get("type") == "http" and scheme.get("scheme", "").lower() == "bearer"
    return "auth=Auth()," + ("" if is_bearer else "  # check: how the token is sent")


def _class(name: str) -> str:
    return "".join(word.capitalize() for word in identifier(name).split("_"))


def _kind(schema: Schema) -> str | None:
    """The type of a plain value; ``None`` for any other."""
    is_time = schema.get("format") == "date-time"
    return "Timestamp" if is_time else _TYPES.get(str(schema.get("type")))


def _default(function: str, own: str, name: str, more: str = "") -> str:
    return "None" if own == name else f"{function}({', '.join(filter(None, [quoted(name), more]))})"


def _plain(text: str) -> str:
    """A text as a comment can hold it: all else of a description is written by ``repr``."""
    return re.sub(r"[^\x20-\x7e]+", " ", text)
