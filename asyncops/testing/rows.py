"""One list of operations: the seeded rows, then those that arrive or that a test has added."""

from collections.abc import Iterator, Mapping, Sequence
from threading import Lock
from typing import Any, NamedTuple

from asyncops.testing.hashing import IdSpace, key, mix
from asyncops.testing.timeline import NEVER, STATUSES, Life, Timeline

__all__ = ["Row", "Rows"]

_NO_FIELDS: Mapping[str, Any] = {}
_SETTLED = STATUSES[3:]


class Row(NamedTuple):
    """All that a service needs to write one operation down at one instant."""

    number: int
    id: str
    bits: int
    digits: int
    life: Life
    status: str
    now: int
    fields: Mapping[str, Any]


class _Added(NamedTuple):
    life: Life
    fields: Mapping[str, Any]


class Rows:
    """Rows by number, 0 the oldest; numbers sort as (created_at, number) does.

    Args:
        seed: What all of it is computed from.
        salt: Keeps one list's data apart from another's.
        size: How many seeded rows.
        start: The instant that the newest seeded row is a moment older than.
        arrivals: Rows that come to be by themselves in each second from then on. One that is
            added takes the place of the next of them.
    """

    def __init__(self, seed: int, salt: str, size: int, start: int, arrivals: float = 0.0) -> None:
        if size < 0:
            raise ValueError(f"{salt}: a list cannot hold {size} rows")
        self.timeline: Timeline = Timeline(seed, salt, size, start, arrivals)
        self.ids: IdSpace = IdSpace(seed, f"{salt}/id")
        self.size = size
        self._bits_key = key(seed, f"{salt}/bits")
        self._added: dict[int, _Added] = {}
        self._next = size
        self._first_added = NEVER
        self._named: dict[str, int] = {}
        self._adding = Lock()

    def count(self, now: int) -> int:
        """How many rows there are."""
        return max(self.timeline.begun(now), self._next)

    @property
    def added(self) -> Sequence[int]:
        """The numbers of the rows that were added, the oldest first."""
        return tuple(self._added)

    def settled(self, now: int) -> int:
        """How many of the oldest rows are seeded or have arrived, and have surely ended."""
        return min(self.timeline.settled(now), self._first_added)

    def add(
        self,
        now: int,
        *,
        status: str | None,
        lifetime: float | None,
        fails: bool | None,
        fields: Mapping[str, Any],
    ) -> int:
        """Add a row that is created now; gives its number.

        Raises:
            ValueError: Status unknown, lifetime negative, id taken, or a creation time given.
        """
        if "created_at" in fields:
            raise ValueError("created_at is the clock's to say: advance the clock instead")
        if status is not None and status not in STATUSES:
            raise ValueError(f"unknown status {status!r}")
        if lifetime is not None and lifetime < 0:
            raise ValueError("lifetime must not be negative")
        with self._adding:
            return self._append(now, status, lifetime, fails, fields)

    def _append(
        self,
        now: int,
        status: str | None,
        lifetime: float | None,
        fails: bool | None,
        fields: Mapping[str, Any],
    ) -> int:
        number = self.count(now)
        name = fields.get("id")
        if name is not None and self.find(name, now) is not None:
            raise ValueError(f"id {name} is taken")
        newest = self.life(number - 1).created if number else 0
        created = max(now, newest)
        if status is not None:
            life = Life.held(created, status)
        else:
            life = self._life(number, created, lifetime, fails=fails)
        if name is not None:
            self._named[name] = number
        self._added[number] = _Added(life, dict(fields))
        self._first_added = min(self._first_added, number)
        self._next = number + 1
        return number

    def _life(
        self, number: int, created: int, lifetime: float | None, *, fails: bool | None
    ) -> Life:
        ends_badly = self.timeline.fails(number) if fails is None else fails
        if lifetime is not None:
            return Life.lasting(created, lifetime, fails=ends_badly)
        usual = self.timeline.life(number)
        later = created - usual.created
        return Life(
            created,
            usual.uploaded + later,
            usual.started + later,
            usual.finished + later,
            ends_badly,
        )

    def find(self, row_id: str, now: int) -> int | None:
        """The number of the row with this id, if there is one."""
        if row_id in self._named:
            return self._named[row_id]
        number = self.ids.decode(row_id)
        if number is None or number >= self.count(now) or "id" in self.fields(number):
            return None
        return number

    def life(self, number: int) -> Life:
        """The life of a row."""
        added = self._added.get(number)
        return self.timeline.life(number) if added is None else added.life

    def fields(self, number: int) -> Mapping[str, Any]:
        """What the one who added the row said about it; nothing for any other row."""
        added = self._added.get(number)
        return _NO_FIELDS if added is None else added.fields

    def row(self, number: int, now: int) -> Row:
        """One row as it is at ``now``."""
        fields = self.fields(number)
        life = self.life(number)
        digits = self.timeline.created(number)[1] if number not in self._added else 9
        row_id = str(fields["id"]) if "id" in fields else self.ids.encode(number)
        bits = mix(self._bits_key + number)
        return Row(number, row_id, bits, digits, life, life.status(now), now, fields)

    def scan(
        self, now: int, *, status: str | None, descending: bool, after: int | None
    ) -> Iterator[int]:
        """Numbers of the rows in ``status`` (None: any) beyond ``after``, in order.

        Rows are read one at a time from the cursor on; unfinished ones are looked for only
        among the young, so the cost of a page does not grow with the list.
        """
        settled = self.settled(now)
        first = settled if status is not None and status not in _SETTLED else 0
        last = self.count(now) - 1
        if descending:
            numbers = range(last if after is None else after - 1, first - 1, -1)
        else:
            numbers = range(first if after is None else max(after + 1, first), last + 1)
        if status is None:
            return iter(numbers)
        wants_failed = status == "failed"
        fails = self.timeline.fails
        return (
            number
            for number in numbers
            if (
                fails(number) is wants_failed
                if number < settled
                else self.life(number).status(now) == status
            )
        )
