"""One status of a merged walk: how far it was read, and its watermark."""

import math
from collections.abc import Callable
from operator import attrgetter
from typing import Any

from attrs import define, field

from asyncops.http.messages import Request
from asyncops.paging.cursors.cursor_strategy import Cursors, CursorStyle

# The sort keys before all items and after all items.
START = -math.inf
END = math.inf

# The next page is expected to span this many times as much as the last.
_MARGIN = 1.25


@define(eq=False)
class StatusStream:
    """The listing of one status.

    Sort keys grow in the direction of the walk: creation times, negated if it goes from new to old.

    Attributes:
        name: The status.
        request: The request for its first page.
        style: How it is paged.
        after: The stream of the status before it in a life; ``None`` for the first. The streams of
            all statuses that end a life come after the last one that does not.
        identity: Returns the id of an item.
        reach: The sort key up to which its pages have been read, including some items at the key.
        watermark: The sort key before which this stream and those before it have missed nothing.
        asked_watermark: The earlier streams' watermark when the last page was asked for.
        token: The token of the last page that was asked for.
        next_token: The token of the page after that one.
        page_start: The sort key at which the last page begins.
        page_span: The difference of the last page's sort keys.
        page_size: Items of the last page that had any.
        burst: Pages to read ahead in a row, as :class:`StatusMerge` decides.
        under_way: Whether a request of it is in flight.
        page_starts: The token and the start of each page that a later walk may have to read again.
        cursors: The cursors that were sent.
        rank: The number of statuses before this one.
    """

    name: str
    request: Request
    style: CursorStyle
    after: "StatusStream | None" = None
    identity: Callable[[Any], object] = attrgetter("id")
    reach: float = START
    watermark: float = START
    token: str | None = field(default=None, repr=False)
    next_token: str | None = field(default=None, repr=False)
    page_start: float = START
    asked_watermark: float = END
    page_span: float = 0.0
    burst: int = 0
    page_size: int = 1
    under_way: bool = False
    page_starts: list[tuple[str | None, float]] = field(factory=list, repr=False)
    cursors: Cursors = field(init=False, repr=False)
    rank: int = field(init=False)
    _first_token: str | None = field(default=None, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self.cursors = Cursors(self.style, self.identity)
        self.rank = 0 if self.after is None else self.after.rank + 1

    @property
    def earlier_watermark(self) -> float:
        """The watermark of the streams before this one, which limits its own."""
        return END if self.after is None else self.after.watermark

    @property
    def ran_ahead(self) -> bool:
        """Whether the last page has to be asked for again, since it reaches the earlier watermark.

        Reaching is enough: of several items with the sort key of the last one, some may have moved
        into this status meanwhile, in front of it.
        """
        return self.reach >= self.asked_watermark

    def ask(self) -> Request:
        """Return the request for the next page, or for the last one again if it ran ahead."""
        if not self.ran_ahead:
            self.token, self.page_start = self.next_token, self.reach
            self.page_starts.append((self.token, self.page_start))
        self.asked_watermark = self.earlier_watermark
        return self.cursors.request(self.request, self.token)

    def feed(self, token: str | None, sort_keys: list[float]) -> None:
        """Take the answer to the last request.

        Args:
            token: The token of the next page; ``None`` at the end.
            sort_keys: The sort keys of the items.

        Raises:
            RepeatedToken: The token was sent before.
        """
        self.cursors.check(token)
        self.next_token = token
        if sort_keys:
            self.page_span = sort_keys[-1] - sort_keys[0]
            self.page_size = len(sort_keys)
        if token is None:
            self.reach = END
        else:
            self.reach = sort_keys[-1] if sort_keys else self.page_start
        self.watermark = max(self.watermark, min(self.reach, self.asked_watermark))

    def pages_beyond(self, sort_key: float) -> int:
        """Return how many of the pages asked for begin beyond a sort key."""
        count = 0
        for _, start in reversed(self.page_starts):
            if start <= sort_key:
                break
            count += 1
        return count

    def restart_token(self, sort_key: float, *, beyond: bool) -> str | None:
        """Return the token from which all items from ``sort_key`` on can be read again.

        Args:
            sort_key: The position of the walk.
            beyond: Whether the items at ``sort_key`` itself are not needed any more.
        """
        # Items with the same creation time may lie on two pages: if some of them are still needed,
        # the page has to begin strictly before that time.
        while len(self.page_starts) > 1 and (
            self.page_starts[1][1] < sort_key or (beyond and self.page_starts[1][1] == sort_key)
        ):
            del self.page_starts[0]
        return self.page_starts[0][0] if self.page_starts else self.next_token

    def begin(self, token: str | None) -> None:
        """Read from this page on, now and after a rewind."""
        self._first_token = self.next_token = token

    def rewind(self) -> None:
        """Forget all that was read."""
        self.reach = self.watermark = self.page_start = START
        self.asked_watermark = END
        self.page_span = 0.0
        self.token, self.next_token = None, self._first_token
        self.under_way = False
        self.cursors = Cursors(self.style, self.identity)
        self.page_starts.clear()


def first_to_ask(stream: StatusStream) -> StatusStream:
    """Return the stream, or one before it if asking this one now would gain too little.

    A page that reaches the earlier watermark has to be asked for twice, and the next page is
    expected to span as much as the last.
    """
    before = stream.after
    if before is None or before.watermark == END:
        # Nothing in front of it is still to be read.
        return stream
    needed = (
        stream.asked_watermark if stream.ran_ahead else stream.reach + _MARGIN * stream.page_span
    )
    return stream if before.watermark > needed else first_to_ask(before)
