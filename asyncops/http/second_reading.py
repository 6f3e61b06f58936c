"""The second reading of a page: it names what does not fit, or reads row by row."""

import re
from collections.abc import Iterable, Sequence
from types import GenericAlias
from typing import Any, Generic, TypeVar

import attrs

from asyncops.errors import DecodeError
from asyncops.http.decoding import Dialect, decode_json
from asyncops.http.invalid_items import InvalidItem, id_of, identified
from asyncops.http.page_body import CONVERTERS, ZEROS, PageBody, PagePlaces
from asyncops.http.places import Selection, Step, path_steps, step_into
from asyncops.http.protobuf import camel_case, in_snake_case
from asyncops.http.redaction import snippet
from asyncops.http.surrogates import encodable, parse
from asyncops.models import wire_key

T = TypeVar("T")

# Places that are 0 or false where there are no rows.
_SIGNS = {"total_count", "total_pages", "more"}
_REMEDY = "list(on_invalid=...) passes over rows that do not fit"


class SecondReading(Generic[T]):
    """Reads pages that the first reading refused.

    Args:
        item: The class of the items.
        places: Where the answers hold what a walk needs.
        json: How the service writes JSON.
        some_row_has: The field that one row of each page has at least; ``None`` if a page may have
            no such row.
        identity: The attribute that tells one item from another.
    """

    def __init__(
        self,
        item: type[T],
        places: PagePlaces,
        json: Dialect,
        some_row_has: str | None,
        identity: str = "id",
    ) -> None:
        self._item = item
        self._protobuf = json == "protobuf"
        self._items = path_steps(places.items)
        self._path = _path(self._items)
        self._others = places.in_body()
        self._some_row_has = some_row_has
        model: Any = item
        keys = {field.name: wire_key(field) for field in attrs.fields(model)}
        key = keys.get(some_row_has or "", some_row_has or "")
        self._dated_keys = {key, camel_case(key)}
        # A property has no key: its value is not in the JSON.
        self._identity = identity
        known = [keys[identity]] if identity in keys else []
        self._id_keys = (*known, *(map(camel_case, known) if self._protobuf else ()))

    def strictly(self, body: bytes) -> PageBody[T]:
        """Decode a page, all of which has to fit.

        Raises:
            DecodeError: It does not; the error names the first bad field, and its row.
        """
        tree, plain = _tree_of(body)
        raws: Any = ()
        try:
            raws = self._raws(tree)
            page = self._around_rows(tree, plain=plain)
            rows: Any = GenericAlias(tuple, (self._item, ...))
            page.items = self._structured(raws, rows, self._path, plain=plain)
            if not self.is_dated(page.items):
                raise self._undated(0)
        except DecodeError as error:
            error.snippet = snippet(body)
            self._name_row(error, raws)
            raise
        return page

    def row_by_row(self, body: bytes) -> PageBody[T]:
        """Decode a page, with an :class:`InvalidRow` for each row that does not fit.

        Raises:
            DecodeError: What surrounds the rows does not fit.
        """
        tree, plain = _tree_of(body)
        try:
            raws = self._raws(tree)
            if not isinstance(raws, list):
                return self.strictly(body)
            page = self._around_rows(tree, plain=plain)
        except DecodeError as error:
            error.snippet = snippet(body)
            raise
        rows = [self._row(raw, index, plain=plain) for index, raw in enumerate(raws)]
        if not self.is_dated(rows):
            rows = [
                row
                if isinstance(row, InvalidItem)
                else InvalidItem(index, raw, self._undated(index))
                for index, (row, raw) in enumerate(zip(rows, raws, strict=True))
            ]
        rest = self._without_rows(tree, self._items)
        page.items = tuple(identified(rows, rest, self._identity, self._id_keys))
        return page

    def is_dated(self, rows: Iterable[Any]) -> bool:
        """Return whether a row has the field that one row has at least, or no row is valid."""
        name = self._some_row_has
        if name is None:
            return True
        any_valid = False
        for row in rows:
            if isinstance(row, InvalidItem):
                raw = row.raw if isinstance(row.raw, dict) else {}
                if not self._dated_keys.isdisjoint(raw):
                    return True
            elif getattr(row, name, None) is not None:
                return True
            else:
                any_valid = True
        return not any_valid

    def _raws(self, tree: Any) -> Any:
        """Return the rows as they came; where there are none, they may be null or left out."""
        raws = self._find(tree, self._items)
        if raws is None and (self._protobuf or self._has_none(tree)):
            return []
        above, path = tree, "$"
        for step in self._items if raws is None else ():
            if isinstance(above, dict) and self._key(above, step) not in above:
                raise DecodeError(f"required field {step!r} is missing at {path}", path=path)
            above, path = step_into(above, self._key(above, step)), path + _path([step])[1:]
        return raws

    def _has_none(self, tree: Any) -> bool:
        """Return whether a page itself says that it has no rows, or none behind them.

        Go writes no rows as null, and others an error of status 200 in their place.
        """
        signs = (self._others[name] for name in _SIGNS & self._others.keys())
        return any(self._find(tree, place) == 0 for place in signs)

    def _around_rows(self, tree: Any, *, plain: bool) -> PageBody[Any]:
        """Return the page without its rows."""
        page: PageBody[Any] = PageBody(())
        for name, steps in self._others.items():
            kind: Any = CONVERTERS[name]
            value = self._find(tree, steps)
            if value is None:
                value = ZEROS.get(name) if self._protobuf else None
            if value is not None:
                found = self._structured(
                    value, kind if kind is not str else str | int, _path(steps), plain=plain
                )
                setattr(page, name, kind(found))
        page.work_out_pages()
        return page

    def _row(self, raw: Any, index: int, *, plain: bool) -> Any:
        try:
            return self._structured(raw, self._item, f"{self._path}[{index}]", plain=plain)
        except DecodeError as error:
            # The frames of the traceback would keep the whole page in memory.
            return InvalidItem(index, raw, error.with_traceback(None))

    def _structured(self, tree: Any, shape: Any, path: str, *, plain: bool) -> Any:
        # Most programs never need cattrs, and its import takes a tenth of the start-up.
        from asyncops.http.decode_errors import structure  # noqa: PLC0415

        tree = in_snake_case(tree, shape) if self._protobuf else tree
        value = structure(tree, shape, path)
        wrong = None if plain else _unencodable(value, path)
        if wrong is not None:
            raise DecodeError(f"a text with a lone surrogate, no Unicode, at {wrong}", path=wrong)
        return value

    def _find(self, tree: Any, steps: Sequence[Step]) -> Any:
        """Return the value at a path; ``None`` if it or something around it is missing or null."""
        value = tree
        for done, step in enumerate(steps):
            if value is None:
                return None
            shape: Any = dict[str, Any] if isinstance(step, str) else tuple[Any, ...]
            if not isinstance(value, dict if isinstance(step, str) else list):
                # Raises the error that says so.
                self._structured(value, shape, _path(steps[:done]), plain=True)
            value = step_into(value, self._key(value, step))
        return value

    def _key(self, tree: Any, step: Step) -> Step:
        """Return a step, in the spelling of the answer."""
        other = isinstance(step, str) and self._protobuf and tree is not None and step not in tree
        return camel_case(str(step)) if other else step

    def _without_rows(self, tree: Any, steps: Sequence[Step]) -> Any:
        """Return the tree with null in the place of its rows."""
        if not steps:
            return None
        step, *rest = steps
        if isinstance(tree, dict):
            key = self._key(tree, step)
            return {**tree, key: self._without_rows(tree.get(key), rest)}
        return [
            self._without_rows(each, rest) if each is step_into(tree, step) else each
            for each in tree
        ]

    def _undated(self, index: int) -> DecodeError:
        path = f"{self._path}[{index}].{self._some_row_has}"
        return DecodeError(
            f"required field {self._some_row_has!r} is missing in every row of the page, at {path}",
            path=path,
        )

    def _name_row(self, error: DecodeError, raws: Any) -> None:
        """Add the index and the id of the bad row to the error."""
        found = re.match(rf"{re.escape(self._path)}\[([0-9]+)\]", error.path)
        if found is None:
            return
        index = int(found[1])
        name = id_of(raws[index], self._id_keys)
        which = f"row {index}" + (f" (id {name})" if name.isprintable() and name else "")
        error.args = (f"{error}: {which}; {_REMEDY}",)


def _path(steps: Iterable[Step]) -> str:
    """Return the JSON path of steps, as errors write it."""
    path = "$"
    for step in steps:
        match step:
            case str():
                path += f".{step}"
            case int():
                path += f"[{step}]"
            case Selection(key, value):
                path += f"[{key}={value}]"
    return path


def _tree_of(body: bytes) -> tuple[Any, bool]:
    """Return the JSON tree of a body, and whether UTF-8 can encode all its texts."""
    try:
        return decode_json(body), True
    except DecodeError as error:
        problem = error
    try:
        return parse(body), False
    except ValueError:
        pass
    raise problem


def _unencodable(value: Any, path: str) -> str | None:
    """Return the JSON path of a text in a model that UTF-8 cannot encode, if there is one."""
    if encodable(value):
        return None
    inner: Iterable[tuple[str, Any]] = ()
    if attrs.has(type(value)):
        inner = ((f".{each.name}", getattr(value, each.name)) for each in attrs.fields(type(value)))
    elif isinstance(value, tuple):
        inner = ((f"[{index}]", each) for index, each in enumerate(value))
    places = (_unencodable(each, f"{path}{step}") for step, each in inner)
    return next((place for place in places if place is not None), path)
