"""Listings that sort both ways, read from both ends at once until the two walks meet.

The near walk goes in the order that was asked for, the far walk in the opposite one. Each settles
its items as :mod:`asyncops.paging.statuses.buffer` describes. The walks have met when the near one
has settled items beyond the far one's last: items of the same creation time may come in any order,
so it is not enough that both have reached the same time.

If the service answers both walks in the same order, the far walk is given up.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar

from attrs import define, field

from asyncops.errors import AsyncOpsError, BadRequest, Unprocessable
from asyncops.http.messages import Reply, Request
from asyncops.models import Page
from asyncops.paging.cursors.cursor_strategy import TokenBody
from asyncops.paging.statuses.buffer import MergeBuffer
from asyncops.paging.statuses.cursor import MergeCursor
from asyncops.paging.statuses.stream import END, START, StatusStream, first_to_ask

T = TypeVar("T")

RequestKey = tuple[int, int, int]
"""The walk (0 is the near one), how often its direction had changed, and the stream."""

# How far a stream may read ahead of the settled items: pages, and the items on them.
_PAGES_AHEAD = 8
_ITEMS_AHEAD = 4_000

# A walk with so many settled items that nobody has taken reads no further.
_MOST_WAITING = 4_000

# The most items of one page that is given out.
_LARGEST_PAGE = 500


@define(eq=False)
class TwoEnded(Generic[T]):
    """A concurrent strategy that walks from both ends, with the statuses of each walk side by side.

    Attributes:
        near_streams: One for each status, in the order of a life.
        far_streams: The same in the other direction.
        created_at: Returns the creation time of an item, in seconds since the epoch.
        identity: Returns the id of an item, which orders items of the same creation time.
        descending: Whether the near walk goes from new to old; a service that answers in the other
            direction is followed.
        ordered: Whether to give the items in order, those from the far end last. Otherwise they
            come as they are settled.
        cursor: The position of an earlier walk.
        token: The service's page token to start from, if there is one stream and no cursor.
        query: The listing and its order, in words.
        one_end: Whether to read from the near end alone, since only the first items are needed.
    """

    near_streams: Sequence[StatusStream]
    far_streams: Sequence[StatusStream]
    created_at: Callable[[T], float]
    identity: Callable[[T], Any]
    descending: bool
    ordered: bool
    cursor: MergeCursor | None = None
    token: str | None = field(default=None, repr=False)
    query: str = ""
    one_end: bool = False
    _near: MergeBuffer[T] = field(init=False)
    _far: MergeBuffer[T] | None = field(init=False)
    _met: bool = field(default=False, init=False)
    _far_items: Iterator[T] | None = field(default=None, init=False)
    _far_items_given: bool = field(default=False, init=False)
    _last_reply: Reply[Any] | None = field(default=None, init=False)
    _failure: AsyncOpsError | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self._near = MergeBuffer(self.near_streams, self.created_at, self.identity, self.descending)
        self._far = MergeBuffer(
            self.far_streams, self.created_at, self.identity, not self.descending
        )
        if self.cursor is not None:
            self._go_on(self.cursor, self._far)
        elif self.token is not None:
            self.near_streams[0].begin(self.token)
        if self.one_end:
            self._far = None

    def _go_on(self, cursor: MergeCursor, far: MergeBuffer[T]) -> None:
        self._near.descending = cursor.descending
        self._near.go_on(cursor.position, cursor.tokens)
        self._near.far_end = cursor.far
        if cursor.far is not None:
            far.go_on(cursor.far, cursor.far_tokens)
        if cursor.descending is not self.descending:
            # The earlier walk found that the service answers in one direction only.
            self._far = None

    def ask(self) -> tuple[RequestKey, Request] | None:
        """Return the next request of the stream that holds its walk back most, in turns."""
        self._meet()
        if self._failure is not None or self._read_all:
            return None
        sides = [self._near] if self._far is None else [self._near, self._far]
        sides.sort(key=lambda side: sum(stream.under_way for stream in side.streams))
        for side in sides:
            stream = None if self._is_full(side) else _stream_to_ask(side)
            if stream is not None:
                stream.under_way = True
                walk = 0 if side is self._near else 1
                return (walk, side.reversals, side.streams.index(stream)), stream.ask()
        return None

    def feed(self, key: RequestKey, reply: Reply[TokenBody[T]]) -> None:
        """Take one page.

        Raises:
            PaginationError: Its token was sent before, or it is not sorted by ``created_at``.
        """
        walk, reversals, index = key
        side = self._far if walk else self._near
        if side is None or side.reversals != reversals:
            return
        stream = side.streams[index]
        stream.under_way = False
        self._last_reply = reply
        side.feed(stream, reply)
        if side is self._far:
            self._near.invalid += side.invalid
            side.invalid = []
        if side.reversals != reversals:
            # The service answers in one direction only.
            self._far = None

    def fail(self, key: RequestKey, error: AsyncOpsError) -> None:
        """Keep the error, unless the walk can do without the request."""
        walk, reversals, _ = key
        side = self._far if walk else self._near
        if side is None or side.reversals != reversals or self._read_all:
            return
        refused = isinstance(error, BadRequest | Unprocessable)
        if side is self._far and side.first is None and refused:
            # The service refuses the other direction.
            self._far = None
            return
        self._failure = self._failure or error

    def take(self) -> Page[T] | None:
        """Return a page of settled items.

        Raises:
            AsyncOpsError: A request failed, and all items settled before have been taken.
        """
        self._meet()
        self._settle()
        if self._near.ready or (self._read_all and self._near.invalid and not self._far_has_items):
            return self._page(self._near)
        if self._far is not None and self._far.ready and not self.ordered:
            return self._page(self._far)
        if self._failure is not None and not self._read_all:
            raise self._failure
        return None

    def _is_full(self, side: MergeBuffer[T]) -> bool:
        """Whether a walk has read enough as long as nobody takes it."""
        # In order, the items of the far walk wait for those of the near one.
        taken = self._near if self.ordered else side
        if taken.held < _MOST_WAITING:
            return False
        # What is not settled cannot be taken.
        self._settle()
        return taken.ready >= _MOST_WAITING

    @property
    def done(self) -> bool:
        """Whether all items have been taken."""
        holds = self._near.ready or self._near.invalid
        return self._read_all and not holds and not self._far_has_items

    @property
    def _far_has_items(self) -> bool:
        """Whether the far walk holds items that are still to be given out."""
        if self._far is None:
            return False
        if self.ordered:
            return self._far_items is not None and not self._far_items_given
        return self._far.ready > 0

    @property
    def _read_all(self) -> bool:
        """Whether nothing more has to be read."""
        return self._met or self._near.watermark == END or self._near.met_far()

    @property
    def _far_limit(self) -> float:
        """The sort key where the far walk stops: items before a page token are left out."""
        if self.token is None:
            return START
        return END if self._near.first is None else self._near.first

    def _meet(self) -> None:
        near, far = self._near, self._far
        if self._met or far is None or not (near.proven and far.proven):
            return
        # A walk that goes on from an earlier one begins with the items settled by that one.
        reached = far.watermark if far.settled is None else max(far.watermark, far.settled.sort_key)
        self._met = near.watermark > max(-reached, self._far_limit)

    def _settle(self) -> None:
        near, far = self._near, self._far
        if self._far_items is None and (near.proven or self._read_all):
            near.settle(END if near.met_far() else near.watermark)
        if self._far_items is None and far is not None and near.proven and far.proven:
            far.far_end = near.settled
            far.settle(min(far.watermark, -self._far_limit))
            if not self.ordered:
                near.far_end = far.settled
            elif self._met:
                # The items of the far walk follow all those that the near walk has settled.
                self._far_items = far.take_reversed(near.watermark)
        self._refill()

    def _refill(self) -> None:
        """In order, add the next page of the items that the far walk has read."""
        if self._far_items is None or self._near.ready:
            return
        self._near.append(islice(self._far_items, _LARGEST_PAGE))
        self._far_items_given = not self._near.ready

    def _page(self, side: MergeBuffer[T]) -> Page[T]:
        last = self._last_reply
        if last is None:
            raise RuntimeError("taken before anything was fed")
        start = self._cursor()
        items: Any = side.take(_LARGEST_PAGE)
        self._refill()
        return Page(
            items=items,
            cursor=start.text() or self.token,
            next_cursor=None if self.done else self._cursor().text(),
            request_id=last.request_id,
            status=last.status,
            headers=last.headers,
        )

    def _cursor(self) -> MergeCursor:
        return self._near.cursor(self.query, self.cursor, None if self.ordered else self._far)


def _stream_to_ask(side: MergeBuffer[T]) -> StatusStream | None:
    """Return the idle stream that its walk needs most."""
    behind = sorted(
        (stream for stream in side.streams if stream.watermark != END),
        key=lambda stream: stream.watermark,
    )
    for stream in behind:
        candidate = first_to_ask(stream)
        if candidate.under_way:
            continue
        longest = max(1, min(_PAGES_AHEAD, _ITEMS_AHEAD // candidate.page_size))
        if stream is behind[0] or candidate.pages_beyond(behind[0].watermark) < longest:
            return candidate
    return None
