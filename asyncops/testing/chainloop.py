"""The Chainloop half of the fake server, without its sockets."""

import re
from collections.abc import Mapping
from functools import cache
from itertools import count
from typing import Any, Literal

from attrs import field, frozen
from attrs.validators import ge, in_

from asyncops.testing.chainloop_rows import PREFIX, STATES, ChainloopRows, Filter
from asyncops.testing.hashing import IdSpace
from asyncops.testing.service import RefusedError

__all__ = ["Chainloop", "ChainloopHabits"]

_PATH = "/v1/operations"
_INT32_MAX = 2**31 - 1
_INTEGER = re.compile(r"-?[0-9]{1,10}")
_DEFAULT_PAGE_SIZE = 15
_UNSPECIFIED = f"{PREFIX}UNSPECIFIED"
_STATUSES = {_UNSPECIFIED, *STATES.values()}
_GRPC_CODES = {
    400: 3,  # INVALID_ARGUMENT
    401: 16,  # UNAUTHENTICATED
    403: 7,  # PERMISSION_DENIED
    404: 5,  # NOT_FOUND
    405: 12,  # UNIMPLEMENTED
    408: 4,  # DEADLINE_EXCEEDED
    409: 10,  # ABORTED
    422: 3,
    429: 8,  # RESOURCE_EXHAUSTED
    500: 13,  # INTERNAL
    501: 12,
    503: 14,  # UNAVAILABLE
    504: 4,
}
_UNKNOWN_CODE = 2


@frozen(kw_only=True)
class ChainloopHabits:
    """What may differ from one Chainloop to another.

    Attributes:
        page_base: The number of the first page.
        page_zero: What a service whose pages start at 1 makes of page 0: it refuses it with a
            400, or answers page 1, and says so.
        max_page_size: The most rows on a page.
        oversize: A greater ``page_size`` is refused with a 400, or cut to the maximum.
        omits_zero_values: Whether ``""``, 0, null and empty lists are left out of the JSON.
        int64_as_strings: Whether the numbers of ``pagination`` are sent as strings.
        names: How the fields of the JSON are spelled.
    """

    page_base: Literal[0, 1] = field(default=1, validator=in_((0, 1)))
    page_zero: Literal["reject", "clamp"] = field(
        default="reject", validator=in_(("reject", "clamp"))
    )
    max_page_size: int = field(default=100, validator=ge(1))
    oversize: Literal["reject", "clamp"] = field(
        default="reject", validator=in_(("reject", "clamp"))
    )
    omits_zero_values: bool = True
    int64_as_strings: bool = True
    names: Literal["camelCase", "snake_case"] = field(
        default="camelCase", validator=in_(("camelCase", "snake_case"))
    )


class Chainloop:
    """A `Service`: one list, cut into numbered pages, and single items of it."""

    request_id_header = "X-Request-Id"

    def __init__(
        self,
        seed: int,
        operations: int,
        start: int,
        habits: ChainloopHabits,
        *,
        arrivals: float = 0.0,
    ) -> None:
        self.rows: ChainloopRows = ChainloopRows(seed, operations, start, arrivals)
        self._habits = habits
        self._request_ids = IdSpace(seed, "chainloop request")
        self._requests = count()

    def next_request_id(self) -> str:
        """The id of one more request."""
        return self._request_ids.encode(next(self._requests))

    def error(self, refusal: RefusedError, request_id: str) -> dict[str, Any]:
        """Chainloop's error shape: gRPC's code and ``details``, or HTTP's and a ``reason``."""
        if refusal.reason:
            return {
                "code": refusal.status,
                "reason": refusal.reason,
                "message": refusal.message,
                "metadata": {"request_id": request_id},
            }
        code = _GRPC_CODES.get(refusal.status, _UNKNOWN_CODE)
        return {"code": code, "message": refusal.message, "details": []}

    def answer(self, path: str, query: Mapping[str, str], now: int) -> Any:
        """The JSON value of ``GET path``."""
        if path == _PATH:
            return self._page(query, now)
        head, _, operation_id = path.rpartition("/")
        if head == _PATH:
            return {"operation": self._single(operation_id, now)}
        raise RefusedError(404, "Not Found")

    def json(self, number: int, now: int) -> dict[str, Any]:
        """One operation, written as the habits have it."""
        return self._written(self.rows.json(number, now))

    def _single(self, operation_id: str, now: int) -> dict[str, Any]:
        number = self.rows.find(operation_id, now)
        if number is None or self.rows.removed(number):
            raise RefusedError(404, f"operation {operation_id!r} not found")
        return self.json(number, now)

    def _page(self, query: Mapping[str, str], now: int) -> dict[str, Any]:
        page, size = self._window(query)
        wanted = self._filter(query)
        offset = (page - self._habits.page_base) * size
        total, numbers = self.rows.select(wanted, now, offset, size)
        rows = [self.json(number, now) for number in numbers]
        counts = {
            "total_count": total,
            "page": page,
            "total_pages": -(-total // size),
            "page_size": size,
        }
        told: dict[str, Any] = self._written(counts)
        if self._habits.int64_as_strings:
            told = {name: str(value) for name, value in told.items()}
        return self._set({"operations": rows, "pagination": told})

    def _window(self, query: Mapping[str, str]) -> tuple[int, int]:
        """Page and page size as they will be answered."""
        habits = self._habits
        page = _integer(query, "pagination.page")
        size = _integer(query, "pagination.page_size")
        if page is not None and size is None:
            raise _invalid("pagination.page: needs pagination.page_size")
        if size is None:
            size = min(_DEFAULT_PAGE_SIZE, habits.max_page_size)
        if size < 1 or (size > habits.max_page_size and habits.oversize == "reject"):
            limits = f"at least 1 and at most {habits.max_page_size}"
            raise _invalid(f"pagination.page_size: must be {limits}")
        if page is None:
            page = habits.page_base
        if page == 0 and habits.page_base and habits.page_zero == "clamp":
            page = 1
        if page < habits.page_base:
            raise _invalid(f"pagination.page: must be {habits.page_base} or more")
        return page, min(size, habits.max_page_size)

    def _filter(self, query: Mapping[str, str]) -> Filter:
        status = query.get("status") or _UNSPECIFIED
        if status not in _STATUSES:
            raise RefusedError(400, f"invalid value for enum field status: {status!r}")
        resource = (query.get("resource_type") or "", query.get("resource_id") or "")
        if any(resource) and not all(resource):
            raise _invalid("resource_type and resource_id go together")
        return Filter(
            status=None if status == _UNSPECIFIED else status,
            kind=query.get("kind") or None,
            resource=resource if all(resource) else None,
        )

    def _set(self, message: dict[str, Any]) -> dict[str, Any]:
        if not self._habits.omits_zero_values:
            return message
        return {name: value for name, value in message.items() if value}

    def _written(self, message: dict[str, Any]) -> dict[str, Any]:
        kept = self._set(message)
        if self._habits.names == "snake_case":
            return kept
        return {camel_case(name): value for name, value in kept.items()}


@cache
def camel_case(name: str) -> str:
    """The name of a field as protobuf's JSON has it."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def _invalid(message: str) -> RefusedError:
    return RefusedError(400, f"validation error: {message}", reason="VALIDATION")


def _integer(query: Mapping[str, str], name: str) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    if not _INTEGER.fullmatch(text) or abs(int(text)) > _INT32_MAX:
        raise RefusedError(400, f"type mismatch, parameter: {name}, error: not an int32")
    return int(text)
