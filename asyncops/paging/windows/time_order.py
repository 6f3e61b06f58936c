"""Time in the order of a listing: the near end of a range comes first, the far end last."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from attrs import frozen

from asyncops.utils.moments import TimeRange, next_moment, shifted


@frozen
class TimeOrder:
    """The direction of a listing by creation.

    Attributes:
        descending: Whether the newest items come first. A listing in no order counts as oldest
            first.
    """

    descending: bool

    def near(self, part: TimeRange) -> datetime | None:
        """Return where a range begins; ``None`` if it has no bound there."""
        return part.newest if self.descending else part.oldest

    def far(self, part: TimeRange) -> datetime | None:
        """Return where a range ends; ``None`` if it has no bound there."""
        return part.oldest if self.descending else part.newest

    def range(self, near: datetime | None, far: datetime | None) -> TimeRange:
        """Return the range between two ends."""
        return TimeRange(far, near) if self.descending else TimeRange(near, far)

    def last(self, moments: Iterable[datetime | None]) -> datetime | None:
        """Return the moment that comes last; ``None`` if there is none."""
        known = filter(None, moments)
        return min(known, default=None) if self.descending else max(known, default=None)

    def ahead(self, moment: datetime, of: datetime) -> timedelta:
        """Return how far a moment is in front of another one."""
        return moment - of if self.descending else of - moment

    def behind(self, moment: datetime, by: timedelta) -> datetime | None:
        """Return the moment so far behind another one; ``None`` beyond the calendar."""
        return shifted(moment, -by if self.descending else by)

    def from_on(self, moment: datetime, margin: timedelta, bounds: TimeRange) -> TimeRange:
        """Return the part of a range that begins in front of a moment by a margin."""
        begin = self.behind(moment, -margin)
        if self.descending and begin is not None:
            # A range ends before its newest moment.
            begin = next_moment(begin)
        return self.range(self.last((begin, self.near(bounds))), self.far(bounds))
