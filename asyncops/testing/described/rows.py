"""One row of a list, how it looks at each instant, and which rows a request asks for."""

from collections.abc import Mapping
from typing import NamedTuple

from attrs import define, field, frozen

from asyncops.http.places import value_at
from asyncops.models import JSON, State
from asyncops.testing.described.looks import Look
from asyncops.utils.moments import TimeRange

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


@frozen(kw_only=True)
class Wanted:
    """What a request asks of a list.

    Attributes:
        newest_first: The order; ``None`` for one that a client cannot rely on.
        words: The statuses, as the service writes them; ``None`` for all.
        values: The values of fields, as texts, by the keys of the item.
        created: The creation times.
    """

    newest_first: bool | None = True
    words: frozenset[str] | None = None
    values: Mapping[str, frozenset[str]] = field(factory=dict)
    created: TimeRange = field(factory=TimeRange)

    @property
    def is_all(self) -> bool:
        """Whether all rows are asked for."""
        return self.words is None and not self.values and self.created.whole
