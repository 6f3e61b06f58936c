"""Reads the operations of a query for a picture, up to a number, and words the query."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
from attrs import evolve

from asyncops.cli.connect import connected
from asyncops.cli.exit import Failure
from asyncops.cli.groups import Settings
from asyncops.cli.options.list import Query
from asyncops.cli.output.progress_line import listing_progress
from asyncops.cli.runtime.run import right_use
from asyncops.cli.text.terminal import complain
from asyncops.models import Operation

__all__ = ["asked_for", "checked_suffix", "missing_plots", "read", "say_written"]

# These options change how a listing is read, and not which operations it has.
_NOT_ASKED = frozenset({"max_items", "concurrency", "page_size", "all_statuses"})


async def read(
    query: Query, settings: Settings, most: int, take: Callable[[Operation], object]
) -> bool:
    """Call ``take`` with each operation of a query.

    Args:
        query: The query; its own number of items, if any, is at most ``most``.
        settings: Whose account to use.
        most: The largest number of operations to read.
        take: Called with each.

    Returns:
        Whether the query has more operations.
    """
    asked = evolve(query.without_contents(), max_items=most + 1)
    taken = 0
    async with connected(settings, query.resource.service.name) as client:
        hidden = settings.verbose > 0
        with listing_progress(query.resource.name, hidden=hidden, beside_rows=False) as on_page:
            with right_use(query.in_options):
                walk = asked.items(client, on_page=on_page)
            async with walk as items:
                async for item in items:
                    if taken == most:
                        return True
                    take(item)
                    taken += 1
    return False


def asked_for(query: Query) -> list[tuple[str, str]]:
    """The filters and the order of a query, as names and values; defaults are left out."""
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
    """The failure where the libraries that draw are not installed."""
    return Failure("pictures need an extra: pip install 'asyncops[plot]'")


def say_written(what: str, path: Path) -> None:
    """Say on a terminal that a file is written."""
    if sys.stderr.isatty():
        complain(f"{what} in {path}")


def _worded(value: Any) -> str:
    if isinstance(value, list):
        return " or ".join(_worded(each) for each in value)
    text, at = getattr(value, "text", None), getattr(value, "at", None)
    if text is not None and at is not None:
        return f"{at:%Y-%m-%d %H:%M:%S} UTC"
    return str(getattr(value, "value", value))
