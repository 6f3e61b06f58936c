"""The items of a fake, as a test sees and changes them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from asyncops.errors import DecodeError
from asyncops.models import JSON, Id, Status, wire_key
from asyncops.testing.described.examples import time_examples
from asyncops.testing.described.served import Served
from asyncops.testing.described.service import DescribedService
from asyncops.testing.described.times import form_of, read_time, write_time
from asyncops.testing.fake import FakeService, checked_fields
from asyncops.testing.server.local import LocalServer
from asyncops.testing.server.request import now_ns

__all__ = ["EditedFake"]


class EditedFake(FakeService):
    """A fake whose items a test sees, adds, changes, moves on and removes.

    Args:
        described: The service, without its sockets.
        server: The server beneath.

    Attributes:
        described: The same service.
    """

    def __init__(self, described: DescribedService, server: LocalServer) -> None:
        super().__init__(server)
        self.described = described

    def items(self, resource: str, *place: str, status: str | None = None) -> list[Any]:
        """Return what a resource holds now as the client's models, the newest first.

        Args:
            resource: Its name behind the client, such as ``"runs"``.
            place: Its place, such as ``"python", "cpython"``.
            status: Only those in this status, or in this state; ``None`` for all.

        Raises:
            ValueError: There is no such resource, place or status.
        """
        served = self._served(resource, place)
        look = None if status is None else served.maker.looks.named(_word(status))
        now = self._now
        return [
            served.maker.read(served.maker.item(row, now))
            for row in served.table(place).all(now)
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
            ValueError: There is no such resource, place or status, or a value does not fit.
        """
        served = self._served(resource, place)
        given = self._fields(served, fields)
        table = served.table(place)
        row = table.add(
            self._now, status=_word(status), lifetime=lifetime, fails=fails, fields=given
        )
        try:
            return served.maker.read(served.maker.item(row, self._now))
        except (ValueError, DecodeError):
            table.remove(row)
            raise

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
        served = self._served(resource, place)
        row = self._row(served, id, place)
        served.table(place).change(row, self._fields(served, fields))

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
        served = self._served(resource, place)
        row = self._row(served, id, place)
        served.table(place).move(row, self._now, _word(status) or "")

    def remove(self, resource: str, id: Id, *place: str) -> None:  # noqa: A002
        """Remove an item, so that those behind it move up.

        Args:
            resource: The resource.
            id: The item's id, as ``get`` takes it.
            place: Its place.

        Raises:
            ValueError: There is no such resource, place or item.
        """
        served = self._served(resource, place)
        served.table(place).remove(self._row(served, id, place))

    @property
    def _now(self) -> int:
        return now_ns(self.server.clock)

    def _served(self, resource: str, place: tuple[str, ...]) -> Served:
        served = self._named(resource)
        names = [name for name, _ in served.resource.place]
        if len(place) != len(names):
            wanted = ", ".join(names) or "nothing"
            raise ValueError(f"{resource} is at a place that {wanted} names; got {place!r}")
        return served

    def _named(self, resource: str, where: str = "") -> Served:
        served = self.described.served
        if resource not in served:
            known = ", ".join(sorted(served))
            raise ValueError(f"{where}there is no resource {resource!r}; there are {known}")
        return served[resource]

    def _row(self, served: Served, id_: Id, place: tuple[str, ...]) -> Any:
        try:
            return served.table(place).find(id_, self._now)
        except KeyError:
            raise ValueError(f"{served.resource.name} has no item {id_!r}") from None

    def _fields(self, served: Served, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return fields by their keys, as JSON."""
        item = served.resource.description.item
        keys = {each.name: wire_key(each) for each in attrs.fields(item)}
        times = time_examples(item)
        written = {
            name: _written(value, times.get(keys.get(name, ""))) for name, value in given.items()
        }
        values = checked_fields(written, item, *served.maker.results)
        return {keys.get(name, name): value for name, value in values.items()}


def _written(value: Any, example: JSON) -> Any:
    """Return a time in the form of an example, and any other value as it is."""
    if not isinstance(value, datetime):
        return value
    return write_time(read_time(value.isoformat(), "rfc3339"), form_of(example))


def _word(status: str | None) -> str | None:
    return status.value if isinstance(status, Status) else status
