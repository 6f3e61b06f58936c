"""Services that give only the first so many items of a listing."""

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
                f"the service gives the first {self.most} items of this listing, and it goes on: "
                "filter it, so that it is shorter"
            )

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
        rows, count = len(body.items), body.total_count
        read = self.numbering.rank(number) + rows
        short = not count and rows < self.numbering.used_size
        cut_short = short or read < count or count == self.most
        more = more or (more is False and self.most <= read and cut_short)
        self._reached = more is not False and read >= self.most
        return more

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
