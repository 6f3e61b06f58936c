"""What a page is made of."""

from collections.abc import Iterator

from attrs import frozen

from asyncops.testing.described.params import Params
from asyncops.testing.described.rows import Row
from asyncops.testing.described.table import Table
from asyncops.testing.described.wanted import Wanted
from asyncops.testing.server.service import Asked

__all__ = ["Query"]


@frozen(kw_only=True)
class Query:
    """What a page is made of.

    Attributes:
        asked: The request.
        params: Its parameters.
        table: The rows.
        wanted: Which of them are in the listing, in which order.
        now: The instant.
    """

    asked: Asked
    params: Params
    table: Table
    wanted: Wanted
    now: int

    def behind(self, number: int | None) -> Iterator[Row]:
        """Give the rows of the listing behind a row, which may have left the listing since."""
        return self.table.behind(self.wanted, self.now, number)

    def part(self, start: int, stop: int) -> tuple[int, list[Row]]:
        """Return how many rows the listing has, and those between two places."""
        return self.table.part(self.wanted, self.now, start, stop)

    def scope(self, own: set[str | None]) -> str:
        """What a token is bound to: the path and the filters, without the parameters of pages."""
        values = self.params.values
        return f"{self.asked.path} {sorted(each for each in values.items() if each[0] not in own)}"
