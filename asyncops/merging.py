"""A merged walk over several statuses, one request after the other."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from attrs import define, field

from asyncops.errors import APIError
from asyncops.lanes import END, START, Lane, first_to_ask
from asyncops.merge_cursor import MergeCursor
from asyncops.merged import Merged
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
        descending: Newest first, unless the service answers the other way round all the same.
        limit: Items of one page; None for all that are ready.
        cursor: Where an earlier walk stood.
        query: The listing and the order that were asked for.
    """

    lanes: Sequence[Lane]
    created_at: Callable[[T], float]
    identity: Callable[[T], Any]
    descending: bool
    limit: int | None = None
    cursor: MergeCursor | None = None
    query: str = ""
    _merged: Merged[T] = field(init=False)
    _asked: Lane | None = field(default=None, init=False)
    _burst: int = field(default=0, init=False)
    _last: Reply[Any] | None = field(default=None, init=False)
    _gave: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._merged = Merged(self.lanes, self.created_at, self.identity, self.descending)
        if self.cursor is not None:
            self._merged.descending = self.cursor.descending
            self._merged.go_on(self.cursor.position, self.cursor.tokens)
            self._merged.far = self.cursor.far

    def next_request(self) -> Request | None:
        """The next page of the lane that holds the others back."""
        lane = self._short_of_first_page()
        if lane is None:
            lane = self._burst_on() or min(self.lanes, key=lambda lane: lane.trust)
            if lane.trust == END or self._merged.passed_far():
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
        turns = self._merged.turns
        self._merged.answer(lane, reply)
        if self._merged.turns > turns:
            self._asked, self._burst = None, 0

    def take(self) -> Page[T] | None:
        """``limit`` items that all lanes are trusted for; fewer only at the end."""
        merged = self._merged
        front = END if merged.passed_far() else merged.trust
        done = front == END
        if not merged.proven and not done:
            return None
        merged.settle(front)
        wanted = self.limit or merged.ready or 1
        nothing = not merged.ready and not merged.invalid
        if (merged.ready < wanted and not done) or (self._gave and nothing):
            return None
        return self._give(wanted, done)

    def recover(self, _: APIError, /) -> bool:
        """Never: a refusal is an answer."""
        return False

    def _short_of_first_page(self) -> Lane | None:
        """The first lane that the first page may need more of, before any lane behind it is asked.

        So no lane is asked with less before it than the page needs, and again for that: whoever
        asks for page after page by cursors pays two requests for each lane at the most, and one
        more to see that it ends, unless many items share one created_at.
        """
        if self._gave:
            return None
        bound = self._merged.bound(self.limit or 1)
        short = (lane for lane in self.lanes if lane.reach < bound)
        # The last item of a page is trusted once something beyond it has been read.
        edge = (lane for lane in self.lanes if lane.trust <= bound and lane.trust != END)
        return next(short, None) or next(edge, None)

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

    def _place(self) -> MergeCursor:
        far = self.cursor
        return MergeCursor(
            descending=self._merged.descending,
            position=self._merged.given,
            names=tuple(lane.name for lane in self.lanes),
            tokens=self._merged.tokens(),
            far=None if far is None else far.far,
            far_tokens=() if far is None else far.far_tokens,
            query=self.query,
        )

    def _give(self, most: int, done: bool) -> Page[T]:
        if self._last is None:
            raise RuntimeError("taken before anything was fed")
        start = self._place()
        items: Any = self._merged.pick(most)
        self._gave = True
        return Page(
            items=items,
            cursor=start.text(),
            next_cursor=None if done and not self._merged.ready else self._place().text(),
            request_id=self._last.request_id,
            status=self._last.status,
            headers=self._last.headers,
        )
