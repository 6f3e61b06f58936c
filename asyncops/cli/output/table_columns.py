"""The columns of each resource's table, and a choice of those that fit a terminal."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

import attrs
from attrs import evolve, frozen

from asyncops.cli.text.times import ago, dated, span
from asyncops.kit.annotations import annotation_of
from asyncops.models import Operation, State, Status, has_ended, known_time, times_of

__all__ = ["GAP", "STYLES", "Shown", "fitting", "own_word", "ran", "shown_of", "style_of", "waited"]

STYLES: Mapping[State, str] = {
    State.PENDING: "yellow",
    State.RUNNING: "cyan",
    State.BLOCKED: "bright_yellow",
    State.SUCCEEDED: "green",
    State.FAILED: "red",
    State.CANCELLED: "blue",
    State.UNKNOWN: "magenta",
}

GAP = 2
_ID = 36
_SHORT_ID = 9
_STATUS = len("in_progress")
# What a row of a table has no room for, and what other columns show.
_NOT_SHOWN = frozenset({"id", "status", "type", "kind", "error", "input", "output", "metadata"})


@frozen
class Shown:
    """A column of a table.

    Attributes:
        title: Its heading.
        cell: From an operation and the present to the cell's text.
        least: The smallest width, in cells of the terminal.
        most: The largest useful width; `None` means no limit.
        rank: Where the columns do not fit, those of higher rank are left out.
        style: The style of rich; `None` for the style of the operation's state.
        width: The chosen width; `None` means that each text has its own.
    """

    title: str
    cell: Callable[[Any, datetime], str]
    least: int
    most: int | None
    rank: int
    style: str | None = ""
    width: int | None = None


def shown_of(model: type, *, dated: bool = False) -> tuple[Shown, ...]:
    """The columns for a model's operations.

    Args:
        model: The class of the items: of operations, or of items without a life.
        dated: Whether times of creation are dates rather than "3m ago", as in a file.
    """
    fields = attrs.fields_dict(model)
    lives = hasattr(model, "state")
    columns = [Shown("id", lambda item, _: str(item.id), _ID, _ID, 0)]
    if lives:
        statuses = annotation_of(model, "status")
        known = statuses if isinstance(statuses, type) and issubclass(statuses, Status) else ()
        longest = max([_STATUS, *(len(each.word) for each in known)])
        columns.append(Shown("status", lambda item, _: own_word(item), _STATUS, longest, 1, None))
    columns += [
        Shown(name, _text_of(name), 12, 32, 3)
        for name in ("type", "kind")
        if name in fields or isinstance(getattr(model, name, None), property)
    ][:1]
    if lives or "created_at" in fields:
        date = Shown("created", _date, 20, 20, 2)
        columns.append(date if dated else Shown("created", _created, 8, 8, 2, "dim"))
    if lives:
        columns += [Shown("waited", waited, 6, 7, 5), Shown("ran", ran, 6, 7, 4)]
    texts = [name for name, each in fields.items() if each.type is str and name not in _NOT_SHOWN]
    for name in texts:
        thing, _, part = name.rpartition("_")
        if part == "type" and f"{thing}_id" in texts:
            columns.append(Shown(thing, _pair_of(thing), 24, 48, 6))
        elif part not in {"id", "message", "version"}:
            columns.append(Shown(name, _text_of(name), 20, 60, 6))
    if lives:
        columns.append(Shown("error", lambda item, _: item.error or "", 24, None, 7, "red"))
    return tuple(columns)


def fitting(columns: Sequence[Shown], width: int) -> tuple[Shown, ...]:
    """The columns that fit into a width, each with its own width.

    The id is shortened only where not even three columns would fit.
    """
    ranked = sorted(columns, key=lambda column: column.rank)
    if _room(ranked[:3]) > width:
        ranked[0] = evolve(ranked[0], least=_SHORT_ID, most=_SHORT_ID)
    count = max(1, *(n for n in range(len(ranked) + 1) if _room(ranked[:n]) <= width))
    kept = ranked[:count]
    spare = width - _room(kept)
    widths = {}
    for column in kept:
        grown = spare if column.most is None else min(spare, column.most - column.least)
        grown = max(0, grown)
        widths[column.title] = min(width, column.least + grown)
        spare -= grown
    chosen = (column for column in columns if column.title in widths)
    return tuple(evolve(column, width=widths[column.title]) for column in chosen)


def style_of(item: object) -> str:
    """The style of an item: that of its state, where it has one."""
    state = getattr(item, "state", None)
    return STYLES[state] if isinstance(state, State) else ""


def own_word(item: Any) -> str:
    """The service's own word for the status of an operation."""
    status = getattr(item, "status", item.state)
    return str(getattr(status, "word", status))


def _room(columns: Sequence[Shown]) -> int:
    return sum(column.least for column in columns) + GAP * (len(columns) - 1)


def _created(item: Operation, now: datetime) -> str:
    created = known_time(item.created_at)
    return "" if created is None else ago(created, now)


def _date(item: Operation, _: datetime) -> str:
    return "" if item.created_at is None else dated(item.created_at)


def waited(item: Operation, now: datetime) -> str:
    """How long an operation waited for its start, or has waited so far; ``""`` if unknown."""
    created, started, _ = times_of(item)
    return _between(created, started, item, now)


def ran(item: Operation, now: datetime) -> str:
    """How long an operation ran, or has run so far; ``""`` if unknown."""
    _, started, finished = times_of(item)
    return _between(started, finished, item, now)


def _between(start: datetime | None, end: datetime | None, item: Operation, now: datetime) -> str:
    if end is None and not has_ended(item):
        end = now
    return "" if start is None or end is None else span((end - start).total_seconds())


def _text_of(name: str) -> Callable[[Any, datetime], str]:
    def text(item: Any, _: datetime) -> str:
        value = getattr(item, name)
        return "" if value is None else str(getattr(value, "value", value))

    return text


def _pair_of(thing: str) -> Callable[[Any, datetime], str]:
    """What an item is about, as ``evidence/e1``: its type and its id."""
    type_of, id_of = attrgetter(f"{thing}_type"), attrgetter(f"{thing}_id")
    return lambda item, _: f"{type_of(item)}/{id_of(item)}" if type_of(item) else ""
