"""Several listings of one kind of operation, one for each status, read as one.

An operation moves from status to status while the listings are read. It only moves forward, so
reading the statuses in the order of a life sees it at least once: where an earlier status does
not show it any more, a later one that is read afterwards does. This holds place by place along
``created_at``: a page of a later status is trusted only as far as the earlier statuses had been
read before that page was asked for, and the rest of it is asked for again. What all statuses are
trusted for is given out in ``created_at`` order, each id once, in its latest status.

An operation that goes back to an earlier status while it is looked for may be missed, and one
that is created meanwhile may or may not be seen.
"""

from collections import deque
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from itertools import pairwise
from typing import Any, Generic, TypeVar

from attrs import define, field

from asyncops.errors import APIError, UnexpectedPage
from asyncops.lanes import END, START, Lane, first_to_ask
from asyncops.merge_cursor import MergeCursor, Position
from asyncops.messages import Reply, Request
from asyncops.models import Page
from asyncops.paging import TokenBody

__all__ = ["StatusMerge"]

T = TypeVar("T")

# A lane's lookahead doubles each time a later lane has to ask again. What is read ahead is held in
# memory: so many pages at the most, and no more than hold so many items.
_LONGEST_BURST = 64
_BURST_ITEMS = 4_000


@define(eq=False)
class StatusMerge(Generic[T]):
    """The lanes' listings as one, in ``created_at`` order, lazily; a :class:`Paging`.

    Attributes:
        lanes: One for each status, in the order of a life.
        created_at: An item's time of creation, in seconds since the epoch.
        identity: An item's id; ties in time are given in its order.
        descending: Newest first. Where the service answers the other way round all the same, the
            walk notices before anything is given out, and follows the service.
        limit: Items of one page; None for all that are ready.
        cursor: Where an earlier walk stood.
    """

    lanes: Sequence[Lane]
    created_at: Callable[[T], float]
    identity: Callable[[T], Any]
    descending: bool
    limit: int | None = None
    cursor: MergeCursor | None = None
    _asked: Lane | None = field(default=None, init=False)
    _burst: int = field(default=0, init=False)
    _proven: bool = field(default=False, init=False)
    _settled: Position | None = field(default=None, init=False)
    _ready: deque[tuple[Position, T]] = field(factory=deque, init=False)
    _given: Position | None = field(default=None, init=False)
    _heap: list[tuple[float, str]] = field(factory=list, init=False)
    _held: dict[str, tuple[int, T]] = field(factory=dict, init=False)
    _last: Reply[Any] | None = field(default=None, init=False)
    _gave: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        if self.cursor is not None:
            self.descending = self.cursor.descending
            self._proven = True
            self._given = self._settled = self.cursor.position
            for lane, token in zip(self.lanes, self.cursor.tokens, strict=True):
                lane.next_token = token

    def next_request(self) -> Request | None:
        """The next page of the lane that holds the others back."""
        lane = self._burst_on() or min(self.lanes, key=lambda lane: lane.trust)
        if lane.trust == END:
            return None
        lane = first_to_ask(lane)
        if lane is not self._asked:
            self._burst = self._lookahead(lane)
        self._asked = lane
        return lane.ask()

    def feed(self, reply: Reply[TokenBody[T]]) -> None:
        """Take one page of the lane that was asked.

        Raises:
            PaginationError: Its token was used before, or it is not sorted by ``created_at``.
        """
        lane = self._asked
        if lane is None:
            raise RuntimeError("fed before anything was asked for")
        self._last = reply
        places = [self._place(item) for item in reply.value.items]
        if not self._in_order(lane, places):
            return
        lane.answer(reply.value.next_page or None, places)
        for place, item in zip(places, reply.value.items, strict=True):
            self._hold(lane.rank, place, item)

    def take(self) -> Page[T] | None:
        """``limit`` items that all lanes are trusted for; fewer only at the end."""
        front = min(lane.trust for lane in self.lanes)
        done = front == END
        if not self._proven and not done:
            return None
        while self._heap and self._heap[0][0] < front:
            self._settled = Position(*heappop(self._heap))
            self._ready.append((self._settled, self._held.pop(self._settled.identity)[1]))
        wanted = self.limit or len(self._ready) or 1
        if (len(self._ready) < wanted and not done) or (self._gave and not self._ready):
            return None
        return self._give(min(wanted, len(self._ready)), done)

    def recover(self, _: APIError, /) -> bool:
        """Never: a refusal is an answer."""
        return False

    def _place(self, item: T) -> float:
        moment = self.created_at(item)
        return -moment if self.descending else moment

    def _hold(self, rank: int, place: float, item: T) -> None:
        identity = str(self.identity(item))
        if self._settled is not None and (place, identity) <= self._settled:
            return
        held = self._held.get(identity)
        if held is None:
            heappush(self._heap, (place, identity))
        if held is None or rank >= held[0]:
            self._held[identity] = (rank, item)

    def _in_order(self, lane: Lane, places: list[float]) -> bool:
        """Whether a page continues its lane in the walk's direction; if it was turned, restart."""
        line = places if lane.page_start == START else [lane.page_start, *places]
        steps = [after - before for before, after in pairwise(line)]
        if all(step >= 0 for step in steps):
            self._proven = self._proven or any(step > 0 for step in steps)
            return True
        if self._proven or any(step > 0 for step in steps):
            raise UnexpectedPage(f"the listing of {lane.name} is not sorted by created_at")
        # The service answers the other way round: nothing was given out yet, so begin again.
        self.descending = not self.descending
        self._proven = True
        self._asked, self._burst = None, 0
        self._heap.clear()
        self._held.clear()
        for each in self.lanes:
            each.rewind()
        return False

    def _burst_on(self) -> Lane | None:
        """The lane that is reading ahead, as long as that saves later lanes from asking again."""
        lane = self._asked
        if lane is None or self._burst <= 0 or lane.ran_ahead:
            return None
        if lane.reach >= min(self._depth_behind(lane), lane.ceiling):
            return None
        self._burst -= 1
        return lane

    def _lookahead(self, lane: Lane) -> int:
        if lane.ran_ahead or lane.reach >= self._depth_behind(lane):
            return 0
        longest = max(1, min(_LONGEST_BURST, _BURST_ITEMS // lane.page_size))
        lane.burst = min(2 * lane.burst, longest) if lane.burst else 1
        return lane.burst - 1

    def _depth_behind(self, lane: Lane) -> float:
        """How far lanes after this one have run ahead of what they are trusted for."""
        depths = [other.reach for other in self.lanes if other.rank > lane.rank and other.ran_ahead]
        return max(depths, default=START)

    def _cursor(self) -> MergeCursor:
        position = self._given
        place = START if position is None else position.place
        return MergeCursor(
            descending=self.descending,
            position=position,
            names=tuple(lane.name for lane in self.lanes),
            tokens=tuple(lane.anchor(place) for lane in self.lanes),
        )

    def _give(self, size: int, done: bool) -> Page[T]:
        if self._last is None:
            raise RuntimeError("taken before anything was fed")
        start = self._cursor()
        taken = [self._ready.popleft() for _ in range(size)]
        if taken:
            self._given = taken[-1][0]
        self._gave = True
        return Page(
            items=tuple(item for _, item in taken),
            cursor=None if start.position is None else start.encode(),
            next_cursor=None if done and not self._ready else self._cursor().encode(),
            request_id=self._last.request_id,
            status=self._last.status,
            headers=self._last.headers,
        )
