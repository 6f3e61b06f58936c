"""From the course of a row to the JSON that a service answers with, and its ids."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import attrs
import msgspec
from attrs import frozen

from asyncops.http.decoding import Dialect, decoder
from asyncops.http.places import value_at
from asyncops.kit.description import Description
from asyncops.kit.ids import id_type
from asyncops.kit.resources import ResourcePath
from asyncops.models import JSON, State
from asyncops.testing.described.examples import (
    example,
    holders_of,
    key_names,
    keys_of,
    time_examples,
)
from asyncops.testing.described.lives import Lives
from asyncops.testing.described.looks import Looks, fits, looks_of
from asyncops.testing.described.places import fresh, place_value, text_of
from asyncops.testing.described.rows import Row
from asyncops.testing.server.hashing import IdSpace, key
from asyncops.testing.server.lifecycle import TimeForm, Timeline, form_of, write_time

_PREFIX = re.compile(r"(?:.*/)?(?:[A-Za-z]+[_-])?")
_FIRST = 10**9
# The digits of a UUID that tell its number, and those that an id of text has.
_TELLING, _SHOWN = 12, 20


@frozen
class Ids:
    """The ids of a list.

    Attributes:
        encode: From the number of a row to its id.
        decode: From the text of an id to the number of its row; ``None`` if no row has the id.
    """

    encode: Callable[[int], JSON]
    decode: Callable[[str], int | None]


def ids_of(item: type[Any], field: str, example: JSON, seed: int, salt: str) -> Ids:
    """Return the ids of a list.

    Args:
        item: The class of the items.
        field: The field of the id.
        example: The id of the sample: its prefix is kept, as in ``batch_abc`` and ``jobs/abc``.
        seed: What all data are computed from.
        salt: Keeps one list's ids apart from another's.
    """
    kind = id_type(item, field)
    space = IdSpace(seed, salt)
    text = example if isinstance(example, str) else ""
    if kind is UUID:
        return Ids(space.encode, space.decode)
    if kind is int or text.isdigit():
        return _numbers(_FIRST + key(seed, salt) % _FIRST, int if kind is int else str)
    found = _PREFIX.match(text)
    return _texts(found[0] if found else "", space)


def _numbers(first: int, kind: type[int | str]) -> Ids:
    def decode(text: str) -> int | None:
        return int(text) - first if text.isdecimal() and int(text) >= first else None

    return Ids(lambda number: kind(first + number), decode)


def _texts(prefix: str, space: IdSpace) -> Ids:
    def encode(number: int) -> str:
        return f"{prefix}{space.encode(number).replace('-', '')[:_SHOWN]}"

    def decode(text: str) -> int | None:
        number = space.number(text.removeprefix(prefix)[:_TELLING])
        return number if number is not None and encode(number) == text else None

    return Ids(encode, decode)


_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_FAILURE = "The operation has failed."


class Maker:
    """Writes the items of a resource.

    Args:
        resource: The resource.
        json: How the service writes JSON.
        seed: What all data are computed from.

    Attributes:
        name: What keeps its rows apart from those of other lists; empty for the usual.
        results: The classes that ``get`` may give besides, whose fields an item may have.
        looks: How its items look.
        id_place: The place of the id that ``get`` is asked with.

    Raises:
        ValueError: No item can be made that fits the item's class.
    """

    name: ClassVar[str] = ""
    results: ClassVar[tuple[type[Any], ...]] = ()

    def __init__(self, resource: ResourcePath, json: Dialect, seed: int) -> None:
        self.description: Description = resource.description
        self.looks: Looks = looks_of(self.description, json)
        self.json = json
        self.seed = seed
        self._resource = resource.name
        item, keys = self.description.item, key_names(self.description.item)
        self._holders = frozenset(holders_of(item, self.description.enum))
        places = self.description.places
        self._id_places = {self.description.identity: places.id}
        if self.description.id not in self._id_places:
            self._id_places[self.description.id] = keys[self.description.id]
        self.id_place: str = self._id_places[self.description.id]
        times = {each for each in (places.created, places.started, places.finished) if each}
        self._changed = {
            each.name for each in keys_of(item) if each.required and each.plain is datetime
        }
        # The key of the last change, by its usual name.
        self._changed |= {keys["updated_at"]} if "updated_at" in keys else set()
        self._forms = {place: self._form(place) for place in times | self._changed}
        self._nullable = {place for place in times if self._may_be(place, None)}
        self._tells_failures = self._may_be(places.error, _FAILURE)
        self._may_lack_error = self._may_be(places.error, None)

    def _form(self, place: str) -> TimeForm:
        value = value_at(place, self._example, {})
        value = time_examples(self.description.item).get(place) if value is None else value
        return "rfc3339" if value is None else form_of(value)

    @property
    def _example(self) -> JSON:
        return self.looks.all[-1].tree

    def _may_be(self, place: str | None, value: JSON) -> bool:
        """Whether there is a place, and an item fits its class with a value there."""
        if place is None:
            return False
        tree = place_value(fresh(self._example), place, value)
        return fits(tree, self.description.item, self.json) is not None

    def salt(self, place: tuple[str, ...]) -> str:
        """Return what keeps the rows at a place apart from those of others."""
        return self.name or f"{self._resource}:{'/'.join(place)}"

    def may_be_id(self, text: str) -> bool:
        """Whether a text has the form of the id that ``get`` is asked with."""
        is_uuid = id_type(self.description.item, self.description.id) is UUID
        return not is_uuid or _UUID.fullmatch(text) is not None

    def ids(self, where: str) -> dict[str, Ids]:
        """Return the ids of the rows at a place, by their places in an item."""
        item, tree = self.description.item, self._example
        return {
            place: ids_of(item, field, value_at(place, tree, {}), self.seed, f"{where}/{field}")
            for field, place in self._id_places.items()
        }

    def lives(self, timeline: Timeline) -> Lives:
        """Return the lives of the rows at a place."""
        created = self.description.places.created or ""
        return Lives(self.looks, timeline, self._forms.get(created, "rfc3339"))

    def item(self, row: Row, now: int) -> dict[str, JSON]:
        """Return a row as the service shows it at an instant."""
        _, look = row.course.now(now)
        tree = fresh(look.tree)
        for place, at in self._moments(row, now):
            written = None if at is None else write_time(at, self._forms[place])
            tree = place_value(tree, place, written)
        error = self.description.places.error
        if error is not None and look.state is State.FAILED:
            if value_at(error, tree, {}) is None and self._tells_failures:
                tree = place_value(tree, error, _FAILURE)
        elif error is not None and self._may_lack_error and tree.get(error):
            tree[error] = None
        for place, value in row.ids.items():
            tree = place_value(tree, place, value)
        return {**tree, **row.fields}

    def _moments(self, row: Row, now: int) -> Iterator[tuple[str, int | None]]:
        """Give the times of an item, by their places."""
        changed, places = row.course.now(now)[0], self.description.places
        for place in self._changed:
            yield place, changed
        moments = (
            (places.created, row.course.created),
            (places.started, row.course.started(now)),
            (places.finished, row.course.finished(now)),
        )
        for known, at in moments:
            if known is not None:
                yield known, changed if at is None and known not in self._nullable else at

    def got(self, row: Row, now: int) -> dict[str, JSON]:
        """Return the answer to ``get`` for a row: with what its class needs besides."""
        tree, kind = self.item(row, now), self.description.result
        if kind is None or not isinstance(kind, type) or not attrs.has(kind):
            return tree
        made: dict[str, JSON] = example(kind)
        return {**made, **tree}

    def words(self, row: Row, now: int) -> frozenset[str]:
        """Return the statuses that a row shows, as the service writes them."""
        if self._holders.isdisjoint(row.fields):
            return row.course.now(now)[1].words
        item = self.item(row, now)
        return frozenset(str(item.get(each)) for each in self._holders)

    def shows(self, row: Row, values: Mapping[str, frozenset[str]], now: int) -> bool:
        """Whether a row shows one of the values of each of some fields.

        What an item does not show cannot be filtered by, so that it has any value.
        """
        # Most listings have no filter, for which an item would have to be written.
        item = self.item(row, now) if values else {}
        return all(key not in item or text_of(item[key]) in texts for key, texts in values.items())

    def read(self, tree: JSON) -> Any:
        """Return the model of an item.

        Raises:
            DecodeError: The item does not fit its class; the error names the field.
        """
        return decoder(self.description.item, json=self.json)(msgspec.json.encode(tree))
