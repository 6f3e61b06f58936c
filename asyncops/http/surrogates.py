r"""JSON with lone surrogates in its texts, such as "\ud800".

msgspec refuses a whole body for one of them. JSON allows them but UTF-8 cannot encode them, so only
the rows that hold them are invalid.
"""

import json
import math
from typing import Any, NoReturn

import msgspec

_DEEPEST = 500
_DIGITS = 4300


def parse(body: bytes) -> Any:
    """Read JSON as msgspec does, except that texts may hold lone surrogates.

    Raises:
        ValueError: The body is not JSON, or is nested deeper than 500 levels.
    """
    try:
        tree = json.loads(
            body.decode(), parse_constant=_refuse, parse_float=_finite, parse_int=_bounded
        )
    except RecursionError:
        tree = None
    else:
        if not _too_deep(tree):
            return tree
    raise ValueError("nested too deep")


def encodable(value: object) -> bool:
    """Return whether UTF-8 can encode all texts of a model or a JSON tree."""
    try:
        msgspec.json.encode(value)
    except UnicodeEncodeError:
        return False
    return True


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError("a number is out of range")
    return number


def _bounded(text: str) -> int:
    if len(text) > _DIGITS:
        raise ValueError("an integer has too many digits")
    return int(text)


def _too_deep(tree: Any) -> bool:
    level = [tree]
    for _ in range(_DEEPEST):
        level = [
            value
            for each in level
            if isinstance(each, dict | list)
            for value in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return True
