"""Reading operations for a picture: bounded, and with what was asked for in words."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
from attrs import evolve

from asyncops.cli.connecting import connected
from asyncops.cli.failures import Failure, right_use
from asyncops.cli.queries import Query
from asyncops.cli.terminal import complain
from asyncops.cli.ticker import ticking
from asyncops.cli.tree import Settings
from asyncops.models import Operation

__all__ = ["asked_for", "checked_suffix", "missing_plots", "read", "say_written"]

# How it is read has no part in what is read.
_NOT_ASKED = frozenset({"max_items", "concurrency", "limit", "page_size", "all_statuses"})


async def read(
    query: Query[Any], settings: Settings, most: int, take: Callable[[Operation], object]
) -> bool:
    """Give what a query asks for to ``take``, one operation at a time.

    Args:
        query: What to read; its own number of items, if it has one, is not above ``most``.
        settings: Whose account to use.
        most: How many operations are read at the most.
        take: Called with each.

    Returns:
        Whether there are more.
    """
    asked = evolve(query, max_items=most + 1)
    taken = 0
    async with connected(settings, query.resource.service) as client:
        hidden = settings.verbose > 0
        with ticking(query.resource.name, hidden=hidden, beside=False) as ticker:
            with right_use():
                walk = asked.items(client, on_page=ticker.turn)
            async with walk as items:
                async for item in items:
                    if taken == most:
                        return True
                    take(item)
                    taken += 1
    return False


def asked_for(query: Query[Any]) -> list[tuple[str, str]]:
    """The filters and the order of a query, as names and values; what was left open is left out."""
    shown = []
    for each in attrs.fields(type(query)):
        value = getattr(query, each.name)
        if value and value != each.default and each.name not in _NOT_ASKED:
            shown.append((each.name.replace("_", " "), _worded(value)))
    return shown


def checked_suffix(path: Path, *suffixes: str) -> str:
    """The format that a file's name asks for, without the dot.

    Raises:
        Failure: It asks for none of them.
    """
    suffix = path.suffix.lower()
    if suffix not in suffixes:
        raise Failure(f"the name of the file must end in {' or '.join(suffixes)}, got {path}")
    return suffix[1:]


def missing_plots() -> Failure:
    """What to say where the library that draws is not installed."""
    return Failure("pictures need an extra: pip install 'asyncops[plot]'")


def say_written(what: str, path: Path) -> None:
    """Tell somebody at a terminal that a file is there."""
    if sys.stderr.isatty():
        complain(f"{what} in {path}")


def _worded(value: Any) -> str:
    if isinstance(value, list):
        return " or ".join(_worded(each) for each in value)
    text, at = getattr(value, "text", None), getattr(value, "at", None)
    if text is not None and at is not None:
        return f"{at:%Y-%m-%d %H:%M:%S} UTC"
    return str(getattr(value, "value", value))
