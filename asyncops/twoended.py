"""Listings that sort both ways, read from both ends at once until the two walks meet.

One walk goes in the order that was asked for, the other one comes from the far end. Each settles
what it has read by the rules of :mod:`asyncops.merged`. Where the near one has settled more than
the far one has left over, nothing can lie between them: they have met. Items that share one
``created_at`` may come in any order, so touching is not enough; one has to pass the other.

Where the service answers both in the same order, the far walk is given up.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar

from attrs import define, field

from asyncops.errors import AsyncOpsError, BadRequest, Unprocessable
from asyncops.lanes import END, START, Lane, first_to_ask
from asyncops.merge_cursor import MergeCursor
from asyncops.merged import Merged
from asyncops.messages import Reply, Request
from asyncops.models import Page
from asyncops.paging import TokenBody
from asyncops.plans import Leaf

__all__ = ["Name", "TwoEnded"]

T = TypeVar("T")

Name = tuple[int, int, int]
"""Of a request: which walk (0: the near one), how often it had been turned, which lane."""

# How far a lane may read ahead of what is settled: in pages, and no more than hold so many items.
_PAGES_AHEAD = 8
_ITEMS_AHEAD = 4_000

# Items of one page that is given out.
_LARGEST_PAGE = 500


@define(eq=False)
class TwoEnded(Generic[T]):
    """A plan that walks a listing from both ends, the lanes of each side by side.

    Attributes:
        near_lanes: One for each status, in the order of a life.
        far_lanes: The same in the other direction.
        created_at: An item's time of creation, in seconds since the epoch.
        identity: An item's id; ties in time are given in its order.
        descending: Newest first, unless the service answers the other way round all the same.
        ordered: Give the items in order, those from the far end last. Otherwise as they settle.
        cursor: Where an earlier walk stood.
        token: The service's page token to start from, where there is one lane and no cursor.
        query: The listing and the order that were asked for.
        one_end: Read from the near end alone, since only the first items are wanted.
    """

    near_lanes: Sequence[Lane]
    far_lanes: Sequence[Lane]
    created_at: Callable[[T], float]
    identity: Callable[[T], Any]
    descending: bool
    ordered: bool
    cursor: MergeCursor | None = None
    token: str | None = field(default=None, repr=False)
    query: str = ""
    one_end: bool = False
    _near: Merged[T] = field(init=False)
    _far: Merged[T] | None = field(init=False)
    _met: bool = field(default=False, init=False)
    _rest: Iterator[T] | None = field(default=None, init=False)
    _given_all: bool = field(default=False, init=False)
    _last: Reply[Any] | None = field(default=None, init=False)
    _failure: AsyncOpsError | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self._near = Merged(self.near_lanes, self.created_at, self.identity, self.descending)
        self._far = Merged(self.far_lanes, self.created_at, self.identity, not self.descending)
        if self.cursor is not None:
            self._go_on(self.cursor, self._far)
        elif self.token is not None:
            self.near_lanes[0].begin(self.token)
        if self.one_end:
            self._far = None

    def _go_on(self, cursor: MergeCursor, far: Merged[T]) -> None:
        self._near.descending = cursor.descending
        self._near.go_on(cursor.position, cursor.tokens)
        self._near.far = cursor.far
        if cursor.far is not None:
            far.go_on(cursor.far, cursor.far_tokens)
        if cursor.descending is not self.descending:
            # The service was seen to answer in one direction only.
            self._far = None

    def ask(self) -> tuple[Name, Request] | None:
        """The next page of the lane that holds its walk back most, in turns."""
        self._meet()
        if self._failure is not None or self._over:
            return None
        sides = [self._near] if self._far is None else [self._near, self._far]
        sides.sort(key=lambda side: sum(lane.under_way for lane in side.lanes))
        for side in sides:
            lane = _lane_to_ask(side)
            if lane is not None:
                lane.under_way = True
                walk = 0 if side is self._near else 1
                return (walk, side.turns, side.lanes.index(lane)), lane.ask()
        return None

    def feed(self, name: Name, reply: Reply[TokenBody[T]]) -> None:
        """Take one page.

        Raises:
            PaginationError: Its token was used before, or it is not sorted by ``created_at``.
        """
        walk, turns, index = name
        side = self._far if walk else self._near
        if side is None or side.turns != turns:
            return
        lane = side.lanes[index]
        lane.under_way = False
        self._last = reply
        side.answer(lane, reply)
        if side is self._far:
            self._near.invalid += side.invalid
            side.invalid = []
        if side.turns != turns:
            # The service answers in one direction only.
            self._far = None

    def fail(self, name: Name, error: AsyncOpsError) -> None:
        """Keep the error, unless it is of a walk that was given up or can be done without."""
        walk, turns, _ = name
        side = self._far if walk else self._near
        if side is None or side.turns != turns or self._over:
            return
        if side is self._far and side.first is None and _refuses(error):
            # The service answers in one direction only, and says so.
            self._far = None
            return
        self._failure = self._failure or error

    def take(self) -> Leaf[T] | None:
        """What is settled, in pages.

        Raises:
            AsyncOpsError: A request failed, and what was settled before has been taken.
        """
        self._meet()
        self._settle()
        if self._near.ready or (self._over and self._near.invalid and not self._far_holds):
            return Leaf(self._page(self._near))
        if self._far is not None and self._far.ready and not self.ordered:
            return Leaf(self._page(self._far))
        if self._failure is not None and not self._over:
            raise self._failure
        return None

    @property
    def done(self) -> bool:
        """Whether all has been taken."""
        holds = self._near.ready or self._near.invalid
        return self._over and not holds and not self._far_holds

    @property
    def _far_holds(self) -> bool:
        """Whether the far walk has read what is still to be given out."""
        if self._far is None:
            return False
        return (
            self._rest is not None and not self._given_all if self.ordered else self._far.ready > 0
        )

    @property
    def _over(self) -> bool:
        """Whether nothing more has to be read."""
        return self._met or self._near.trust == END or self._near.passed_far()

    @property
    def _border(self) -> float:
        """How far back the far walk has to stop: what came before a page token is not ours."""
        if self.token is None:
            return START
        return END if self._near.first is None else self._near.first

    def _meet(self) -> None:
        near, far = self._near, self._far
        if self._met or far is None or not (near.proven and far.proven):
            return
        # What goes on from an earlier walk begins with what that one had settled.
        reached = far.trust if far.settled is None else max(far.trust, far.settled.place)
        self._met = near.trust > max(-reached, self._border)

    def _settle(self) -> None:
        near, far = self._near, self._far
        if self._rest is None and (near.proven or self._over):
            near.settle(END if near.passed_far() else near.trust)
        if self._rest is None and far is not None and near.proven and far.proven:
            far.far = near.settled
            far.settle(min(far.trust, -self._border))
            if not self.ordered:
                near.far = far.settled
            elif self._met:
                # What the far walk has read follows all that the near one has settled.
                self._rest = far.backwards(near.trust)
        self._refill()

    def _refill(self) -> None:
        """In order, what the far walk has read comes page by page."""
        if self._rest is None or self._near.ready:
            return
        self._near.append(islice(self._rest, _LARGEST_PAGE))
        self._given_all = not self._near.ready

    def _page(self, side: Merged[T]) -> Page[T]:
        last = self._last
        if last is None:
            raise RuntimeError("taken before anything was fed")
        start = self._place()
        items: Any = side.pick(_LARGEST_PAGE)
        self._refill()
        return Page(
            items=items,
            # Before anything is given, a walk stands where it began.
            cursor=start.text() or self.token,
            next_cursor=None if self.done else self._place().text(),
            request_id=last.request_id,
            status=last.status,
            headers=last.headers,
        )

    def _place(self) -> MergeCursor:
        # In order, the far walk gives nothing out; an earlier walk may have, as they came.
        far = self.cursor.far if self.cursor is not None else None
        far_tokens = self.cursor.far_tokens if self.cursor is not None else ()
        if self._far is not None and self._far.given is not None:
            far, far_tokens = self._far.given, self._far.tokens()
        return MergeCursor(
            descending=self._near.descending,
            position=self._near.given,
            names=tuple(lane.name for lane in self.near_lanes),
            tokens=self._near.tokens(),
            far=far,
            far_tokens=far_tokens,
            query=self.query,
        )


def _refuses(error: AsyncOpsError) -> bool:
    """Whether it is the request that the service does not like."""
    return isinstance(error, BadRequest | Unprocessable)


def _lane_to_ask(side: Merged[T]) -> Lane | None:
    """The idle lane that its walk needs most."""
    behind = sorted((lane for lane in side.lanes if lane.trust != END), key=lambda lane: lane.trust)
    for lane in behind:
        wanted = first_to_ask(lane)
        if wanted.under_way:
            continue
        longest = max(1, min(_PAGES_AHEAD, _ITEMS_AHEAD // wanted.page_size))
        if lane is behind[0] or wanted.pages_beyond(behind[0].trust) < longest:
            return wanted
    return None
