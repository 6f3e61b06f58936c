r"""JSON whose texts hold lone surrogates, such as "\ud800": msgspec refuses the whole body.

JSON allows them and UTF-8 cannot encode them, so that they cost the row they are in, and no other.
"""

import json
import math
from typing import Any, NoReturn

import msgspec

__all__ = ["encodable", "parse"]

_DEEPEST = 500
_DIGITS = 4300


def parse(body: bytes) -> Any:
    """What msgspec would read, but for lone surrogates.

    Raises:
        ValueError: It is no JSON all the same, or deeper than 500 levels.
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
    """Whether no text of a model or a JSON tree holds a lone surrogate."""
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
