"""One operation with all that it says, for people."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from asyncops.cli.columns import dated
from asyncops.cli.texts import visible
from asyncops.cli.times import ago, span
from asyncops.plain import json_bytes, named, plain

__all__ = ["described"]

_CODE = frozenset({"code", "original_source_code"})


def described(item: Any, now: datetime) -> Iterator[tuple[str, str]]:
    """Label and text of all that is set, in words that can be shown.

    Args:
        item: An operation.
        now: The present.
    """
    for name, value in named(item).items():
        if value is None or value == "":
            # Chainloop writes "" for what is not set.
            continue
        if name == "outputs" and isinstance(value, Mapping):
            yield from _files(value)
        else:
            yield visible(name), _text(name, value, now)
    if item.started_at is not None:
        if item.created_at is not None:
            yield "waited", span((item.started_at - item.created_at).total_seconds())
        end = item.finished_at or (None if item.state.ended else now)
        if end is not None:
            yield "ran", span((end - item.started_at).total_seconds())


def _files(files: Mapping[str, bytes | str]) -> Iterator[tuple[str, str]]:
    for name, content in files.items():
        yield "output", f"{visible(name)} ({len(content):,} bytes)"


def _text(name: str, value: Any, now: datetime) -> str:
    if isinstance(value, datetime):
        return f"{dated(value)} ({ago(value, now)})"
    if name in _CODE and isinstance(value, str):
        return f"{len(value.splitlines()):,} lines (--json shows them)"
    shown = plain(value)
    return visible(shown if isinstance(shown, str) else json_bytes(shown).decode())
