"""Which items of a page are those to give."""

from datetime import datetime
from itertools import chain
from typing import Generic, TypeVar

from attrs import field, frozen

from asyncops.http.invalid_items import InvalidRow
from asyncops.paging.windows.created_filter import CreatedFilter
from asyncops.paging.windows.window_cursor import Gap
from asyncops.utils.moments import shifted

T = TypeVar("T")


@frozen(eq=False)
class Owned(Generic[T]):
    """The items that a part of a listing gives.

    Attributes:
        created: How the service filters the listing.
        gaps: Only items in one of these are given; empty if all are.
        given: The ids of items in them that were given before.
    """

    created: CreatedFilter[T]
    gaps: tuple[Gap, ...] = ()
    given: frozenset[str] = field(init=False)

    @given.default
    def _given(self) -> frozenset[str]:
        return frozenset(chain.from_iterable(gap.given for gap in self.gaps))

    @property
    def begin(self) -> datetime | None:
        """Where they begin in the order of the listing; ``None`` if there is no bound."""
        return self.created.order.near(self.gaps[0].range) if self.gaps else None

    @property
    def end(self) -> datetime | None:
        """Where they end in the order of the listing; ``None`` if there is no bound."""
        return self.created.order.far(self.gaps[-1].range) if self.gaps else None

    def of(self, items: tuple[T, ...], *, in_order: bool) -> tuple[T, ...]:
        """Return the items of a page that are among those to give.

        A row that does not fit was created between the items before and behind it. It is given by
        each range that this may be in, and told of once: it is recognised by its id.

        Args:
            items: The items.
            in_order: Whether they are in the order of the listing.
        """
        if not self.gaps or (InvalidRow not in map(type, items) and self._holds_all(items)):
            return items
        owned: list[T] = []
        behind: datetime | None = None
        for item in reversed(items):
            if isinstance(item, InvalidRow):
                if not in_order or self._may_hold(item, behind):
                    owned.append(item)
            else:
                behind = self.created.created_at(item)
                if self._holds(item):
                    owned.append(item)
        return tuple(reversed(owned))

    def _holds_all(self, items: tuple[T, ...]) -> bool:
        """Whether all items are to be given, as far as the first and the last moment tell."""
        moments = list(filter(None, map(self.created.created_at, items)))
        ends = (min(moments), max(moments)) if moments else ()
        if not any(all(map(gap.range.holds, ends)) for gap in self.gaps):
            return False
        return not self.given or self.given.isdisjoint(map(self.created.identity, items))

    def _holds(self, item: T) -> bool:
        when = self.created.created_at(item)
        if when is not None and not any(gap.range.holds(when) for gap in self.gaps):
            return False
        return self.created.identity(item) not in self.given

    def _may_hold(self, row: InvalidRow, behind: datetime | None) -> bool:
        """Whether a range may hold a row that does not fit, by the item behind it."""
        margin, ends = self.created.margin, (row.previous, behind)
        newest, oldest = ends if self.created.descending else ends[::-1]
        late = None if newest is None else shifted(newest, margin)
        early = None if oldest is None else shifted(oldest, -margin)
        return any(
            (late is None or gap.range.oldest is None or late >= gap.range.oldest)
            and (early is None or gap.range.newest is None or early < gap.range.newest)
            for gap in self.gaps
        )
