"""When things happen: the creation times of a long list, and the life of one operation.

Everything is a pure function of numbers; times are nanoseconds since the epoch.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

from asyncops.models import JSON
from asyncops.testing.server.hashing import key, mix

SECOND = 1_000_000_000
NEVER = 1 << 62
STATUSES = ("queued", "uploaded", "in_progress", "completed", "failed")
# No seeded life is longer, so whatever is older has settled: listings of unfinished
# operations look no further back.
MAX_LIFE = 60 * SECOND

Instants = tuple[int, int, int, int]
"""When an operation is created, is uploaded, begins and ends."""

_STEP = 2 * SECOND
# Seven rows share five instants: rows 3, 4 and 5 of each seven are ties.
_SLOT_OF = (0, 1, 2, 3, 3, 3, 4)
_ROWS_BEFORE = (0, 1, 2, 3, 6)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_DIGITS = (0, 3, 6, 9)
# Three rows of every 25 fail: 12 %.
_FAILING = bytes(place in {0, 8, 17} for place in range(25))
_BLOCK = len(_FAILING)
_BLOCKS = 128
PERIOD = _BLOCKS * _BLOCK


class Timeline:
    """The lives of rows, oldest first: ``size`` from before ``start``, then those that arrive.

    Args:
        seed: What all of it is computed from.
        salt: Keeps one list's data apart from another's.
        size: How many rows are older than ``start``.
        start: The instant that the newest of those is a moment older than.
        arrivals: Rows that come to be in each second from ``start`` on; 0: none.
    """

    def __init__(self, seed: int, salt: str, size: int, start: int, arrivals: float = 0.0) -> None:
        self.size = size
        self.start = start
        self._interval = round(SECOND / arrivals) if arrivals else 0
        self._created_key = key(seed, f"{salt}/created")
        self._life_key = key(seed, f"{salt}/life")
        slots = 5 * ((size - 1) // 7) + _SLOT_OF[(size - 1) % 7] + 1 if size else 0
        self._base = start // SECOND * SECOND - slots * _STEP
        fails_key = key(seed, f"{salt}/fails")
        turns = (mix(fails_key + block) % _BLOCK for block in range(_BLOCKS))
        self.failing: bytes = b"".join(_FAILING[turn:] + _FAILING[:turn] for turn in turns)

    def slot(self, row: int) -> int:
        """The row's place among the distinct instants."""
        return 5 * (row // 7) + _SLOT_OF[row % 7]

    def created(self, row: int) -> tuple[int, int]:
        """When the row came to be, and how many fractional digits its times are written with."""
        if self._interval and row >= self.size:
            place = row - self.size
            drawn = mix(self._created_key + row) % self._interval
            return self.start + place * self._interval + drawn, 9
        slot = self.slot(row)
        bits = mix(self._created_key + slot)
        digits = _DIGITS[bits >> 62]
        fraction = bits % SECOND
        return self._base + slot * _STEP + fraction - fraction % 10 ** (9 - digits), digits

    def begun(self, now: int) -> int:
        """How many rows have come to be by ``now``."""
        if not self._interval or now < self.start:
            return self.size
        whole = self.size + (now - self.start) // self._interval
        return whole + (self.created(whole)[0] <= now)

    def fails(self, row: int) -> bool:
        """Whether the row's life ends in failure."""
        return bool(self.failing[row % PERIOD])

    def instants(self, row: int, created: int) -> Instants:
        """The whole life of a row: 3 to 4 s queued, 4 to 5 s uploaded, 5 to 45 s running."""
        bits = mix(self._life_key + row)
        uploaded = created + 3 * SECOND + bits % SECOND
        started = uploaded + 4 * SECOND + (bits >> 16) % SECOND
        running = (bits >> 30) % (40 * SECOND if bits >> 62 == 0 else 4 * SECOND)
        return created, uploaded, started, started + 5 * SECOND + running

    def settled(self, now: int) -> int:
        """How many of the oldest rows have surely come to their end by ``now``."""
        if self._interval and now - MAX_LIFE >= self.start:
            return self.begun(now - MAX_LIFE)
        slot = min((now - MAX_LIFE - self._base) // _STEP, self.slot(self.size))
        if slot <= 0:
            return 0
        return min(7 * (slot // 5) + _ROWS_BEFORE[slot % 5], self.size)


@lru_cache(maxsize=64)
def _minute(minutes: int) -> str:
    days, minute = divmod(minutes, 24 * 60)
    return f"{date.fromordinal(_EPOCH_DAY + days)}T{minute // 60:02}:{minute % 60:02}:"


def rfc3339(at: int, digits: int) -> str:
    """An instant as text, cut (not rounded) to so many fractional digits."""
    minutes, rest = divmod(at, 60 * SECOND)
    seconds, fraction = divmod(rest, SECOND)
    if not digits:
        return f"{_minute(minutes)}{seconds:02}Z"
    return f"{_minute(minutes)}{seconds:02}.{f'{fraction:09}'[:digits]}Z"


TimeForm = Literal["rfc3339", "seconds", "milliseconds", "no zone"]

MICROSECOND = 1000
# Later than any time in seconds, earlier than any in milliseconds.
_LATEST_SECONDS = 1e11
_STEPS: dict[TimeForm, int] = {"seconds": SECOND, "milliseconds": SECOND // 1000}
_WRITE: dict[TimeForm, Callable[[int], JSON]] = {
    "rfc3339": lambda at: rfc3339(at, 6),
    "no zone": lambda at: rfc3339(at, 6).removesuffix("Z"),
    "seconds": lambda at: at // SECOND,
    "milliseconds": lambda at: at * 1000 // SECOND,
}


def form_of(value: JSON) -> TimeForm:
    """Return the form in which a time is written."""
    if isinstance(value, int | float):
        return "milliseconds" if value > _LATEST_SECONDS else "seconds"
    if isinstance(value, str) and datetime.fromisoformat(value).tzinfo is None:
        return "no zone"
    return "rfc3339"


def rounded(at: int, form: TimeForm) -> int:
    """Return an instant, cut to what the form can tell; at most microseconds, as models are."""
    step = _STEPS.get(form, MICROSECOND)
    return at // step * step


def write_time(at: int, form: TimeForm) -> JSON:
    """Return an instant in nanoseconds since the epoch, as the service writes it."""
    return _WRITE[form](at)
