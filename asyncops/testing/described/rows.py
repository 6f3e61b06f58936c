"""One row of a list, and how it looks at each instant."""

from collections.abc import Mapping
from typing import NamedTuple

from attrs import define, field

from asyncops.http.places import value_at
from asyncops.models import JSON, State
from asyncops.testing.described.looks import Look

__all__ = ["Course", "Row"]

_STARTED = State.RUNNING, State.SUCCEEDED, State.FAILED


class Course(NamedTuple):
    """The looks of an item.

    Attributes:
        steps: The looks, each with the instant from which the item has it; the first is created.
        digits: How many fractional digits its times may have.
    """

    steps: tuple[tuple[int, Look], ...]
    digits: int = 9

    @property
    def created(self) -> int:
        """When the item was created."""
        return self.steps[0][0]

    def now(self, now: int) -> tuple[int, Look]:
        """Return the last change before an instant, and the look since then."""
        for step in reversed(self.steps):
            if step[0] <= now:
                return step
        # A clock that has gone back.
        return self.steps[0]

    def started(self, now: int) -> int | None:
        """When the work began, if it has."""
        for at, look in self.steps:
            if look.state in _STARTED:
                return at if at <= now else None
        return None

    def finished(self, now: int) -> int | None:
        """When the item ended, if it has."""
        at, look = self.now(now)
        return at if look.state.ended else None

    def going_on(self, now: int, look: Look) -> "Course":
        """Return a course that has another look from an instant on."""
        kept = tuple(step for step in self.steps if step[0] < now)
        return Course((*kept, (now, look)), self.digits)


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
