"""From the course of a row to the JSON that a service answers with."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import attrs
import msgspec

from asyncops.http.places import value_at
from asyncops.models import JSON, State
from asyncops.testing.described.course import Course, Lives
from asyncops.testing.described.examples import (
    example,
)
from asyncops.testing.described.ids import Ids, ids_of
from asyncops.testing.described.looks import Look, fits
from asyncops.testing.described.places import place_value
from asyncops.testing.described.rows import Row
from asyncops.testing.described.shape import ItemShape
from asyncops.testing.described.times import write_time
from asyncops.testing.server.lifecycle import Timeline

__all__ = ["Maker"]

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_FAILURE = "The operation has failed."


class Maker(ItemShape):
    """Writes the items of a resource."""

    def salt(self, place: tuple[str, ...]) -> str:
        """Return what keeps the rows at a place apart from those of others."""
        return f"{self._name}:{'/'.join(place)}"

    def may_be_id(self, text: str) -> bool:
        """Whether a text has the form of the id that ``get`` is asked with."""
        return self._id_type is not UUID or _UUID.fullmatch(text) is not None

    def ids(self, where: str) -> dict[str, Ids]:
        """Return the ids of the rows at a place, by their places in an item."""
        item, tree = self.description.item, self.looks.all[-1].tree
        return {
            place: ids_of(
                item,
                field,
                value_at(place, tree, {}),
                self.seed,
                f"{where}/{field}",
            )
            for field, place in self._id_places.items()
        }

    def lives(self, timeline: Timeline) -> Lives:
        """Return the lives of the rows at a place."""
        return Lives(self.looks, timeline, self._forms.get(self._places.created or "", "rfc3339"))

    def item(self, row: Row, now: int) -> dict[str, JSON]:
        """Return a row as the service shows it at an instant."""
        changed, look = row.course.now(now)
        tree: Any = _copy(look.tree)
        for place in self._changed:
            tree = place_value(tree, place, write_time(changed, self._forms[place]))
        for place, at in self._moments(row.course, now):
            if at is None and place in self._nullable:
                tree = place_value(tree, place, None)
            else:
                tree = place_value(tree, place, write_time(at or changed, self._forms[place]))
        tree = self._with_error(tree, look)
        for place, value in row.ids.items():
            tree = place_value(tree, place, value)
        return {**tree, **row.fields}

    def _moments(self, course: Course, now: int) -> list[tuple[str, int | None]]:
        places = self._places
        moments = (
            (places.created, course.created),
            (places.started, course.started(now)),
            (places.finished, course.finished(now)),
        )
        return [(place, at) for place, at in moments if place is not None]

    def _with_error(self, tree: Any, look: Look) -> Any:
        place = self._places.error
        if place is None:
            return tree
        if look.state is State.FAILED:
            if value_at(place, tree, {}) is None and self._tells_failures:
                return place_value(tree, place, _FAILURE)
        elif "." not in place and tree.get(place) and self._may_be(place, None):
            tree[place] = None
        return tree

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
        return all(key not in item or _text(item[key]) in texts for key, texts in values.items())

    def read(self, tree: JSON) -> Any:
        """Return the model of an item.

        Raises:
            ValueError: The item does not fit its class.
        """
        item = fits(tree, self.description.item, self.json)
        if item is None:
            raise ValueError(f"this is no {self.description.item.__name__}: {tree}")
        return item


def _text(value: JSON) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _copy(tree: JSON) -> Any:
    return msgspec.json.decode(msgspec.json.encode(tree))
