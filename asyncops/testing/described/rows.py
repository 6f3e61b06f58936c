"""One row of a list."""

from collections.abc import Mapping

from attrs import define, field

from asyncops.http.places import value_at
from asyncops.models import JSON
from asyncops.testing.described.course import Course

__all__ = ["Row"]


@define(eq=False)
class Row:
    """One row.

    Attributes:
        number: Its number; numbers sort as (creation, number) does.
        ids: Its ids, by their places.
        course: How it looks at each instant.
        bits: 64 bits, which look random, to make values from.
        fields: What a test has said of it, by keys of the item.
        gone: Whether it was removed.
    """

    number: int
    ids: Mapping[str, JSON]
    course: Course
    bits: int
    fields: dict[str, JSON] = field(factory=dict)
    gone: bool = False

    def value(self, place: str) -> JSON:
        """Return the id at a place."""
        given = value_at(place, self.fields, {}) if self.fields else None
        return self.ids.get(place) if given is None else given
