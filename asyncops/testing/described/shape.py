"""Where the items of a resource have what a fake writes into them."""

from typing import Any, ClassVar

import attrs
import msgspec
from attrs import evolve

from asyncops.http.decoding import Dialect
from asyncops.http.places import value_at
from asyncops.kit.ids import id_type
from asyncops.kit.resources import ResourcePath
from asyncops.kit.sample import Sample
from asyncops.kit.statuses import enum_of
from asyncops.models import JSON, wire_key
from asyncops.testing.described.examples import (
    holders_of,
    required_times,
    time_examples,
)
from asyncops.testing.described.looks import Looks, fits, looks_of
from asyncops.testing.described.places import place_value
from asyncops.testing.described.times import TimeForm, form_of

__all__ = ["ItemShape"]

_FAILURE = "The operation has failed."


class ItemShape:
    """Where an item has its ids, its times and its error, and how the service writes them.

    Args:
        resource: The resource.
        json: How the service writes JSON.
        seed: What all data are computed from.

    Attributes:
        results: The classes that ``get`` may give besides, whose fields an item may have.
        looks: How its items look.

    Raises:
        ValueError: No item can be made that fits the item's class.
    """

    results: ClassVar[tuple[type[Any], ...]] = ()

    def __init__(self, resource: ResourcePath, json: Dialect, seed: int) -> None:
        description = resource.description
        self.description = description
        self.looks: Looks = looks_of(description, json, lives=resource.lives)
        self._holders = frozenset(holders_of(description.item, enum_of(description)))
        self.json = json
        self.seed = seed
        self._name = resource.name
        self._id_type = id_type(description.item, description.id)
        self._keys = {each.name: wire_key(each) for each in attrs.fields(description.item)}
        self._places = self._known(description.sample or Sample(item={}))
        self._changed = {*required_times(description.item), *self._updated()}
        self._forms = self._known_forms()
        self._nullable = {place for place in self._times if self._may_be(place, None)}
        self._tells_failures = self._places.error is not None and self._may_be(
            self._places.error, _FAILURE
        )

    def _known(self, sample: Sample) -> Sample:
        """Return the places, without those that the item does not have."""
        if self.description.sample is not None:
            return sample
        names = ("status", "created", "started", "finished", "error")
        places: dict[str, Any] = {name: self._keys.get(getattr(sample, name)) for name in names}
        return evolve(sample, id=self._keys[self.description.identity], **places)

    def _updated(self) -> set[str]:
        """The key of the last change, by its usual name."""
        return {self._keys["updated_at"]} if "updated_at" in self._keys else set()

    def _known_forms(self) -> dict[str, TimeForm]:
        """Return the forms of the times, by their places."""
        tree: Any = self.looks.all[-1].tree
        usual = time_examples(self.description.item)
        forms: dict[str, TimeForm] = {}
        for place in (*self._times, *self._changed):
            value = value_at(place, tree, {})
            value = usual.get(place) if value is None else value
            forms[place] = "rfc3339" if value is None else form_of(value)
        return forms

    @property
    def _times(self) -> tuple[str, ...]:
        places = self._places
        return tuple(
            each for each in (places.created, places.started, places.finished) if each is not None
        )

    def _may_be(self, place: str, value: JSON) -> bool:
        """Whether an item fits its class with a value at a place."""
        tree = place_value(_copy(self.looks.all[-1].tree), place, value)
        return fits(tree, self.description.item, self.json) is not None

    @property
    def _id_places(self) -> dict[str, str]:
        """The places of the ids, by the fields of the item's class."""
        description = self.description
        places = {description.identity: self._places.id}
        if description.id != description.identity:
            places[description.id] = self._keys[description.id]
        return places

    @property
    def id_place(self) -> str:
        """The place of the id that ``get`` is asked with."""
        return self._id_places[self.description.id]

    @property
    def created_place(self) -> str | None:
        """The place of the creation time."""
        return self._places.created

    @property
    def identity_place(self) -> str:
        """The place of what tells one item from another."""
        return self._places.id


def _copy(tree: JSON) -> Any:
    return msgspec.json.decode(msgspec.json.encode(tree))
