"""The items of a fake, as a test sees and changes them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

import msgspec

from asyncops.errors import DecodeError
from asyncops.models import JSON, Id, Status
from asyncops.testing.described.examples import key_names, time_examples
from asyncops.testing.described.maker import Maker
from asyncops.testing.described.rows import Row
from asyncops.testing.described.served import Served
from asyncops.testing.described.service import DescribedService
from asyncops.testing.described.table import Table, check_lifetime
from asyncops.testing.server.lifecycle import MICROSECOND, form_of, write_time
from asyncops.testing.server.local import now_ns
from asyncops.utils.clock import Clock
from asyncops.utils.moments import micros


class FakeItems:
    """The items of a fake, which a test sees, adds, changes, moves on and removes.

    Attributes:
        described: The service, without its sockets.
    """

    def __init__(self, described: DescribedService, clock: Clock) -> None:
        self.described = described
        self._clock = clock

    def items(self, resource: str, *place: str, status: str | None = None) -> list[Any]:
        """Return what a resource holds now as the client's models, the newest first.

        Args:
            resource: Its name behind the client, such as ``"runs"``.
            place: Its place, such as ``"python", "cpython"``.
            status: Only those in this status, or in this state; ``None`` for all.

        Raises:
            ValueError: There is no such resource, place or status.
        """
        table, now = self._table(resource, place), self._now
        look = None if status is None else table.maker.looks.named(_word(status))
        return [
            table.maker.read(table.maker.item(row, now))
            for row in table.all(now)
            if look is None or row.course.now(now)[1] == look
        ]

    def add(
        self,
        resource: str,
        *place: str,
        status: str | None = None,
        lifetime: float | None = None,
        fails: bool | None = None,
        **fields: Any,
    ) -> Any:
        """Add an item, created now; return it as the client's model.

        Args:
            resource: The resource, such as ``"runs"``.
            place: Its place.
            status: A status or a state that it has at once and for good; ``None`` lets it move on
                with the clock, to its end.
            lifetime: Seconds of the clock until its end; ``None`` means 12 to 60.
            fails: Whether that is a failure; ``None`` lets chance say.
            fields: Fields of the item's class.

        Raises:
            TypeError: The item has no such field.
            ValueError: There is no such resource, place or status.
            DecodeError: A value does not fit; the error names the field.
        """
        table = self._table(resource, place)
        given = _fields(table.maker, fields)
        row = table.add(
            self._now, status=_word(status), lifetime=lifetime, fails=fails, fields=given
        )
        try:
            return table.maker.read(table.maker.item(row, self._now))
        except DecodeError:
            table.remove(row)
            raise

    def start_as(
        self,
        resource: str,
        *,
        status: str | None = None,
        lifetime: float | None = None,
        fails: bool | None = False,
    ) -> None:
        """Say what becomes of the operations that are started from now on.

        ::

            fake.start_as("files.convert", status="completed")  # the answer holds the result

        Args:
            resource: The resource.
            status: A status or a state that they have at once and for good; ``None`` lets them move
                on with the clock, to their ends.
            lifetime: Seconds of the clock until the end; ``None`` means 12 to 60.
            fails: Whether that is a failure; ``None`` lets chance say, as for items that are added.

        Raises:
            ValueError: There is no such resource or status, or the lifetime is negative.
        """
        served, word = self._named(resource), _word(status)
        if word is not None:
            served.maker.looks.named(word)
        check_lifetime(lifetime)
        served.course.update(status=word, lifetime=lifetime, fails=fails)

    def change(self, resource: str, id: Id, *place: str, **fields: Any) -> None:  # noqa: A002
        """Change fields of an item. Any value is taken, for tests of what a client makes of it.

        Args:
            resource: The resource.
            id: The item's id, as ``get`` takes it.
            place: Its place.
            fields: Fields of the item's class, with their values.

        Raises:
            TypeError: The item has no such field.
            ValueError: There is no such resource, place or item.
        """
        table = self._table(resource, place)
        table.change(self._row(table, resource, id), _fields(table.maker, fields))

    def move(self, resource: str, id: Id, *place: str, status: str) -> None:  # noqa: A002
        """Have an item come to a status now, and stay there.

        Args:
            resource: The resource.
            id: The item's id, as ``get`` takes it.
            place: Its place.
            status: The status, or a state.

        Raises:
            ValueError: There is no such resource, place, item or status.
        """
        table = self._table(resource, place)
        table.move(self._row(table, resource, id), self._now, _word(status) or "")

    def remove(self, resource: str, id: Id, *place: str) -> None:  # noqa: A002
        """Remove an item, so that those behind it move up.

        Args:
            resource: The resource.
            id: The item's id, as ``get`` takes it.
            place: Its place.

        Raises:
            ValueError: There is no such resource, place or item.
        """
        table = self._table(resource, place)
        table.remove(self._row(table, resource, id))

    @property
    def _now(self) -> int:
        return now_ns(self._clock)

    def _table(self, resource: str, place: tuple[str, ...]) -> Table:
        served = self._named(resource)
        names = [name for name, _ in served.resource.place]
        if len(place) != len(names):
            wanted = ", ".join(names) or "nothing"
            raise ValueError(f"{resource} is at a place that {wanted} names; got {place!r}")
        return served.table(place)

    def _named(self, resource: str, where: str = "") -> Served:
        served = self.described.served
        if resource not in served:
            known = ", ".join(sorted(served))
            raise ValueError(f"{where}there is no resource {resource!r}; there are {known}")
        return served[resource]

    def _row(self, table: Table, resource: str, id_: Id) -> Row:
        try:
            return table.find(id_, self._now)
        except KeyError:
            raise ValueError(f"{resource} has no item {id_!r}") from None


def _fields(maker: Maker, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields by their keys, as JSON.

    Raises:
        TypeError: There is no such field.
    """
    item = maker.description.item
    keys: dict[str, str] = {}
    for shape in (*maker.results, item):
        keys |= key_names(shape)
    for name in given:
        check_name("no field", name, keys.keys() - {"status"})
    times = time_examples(item)
    return {keys[name]: _written(value, times.get(keys[name])) for name, value in given.items()}


def _written(value: Any, example: JSON) -> JSON:
    """Return a value as JSON, a time in the form of an example."""
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return write_time(micros(aware) * MICROSECOND, form_of(example))
    return msgspec.to_builtins(value)


def _word(status: str | None) -> str | None:
    return status.value if isinstance(status, Status) else status


def check_name(problem: str, name: str, known: Iterable[str]) -> None:
    """Refuse a name that is not known.

    Raises:
        TypeError: It is not; the message has the nearest one, or all.
    """
    names = sorted(known)
    if name not in names:
        near = get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}"
        raise TypeError(f"{problem} {name!r}; {hint}")
