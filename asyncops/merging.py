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

import math
from collections import deque
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from itertools import pairwise
from typing import Any, Generic, TypeVar

from attrs import define, field

from asyncops.errors import APIError, RepeatedToken, TooManyPages, UnexpectedPage
from asyncops.merge_cursor import MergeCursor, Position
from asyncops.messages import Reply, Request
from asyncops.models import Page
from asyncops.paging import EMPTY_PAGES, TokenBody

__all__ = ["Lane", "StatusMerge"]

T = TypeVar("T")

# Places along created_at are floats that grow in the direction of the walk.
START = -math.inf
END = math.inf

# A lane's lookahead doubles each time a later lane has to ask again, up to this many pages.
_LONGEST_BURST = 64

# How much longer than the last page the next one is expected to be.
_MARGIN = 1.25


@define(eq=False)
class Lane:
    """One status's listing.

    Attributes:
        name: The status.
        request: The request for its first page.
        after: The lane of the status that comes before it in a life; None for the first. Lanes
            of statuses that end a life all come after the last one that does not.
        reach: How far its pages have been read: up to here, and some of what lies right here.
        trust: Short of this, no operation slipped past it and the lanes before it.
        asked_trust: How far the lanes before it were trusted when its last page was asked for.
    """

    name: str
    request: Request
    after: "Lane | None" = None
    reach: float = START
    trust: float = START
    token: str | None = None
    next_token: str | None = None
    page_start: float = START
    asked_trust: float = END
    span: float = 0.0
    bursts: int = 0
    empty_pages: int = 0
    sent: set[str] = field(factory=set)
    # The pages that a walk going on from here may need again: (token, where the page starts).
    anchors: list[tuple[str | None, float]] = field(factory=list)

    @property
    def rank(self) -> int:
        """Statuses before this one."""
        return 0 if self.after is None else self.after.rank + 1

    @property
    def ceiling(self) -> float:
        """How far a page asked for now may be trusted."""
        return END if self.after is None else self.after.trust

    @property
    def ran_ahead(self) -> bool:
        """Whether the last page has to be asked for again, as far as it was not trusted.

        Also where trust ends right at its last item: of several that share one created_at, some
        may have come to lie before that item since.
        """
        return self.reach >= self.asked_trust

    def ask(self) -> Request:
        """The request for the next page, or for the last one again where it ran ahead."""
        if not self.ran_ahead:
            self.token, self.page_start = self.next_token, self.reach
            self.anchors.append((self.token, self.page_start))
        self.asked_trust = self.ceiling
        if self.token is None:
            return self.request
        self.sent.add(self.token)
        return self.request.adding([("page_token", self.token)])

    def answer(self, token: str | None, places: list[float]) -> None:
        """Take what the last request gave: the next token, and where its items lie.

        Raises:
            RepeatedToken: The token was sent before.
            TooManyPages: It is the eleventh empty page in a row.
        """
        if token is not None and token in self.sent:
            raise RepeatedToken(f"the listing of {self.name} gave out a page token used before")
        self.empty_pages = 0 if places else self.empty_pages + 1
        if token is not None and self.empty_pages > EMPTY_PAGES:
            raise TooManyPages(f"{self.empty_pages} empty pages in a row of {self.name}")
        self.next_token = token
        if places:
            self.span = places[-1] - places[0]
        if token is None:
            self.reach = END
        else:
            self.reach = places[-1] if places else self.page_start
        self.trust = max(self.trust, min(self.reach, self.asked_trust))

    def anchor(self, place: float) -> str | None:
        """The token from which everything from ``place`` on can be read again."""
        # Strictly before: items that share one created_at may lie on both sides of a page's edge.
        while len(self.anchors) > 1 and self.anchors[1][1] < place:
            del self.anchors[0]
        return self.anchors[0][0] if self.anchors else self.next_token

    def rewind(self) -> None:
        """Forget all that was read."""
        self.reach = self.trust = self.page_start = START
        self.asked_trust = END
        self.span = 0.0
        self.token = self.next_token = None
        self.sent.clear()
        self.anchors.clear()


def _first_to_ask(lane: Lane) -> Lane:
    """The lane itself, or one before it where asking this one now would gain too little.

    A page that runs ahead of the lane before has to be asked for twice; one as long as the last
    is what to expect.
    """
    before = lane.after
    if before is None:
        return lane
    needed = lane.asked_trust if lane.ran_ahead else lane.reach + _MARGIN * lane.span
    return lane if before.trust > needed else _first_to_ask(before)


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
        lane = _first_to_ask(lane)
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
        lane.bursts += 1
        return min(1 << (lane.bursts - 1), _LONGEST_BURST) - 1

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
