"""A merged walk over several statuses, one request after the other."""

import math
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from attrs import define, field

from asyncops.errors import AsyncOpsError
from asyncops.http.messages import Reply, Request
from asyncops.models import Page
from asyncops.paging.cursors.cursor_strategy import TokenBody
from asyncops.paging.statuses.buffer import MergeBuffer
from asyncops.paging.statuses.cursor import MergeCursor
from asyncops.paging.statuses.stream import END, START, StatusStream, first_to_ask

T = TypeVar("T")

# A stream reads twice as many pages ahead each time a later stream has to ask again. They are held
# in memory, so their pages and items are bounded.
_LONGEST_BURST = 64
_BURST_ITEMS = 4_000


@define(eq=False)
class StatusMerge(Generic[T]):
    """Merges the streams of several statuses in ``created_at`` order; a :class:`PageStrategy`.

    Attributes:
        streams: One for each status, in the order of a life.
        created_at: Returns the creation time of an item, in seconds since the epoch.
        identity: Returns the id of an item, which orders items of the same creation time.
        descending: Whether to go from new to old; a service that answers in the other direction is
            followed.
        limit: Items of one page; ``None`` means all that are ready.
        page_size: Items that one page of a status is asked for; ``None`` means ``limit``, or the
            service's choice where there is no ``limit``.
        cursor: The position of an earlier walk.
        query: The listing and its order, in words.
    """

    streams: Sequence[StatusStream]
    created_at: Callable[[T], float]
    identity: Callable[[T], Any]
    descending: bool
    limit: int | None = None
    page_size: int | None = None
    cursor: MergeCursor | None = None
    query: str = ""
    _buffer: MergeBuffer[T] = field(init=False)
    _asked: StatusStream | None = field(default=None, init=False)
    _burst: int = field(default=0, init=False)
    _last_reply: Reply[Any] | None = field(default=None, init=False)
    _gave: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._buffer = MergeBuffer(self.streams, self.created_at, self.identity, self.descending)
        if self.cursor is not None:
            self._buffer.descending = self.cursor.descending
            self._buffer.go_on(self.cursor.position, self.cursor.tokens)
            self._buffer.far_end = self.cursor.far

    def next_request(self) -> Request | None:
        """Return the request for the next page of the stream that holds the others back."""
        stream = self._needed_by_first_page()
        if stream is None:
            stream = self._burst_on() or min(self.streams, key=lambda stream: stream.watermark)
            if stream.watermark == END or self._buffer.met_far():
                return None
            stream = first_to_ask(stream)
        if stream is not self._asked:
            self._burst = self._lookahead(stream)
        self._asked = stream
        return stream.ask()

    def feed(self, reply: Reply[TokenBody[T]]) -> None:
        """Take one page of the stream that was asked.

        Raises:
            PaginationError: Its token was sent before, or it is not sorted by ``created_at``.
        """
        stream = self._asked
        if stream is None:
            raise RuntimeError("fed before anything was asked for")
        self._last_reply = reply
        reversals = self._buffer.reversals
        self._buffer.feed(stream, reply)
        if self._buffer.reversals > reversals:
            self._asked, self._burst = None, 0

    def take(self) -> Page[T] | None:
        """Return a page of ``limit`` settled items; a smaller one only at the end."""
        buffer = self._buffer
        front = END if buffer.met_far() else buffer.watermark
        done = front == END
        if not buffer.proven and not done:
            return None
        buffer.settle(front)
        size = self.limit or buffer.ready or 1
        nothing = not buffer.ready and not buffer.invalid
        if (buffer.ready < size and not done) or (self._gave and nothing):
            return None
        return self._page(size, done)

    def recover(self, _: AsyncOpsError, /) -> bool:
        """Return false: no other request could be sent instead."""
        return False

    def _needed_by_first_page(self) -> StatusStream | None:
        """Return the first stream that the first page may need more of.

        A stream is asked only when those before it hold enough for the page. So a caller that reads
        single pages by cursor pays at most two requests for each status, and one more to see that
        it ends, unless many items share one creation time.
        """
        if self._gave:
            return None
        bound = self._buffer.bound(self.limit or 1)
        short = (
            stream
            for stream in self.streams
            if stream.reach < bound or self._may_have_ended(stream) or self._may_tell(stream)
        )
        # The last item of a page is settled once something beyond it has been read.
        edge = (
            stream
            for stream in self.streams
            if stream.watermark <= bound and stream.watermark != END
        )
        return next(short, None) or next(edge, None)

    def _may_tell(self, stream: StatusStream) -> bool:
        """Return whether the second page of a stream may tell the direction.

        Two items tell it, and pages may hold one item each. More pages than two are not read for
        this: all of their items may share one creation time.
        """
        if self._buffer.proven or stream.reach == END or stream.ran_ahead:
            return False
        return len(stream.page_starts) < 2

    def _may_have_ended(self, stream: StatusStream) -> bool:
        """Return whether an earlier status may have no more than the one page that was read.

        One request more tells. Once the stream has ended, no page of the streams behind it has to
        be read twice for its sake.
        """
        if stream.page_start != START or stream.ran_ahead or stream.reach in {START, END}:
            return False
        most = self.page_size or self.limit or math.inf
        return stream.page_size < most and any(each.after is stream for each in self.streams)

    def _burst_on(self) -> StatusStream | None:
        """Return the stream that is reading ahead while that saves later streams a request."""
        stream = self._asked
        if stream is None or self._burst <= 0 or stream.ran_ahead:
            return None
        if stream.reach >= min(self._reach_behind(stream), stream.earlier_watermark):
            return None
        self._burst -= 1
        return stream

    def _lookahead(self, stream: StatusStream) -> int:
        if stream.reach >= self._reach_behind(stream):
            return 0
        longest = max(1, min(_LONGEST_BURST, _BURST_ITEMS // stream.page_size))
        stream.burst = min(2 * stream.burst or 2, longest)
        return stream.burst - 1

    def _reach_behind(self, stream: StatusStream) -> float:
        """Return how far the streams behind this one have run ahead of their watermarks."""
        depths = [
            other.reach for other in self.streams if other.rank > stream.rank and other.ran_ahead
        ]
        return max(depths, default=START)

    def _page(self, most: int, done: bool) -> Page[T]:
        if self._last_reply is None:
            raise RuntimeError("taken before anything was fed")
        start = self._buffer.cursor(self.query, self.cursor)
        items: Any = self._buffer.take(most)
        self._gave = True
        end = self._buffer.cursor(self.query, self.cursor)
        return Page(
            items=items,
            cursor=start.text(),
            next_cursor=None if done and not self._buffer.ready else end.text(),
            request_id=self._last_reply.request_id,
            status=self._last_reply.status,
            headers=self._last_reply.headers,
        )
