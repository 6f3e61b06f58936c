"""Numbered pages whose new rows come last: the last page is read after the first one."""

from typing import TypeVar

from attrs import define, field

from asyncops.errors import APIError, AsyncOpsError
from asyncops.http.messages import Reply
from asyncops.paging.counted.numbering import NO_PAGE, NumberedBody
from asyncops.paging.counted.pages import NumberedStrategy

T = TypeVar("T")


@define(eq=False)
class OldestFirst(NumberedStrategy[T]):
    """Reads the last page after the first one, which it then reads again, and so on to the end.

    Where the last row was before the walk, and where it is when the walk comes to it, tells
    :class:`~asyncops.paging.counted.joined.LastRow` how many rows were removed.
    """

    # The number of the last page, while it is asked for; the number to begin again with.
    _last_number: int | None = field(default=None, init=False)
    _again: int | None = field(default=None, init=False)
    # The last page, if it is also the second.
    _second: Reply[NumberedBody[T]] | None = field(default=None, init=False)

    @property
    def next_number(self) -> int | None:
        """The number of the page to ask for next; ``None`` at the end."""
        return super().next_number if self._last_number is None else self._last_number

    @property
    def remaining(self) -> range:
        """The numbers of the pages still to be read, once the last page has been read."""
        return super().remaining if self._last_number is None else range(0)

    def feed(self, reply: Reply[NumberedBody[T]]) -> None:
        """Take one page.

        Raises:
            UnexpectedPage: See :meth:`NumberedStrategy.feed`.
        """
        if self._last_number is not None:
            self._feed_last(self._last_number, reply)
            return
        number, again, self._again = self._number, self._again, None
        super().feed(reply)
        page = self._ready
        if page is None:
            return
        if number == again and not page.items:
            self._ready = None
            second, self._second = self._second, None
            total = reply.value.total_count
            if not self._done and second is not None and second.value.total_count == total:
                super().feed(second)
        elif not self._done and self.drift.wants_last_page:
            self._ask_last(number)

    def recover(self, error: AsyncOpsError, /) -> bool:
        """Go on without the last page if the service refuses it."""
        if self._last_number is None:
            return super().recover(error)
        if not isinstance(error, APIError) or error.status not in NO_PAGE:
            return False
        self._miss_last()
        return True

    def _ask_last(self, number: int) -> None:
        remaining = self.remaining
        if remaining or self._count:
            # While the base is unknown, the next page may be behind those that are counted.
            self._last_number = remaining[-1] if remaining else self._number
            self._again = number
        else:
            self._miss_last()

    def _miss_last(self) -> None:
        self._last_number = self._again = None
        self.drift.note_last_page(0, 0, 0, (), 1)

    def _feed_last(self, number: int, reply: Reply[NumberedBody[T]]) -> None:
        body = reply.value
        fits = body.number in {None, number} and self.is_used(body.page_size)
        if self._again is None or not fits:
            self._miss_last()
            return
        keys = tuple(map(self.identity, body.items))
        self.drift.note_last_page(number, body.total_count, self.used_size, keys, self.unit)
        self._second = reply if number == self._number else None
        self._last_number, self._number = None, self._again
