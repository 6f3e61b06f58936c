"""When the rows of a list come to which looks."""

from collections.abc import Callable, Sequence
from functools import lru_cache

from asyncops.models import State
from asyncops.testing.described.looks import Look, Looks
from asyncops.testing.described.rows import Course
from asyncops.testing.server.hashing import mix
from asyncops.testing.server.lifecycle import SECOND, Instants, TimeForm, Timeline, rounded

_CACHED = 4096

_WAITS = State.PENDING, State.BLOCKED


def _path(looks: Looks, number: int, stage: Look | None = None) -> Sequence[Look]:
    """Return the looks of a life that comes through a stage."""
    waits, runs, ends = looks.of(*_WAITS), looks.of(State.RUNNING), looks.ended
    path = [_one(waits, stage, number), _one(runs, stage, number), _one(ends, stage, number)]
    if stage is not None and stage.state is State.BLOCKED:
        path = [*looks.of(State.PENDING)[:1], *path]
    return [each for each in path if each is not None] or [looks.all[0]]


def _one(among: tuple[Look, ...], stage: Look | None, number: int) -> Look | None:
    if stage in among:
        return stage
    # What waits for a person is nothing that each item goes through.
    usual = [each for each in among if each.state is not State.BLOCKED]
    return usual[number % len(usual)] if usual else None


class Lives:
    """The courses of the rows that are there from the beginning, and of those that come later.

    The youngest rows are in the statuses that have not ended, one in each; the others have come to
    their ends, so that all statuses are among enough rows.

    Args:
        looks: The looks of the resource.
        timeline: When the rows are created.
        form: The form of the creation times.

    Attributes:
        course: The course of a row that was not added.
    """

    def __init__(self, looks: Looks, timeline: Timeline, form: TimeForm) -> None:
        self.looks = looks
        self.timeline = timeline
        self._form = form
        self._alive = [
            each for each in looks.all if not each.state.ended and each.state is not State.UNKNOWN
        ]
        self.course: Callable[[int], Course] = lru_cache(_CACHED)(self._course)

    def settled(self, now: int) -> int:  # noqa: ARG002 - what others know of
        """Return how many of the oldest rows have surely come to their ends."""
        return max(0, self.timeline.size - len(self._alive)) if self.looks.ended else 0

    def end(self, number: int) -> Look:
        """Return the look at the end of a row that has settled."""
        ends = self.looks.ended
        return ends[(self.timeline.size - number - 1 - len(self._alive)) % len(ends)]

    def created(self, at: int) -> int:
        """Return an instant, cut to what a creation time can tell."""
        return rounded(at, self._form)

    def added(
        self, number: int, created: int, lifetime: float | None, fails: bool | None
    ) -> Course:
        """Return the course of a row that is added.

        Args:
            number: The number of the row, which chooses among the looks of a state.
            created: When it begins.
            lifetime: The seconds until its end; ``None`` for 12 to 60.
            fails: Whether it fails; ``None`` chooses by the number.
        """
        seconds = 12 + mix(number) % 48 if lifetime is None else lifetime
        path = list(_path(self.looks, number))
        if fails is not None and path[-1].state.ended:
            ends = self.looks.of(State.FAILED if fails else State.SUCCEEDED)
            path[-1] = ends[number % len(ends)] if ends else path[-1]
        whole = round(seconds * SECOND)
        gap = whole // max(1, len(path) - 1)
        return Course(tuple((created + n * gap, look) for n, look in enumerate(path)))

    def _course(self, number: int) -> Course:
        timeline, start = self.timeline, self.timeline.start
        created = self.created(timeline.created(number)[0])
        if created >= start or not self.looks.ended:
            return self.added(number, created, None, None)
        age = timeline.size - number - 1
        stage = self._alive[age] if age < len(self._alive) else self.end(number)
        path = _path(self.looks, number, stage)
        reached = path.index(stage)
        gap = min(3 * SECOND, (start - created) // (reached + 1))
        later = 4 * SECOND + mix(number) % (4 * SECOND)
        return Course(
            tuple(
                (created + n * gap if n <= reached else start + (n - reached) * later, look)
                for n, look in enumerate(path)
            )
        )


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

    def _course(self, number: int) -> Course:
        created, digits = self.timeline.created(number)
        instants = self.timeline.instants(number, created)
        return self._through(instants, self.end(number), digits)

    def _through(self, instants: Instants, end: Look, digits: int = 9) -> Course:
        created, uploaded, started, finished = instants
        queued, waiting, runs = self._stages
        steps = (created, queued), (uploaded, waiting), (started, runs), (finished, end)
        return Course(steps, digits)
