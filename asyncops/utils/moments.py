"""Moments, and ranges of them."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from attrs import frozen

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


def micros(when: datetime) -> int:
    """Return a moment as whole microseconds since the epoch."""
    return (when - _EPOCH) // _TICK


def moment(since_epoch: int) -> datetime:
    """Return the moment so many microseconds after the epoch.

    Raises:
        ValueError: There is no such datetime.
    """
    try:
        return _EPOCH + since_epoch * _TICK
    except OverflowError:
        raise ValueError(f"no moment: {since_epoch} microseconds since the epoch") from None


def shifted(when: datetime, by: timedelta) -> datetime | None:
    """Return a moment so much later; ``None`` beyond the calendar."""
    try:
        return when + by
    except OverflowError:
        return None


def next_moment(when: datetime) -> datetime | None:
    """Return the moment one microsecond later; ``None`` at the end of the calendar."""
    return shifted(when, _TICK)


def rounded(when: datetime, step: timedelta, *, up: bool = False) -> datetime:
    """Return a moment in whole steps since the epoch, by default not a later one.

    Where that is beyond the calendar, the moment stays as it is.
    """
    beyond = (when - _EPOCH) % step
    if not beyond:
        return when
    try:
        return when + step - beyond if up else when - beyond
    except OverflowError:
        return when


def http_date(text: str) -> datetime | None:
    """Return the moment that a header such as ``Date`` names; ``None`` if it names none.

    ::

        http_date("Thu, 26 Nov 2026 08:00:00 GMT")
    """
    if not text.isascii():
        return None
    try:
        when = parsedate_to_datetime(text)
        # Such a header is in UTC, also where it names no zone.
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


@frozen
class TimeRange:
    """A range of creation times.

    Attributes:
        oldest: The range begins at this moment; ``None`` means no bound.
        newest: The range ends before this moment; ``None`` means no bound.
    """

    oldest: datetime | None = None
    newest: datetime | None = None

    @property
    def whole(self) -> bool:
        """Whether the range has no bound."""
        return self.oldest is None and self.newest is None

    def holds(self, when: datetime) -> bool:
        """Whether a moment is in the range."""
        return (self.oldest is None or self.oldest <= when) and (
            self.newest is None or when < self.newest
        )

    def taken_in(self, step: timedelta) -> "TimeRange":
        """Return the longest range that a service may take in where it is asked for this one.

        Both bounds are sent as ends of the steps that they are in, and a service may take in all of
        the step of a bound, rounded to the next microsecond.

        Args:
            step: The smallest step of the bounds.
        """
        early = None if self.oldest is None else shifted(self.oldest, -step)
        sent = None if self.newest is None else rounded(self.newest, step, up=True)
        return TimeRange(early, None if sent is None else shifted(sent, step + _TICK))
