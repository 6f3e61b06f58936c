"""The columns of each resource's table, and a choice of those that fit a terminal."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from operator import attrgetter
from typing import Any

import attrs
from attrs import evolve, frozen

from asyncops.cli.text.times import ago, span
from asyncops.kit.annotations import annotation_of
from asyncops.models import Operation, State, Status, has_ended, known_time

__all__ = ["GAP", "STYLES", "Shown", "dated", "fitting", "note_of", "shown_of", "style_of"]

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
_TEXT = 20


@frozen(kw_only=True)
class Shown:
    """A column of a table.

    Attributes:
        title: Its heading.
        cell: From an operation and the present to the cell's text.
        least: The smallest width, in cells of the terminal.
        most: The largest useful width; `None` means no limit.
        rank: Where the columns do not fit, those of higher rank are left out.
        width: The chosen width; `None` means that each text has its own.
        style: The style of rich; `None` for the style of the operation's state.
    """

    title: str
    cell: Callable[[Any, datetime], str]
    least: int
    most: int | None
    rank: int
    width: int | None = None
    style: str | None = ""


def shown_of(model: type, *, dated: bool = False) -> tuple[Shown, ...]:
    """The columns for a model's operations.

    Args:
        model: The class of the items: of operations, or of items without a life.
        dated: Whether times of creation are dates rather than "3m ago", as in a file.
    """
    created = _DATED if dated else _CREATED
    texts = _texts_of(model)
    if not hasattr(model, "state"):
        times = (created,) if "created_at" in attrs.fields_dict(model) else ()
        return (_ID_COLUMN, *_kinds_of(model), *times, *texts)
    error = evolve(_ERROR, least=30) if texts and texts[-1].least == _TEXT else _ERROR
    return (_ID_COLUMN, _status_column(model), *_kinds_of(model), created, *_SPANS, *texts, error)


def fitting(columns: Sequence[Shown], width: int) -> tuple[Shown, ...]:
    """The columns that fit into a width, each with its own width.

    The id is shortened only where not even three columns would fit.
    """
    ranked = sorted(columns, key=lambda column: column.rank)
    first, *others = ranked
    if _room(ranked[:3]) > width:
        first = evolve(first, least=_SHORT_ID, most=_SHORT_ID)
    kept = [first]
    for column in others:
        if _room([*kept, column]) > width:
            break
        kept.append(column)
    spare = width - _room(kept)
    widths = {}
    for column in kept:
        grown = spare if column.most is None else min(spare, column.most - column.least)
        grown = max(0, grown)
        widths[column.title] = min(width, column.least + grown)
        spare -= grown
    chosen = (column for column in columns if column.title in widths)
    return tuple(evolve(column, width=widths[column.title]) for column in chosen)


def dated(moment: datetime) -> str:
    """A time as RFC 3339 has it, in UTC, to the second."""
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        # Services put unset times at either end of the calendar, and UTC may lie beyond it.
        return moment.isoformat(timespec="seconds")
    return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def style_of(item: object) -> str:
    """The style of an item: that of its state, where it has one."""
    state = getattr(item, "state", None)
    return STYLES[state] if isinstance(state, State) else ""


def note_of(item: Any, columns: Sequence[Shown]) -> str:
    """The error of an operation, where no column shows it."""
    error: str = getattr(item, "error", None) or ""
    return "" if any(column.title == _ERROR.title for column in columns) else error


def _room(columns: Sequence[Shown]) -> int:
    return sum(column.least for column in columns) + GAP * (len(columns) - 1)


def _status(item: Any, _: datetime) -> str:
    status = getattr(item, "status", item.state)
    return str(getattr(status, "word", status))


def _created(item: Operation, now: datetime) -> str:
    created = known_time(item.created_at)
    return "" if created is None else ago(created, now)


def _date(item: Operation, _: datetime) -> str:
    return "" if item.created_at is None else dated(item.created_at)


def _waited(item: Operation, now: datetime) -> str:
    return _between(item.created_at, item.started_at, item, now)


def _ran(item: Operation, now: datetime) -> str:
    return _between(item.started_at, item.finished_at, item, now)


def _between(start: datetime | None, end: datetime | None, item: Operation, now: datetime) -> str:
    start, end = known_time(start), known_time(end)
    if end is None and not has_ended(item):
        end = now
    return "" if start is None or end is None else span((end - start).total_seconds())


_ID_COLUMN = Shown(title="id", cell=lambda item, _: str(item.id), least=_ID, most=_ID, rank=0)
_STATUS_COLUMN = Shown(
    title="status", cell=_status, least=_STATUS, most=_STATUS, rank=1, style=None
)
_CREATED = Shown(title="created", cell=_created, least=8, most=8, rank=2, style="dim")
_DATED = Shown(title="created", cell=_date, least=20, most=20, rank=2)
_RAN = Shown(title="ran", cell=_ran, least=6, most=7, rank=4)
_WAITED = Shown(title="waited", cell=_waited, least=6, most=7, rank=5)
_SPANS = (_WAITED, _RAN)
_ERROR = Shown(
    title="error",
    cell=lambda item, _: item.error or "",
    least=24,
    most=None,
    rank=7,
    style="red",
)
# What a row of a table has no room for, and what other columns show.
_NOT_SHOWN = frozenset({"id", "status", "type", "kind", "error", "input", "output", "metadata"})


@cache
def _status_column(model: type) -> Shown:
    """The column of the status, as wide as the longest one where there is room."""
    enum = annotation_of(model, "status")
    known = enum if isinstance(enum, type) and issubclass(enum, Status) else ()
    return evolve(_STATUS_COLUMN, most=max([_STATUS, *(len(each.word) for each in known)]))


@cache
def _kinds_of(model: type) -> tuple[Shown, ...]:
    """The column of the kind, where the model has one: Zoo's type, Chainloop's kind."""
    known = attrs.fields_dict(model)
    return tuple(
        Shown(title=name, cell=_text_of(name), least=12, most=32 if name == "type" else 24, rank=3)
        for name in ("type", "kind")
        if name in known or isinstance(getattr(model, name, None), property)
    )[:1]


@cache
def _texts_of(model: type) -> tuple[Shown, ...]:
    """The columns of the texts that every item has, and of what an item is about."""
    fields = {name: each.type for name, each in attrs.fields_dict(model).items()}
    told = [name for name, kind in fields.items() if kind is str and name not in _NOT_SHOWN]
    shown = []
    for name in told:
        thing, _, part = name.rpartition("_")
        if part == "type" and f"{thing}_id" in fields:
            shown.append(Shown(title=thing, cell=_pair_of(thing), least=24, most=48, rank=6))
        elif part not in {"id", "message", "version"}:
            shown.append(Shown(title=name, cell=_text_of(name), least=_TEXT, most=60, rank=6))
    return tuple(shown)


def _text_of(name: str) -> Callable[[Any, datetime], str]:
    def text(item: Any, _: datetime) -> str:
        value = getattr(item, name)
        return "" if value is None else str(getattr(value, "value", value))

    return text


def _pair_of(thing: str) -> Callable[[Any, datetime], str]:
    """What an item is about, as ``evidence/e1``: its type and its id."""
    type_of, id_of = attrgetter(f"{thing}_type"), attrgetter(f"{thing}_id")
    return lambda item, _: f"{type_of(item)}/{id_of(item)}" if type_of(item) else ""
