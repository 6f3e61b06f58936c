"""The columns of each resource's table, and a choice of those that fit a terminal."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum
from operator import attrgetter, contains
from typing import Any

import attrs
from attrs import evolve, frozen
from rich.cells import cell_len

from asyncops.cli.text import ago, cut, dated, end_of, span
from asyncops.kit.annotations import annotation_of, hints_of
from asyncops.models import Operation, State, Status, has_ended, known_time, times_of
from asyncops.unstructure import inner_type

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
_LONGEST, _WISHED, _NARROW = 60, 32, 12
# What a row of a table has no room for, and what other columns show.
_NOT_SHOWN = frozenset({"id", "type", "kind", "error", "input", "output", "metadata"})
# The ends of the names of texts that programs read, rather than people.
_FOR_PROGRAMS = frozenset(
    (*("agent", "arn", "code", "etag", "hash", "id", "key", "message", "sha", "version"), "worker")
)
# Of two columns of a rank, the second stands behind all first ones.
_SECOND = 10
_KIND, _TEXT, _SHARE, _RAN, _WAITED, _NUMBER, _REASON, _DULL = 3, 4, 5, 6, 7, 8, 99, 1000


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
        right: Whether its texts end below each other, as numbers do.
        width: The chosen width; `None` means that each text has its own.
        by_end: Whether a text that is too long is cut at its beginning.
    """

    title: str
    cell: Callable[[Any, datetime], str]
    least: int
    most: int | None
    rank: int
    style: str | None = ""
    right: bool = False
    width: int | None = None
    by_end: bool = False


def shown_of(model: type, id_field: str = "id", *, dated: bool = False) -> tuple[Shown, ...]:
    """The columns for a model's operations.

    Args:
        model: The class of the items: of operations, or of items without a life.
        id_field: The field whose value ``get`` takes; it is the first column.
        dated: Whether times of creation are dates rather than "3m ago", as in a file.
    """
    fields = attrs.fields_dict(model)
    lives = hasattr(model, "state")
    columns = [Shown(id_field, _text_of(id_field), _ID, _ID, 0)]
    if lives:
        longest = max(map(len, _words_of(model)))
        least = min(_STATUS, longest)
        columns.append(Shown("status", lambda item, _: own_word(item), least, longest, 1, None))
    columns += [
        Shown(name, _text_of(name), 12, 32, _KIND)
        for name in ("type", "kind")
        if name in fields or isinstance(getattr(model, name, None), property)
    ][:1]
    if lives or "created_at" in fields:
        date = Shown("created", _date, 20, 20, 2)
        columns.append(date if dated else Shown("created", _created, 8, 8, 2, "dim"))
    if lives:
        columns += [Shown("waited", waited, 6, 7, _WAITED), Shown("ran", ran, 6, 7, _RAN)]
    shown = {*_NOT_SHOWN, id_field, *(["status"] if lives else [])}
    kinds = hints_of(model)
    own = [name for name, each in fields.items() if name not in shown and each.repr]
    columns += _own({name: inner_type(kinds[name]) for name in own})
    if lives:
        columns.append(Shown("error", lambda item, _: item.error or "", 24, None, _REASON, "red"))
    return tuple(columns)


def _own(kinds: Mapping[str, Any]) -> Iterator[Shown]:
    """The columns of what only this model has: texts, then the words of enums, then numbers.

    Fractions, such as prices and shares, say more than whole numbers, such as codes and counts.
    """
    texts = [name for name, kind in kinds.items() if kind is str]
    for name in texts:
        thing, _, part = name.rpartition("_")
        if part == "type" and f"{thing}_id" in texts:
            yield Shown(thing, _pair_of(thing), 24, 48, _TEXT)
        elif part not in _FOR_PROGRAMS:
            yield Shown(name, _text_of(name), 16, _LONGEST, _TEXT)
    for name, kind in kinds.items():
        if isinstance(kind, type) and issubclass(kind, Enum):
            longest = max(len(str(each.value)) for each in kind)
            yield Shown(name, _text_of(name), min(16, longest), 32, _TEXT)
    for number in (float, int):
        for name in [name for name, kind in kinds.items() if kind is number]:
            width = max(7, len(name))
            rank = _SHARE if number is float and width <= _NARROW else _NUMBER
            yield Shown(name, _text_of(name), width, max(_NARROW, width), rank, right=True)


