"""What a table shows of each resource's operations, and which columns fit."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from attrs import evolve, frozen

from asyncops.chainloop import AsyncOperation
from asyncops.cli.times import ago, span
from asyncops.models import Operation, State, has_ended, known_time
from asyncops.zoo import AsyncApiCall, MlPrompt

__all__ = ["GAP", "STYLES", "Shown", "dated", "fitting", "note_of", "shown_of"]

STYLES: Mapping[State, str] = {
    State.PENDING: "yellow",
    State.RUNNING: "cyan",
    State.SUCCEEDED: "green",
    State.FAILED: "red",
    State.CANCELLED: "blue",
    State.UNKNOWN: "magenta",
}

GAP = 2
_ID = 36
_SHORT_ID = 9
_STATUS = len("in_progress")


@frozen(kw_only=True)
class Shown:
    """A column of a table.

    Attributes:
        title: Its heading.
        cell: What it says of an operation at a moment.
        least: The cells of a terminal that it needs.
        most: The cells beyond which it needs none; None for as many as there are.
        rank: Columns of lower ranks are kept where there is no room for all.
        width: The cells that it has; None for as many as each text takes.
        style: How it is shown; None for the style of the state.
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
        model: ``AsyncApiCall``, ``MlPrompt`` or ``AsyncOperation``.
        dated: Whether times of creation are dates, not "3m ago": for what is kept.
    """
    created = _DATED if dated else _CREATED
    return (_ID_COLUMN, _STATUS_COLUMN, *_KINDS[model], created, *_SPANS, *_TEXTS[model])


def fitting(columns: Sequence[Shown], width: int) -> tuple[Shown, ...]:
    """The columns that fit, each with its width; the first is cut only where nothing else helps."""
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
        # At either end of the calendar, where services put what is not set, UTC may lie beyond.
        return moment.isoformat(timespec="seconds")
    return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def note_of(item: Operation, columns: Sequence[Shown]) -> str:
    """Why it failed, where no column says so."""
    if item.error and all(column.title != _ERROR.title for column in columns):
        return item.error
    return ""


def _room(columns: Sequence[Shown]) -> int:
    return sum(column.least for column in columns) + GAP * (len(columns) - 1)


def _status(item: Any, _: datetime) -> str:
    return str(item.status.value).rpartition("ASYNC_OPERATION_STATUS_")[2].lower()


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


def _resource(item: AsyncOperation, _: datetime) -> str:
    return f"{item.resource_type}/{item.resource_id}" if item.resource_type else ""


_ID_COLUMN = Shown(title="id", cell=lambda item, _: str(item.id), least=_ID, most=_ID, rank=0)
_STATUS_COLUMN = Shown(
    title="status", cell=_status, least=_STATUS, most=_STATUS, rank=1, style=None
)
_CREATED = Shown(title="created", cell=_created, least=8, most=8, rank=2, style="dim")
_DATED = Shown(title="created", cell=_date, least=20, most=20, rank=2)
_RAN = Shown(title="ran", cell=_ran, least=6, most=7, rank=4)
_WAITED = Shown(title="waited", cell=_waited, least=6, most=7, rank=5)
_SPANS = (_WAITED, _RAN)
_TYPE = Shown(title="type", cell=lambda item, _: str(item.type.value), least=12, most=32, rank=3)
_KIND = Shown(title="kind", cell=lambda item, _: item.kind, least=12, most=24, rank=3)
_RESOURCE = Shown(title="resource", cell=_resource, least=24, most=48, rank=6)
_PROMPT = Shown(title="prompt", cell=lambda item, _: item.prompt, least=20, most=None, rank=6)
_ERROR = Shown(
    title="error",
    cell=lambda item, _: item.error or "",
    least=24,
    most=None,
    rank=7,
    style="red",
)
_KINDS: Mapping[type, tuple[Shown, ...]] = {
    AsyncApiCall: (_TYPE,),
    MlPrompt: (_TYPE,),
    AsyncOperation: (_KIND,),
}
_TEXTS: Mapping[type, tuple[Shown, ...]] = {
    AsyncApiCall: (_ERROR,),
    MlPrompt: (evolve(_PROMPT, most=60), evolve(_ERROR, least=30)),
    AsyncOperation: (_RESOURCE, _ERROR),
}
