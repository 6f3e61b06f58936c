"""Services that give only the first so many items of a listing."""

import math
from typing import Any

from attrs import define, field

from asyncops.errors import DepthExceeded
from asyncops.paging.counted.numbering import NumberedBody, Numbering


@define(eq=False)
class Depth:
    """How much a service gives of a listing, and whether one walk has come to the end of that.

    Attributes:
        most: The items that it gives.
        numbering: How the pages are numbered.
    """

    most: int
    numbering: Numbering
    _reached: bool = field(default=False, init=False)

    def check(self, number: int) -> None:
        """Check that the service gives a page that follows those read.

        Raises:
            DepthExceeded: All that the service gives has been read.
        """
        if self._reached or self.numbering.rank(number) >= self.most:
            raise DepthExceeded(
                f"the service gives the first {self.most} items of this listing, and it may go "
                "on: filter it, so that it is shorter, or ask for smaller pages"
            )

    def explains(self, number: int) -> bool:
        """Whether all that the service gives may have been read, where it refuses a page.

        If so, :meth:`check` raises from now on.
        """
        numbering = self.numbering
        size = numbering.told_size or numbering.page_size
        self._reached = numbering.used_size > 0 and numbering.rank(number, size) >= self.most
        return self._reached

    def goes_on(self, number: int, body: NumberedBody[Any], more: bool | None) -> bool | None:
        """Return whether rows follow a page, though the service may not give them.

        The last page that it gives may be cut short, so that the pages end and the rows not: what
        is told of its end may mean the page that was asked for. A count of exactly as many rows as
        it gives may be cut short as well.

        Args:
            number: The number of the page.
            body: Its answer.
            more: Whether a page follows, by the answer; ``None`` if that is not known yet.
        """
        rows, count, numbering = len(body.items), body.total_count, self.numbering
        read, size = numbering.rank(number) + rows, self._size_at(number)
        cut_short = read < count or count == self.most if count else rows < size
        hidden = more is False and cut_short and numbering.rank(number, size) + rows >= self.most
        self._reached = hidden or (more is not False and read >= self.most)
        return hidden or more

    def _size_at(self, number: int) -> float:
        """Return how many rows a page has that is not cut short; at most, if nothing tells."""
        numbering = self.numbering
        behind_first = numbering.seen_full and numbering.rank(number) > 0
        if numbering.told_size or behind_first:
            return numbering.used_size
        return numbering.page_size or math.inf

    def end(self, number: int) -> int:
        """Return the number behind the last page, or one that is lower if that is not given."""
        size = self.numbering.used_size
        return min(number, self.numbering.end(-(-self.most // size))) if size else number

    def overlap(self, shared: int, behind: int) -> int:
        """Return how many rows to read again, so that a page is not cut short.

        Of a page that is, nothing would tell whether the listing ends there.

        Args:
            shared: The rows to read again in any case.
            behind: The offset behind the page that was read.
        """
        return min(max(shared, behind + self.numbering.size - self.most), behind)