def fitting(
    columns: Sequence[Shown], width: int, page: Sequence[Sequence[str]] = ()
) -> tuple[Shown, ...]:
    """The columns that fit into a width, each with its own width.

    The id is shortened only where not even three columns would fit.

    Args:
        columns: All columns.
        width: The width, in cells of the terminal.
        page: The texts of the first rows, each with one for each column. A column that says nothing
            in them is left out, and one that says the same in each gives way to the others; none is
            wider than it has to be for them.
    """
    shown = list(_after(columns, page)) if page else columns
    turns: Counter[int] = Counter()
    ranks = {}
    for column in shown:
        ranks[column] = column.rank + _SECOND * turns[column.rank]
        turns[column.rank] += 1
    first, *others = sorted(shown, key=ranks.__getitem__)
    if _room([first, *others[:2]]) > width:
        first = evolve(first, least=_SHORT_ID, most=_SHORT_ID)
    kept = [first]
    for column in others:
        # Further columns leave room for the texts of those before them.
        wish = _WISHED if ranks[column] > _WAITED else 0
        if _room([*kept, column], wish) <= width:
            kept.append(column)
    spare = width - _room(kept)
    widths = {}
    for column in kept:
        grown = max(0, spare if column.most is None else min(spare, column.most - column.least))
        widths[column.title] = min(width, column.least + grown)
        spare -= grown
    texts = dict(zip((each.title for each in columns), zip(*page, strict=True), strict=bool(page)))
    return tuple(
        _differing(evolve(each, width=widths[each.title]), texts.get(each.title, ()))
        for each in shown
        if each.title in widths
    )


def _differing(column: Shown, cells: Iterable[str]) -> Shown:
    """A column of kinds, cut where they differ: paths may begin alike, and end otherwise."""
    width = column.width
    if column.rank != _KIND or width is None:
        return column
    texts = set(cells)
    ends, starts = ({each(text, width) for text in texts} for each in (end_of, cut))
    return evolve(column, by_end=len(ends) > len(starts))


def _after(columns: Sequence[Shown], page: Sequence[Sequence[str]]) -> Iterator[Shown]:
    """The columns, as far as the first rows show what they are good for."""
    texts = dict(zip(columns, zip(*page, strict=True), strict=True))
    kinds = next((texts[each] for each in columns if each.rank == _KIND), [""] * len(page))
    for column, cells in texts.items():
        if column.rank < _KIND:
            yield column
        elif any(cells):
            said = column.rank > _KIND and all(map(contains, kinds, cells))
            is_dull = said or (not column.right and len(set(cells)) < min(2, len(page)))
            longest = max(cell_len(cut(text, column.most or 1)) for text in cells)
            most = None if column.most is None else max(column.least, longest)
            yield evolve(column, most=most, rank=column.rank + (_DULL if is_dull else 0))


def style_of(item: object) -> str:
    """The style of an item: that of its state, where it has one."""
    state = getattr(item, "state", None)
    return STYLES[state] if isinstance(state, State) else ""


def own_word(item: Any) -> str:
    """The service's own word for the status of an operation."""
    status = getattr(item, "status", item.state)
    return str(getattr(status, "word", status))


def _words_of(model: type) -> list[str]:
    """What may stand in the column of the status, as far as this release knows."""
    statuses = annotation_of(model, "status")
    if isinstance(statuses, type) and issubclass(statuses, Status):
        return [each.word for each in statuses]
    return [each.value for each in State]


def _room(columns: Sequence[Shown], wish: int = 0) -> int:
    """What columns take of a width, those that may be wider up to so many cells each."""
    widths = (max(each.least, min(each.most or wish, wish)) for each in columns)
    return sum(widths) + GAP * (len(columns) - 1)


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
        shown = f"{value:.6g}" if isinstance(value, float) else getattr(value, "value", value)
        return "" if shown is None else str(shown)

    return text


def _pair_of(thing: str) -> Callable[[Any, datetime], str]:
    """What an item is about, as ``evidence/e1``: its type and its id."""
    type_of, id_of = attrgetter(f"{thing}_type"), attrgetter(f"{thing}_id")
    return lambda item, _: f"{type_of(item)}/{id_of(item)}" if type_of(item) else ""
