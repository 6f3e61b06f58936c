"""The rows of one resource at one place, with what a test does to them."""

from collections.abc import Mapping
from typing import Any

from asyncops.http.places import value_at
from asyncops.models import State
from asyncops.testing.described.listed import ListedRows
from asyncops.testing.described.looks import Look
from asyncops.testing.described.rows import Course, Row

__all__ = ["Table", "check_lifetime"]


def check_lifetime(seconds: float | None) -> None:
    """Refuse a lifetime that cannot be one.

    Raises:
        ValueError: It is negative.
    """
    if seconds is not None and seconds < 0:
        raise ValueError("lifetime must not be negative")


class Table(ListedRows):
    """The rows of one resource at one place, to which a test may add."""

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
        if self.maker.created_place in fields:
            raise ValueError(
                f"{self.maker.created_place} is the clock's to say: advance the clock instead"
            )
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
