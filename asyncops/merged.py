"""Several listings of one kind of operation, one for each status, put together as they arrive.

An operation moves from status to status while the listings are read. It only moves forward, so
reading the statuses in the order of a life sees it at least once: where an earlier status does
not show it any more, a later one that is read afterwards does. This holds place by place along
``created_at``: a page of a later status is trusted only as far as the earlier statuses had been
read before that page was asked for, and the rest of it is asked for again. What all statuses are
trusted for is settled: it comes in ``created_at`` order, each id once, in its latest status.

An operation that goes back to an earlier status while it is looked for may be missed, and one
that is created meanwhile may or may not be seen.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import heappop, heappush, nsmallest
from itertools import pairwise
from typing import Any, Generic, TypeVar

from attrs import define, evolve, field

from asyncops.errors import UnexpectedPage
from asyncops.invalid import InvalidRow, parted
from asyncops.lanes import END, START, Lane
from asyncops.merge_cursor import Position
from asyncops.messages import Reply
from asyncops.paging import TokenBody

__all__ = ["Merged"]

T = TypeVar("T")

_NOWHERE = Position(START, "")


@define(eq=False)
class Merged(Generic[T]):
    """What has been read of the lanes, and how much of it is settled.

    Places grow in the direction of the walk, so that they are negative times where it goes from
    new to old.

    Attributes:
        lanes: One for each status, in the order of a life.
        created_at: An item's time of creation, in seconds since the epoch.
        identity: An item's id; ties in time are given in its order.
        descending: Newest first. Where the service answers the other way round all the same, this
            notices before anything is settled, and follows the service.
        proven: Whether the direction is certain.
        first: The place of the first item that was read.
        turns: How often it was turned; what was asked for before is of no use then.
        settled: The last item settled, whether given out yet or not.
        given: The last item given out.
        far: What a walk from the other end has settled, in the places of that walk.
        invalid: Rows that do not fit, to go with the next items that are given out: they have no
            place to wait for. One that is read again comes again.
    """

    lanes: Sequence[Lane]
    created_at: Callable[[T], float]
    identity: Callable[[T], Any]
    descending: bool
    proven: bool = False
    first: float | None = field(default=None, init=False)
    turns: int = field(default=0, init=False)
    settled: Position | None = field(default=None, init=False)
    given: Position | None = field(default=None, init=False)
    far: Position | None = field(default=None, init=False)
    invalid: list[InvalidRow] = field(factory=list, init=False)
    _ready: deque[T] = field(factory=deque, init=False)
    _pages: list[tuple[int, Sequence[float], Sequence[T]]] = field(factory=list, init=False)
    _heap: list[Position] = field(factory=list, init=False)
    _held: dict[str, tuple[int, T]] = field(factory=dict, init=False)

    def go_on(self, position: Position | None, tokens: Sequence[str | None]) -> None:
        """Begin where an earlier walk stood."""
        self.proven = True
        self.given = self.settled = position
        for lane, token in zip(self.lanes, tokens, strict=True):
            lane.begin(token)

    @property
    def trust(self) -> float:
        """How far all lanes are trusted."""
        return min(lane.trust for lane in self.lanes)

    @property
    def ready(self) -> int:
        """Items that are settled and not given out."""
        return len(self._ready)

    def answer(self, lane: Lane, reply: Reply[TokenBody[T]]) -> None:
        """Take one page of a lane.

        Raises:
            PaginationError: Its token was used before, or it is not sorted by ``created_at``.
        """
        items, invalid = parted(reply.value.items)
        # Rows of two statuses may say the same where they say next to nothing.
        self.invalid.extend(evolve(row, id=f"{row.id}/{lane.name}") for row in invalid)
        places = [self._place(item) for item in items]
        if not self._in_order(lane, places):
            return
        lane.answer(reply.value.next_page or None, places)
        if places and self.first is None:
            self.first = places[0]
        # Looked into when something is settled: until then, nothing has to wait for it.
        self._pages.append((lane.rank, places, items))

    def _hold(self, rank: int, places: Sequence[float], items: Sequence[T]) -> None:
        """Keep items until they are settled, unless they have been; of two readings, the later."""
        held, over = self._held, self.settled or _NOWHERE
        for place, item in zip(places, items, strict=True):
            position = Position(place, str(self.identity(item)))
            if position <= over or self._is_far(position):
                continue
            before = held.get(position.identity)
            if before is None:
                heappush(self._heap, position)
            if before is None or rank >= before[0]:
                held[position.identity] = (rank, item)

    def _hold_all(self) -> None:
        for page in self._pages:
            self._hold(*page)
        self._pages.clear()

    def bound(self, most: int) -> float:
        """How far a page of so many items can reach at the most, by what has been read so far."""
        self._hold_all()
        wanted = most - self.ready
        if wanted <= 0:
            return START
        nearest = nsmallest(wanted, self._heap)
        return END if len(nearest) < wanted else nearest[-1].place

    def settle(self, until: float) -> None:
        """What lies before ``until`` is ready to be given out."""
        self._hold_all()
        while self._heap and self._heap[0].place < until:
            position = heappop(self._heap)
            _, item = self._held.pop(position.identity)
            if not self._is_far(position):
                self._ready.append(item)
            self.settled = position

    def pick(self, most: int) -> tuple[T | InvalidRow, ...]:
        """Give out what is ready, in order, so many at the most, and all rows that do not fit."""
        picked = tuple(self._ready.popleft() for _ in range(min(most, len(self._ready))))
        if picked:
            self.given = self._position(picked[-1])
        invalid, self.invalid = self.invalid, []
        return (*invalid, *picked)

    def append(self, items: Iterable[T]) -> None:
        """Take what follows as settled."""
        self._ready.extend(items)

    def backwards(self, start: float) -> Iterator[T]:
        """What is ready, taken from the end, in the order of the other walk.

        Args:
            start: Where the other walk goes on; what it would place before that is left out.
        """
        while self._ready:
            tied = [self._ready.pop()]
            place = self._place(tied[0])
            while self._ready and self._place(self._ready[-1]) == place:
                tied.append(self._ready.pop())
            if -place >= start:
                # Ties come in the order of their ids, whichever way the walk goes.
                yield from reversed(tied)

    def tokens(self) -> tuple[str | None, ...]:
        """For each lane, where to read again from to go on after what was given."""
        place = START if self.given is None else self.given.place
        # All that share the place are known, and none of them waits to be given out.
        beyond = self.trust > place and not (self._ready and self._place(self._ready[0]) == place)
        return tuple(lane.anchor(place, beyond=beyond) for lane in self.lanes)

    def passed_far(self) -> bool:
        """Whether all that the walk from the other end has left over is settled."""
        return self.far is not None and self.trust > -self.far.place

    def _place(self, item: T) -> float:
        moment = self.created_at(item)
        return -moment if self.descending else moment

    def _position(self, item: T) -> Position:
        return Position(self._place(item), str(self.identity(item)))

    def _is_far(self, position: Position) -> bool:
        """Whether the walk from the other end has settled it."""
        return self.far is not None and (-position.place, position.identity) <= self.far

    def _in_order(self, lane: Lane, places: list[float]) -> bool:
        """Whether a page continues its lane in the walk's direction; if it was turned, restart."""
        line = places if lane.page_start == START else [lane.page_start, *places]
        steps = [after - before for before, after in pairwise(line)]
        if all(step >= 0 for step in steps):
            self.proven = self.proven or any(step > 0 for step in steps)
            return True
        if self.proven or any(step > 0 for step in steps):
            raise UnexpectedPage(f"the listing of {lane.name} is not sorted by created_at")
        # The service answers the other way round: nothing was settled yet, so begin again.
        self.descending = not self.descending
        self.proven = True
        self.turns += 1
        self.first = None
        self._pages.clear()
        self._heap.clear()
        self._held.clear()
        for each in self.lanes:
            each.rewind()
        return False
