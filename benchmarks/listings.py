"""Pages of any number that cost next to nothing: templates with a page's own texts put in."""

import json
from bisect import bisect_left
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from attrs import field, frozen

__all__ = ["KEY_ORDERS", "NumberedListing", "TokenListing", "prompt_body"]

_NEWEST = date(2026, 1, 1)
# No hexadecimal digits, so that nothing else is taken for a page's number.
_PAGE = "pppppppp"
_TYPES = ("file_conversion", "file_mass", "file_surface_area", "file_volume", "text_to_cad")
_STATUSES = ("completed", "failed", "in_progress", "queued", "uploaded")
_USER = "9626601f-9396-45c7-855c-ca66c11d7af9"
_DAY_US = 86_400_000_000

Row = Mapping[str, Any]

KEY_ORDERS: Mapping[str, Callable[[Row, Random], Row]] = {
    "model": lambda row, _: row,
    "alphabetical": lambda row, _: dict(sorted(row.items())),
    "shuffled": lambda row, random: dict(random.sample([*row.items()], len(row))),
}
"""The orders that the keys of a row may have: the model's own, the documentation's, none."""


@frozen(kw_only=True)
class TokenListing:
    """One status's calls, newest first or oldest first, in full pages.

    Attributes:
        status: The status of all of them; empty for each status in turn.
        rank: Keeps this status's ids and times apart from those of other statuses.
        pages: How many pages there are.
        size: Items of a page.
        stride: Days that a page spans. Listings of 300 and of 50 pages cover the same time where
            their strides are 1 and 6.
        keys: The order of the keys in a row, one of ``KEY_ORDERS``.
        digits: Digits of a second's fraction.
    """

    status: str = "completed"
    rank: int = 0
    pages: int
    size: int = 100
    stride: int = 1
    keys: str = "alphabetical"
    digits: int = 3
    _rows: tuple[bytes, ...] = field(init=False, eq=False)

    @_rows.default
    def _made(self) -> tuple[bytes, ...]:
        order, random = KEY_ORDERS[self.keys], Random(self.rank)
        return tuple(_encoded(order(self._call(at), random)) for at in range(self.size))

    def between(self, after: datetime | None, before: datetime | None) -> range:
        """The rows created in that time, both ends included; row 0 is the newest."""
        # Rows become older: their times, turned round, are sorted.
        rows = range(self.pages * self.size)
        start = bisect_left(rows, -_since(before), key=self._age) if before else 0
        end = bisect_left(rows, 1 - _since(after), key=self._age) if after else len(rows)
        return rows[start:end]

    def page(self, at: int = 0, rows: range | None = None, *, ascending: bool = False) -> bytes:
        """The body of the page that begins with row ``at`` of some rows, in that direction."""
        rows = range(self.pages * self.size) if rows is None else rows
        here = (rows[::-1] if ascending else rows)[at : at + self.size]
        after = at + self.size
        token = b'"%s"' % token_of(after).encode() if after < len(rows) else b"null"
        return b'{"items":[%b],"next_page":%b}' % (self._slice(here), token)

    def _slice(self, rows: range) -> bytes:
        """Rows of a page or of two neighbours, in their order."""
        if not rows:
            return b""
        (first, start), (last, end) = divmod(rows[0], self.size), divmod(rows[-1], self.size)
        if first == last:
            return self._filled(first, _template(self, start, end, rows.step))
        edge = self.size - 1 if rows.step > 0 else 0
        parts = (
            self._filled(first, _template(self, start, edge, rows.step)),
            self._filled(last, _template(self, self.size - 1 - edge, end, rows.step)),
        )
        return b",".join(parts)

    def _filled(self, page: int, template: bytes) -> bytes:
        body = template.replace(_PAGE.encode(), b"%08x" % page)
        for day in range(self.stride):
            moment = _NEWEST - timedelta(days=page * self.stride + day)
            body = body.replace(_day(day).encode(), moment.isoformat().encode())
        return body

    def _created(self, at: int) -> int:
        """When a row of a page was created, in microseconds from the start of its day."""
        rest = at * self.stride % self.size
        # Newest first within a day, with room for what comes a little later than the creation.
        exact = _DAY_US - 10_000_000 - rest * (_DAY_US - 20_000_000) // self.size
        return exact // 1000 * 1000 - self.rank * 1000

    def _age(self, row: int) -> int:
        """How long before the newest day a row was created, in microseconds."""
        day = row * self.stride // self.size
        return day * _DAY_US - self._created(row % self.size)

    def _call(self, at: int) -> dict[str, Any]:
        day, created = at * self.stride // self.size, self._created(at)

        def moment(later: int) -> str:
            return _moment(day, created + later, self.digits)

        return {
            "id": f"{_PAGE}-{self.rank:04x}-4000-8000-{at:012x}",
            "type": _TYPES[at % len(_TYPES)],
            "status": self.status or _STATUSES[at % len(_STATUSES)],
            "created_at": moment(0),
            "updated_at": moment(2_000_987),
            "user_id": _USER,
            "started_at": moment(1_000_321),
            "completed_at": moment(2_000_654),
            "error": None,
            "worker": f"worker-{at % 16}",
            "input": {"path": "part.step", "scale": 0.5},
            "output": {"surface_area": 12.5},
            "attempts": 1,
        }


