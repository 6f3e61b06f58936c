"""Digits past the microsecond: msgspec would round them, the promise is to cut them."""

import re
from collections.abc import Callable
from datetime import datetime
from types import UnionType
from typing import Annotated, Any, get_args, get_origin

import attrs

__all__ = ["Cut", "cut_fraction", "cutter", "has_long_fractions"]

_LONG_FRACTION = re.compile(rb"\.\d{7,}(?:[Zz]|[+-]\d\d)")
# Most programs never need the others: re compiles them when they are first used, and keeps them.
_ESCAPED_FRACTION = rb"(?:\.|\\u002[eE])(?:[0-9]|\\u003[0-9]){7,}(?:[Zz+-]|\\u00)"
_EXCESS_DIGITS = r"(\.[0-9]{6})[0-9]+(?=[Zz]|[+-][0-9]{2})"


def has_long_fractions(body: bytes) -> bool:
    """Whether a JSON body may hold a timestamp that is longer than microseconds."""
    if _LONG_FRACTION.search(body):
        return True
    # JSON may spell any character as an escape; those of a timestamp all begin alike. Most bodies
    # have no escape at all, and one byte is found many times faster than four.
    return b"\\" in body and rb"\u00" in body and re.search(_ESCAPED_FRACTION, body) is not None


Cut = Callable[[Any], Any]


def cutter(shape: Any) -> Cut | None:
    """What cuts the timestamps in a JSON tree of ``shape``; None where it can have none."""
    if shape is datetime:
        return _cut_text
    origin, args = get_origin(shape), get_args(shape)
    if origin is Annotated:
        return cutter(args[0])
    if origin is tuple or origin is list:
        return _over_items(cutter(args[0]))
    if origin is dict:
        return _over_values(cutter(args[1]))
    if isinstance(shape, UnionType) or origin is not None:
        return next(filter(None, map(cutter, args)), None)
    if attrs.has(shape):
        return _over_fields(shape)
    return None


def cut_fraction(text: str) -> str:
    """A timestamp without the digits past the microsecond."""
    return re.sub(_EXCESS_DIGITS, r"\1", text)


def _cut_text(value: Any) -> Any:
    return cut_fraction(value) if isinstance(value, str) else value


def _over_items(cut: Cut | None) -> Cut | None:
    if cut is None:
        return None
    return lambda tree: [cut(item) for item in tree] if isinstance(tree, list) else tree


def _over_values(cut: Cut | None) -> Cut | None:
    if cut is None:
        return None
    return lambda tree: {k: cut(v) for k, v in tree.items()} if isinstance(tree, dict) else tree


def _over_fields(shape: type) -> Cut | None:
    cuts = {field.name: cut for field in attrs.fields(shape) if (cut := cutter(field.type))}
    if not cuts:
        return None

    def cut_fields(tree: Any) -> Any:
        if isinstance(tree, dict):
            for name, cut in cuts.items():
                if name in tree:
                    tree[name] = cut(tree[name])
        return tree

    return cut_fields
