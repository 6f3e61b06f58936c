"""The rows of one resource at one place: as its listing has them, and what a test does to them."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from threading import RLock
from typing import Any

from asyncops.http.places import value_at
from asyncops.models import State
from asyncops.testing.described.habits import Data
from asyncops.testing.described.looks import Look
from asyncops.testing.described.maker import Maker
from asyncops.testing.described.rows import Course, Row, Wanted
from asyncops.testing.server.hashing import key, mix
from asyncops.testing.server.lifecycle import MICROSECOND, NEVER, Timeline
from asyncops.testing.server.service import RefusedError
from asyncops.utils.checks import seconds
from asyncops.utils.moments import moment


def check_lifetime(lifetime: float | None) -> None:
    """Refuse a lifetime that cannot be one.

    Raises:
        TypeError: It is no number.
        ValueError: It is negative or not finite.
    """
    if lifetime is not None:
        seconds("lifetime", lifetime)


class Table:
    """The rows of one resource at one place, by number; 0 is the oldest. A test may add to them.

    A row is computed when it is asked for. Only those that a test has added or changed are kept, so
    that a list of a million rows costs nothing until it is read.

    Args:
        maker: Writes the items.
        where: The place, which keeps its rows apart from those of others.
        size: How many rows there are to begin with.
        data: What they are computed from. A row that is added takes the place of the next of those
            that arrive.
    """

    def __init__(self, maker: Maker, where: str, size: int, data: Data) -> None:
        self.maker = maker
        self._ids = maker.ids(where)
        self._lives = maker.lives(Timeline(data.seed, where, size, data.start, data.arrivals))
        self._bits_key = key(data.seed, f"{where}/bits")
        self._ends = {word for look in maker.looks.ended for word in look.words}
        self._kept: dict[int, Row] = {}
        self._named: dict[tuple[str, str], int] = {}
        self._next = size
        self._first_added = NEVER
        self._lock = RLock()

    def count(self, now: int) -> int:
        """Return how many rows were ever created."""
        return max(self._lives.timeline.begun(now), self._next)

    def row(self, number: int) -> Row:
        """Return a row."""
        kept = self._kept.get(number)
        return self._new(number, self._lives.course(number)) if kept is None else kept

    def _new(self, number: int, course: Course) -> Row:
        ids = {place: each.encode(number) for place, each in self._ids.items()}
        return Row(number, ids, course, mix(self._bits_key + number))

    def behind(self, wanted: Wanted, now: int, number: int | None) -> Iterator[Row]:
        """Give the rows of a listing behind a row, which may have left the listing since."""
        numbers = self._numbers(wanted, now)
        newest_first = wanted.newest_first
        if number is not None and newest_first is None:
            numbers = numbers[numbers.index(number) + 1 :]
        elif number is not None:
            sign = -1 if newest_first else 1
            at = bisect_right(numbers, sign * number, key=lambda each: sign * each)
            numbers = numbers[at:]
        return map(self.row, self._held(numbers, wanted, now))

    def part(self, wanted: Wanted, now: int, start: int, stop: int) -> tuple[int, list[Row]]:
        """Return how many rows a listing has, and those between two places."""
        held = self._held(self._numbers(wanted, now), wanted, now)
        numbers = held if isinstance(held, Sequence) else list(held)
        return len(numbers), [self.row(each) for each in numbers[start:stop]]

    def _numbers(self, wanted: Wanted, now: int) -> Sequence[int]:
        """Return the numbers of all rows that a listing may hold, in its order."""
        first = 0
        if wanted.words is not None and not wanted.words & self._ends:
            first = self._settled(now)
        numbers: Sequence[int] = range(first, self.count(now))
        changed = sorted(number for number in list(self._kept) if number < first)
        numbers = [*changed, *numbers] if changed else numbers
        if wanted.newest_first is None:
            # No order that a client could rely on, and the same in each answer.
            return sorted(numbers, key=mix)
        return numbers[::-1] if wanted.newest_first else numbers

    def _settled(self, now: int) -> int:
        """Return how many of the oldest rows were not added and have surely ended."""
        return min(self._lives.settled(now), self._first_added)

    def _held(self, numbers: Sequence[int], wanted: Wanted, now: int) -> Iterable[int]:
        """Give those of some rows that a listing holds."""
        if wanted.is_all and not self._kept:
            return numbers
        return filter(self._test(wanted, now), numbers)

    def _test(self, wanted: Wanted, now: int) -> Callable[[int], bool]:
        kept, lives, maker = self._kept, self._lives, self.maker
        settled, words = self._settled(now), wanted.words
        values, created = wanted.values, wanted.created
        is_wide = not values and created.whole

        def test(number: int) -> bool:
            row = kept.get(number)
            if row is not None and row.gone:
                return False
            if words is not None:
                if row is not None:
                    shown = maker.words(row, now)
                elif number < settled:
                    shown = lives.end(number).words
                else:
                    shown = lives.course(number).now(now)[1].words
                if words.isdisjoint(shown):
                    return False
            if is_wide:
                return True
            row = self.row(number)
            is_in_time = created.holds(moment(row.course.created // MICROSECOND))
            return is_in_time and maker.shows(row, values, now)

        return test

    def all(self, now: int) -> list[Row]:
        """Return all rows that were not removed, the newest first."""
        return list(self.behind(Wanted(), now, None))

    def find(self, id_: object, now: int) -> Row:
        """Return the row with the id that ``get`` is asked with.

        Raises:
            KeyError: There is none.
        """
        number = self.number(self.maker.id_place, str(id_), now)
        row = None if number is None else self.row(number)
        if row is None or row.gone:
            raise KeyError(id_)
        return row

    def asked(self, id_: str, now: int) -> Row:
        """Return the row with the id that a request names.

        Raises:
            RefusedError: There is none.
        """
        try:
            return self.find(id_, now)
        except KeyError:
            raise RefusedError(404, f"There is no {id_!r}.") from None

    def number(self, place: str, text: str, now: int) -> int | None:
        """Return the number of the row with an id at a place, which may have been removed."""
        named = self._named.get((place, text))
        if named is not None:
            return named
        number = self._ids[place].decode(text) if place in self._ids else None
        if number is None or number >= self.count(now):
            return None
        kept = self._kept.get(number)
        return number if kept is None or value_at(place, kept.fields, {}) is None else None

    def add(
        self,
        now: int,
        *,
        status: str | None = None,
        lifetime: float | None = None,
        fails: bool | None = None,
        fields: Mapping[str, Any],
    ) -> Row:
        """Add a row that is created now.

        Args:
            now: The instant.
            status: The status that it has for good; ``None`` lets it live on the clock.
            lifetime: Seconds until its end; ``None`` for as many as others have.
            fails: Whether it fails; ``None`` chooses by its number.
            fields: Values of the item, by their keys.

        Raises:
            ValueError: There is no such status, the lifetime is negative, the id is taken, or a
                creation time is given, which would not be in the order of the list.
        """
        place = self.maker.description.places.created
        if place in fields:
            raise ValueError(f"{place} is the clock's to say: advance the clock instead")
        check_lifetime(lifetime)
        look = None if status is None else self.maker.looks.named(status)
        with self._lock:
            for place in self._ids:
                given = value_at(place, fields, {})
                if given is not None and self.number(place, str(given), now) is not None:
                    raise ValueError(f"id {given} is taken")
            number = self.count(now)
            newest = self.row(number - 1).course.created if number else 0
            created = max(self._lives.created(now), newest)
            course = (
                self._lives.added(number, created, lifetime, fails)
                if look is None
                else Course(((created, look),))
            )
            row = self._new(number, course)
            self.change(row, fields)
            self._first_added = min(self._first_added, number)
            self._next = number + 1
            return row

    def change(self, row: Row, fields: Mapping[str, Any]) -> None:
        """Give a row other values, by their keys."""
        with self._lock:
            row.fields.update(fields)
            self._kept[row.number] = row
            for place in self._ids:
                given = value_at(place, fields, {})
                if given is not None:
                    self._named[place, str(given)] = row.number

    def remove(self, row: Row) -> None:
        """Remove a row."""
        row.gone = True
        self._kept[row.number] = row

    def move(self, row: Row, now: int, status: str) -> None:
        """Have a row come to a status now, and stay there.

        Raises:
            ValueError: There is no such status.
        """
        self._go_on(row, now, self.maker.looks.named(status))

    def cancel(self, row: Row, now: int) -> bool:
        """Cancel a row, if it has not ended; return whether it had not."""
        if row.course.now(now)[1].state.ended:
            return False
        ends = self.maker.looks.of(State.CANCELLED) or self.maker.looks.ended
        self._go_on(row, now, ends[-1])
        return True

    def _go_on(self, row: Row, now: int, look: Look) -> None:
        row.course = row.course.going_on(now, look)
        self._kept[row.number] = row
