"""Lists whose operations live as long as those of real services, of which most have ended."""

from collections.abc import Callable
from typing import Any, ClassVar

import msgspec

from asyncops.http.decoding import decoder
from asyncops.models import JSON, State
from asyncops.testing.described.course import Course, Lives
from asyncops.testing.described.ids import Ids
from asyncops.testing.described.looks import Look, Looks
from asyncops.testing.described.maker import Maker
from asyncops.testing.server.hashing import IdSpace
from asyncops.testing.server.lifecycle import SECOND, Instants, Timeline

__all__ = ["TimedLives", "TimedMaker"]


class TimedLives(Lives):
    """Lives that are a function of the row's number, however many rows there are.

    Args:
        looks: The looks of the resource.
        timeline: When things happen.
    """

    def __init__(self, looks: Looks, timeline: Timeline) -> None:
        super().__init__(looks, timeline, "rfc3339")
        waits, (runs, *_) = looks.of(State.PENDING), looks.of(State.RUNNING)
        self._stages = waits[0], waits[-1], runs
        self._ends: tuple[Look, ...] = looks.of(State.SUCCEEDED) + looks.of(State.FAILED)
        self.course: Callable[[int], Course] = self._course

    def settled(self, now: int) -> int:
        """Return how many of the oldest rows have surely come to their ends."""
        return self.timeline.settled(now)

    def end(self, number: int) -> Look:
        """Return the look at the end of a row that has settled."""
        return self._ends[self.timeline.fails(number)]

    def created(self, at: int) -> int:
        """Return an instant: creation times have nanoseconds."""
        return at

    def added(
        self, number: int, created: int, lifetime: float | None, fails: bool | None
    ) -> Course:
        """Return the course of a row that is added; half of its life is waiting."""
        end = self.end(number) if fails is None else self._ends[fails]
        if lifetime is not None:
            length = round(lifetime * SECOND)
            instants = created, created + length // 4, created + length // 2, created + length
        else:
            instants = self.timeline.instants(number, created)
        return self._through(instants, end)

    def look(self, number: int, now: int) -> Look:
        """Return the look of a row that was not added, at an instant."""
        created, _ = self.timeline.created(number)
        _, uploaded, started, finished = self.timeline.instants(number, created)
        queued, waiting, runs = self._stages
        if now >= finished:
            return self.end(number)
        if now >= started:
            return runs
        return waiting if now >= uploaded else queued

    def _course(self, number: int) -> Course:
        created, digits = self.timeline.created(number)
        instants = self.timeline.instants(number, created)
        return self._through(instants, self.end(number), digits)

    def _through(self, instants: Instants, end: Look, digits: int = 9) -> Course:
        created, uploaded, started, finished = instants
        queued, waiting, runs = self._stages
        steps = (created, queued), (uploaded, waiting), (started, runs), (finished, end)
        return Course(steps, digits)


class TimedMaker(Maker):
    """Writes the items of a list of which most have ended.

    Attributes:
        name: What keeps the rows apart from those of other lists.
    """

    name: ClassVar[str]

    def salt(self, place: tuple[str, ...]) -> str:  # noqa: ARG002 - there is one
        """Return the name of the list."""
        return self.name

    def ids(self, where: str) -> dict[str, Ids]:
        """Return the ids of the rows."""
        space = IdSpace(self.seed, f"{where}/id")
        return {"id": Ids(space.encode, space.decode)}

    def lives(self, timeline: Timeline) -> Lives:
        """Return the lives of the rows."""
        return TimedLives(self.looks, timeline)

    def read(self, tree: JSON) -> Any:
        """Return the model of an item.

        Raises:
            DecodeError: The item does not fit its class; the error names the field.
        """
        return decoder(self.description.item, json=self.json)(msgspec.json.encode(tree))
