"""Which time range is read next, and how far a walk reads ahead of what it gives."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Generic, TypeVar

from attrs import define, field

from asyncops.paging.windows.part import Part
from asyncops.paging.windows.splitting import pace

T = TypeVar("T")


@define(eq=False)
class Ahead(Generic[T]):
    """Decides which part of a walk is read next, and how many are made ahead of need.

    In order, the last part, which is the rest of the listing, is cut by what its first page tells.
    So that page is read as soon as the part is there, while those in front of it keep all requests
    busy.

    Attributes:
        n: The most parts that are read side by side.
        ordered: Whether the items keep the order of the listing. Then up to ``n`` pages wait to be
            given, and up to ``2 * n`` are asked for or wait for others in front of them. Else no
            page is asked for while ``n`` wait to be given.
        few: Whether only the first items are needed, so that the rest need not be cut in time.
    """

    n: int
    ordered: bool
    few: bool
    # The time from row to row where the rest of the listing was last cut.
    _pace: timedelta | None = field(default=None, init=False)

    def next_of(self, parts: Sequence[Part[T]], spare: int) -> Part[T] | None:
        """Return the part to send a request of, if there is one with room for its page.

        Args:
            parts: The parts, in the order of the listing.
            spare: How many parts more may be read side by side.
        """
        waiting = [part for part in parts if part.request is not None and not part.in_flight]
        if not waiting or (not self.ordered and sum(map(_held, parts)) >= self.n):
            return None
        if waiting[0].created.descending is None:
            # Once the page of a part has been given, the part is cut.
            whole = (part for part in waiting if not (part.can_be_cut and part.ready))
            return next(whole, None) if spare > 0 else waiting[0]
        return self._next_in_order(parts, waiting) if self.ordered else waiting[0]

    def _next_in_order(
        self, parts: Sequence[Part[T]], waiting: Sequence[Part[T]]
    ) -> Part[T] | None:
        head = next(index for index, part in enumerate(parts) if part.reads)
        if sum(map(_held, parts[: head + 1])) >= self.n:
            return None
        if waiting[0] is parts[head]:
            return waiting[0]
        if sum(_held(part) + part.in_flight for part in parts[head + 1 :]) >= 2 * self.n:
            return None
        rest = parts[-1]
        untold = not self.few and rest is waiting[-1] and rest.reach is None
        return rest if untold else waiting[0]

    def pieces(self, part: Part[T], parts: Sequence[Part[T]], spare: int) -> int:
        """Return into how many pieces to cut a part, besides what is left of it then.

        In order, those of the rest are enough to last until its first page has come, unless its
        rows come much faster or slower than where it was last cut: the pieces may then be far too
        long or too short.

        Args:
            part: The part.
            parts: The parts, in the order of the listing.
            spare: How many parts more may be read side by side.
        """
        if not self.ordered or self.few or part is not parts[-1]:
            return spare
        before, self._pace = self._pace, pace(part)
        steady = before and self._pace and before / 2 <= self._pace <= 2 * before
        return self.n if steady else spare


def _held(part: Part[T]) -> int:
    """Return how many pages with items a part has still to give."""
    return sum(bool(page.items) for page, _ in part.ready)