@cache
def _template(listing: TokenListing, first: int, last: int, step: int) -> bytes:
    rows = listing._rows
    return b",".join(rows[at] for at in range(first, last + step, step))


@frozen
class NumberedListing:
    """Chainloop's operations, newest first, in full pages counted from 0."""

    pages: int
    size: int = 100

    def page(self, number: int) -> bytes:
        """The body of that page."""
        day = (_NEWEST - timedelta(days=number)).isoformat().encode()
        rows = _operations(self.size).replace(_PAGE.encode(), b"%08x" % number)
        counts = {
            "total_count": self.pages * self.size,
            "page": number,
            "total_pages": self.pages,
            "page_size": self.size,
        }
        return b'{"operations":%b,"pagination":%b}' % (
            rows.replace(_day(0).encode(), day),
            _encoded(counts),
        )


def token_of(row: int) -> str:
    """The token of the page that begins with a row; a client cannot know that it can be read."""
    return f"page-{row:08x}"


def prompt_body(identity: str) -> bytes:
    """The body of one prompt."""
    return _encoded(
        {
            "completed_at": "2025-09-19T16:11:36.045Z",
            "created_at": "2025-09-19T16:11:34.045Z",
            "feedback": "thumbs_up",
            "id": identity,
            "kcl_version": "0.2.40",
            "metadata": {"code": "cube(60, 40, 5)", "source_ranges": []},
            "model_version": "0.9.2",
            "output_file": "plate.step",
            "prompt": "a plate with four holes, 60 mm by 40 mm, 5 mm thick",
            "started_at": "2025-09-19T16:11:35.045Z",
            "status": "completed",
            "type": "text_to_cad",
            "updated_at": "2025-09-19T16:11:36.045Z",
            "user_id": _USER,
        }
    )


@cache
def _operations(size: int) -> bytes:
    return _encoded([_operation(at, size) for at in range(size)])


def _operation(at: int, size: int) -> dict[str, str]:
    created = _DAY_US - 10_000_000 - at * (_DAY_US - 20_000_000) // size
    return {
        "created_at": _moment(0, created, 3),
        "error_message": "",
        "finished_at": _moment(0, created + 2_000_654, 3),
        "id": f"{_PAGE}-0000-4000-8000-{at:012x}",
        "kind": "evidence_evaluation",
        "output": "passed",
        "project_id": _USER,
        "project_version_id": _USER,
        "resource_id": f"resource-{at}",
        "resource_type": "evidence",
        "started_at": _moment(0, created + 1_000_321, 3),
        "status": "ASYNC_OPERATION_STATUS_COMPLETED",
    }


def _since(moment: datetime) -> int:
    """Microseconds from the newest day to a moment."""
    return (moment - datetime(*_NEWEST.timetuple()[:3], tzinfo=UTC)) // timedelta(microseconds=1)


def _day(day: int) -> str:
    """Stands for the day that lies so many days before a page's first one."""
    return f"day-{day:06}"


def _moment(day: int, microseconds: int, digits: int) -> str:
    seconds, fraction = divmod(microseconds, 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    clock = f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}.{f'{fraction:06}789'[:digits]}"
    return f"{_day(day)}T{clock}Z"


def _encoded(tree: object) -> bytes:
    return json.dumps(tree, separators=(",", ":")).encode()
