"""Pages of rows: read whole, and row by row where one row must not cost the others."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import blake2s
from typing import Any, Generic, Protocol, TypeVar, get_args

import attrs
from attrs import evolve, field, frozen

from asyncops.codec import Decode, Dialect, decode_json, first_reading, snippet
from asyncops.errors import DecodeError
from asyncops.invalid import InvalidItem, InvalidRow, OnInvalid
from asyncops.protobuf import camel_case, in_snake_case
from asyncops.surrogates import encodable, parse

__all__ = ["PageDecoder"]


class _Body(Protocol):
    @property
    def items(self) -> Iterable[Any]: ...


P = TypeVar("P", bound=_Body)

_EVERY_ROW_HAS = "created_at"
_WAY_ON = "list(on_invalid=...) passes over rows that do not fit"
_LONGEST_ID = 100


@frozen
class PageDecoder(Generic[P]):
    """A function from bytes to a page of a listing.

    It raises :class:`DecodeError`, which names the row that does not fit. A page with rows of which
    none says when it was created is refused as well: then the fields have other names than this
    release knows.

    Attributes:
        shape: The page's class, an attrs class.
        rows: Its field that holds the rows.
        json: How the service writes JSON.
    """

    shape: type[P]
    rows: str
    json: Dialect = "plain"
    _first: Decode[P | None] = field(init=False, repr=False)

    @_first.default
    def _read_in_one_step(self) -> Decode[P | None]:
        return first_reading(self.shape, self.json)

    def __call__(self, body: bytes) -> P:
        """The page, if all of it fits."""
        page = self._first(body)
        return page if page is not None and _is_dated(page.items) else self._strictly(body)

    def reading(self, on_invalid: OnInvalid | None) -> Decode[P]:
        """How a listing reads its pages that passes over rows, or does not."""
        return self if on_invalid is None else self.row_by_row

    def row_by_row(self, body: bytes) -> P:
        """The page, with an :class:`InvalidRow` in the place of each row that does not fit."""
        page = self._first(body)
        if page is not None and _is_dated(page.items):
            return page
        tree, plain = _tree_of(body)
        raws = self._raws(tree)
        if raws is None:
            return self._strictly(body)
        try:
            page = self._structured({**tree, self._key(tree): []}, self.shape, "$", plain=plain)
        except DecodeError as error:
            error.snippet = snippet(body)
            raise
        rows = [self._row(raw, index, plain=plain) for index, raw in enumerate(raws)]
        if not _is_dated(rows):
            rows = [
                row
                if isinstance(row, InvalidItem)
                else InvalidItem(index, raw, self._undated(index))
                for index, (row, raw) in enumerate(zip(rows, raws, strict=True))
            ]
        found: dict[str, Any] = {self.rows: tuple(_keyed(rows, {**tree, self._key(tree): None}))}
        whole: P = evolve(page, **found)
        return whole

    def _strictly(self, body: bytes) -> P:
        tree, plain = _tree_of(body)
        try:
            page: P = self._structured(tree, self.shape, "$", plain=plain)
            if not _is_dated(page.items):
                raise self._undated(0)
        except DecodeError as error:
            error.snippet = snippet(body)
            self._name_row(error, self._raws(tree) or [])
            raise
        return page

    def _row(self, raw: Any, index: int, *, plain: bool) -> Any:
        page: Any = self.shape
        (shape, *_) = get_args(attrs.fields_dict(page)[self.rows].type)
        try:
            return self._structured(raw, shape, f"$.{self.rows}[{index}]", plain=plain)
        except DecodeError as error:
            # The frames that it came through hold the whole page.
            return InvalidItem(index, raw, error.with_traceback(None))

    def _structured(self, tree: Any, shape: Any, path: str, *, plain: bool) -> Any:
        # Imported here, since most programs never need it and it costs a tenth of the start-up.
        from asyncops.structuring import structure  # noqa: PLC0415

        tree = in_snake_case(tree, shape) if self.json == "protobuf" else tree
        value = structure(tree, shape, path)
        wrong = None if plain else _unencodable(value, path)
        if wrong is not None:
            raise DecodeError(f"a text with a lone surrogate, no Unicode, at {wrong}", path=wrong)
        return value

    def _key(self, tree: Any) -> str:
        return self.rows if self.rows in tree else camel_case(self.rows)

    def _raws(self, tree: Any) -> list[Any] | None:
        raws = tree.get(self._key(tree)) if isinstance(tree, dict) else None
        return raws if isinstance(raws, list) else None

    def _undated(self, index: int) -> DecodeError:
        path = f"$.{self.rows}[{index}].{_EVERY_ROW_HAS}"
        return DecodeError(
            f"required field {_EVERY_ROW_HAS!r} is missing in every row of the page, at {path}",
            path=path,
        )

    def _name_row(self, error: DecodeError, raws: Sequence[Any]) -> None:
        """Say in the error which row it is."""
        found = re.match(rf"\$\.{self.rows}\[([0-9]+)\]", error.path)
        if found is None:
            return
        index = int(found[1])
        name = _id_of(raws[index])
        which = f"row {index}" + (f" (id {name})" if name.isprintable() and name else "")
        error.args = (f"{error}: {which}; {_WAY_ON}",)


def _tree_of(body: bytes) -> tuple[Any, bool]:
    """The JSON tree of a body, and whether no text in it holds a lone surrogate."""
    try:
        return decode_json(body), True
    except DecodeError as error:
        problem = error
    try:
        return parse(body), False
    except ValueError:
        pass
    raise problem


def _is_dated(rows: Iterable[Any]) -> bool:
    """Whether there is no row that fits, or one of all rows says when it was created."""
    fitting = False
    for row in rows:
        if isinstance(row, InvalidItem):
            raw = row.raw if isinstance(row.raw, dict) else {}
            if _EVERY_ROW_HAS in raw or camel_case(_EVERY_ROW_HAS) in raw:
                return True
        elif getattr(row, _EVERY_ROW_HAS) is not None:
            return True
        else:
            fitting = True
    return not fitting


def _keyed(rows: Sequence[Any], rest: Any) -> Iterable[Any]:
    """The rows, each that does not fit with what tells it from others.

    That is its content. Where it has no id, its content and the row before it, so that two that
    say the same on two pages are two.
    """
    seen: Counter[str] = Counter()
    before = _dumped(rest)
    for row in rows:
        if not isinstance(row, InvalidItem):
            before = str(row.id)
            yield row
            continue
        text = _dumped(row.raw)
        name = _id_of(row.raw)
        if not name:
            text = f"{text} after {before}"
            seen[text] += 1
            text = f"{text} {seen[text]}"
        before = name or before
        yield InvalidRow.of(row, blake2s(text.encode(), digest_size=8).hexdigest())


def _dumped(tree: Any) -> str:
    try:
        return json.dumps(tree)
    except RecursionError:
        return "deep"


def _id_of(raw: Any) -> str:
    found = raw.get("id") if isinstance(raw, dict) else None
    text = str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
    return text if len(text) <= _LONGEST_ID and encodable(text) else ""


def _unencodable(value: Any, path: str) -> str | None:
    """Where a text of a model is that UTF-8 cannot encode."""
    if encodable(value):
        return None
    inner: Iterable[tuple[str, Any]] = ()
    if attrs.has(type(value)):
        inner = ((f".{each.name}", getattr(value, each.name)) for each in attrs.fields(type(value)))
    elif isinstance(value, tuple):
        inner = ((f"[{index}]", each) for index, each in enumerate(value))
    places = (_unencodable(each, f"{path}{step}") for step, each in inner)
    return next((place for place in places if place is not None), path)
