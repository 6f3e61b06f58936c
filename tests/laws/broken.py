"""Listings some of whose rows do not fit their model, behind the services' own resources."""

import json
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from attrs import define, field, frozen
from hypothesis import strategies as st

from asyncops.client import BaseClient
from asyncops.http.decoding import Decode
from asyncops.http.messages import Reply, Request
from asyncops.http.meter import Meter
from asyncops.kit.client import Client
from asyncops.kit.home import Where
from asyncops.services.chainloop import ChainloopClient
from asyncops.services.zoo import ZooClient
from asyncops.utils.clock import SYSTEM_CLOCK

__all__ = ["BREAKS", "ROWS", "STATUSES", "Row", "Service", "listing_of", "some"]

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
STATUSES = ("queued", "uploaded", "in_progress", "completed", "failed")


def _without(name: str) -> Callable[[dict[str, Any]], Any]:
    return lambda row: {key: value for key, value in row.items() if key != name}


# Each makes a row that does not fit either service's model.
BREAKS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a wrong type": lambda row: {**row, "kind": 5, "user_id": 5},
    "no text": lambda row: {**row, "status": ["failed"]},
    "a lone surrogate": lambda row: {**row, "error": "\ud800", "output": "\udfff"},
    "a date that is none": lambda row: {**row, "created_at": "yesterday"},
    "a date far away": lambda row: {**row, "created_at": "9999-12-31T23:59:59Z", "status": 5},
    "a date long ago": lambda row: {**row, "created_at": "0001-01-01T00:00:00Z", "status": 5},
    "no id": lambda row: {**_without("id")(row), "status": 5},
    "an id that is none": lambda row: {**row, "id": UUID(row["id"]).int},
    "null": lambda _: None,
    "an array": lambda _: [],
    "a text": lambda _: "\ud800",
}


@frozen
class Row:
    """A row of a listing.

    Attributes:
        number: Its id.
        second: When it was created.
        status: Where it is in its life.
        broken: How it fails to fit; None where it fits.
        created: When it was created, where the service writes it otherwise.
    """

    number: int
    second: int
    status: str = "completed"
    broken: str | None = None
    created: str | None = None

    @property
    def id(self) -> str:
        """Its id as text."""
        return str(UUID(int=self.number))

    @property
    def json(self) -> Any:
        """What the service sends for it."""
        moment = self.created or (EPOCH + timedelta(seconds=self.second)).isoformat()
        user = str(UUID(int=0))
        fields = {
            "id": self.id,
            "status": self.status,
            "type": "file_mass",
            "kind": "k",
            "prompt": "p",
            "model_version": "1",
            "user_id": user,
            "created_at": moment,
            "updated_at": moment,
        }
        return fields if self.broken is None else BREAKS[self.broken](fields)


# Rows that look alike in every status are the hardest to count: there are more of one kind.
_LINES = st.tuples(
    st.integers(0, 8),
    st.sampled_from(STATUSES),
    st.none() | st.sampled_from([*sorted(BREAKS), *["null"] * 4]),
)


def _from_old_to_new(lines: list[tuple[int, str, str | None]]) -> list[Row]:
    lines.sort(key=lambda line: line[0])
    return [Row(number, *line) for number, line in enumerate(lines, start=1)]


ROWS = st.lists(_LINES, max_size=14).map(_from_old_to_new)
"""Up to 14 rows, from old to new, several of them broken."""


@define
class Service:
    """Answers both services' listings out of the same rows; a client, as far as they need one."""

    rows: list[Row]
    page_size: int = 3
    first_page: int = 0
    requests: int = 0
    clock: Any = SYSTEM_CLOCK
    telemetry: Any = None
    _bodies: dict[str, bytes] = field(factory=dict)

    async def fetch(
        self, request: Request, meter: Meter | None = None, *, decode: Decode[Any]
    ) -> Reply[Any]:
        """The answer to one request."""
        (meter or Meter()).requests += 1
        self.requests += 1
        params = dict(request.params)
        numbered = request.path.startswith("/v1")
        body = self._numbered(params) if numbered else self._keyed(params)
        return Reply(value=decode(json.dumps(body).encode()), request_id="req-1")

    def _numbered(self, params: dict[str, str]) -> dict[str, Any]:
        found = self.rows[::-1]
        number = max(int(params["pagination.page"]), self.first_page)
        start = (number - self.first_page) * self.page_size
        return {
            "operations": [row.json for row in found[start : start + self.page_size]],
            "pagination": {
                "page": number,
                "pageSize": self.page_size,
                "totalCount": str(len(found)),
                "total_pages": -(-len(found) // self.page_size),
            },
        }

    def _keyed(self, params: dict[str, str]) -> dict[str, Any]:
        status = params.get("status")
        found = [row for row in self.rows if status is None or row.status == status]
        if params["sort_by"] == "created_at_descending":
            found.reverse()
        start = int(params.get("page_token", 0))
        page = found[start : start + self.page_size]
        token = str(start + self.page_size) if len(found) > start + self.page_size else None
        return {"items": [row.json for row in page], "next_page": token}


def listing_of(kind: str, service: Service) -> Any:
    """``calls``, ``prompts`` or ``operations`` of a service."""
    kinds: dict[str, tuple[type[Client], str]] = {
        "calls": (ZooClient, "operations"),
        "prompts": (ZooClient, "ml_prompts"),
        "operations": (ChainloopClient, "operations"),
    }
    of, name = kinds[kind]
    where = Where(cast("BaseClient", service), of.service, f"{of.service.name}.{name}")
    return getattr(of, name).at(where)


def good(found: Iterable[Row]) -> list[str]:
    """The ids of the rows that fit."""
    return [row.id for row in found if row.broken is None]


async def some(walk: AsyncIterator[Any], wanted: int) -> list[str]:
    """The ids of so many items, or of all that are left."""
    found: list[str] = []
    while len(found) < wanted and (item := await anext(walk, None)) is not None:
        found.append(str(item.id))
    return found
