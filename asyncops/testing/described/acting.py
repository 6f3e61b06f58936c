"""What starts and cancels operations, from the service's side."""

from collections.abc import Mapping
from email import message_from_bytes
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from asyncops.http.places import Header, value_at
from asyncops.kit.acting import acting_of
from asyncops.kit.action import Action
from asyncops.models import JSON
from asyncops.testing.described.examples import key_names
from asyncops.testing.described.maker import Maker
from asyncops.testing.described.params import body_of
from asyncops.testing.described.places import place_value, tell
from asyncops.testing.described.rows import Row
from asyncops.testing.described.table import Table
from asyncops.testing.server.service import Answered, Asked, RefusedError


class Acting:
    """An action of a resource.

    Args:
        action: The action.
        maker: Writes the items.
        course: What becomes of an operation that is started, as :meth:`Table.add` takes it.
    """

    def __init__(self, action: Action[..., Any], maker: Maker, course: Mapping[str, Any]) -> None:
        self._action = action
        self._course = course
        self._maker = maker
        self._filters = acting_of(action, maker.json).filters
        self._keys = key_names(maker.description.item)

    def start(self, asked: Asked, table: Table, _: str, now: int) -> Answered:
        """Start an operation, which goes through its life on the clock.

        Raises:
            RefusedError: The request does not hold what it must.
        """
        given = self._given(asked)
        known = self._maker.looks.all[0].tree
        fields = {
            key: _like(known[key], value)
            for name, value in given.items()
            if (key := self._keys.get(name, "")) in known
        }
        return self._answer(table.add(now, fields=fields, **self._course), asked, now, 201)

    def cancel(self, asked: Asked, table: Table, id_: str, now: int) -> Answered:
        """Cancel an operation.

        Raises:
            RefusedError: There is no such operation, or it has ended, unless the answer is to say
                that at a place of its own.
        """
        self._given(asked)
        row = table.asked(id_, now)
        is_cancelled, accepted = table.cancel(row, now), self._action.accepted
        if not (is_cancelled or accepted):
            raise RefusedError(409, f"{id_} has ended.")
        answer = self._answer(row, asked, now, 200)
        is_now = min(row.course.now(now)[1].words)
        for place, values in accepted.items():
            place_value(answer.value, place, values[0] if is_cancelled else is_now)
        return answer

    def _given(self, asked: Asked) -> dict[str, JSON]:
        """The options that a request holds, by the names of their fields."""
        action = self._action
        kind = asked.headers.get("Content-Type", "")
        values: Mapping[str, Any]
        if action.body == "json":
            body = body_of(asked, action.headers)
            values = {each.wire: value_at(each.wire, body, {}) for each in self._filters}
        elif action.body == "form":
            if not kind.startswith("application/x-www-form-urlencoded"):
                raise RefusedError(415, "The body must be a form.")
            values = dict(parse_qsl(asked.body.decode(), keep_blank_values=True))
        elif action.body == "multipart":
            values = _parts_of(kind, asked.body)
        else:
            values = dict(asked.query)
            if action.body == "bytes" and not asked.body:
                raise RefusedError(422, "The body must not be empty.")
        given = {each.name: values.get(each.wire) for each in self._filters}
        for each in self._filters:
            if each.required and given[each.name] is None:
                raise RefusedError(422, f"{each.wire} must be given.")
        return {name: value for name, value in given.items() if value is not None}

    def _answer(self, row: Row, asked: Asked, now: int, status: int) -> Answered:
        action = self._action
        headers: dict[str, str] = {}
        if action.result is not None:
            return Answered(place_value(None, action.found, self._maker.got(row, now)), status)
        id_ = row.value(self._maker.id_place)
        if isinstance(action.id, Header):
            id_ = f"{asked.path}/{id_}"
        return Answered(tell({}, headers, action.id, id_), status, headers)


def _parts_of(kind: str, body: bytes) -> dict[str, str]:
    """Return the texts of a body of several parts, by their names."""
    message = message_from_bytes(b"Content-Type: %s\r\n\r\n%s" % (kind.encode(), body), policy=HTTP)
    if message.get_content_type() != "multipart/form-data" or message.defects:
        raise RefusedError(415, "The body must be multipart/form-data.")
    return {
        str(part.get_param("name", header="content-disposition")): part.get_content().rstrip("\n")
        for part in message.iter_parts()
    }


def _like(known: JSON, value: JSON) -> JSON:
    """Return a value of a query or a form, where all are texts, in the type that the item has."""
    if not isinstance(value, str) or not isinstance(known, int | float | dict | list):
        return value
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError:
        raise RefusedError(422, f"{value!r} is no JSON.") from None
