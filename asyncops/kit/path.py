"""Paths with parameters: ``/repos/{owner}/{repo}/actions/runs/{id}``."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, quote, unquote
from uuid import UUID

from attrs import field, frozen

from asyncops.kit.annotations import hints_of
from asyncops.utils.checks import number_segment, plain_text, uuid_segment

PARAMETER = re.compile(r"\{(\+?)([A-Za-z_][A-Za-z0-9_]*)\}")
"""A parameter of a path; with a plus sign, its slashes stay."""

_CHECKS: Mapping[object, Callable[[str, Any], str]] = {int: number_segment, UUID: uuid_segment}


def names_in(path: str) -> set[str]:
    """Return the names of the parameters of a path."""
    return {name for _, name in PARAMETER.findall(path)}


def path_text(name: str, value: object) -> str:
    """Return a path that begins with one slash and holds neither host nor fragment.

    Raises:
        ValueError: It is none.
    """
    if not isinstance(value, str) or not value.startswith("/") or value.startswith("//"):
        raise ValueError(f"{name} must begin with one slash, such as '/v1/runs'; got {value!r}")
    if "#" in value or any(char.isspace() for char in value):
        raise ValueError(f"{name} must hold neither # nor white space; got {value!r}")
    return value


def path_param(name: str, value: Any, kind: object = str) -> str:
    """Return a text, a number or a UUID, encoded for a segment of a path.

    Args:
        name: The argument.
        value: Its value.
        kind: Its type: the text of an ``int`` or of a ``UUID`` has to be one.

    Raises:
        TypeError: It is none of them.
        ValueError: It is empty, or a step in a path.
    """
    if isinstance(value, int | UUID) and not isinstance(value, bool):
        return str(value)
    if kind in _CHECKS:
        return _CHECKS[kind](name, value)
    text = plain_text(name, value)
    if text in {".", ".."}:
        raise ValueError(f"{name} must name a part of a path, got {text!r}")
    return quote(text, safe="")


def path_params(values: object, names: Iterable[str]) -> dict[str, str]:
    """Return the attributes of an object that stand in a path, encoded.

    Raises:
        TypeError: One of them is neither a text nor a number nor a UUID.
        ValueError: One of them is empty, or a step in a path.
    """
    kind: Any = type(values)
    hints = _hints_of(kind)
    return {name: path_param(name, getattr(values, name), hints[name]) for name in names}


# Their classes are whole by the first call.
_hints_of = cache(hints_of)


@frozen
class Path:
    """A path with parameters, read once.

    Attributes:
        text: The path; it may hold a query.
        template: The path without its query, to name it by.
    """

    text: str
    template: str = field(init=False, repr=False)
    _form: str = field(init=False, repr=False)
    _query: tuple[tuple[str, str], ...] = field(init=False, repr=False)

    @template.default
    def _name(self) -> str:
        return self.text.partition("?")[0].replace("{+", "{")

    @_form.default
    def _read_form(self) -> str:
        # Literal text, plus signs and names of parameters by turns.
        path = self.text.partition("?")[0]
        literal, *rest = (
            part.replace("{", "{{").replace("}", "}}") for part in PARAMETER.split(path)
        )
        names = (f"{{{name}}}{text}" for name, text in zip(rest[1::3], rest[2::3], strict=True))
        return literal + "".join(names)

    @_query.default
    def _read_query(self) -> tuple[tuple[str, str], ...]:
        return tuple(parse_qsl(self.text.partition("?")[2], keep_blank_values=True))

    @property
    def wires(self) -> tuple[str, ...]:
        """The parameters of its query."""
        return tuple(name for name, _ in self._query)

    def fill(self, params: Mapping[str, str]) -> str:
        """Return the path with its parameters, which are encoded."""
        return self._form.format_map(params)

    def query(self, params: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """Return the query with its parameters, not encoded."""
        if not self._query:
            return ()
        return tuple(
            (name, PARAMETER.sub(lambda match: unquote(params[match[2]]), value))
            for name, value in self._query
        )
