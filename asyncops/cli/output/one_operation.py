"""One operation with all that it says, for people."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import attrs

from asyncops.cli.output.downloads import is_files
from asyncops.cli.output.table_columns import ran, waited
from asyncops.cli.text.safe import visible
from asyncops.cli.text.times import ago, dated
from asyncops.models import PRIVATE, Operation, known_time
from asyncops.unstructure import json_bytes, plain, written_fields

__all__ = ["described"]

_CODE = frozenset({"code", "original_source_code"})


def described(item: Any, now: datetime) -> Iterator[tuple[str, str]]:
    """Label and text of all that is set, in words that can be shown.

    Args:
        item: An operation, or an item without a life.
        now: The present.
    """
    fields = attrs.fields(type(item))
    private = {each.name for each in fields if PRIVATE in each.metadata}
    files = {each.name for each in fields if is_files(each)}
    for name, value in written_fields(item).items():
        if value is None or value == "" or name in private:
            # Chainloop writes "" for a field that is not set.
            continue
        if name in files and isinstance(value, Mapping):
            yield from _files(value)
        else:
            yield visible(name), _text(name, value, now)
    if not isinstance(item, Operation):
        return
    for name, text in (("waited", waited(item, now)), ("ran", ran(item, now))):
        if text:
            yield name, text


def _files(files: Mapping[str, bytes | str]) -> Iterator[tuple[str, str]]:
    for name, content in files.items():
        yield "output", f"{visible(name)} ({len(content):,} bytes)"


def _text(name: str, value: Any, now: datetime) -> str:
    if isinstance(value, datetime):
        return f"{dated(value)} ({'not set' if known_time(value) is None else ago(value, now)})"
    if name in _CODE and isinstance(value, str):
        return f"{len(value.splitlines()):,} lines (--json shows them)"
    shown = plain(value)
    return visible(shown if isinstance(shown, str) else json_bytes(shown).decode())
