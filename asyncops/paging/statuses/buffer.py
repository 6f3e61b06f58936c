"""The listings of several statuses, merged by creation time as their pages arrive.

An operation may move from status to status while the listings are read, but only forward in its
life. Reading the statuses in the order of a life therefore finds it: if it has left an earlier
status, it is in a later one that is read afterwards. This holds separately for each creation time.
So an answer is only relied on up to the sort key that the earlier statuses had been read to before
its request was sent: the watermark. The rest of the page is asked for again later. All items before
the watermark of all statuses are settled. They come in the order of ``created_at``, each id once,
in its latest status.

Limits: an operation that goes back to an earlier status during the walk may be missed, and one that
is created during the walk may or may not come.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import heappop, heappush, nsmallest
from itertools import pairwise
from typing import Any, Generic, TypeVar

from attrs import define, evolve, field

from asyncops.errors import UnexpectedPage
from asyncops.http.invalid_items import InvalidRow, split_invalid
from asyncops.http.messages import Reply
from asyncops.paging.cursors.cursor_strategy import TokenBody
from asyncops.paging.statuses.cursor import MergeCursor, StatusPosition
from asyncops.paging.statuses.stream import END, START, StatusStream

T = TypeVar("T")

_NOWHERE = StatusPosition(START, "")


@define(eq=False)
class MergeBuffer(Generic[T]):
    """Holds the items that have been read until they are settled, then gives them out in order.

    Attributes:
        streams: One for each status, in the order of a life.
        created_at: Returns the creation time of an item, in seconds since the epoch.
        identity: Returns the id of an item, which orders items of the same creation time.
        descending: Whether the walk goes from new to old. A service that answers in the other
            direction is noticed before anything is settled, and followed.
        proven: Whether the direction is certain.
        first: The sort key of the first item that was read.
        reversals: How often the direction was changed; answers to earlier requests are useless.
        settled: The last item settled, whether given out yet or not.
        given: The last item given out.
        far_end: The last item that a walk from the other end has settled, with its sort key in
            that direction.
        invalid: Rows that do not fit. They have no sort key, so they go with the next items that
            are given out. A row that is read twice comes twice.
    """

    streams: Sequence[StatusStream]
    created_at: Callable[[T], float]
    identity: Callable[[T], Any]
    descending: bool
    proven: bool = False
    first: float | None = field(default=None, init=False)
    reversals: int = field(default=0, init=False)
    settled: StatusPosition | None = field(default=None, init=False)
    given: StatusPosition | None = field(default=None, init=False)
    far_end: StatusPosition | None = field(default=None, init=False)
    invalid: list[InvalidRow] = field(factory=list, init=False)
    _ready: deque[T] = field(factory=deque, init=False)
    _pages: list[tuple[int, Sequence[float], Sequence[T]]] = field(factory=list, init=False)
    _heap: list[StatusPosition] = field(factory=list, init=False)
    _held: dict[str, tuple[int, T]] = field(factory=dict, init=False)

    def go_on(self, position: StatusPosition | None, tokens: Sequence[str | None]) -> None:
        """Begin at the position of an earlier walk."""
        self.proven = True
        self.given = self.settled = position
        for stream, token in zip(self.streams, tokens, strict=True):
            stream.begin(token)

    @property
    def watermark(self) -> float:
        """The sort key before which all streams have missed nothing."""
        return min(stream.watermark for stream in self.streams)

    @property
    def ready(self) -> int:
        """The number of items that are settled and not given out."""
        return len(self._ready)

    @property
    def held(self) -> int:
        """The number of items that were read and not given out; some may count twice."""
        return self.ready + len(self._held) + sum(len(items) for _, _, items in self._pages)

    def feed(self, stream: StatusStream, reply: Reply[TokenBody[T]]) -> None:
        """Take one page of a stream.

        Raises:
            PaginationError: Its token was sent before, or it is not sorted by ``created_at``.
        """
        items, invalid = split_invalid(reply.value.items)
        # Nearly empty rows of two statuses may look the same, so the id names the status.
        self.invalid.extend(evolve(row, id=f"{row.id}/{stream.name}") for row in invalid)
        sort_keys = [self._sort_key(item) for item in items]
        if not self._in_order(stream, sort_keys):
            return
        stream.feed(stream.cursors.next(reply.value), sort_keys)
        if sort_keys and self.first is None:
            self.first = sort_keys[0]
        # The page is merged when something is settled, so that the next request need not wait.
        self._pages.append((stream.rank, sort_keys, items))

    def _add(self, rank: int, sort_keys: Sequence[float], items: Sequence[T]) -> None:
        """Hold the unsettled items of a page; of two readings of an item, the later status."""
        held, over = self._held, self.settled or _NOWHERE
        for sort_key, item in zip(sort_keys, items, strict=True):
            position = StatusPosition(sort_key, str(self.identity(item)))
            if position <= over or self._in_far(position):
                continue
            before = held.get(position.identity)
            if before is None:
                heappush(self._heap, position)
            if before is None or rank >= before[0]:
                held[position.identity] = (rank, item)

    def _add_pages(self) -> None:
        for page in self._pages:
            self._add(*page)
        self._pages.clear()

    def bound(self, most: int) -> float:
        """Return the sort key up to which a page of so many items can reach at the most."""
        self._add_pages()
        needed = most - self.ready
        if needed <= 0:
            return START
        nearest = nsmallest(needed, self._heap)
        return END if len(nearest) < needed else nearest[-1].sort_key

    def settle(self, until: float) -> None:
        """Make the items before the sort key ``until`` ready to be given out."""
        self._add_pages()
        while self._heap and self._heap[0].sort_key < until:
            position = heappop(self._heap)
            _, item = self._held.pop(position.identity)
            if not self._in_far(position):
                self._ready.append(item)
            self.settled = position

    def take(self, most: int) -> tuple[T | InvalidRow, ...]:
        """Give out at most so many ready items, in order, and all rows that do not fit."""
        picked = tuple(self._ready.popleft() for _ in range(min(most, len(self._ready))))
        if picked:
            self.given = self._position(picked[-1])
        invalid, self.invalid = self.invalid, []
        return (*invalid, *picked)

    def append(self, items: Iterable[T]) -> None:
        """Add items that follow those that are ready."""
        self._ready.extend(items)

    def take_reversed(self, start: float) -> Iterator[T]:
        """Give out the ready items from the last to the first, which is the other walk's order.

        Args:
            start: The watermark of the other walk, which has given out the items before it.
        """
        while self._ready:
            tied = [self._ready.pop()]
            sort_key = self._sort_key(tied[0])
            while self._ready and self._sort_key(self._ready[-1]) == sort_key:
                tied.append(self._ready.pop())
            if -sort_key >= start:
                # Items of the same time come in the order of their ids, in either direction.
                yield from reversed(tied)

    def tokens(self) -> tuple[str | None, ...]:
        """Return for each stream the token to read on from after the items given out."""
        sort_key = START if self.given is None else self.given.sort_key
        # Whether all items at this sort key have been given out.
        beyond = self.watermark > sort_key and not (
            self._ready and self._sort_key(self._ready[0]) == sort_key
        )
        return tuple(stream.restart_token(sort_key, beyond=beyond) for stream in self.streams)

    def cursor(
        self, query: str, begun: MergeCursor | None, far: "MergeBuffer[T] | None" = None
    ) -> MergeCursor:
        """Return the position behind the items given out.

        Args:
            query: The listing and its order, in words.
            begun: The position at which this walk began. Its far end stays where it is until
                ``far`` gives out an item.
            far: The walk from the other end.
        """
        far_end, far_tokens = (None, ()) if begun is None else (begun.far, begun.far_tokens)
        if far is not None and far.given is not None:
            far_end, far_tokens = far.given, far.tokens()
        return MergeCursor(
            descending=self.descending,
            position=self.given,
            names=tuple(stream.name for stream in self.streams),
            tokens=self.tokens(),
            far=far_end,
            far_tokens=far_tokens,
            query=query,
        )

    def met_far(self) -> bool:
        """Whether all items that the walk from the other end leaves over are settled."""
        return self.far_end is not None and self.watermark > -self.far_end.sort_key

    def _sort_key(self, item: T) -> float:
        moment = self.created_at(item)
        return -moment if self.descending else moment

    def _position(self, item: T) -> StatusPosition:
        return StatusPosition(self._sort_key(item), str(self.identity(item)))

    def _in_far(self, position: StatusPosition) -> bool:
        """Whether the walk from the other end has settled this item."""
        return self.far_end is not None and (-position.sort_key, position.identity) <= self.far_end

    def _in_order(self, stream: StatusStream, sort_keys: list[float]) -> bool:
        """Whether a page is sorted in the walk's direction, which it may change."""
        line = sort_keys if stream.page_start == START else [stream.page_start, *sort_keys]
        steps = [after - before for before, after in pairwise(line)]
        if all(step >= 0 for step in steps):
            self.proven = self.proven or any(step > 0 for step in steps)
            return True
        if self.proven or any(step > 0 for step in steps):
            raise UnexpectedPage(f"the listing of {stream.name} is not sorted by created_at")
        # The service answers in the other direction. Nothing was settled yet, so begin again.
        self.descending = not self.descending
        self.proven = True
        self.reversals += 1
        self.first = None
        self._pages.clear()
        self._heap.clear()
        self._held.clear()
        for each in self.streams:
            each.rewind()
        return False
