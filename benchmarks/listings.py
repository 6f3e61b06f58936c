"""Pages of any number that cost next to nothing: a template with the page's own texts put in."""

import json
from datetime import date, timedelta
from typing import Any

from attrs import define, field

__all__ = ["NumberedListing", "TokenListing", "prompt_body"]

_NEWEST = date(2026, 1, 1)
# No hexadecimal digits, so that nothing else is taken for a page's number.
_PAGE = "pppppppp"
_TYPES = ("file_conversion", "file_mass", "file_surface_area", "file_volume", "text_to_cad")
_USER = "9626601f-9396-45c7-855c-ca66c11d7af9"
_DAY_US = 86_400_000_000


@define(eq=False)
class TokenListing:
    """One status's calls, newest first or oldest first, in full pages.

    Attributes:
        status: The status of all of them.
        rank: Keeps this status's ids and times apart from those of other statuses.
        pages: How many pages there are.
        size: Items of a page.
        stride: Days that a page spans. Listings of 300 and of 50 pages cover the same time where
            their strides are 1 and 6.
    """

    status: str
    rank: int
    pages: int
    size: int
    stride: int = 1
    _templates: dict[bool, bytes] = field(factory=dict, init=False)

    def page(self, at: int, *, ascending: bool) -> bytes:
        """The body of page ``at`` (from 0) in that direction."""
        number = self.pages - 1 - at if ascending else at
        rows = self._template(ascending=ascending).replace(_PAGE.encode(), b"%08x" % number)
        for day in range(self.stride):
            moment = _NEWEST - timedelta(days=number * self.stride + day)
            rows = rows.replace(_day(day).encode(), moment.isoformat().encode())
        after = b'"%s"' % token_of(at + 1).encode() if at + 1 < self.pages else b"null"
        return b'{"items":%b,"next_page":%b}' % (rows, after)

    def _template(self, *, ascending: bool) -> bytes:
        if ascending not in self._templates:
            rows = [self._call(at) for at in range(self.size)]
            self._templates[ascending] = _encoded(rows[::-1] if ascending else rows)
        return self._templates[ascending]

    def _call(self, at: int) -> dict[str, Any]:
        day, rest = divmod(at * self.stride, self.size)
        # Newest first within a day, with room for what comes a little later than the creation.
        created = _DAY_US - 10_000_000 - rest * (_DAY_US - 20_000_000) // self.size - self.rank
        return {
            "id": f"{_PAGE}-{self.rank:04x}-4000-8000-{at:012x}",
            "status": self.status,
            "type": _TYPES[at % len(_TYPES)],
            "created_at": _moment(day, created),
            "started_at": _moment(day, created + 1_000_321),
            "completed_at": _moment(day, created + 2_000_654),
            "updated_at": _moment(day, created + 2_000_987),
            "user_id": _USER,
            "error": None,
            "worker": f"worker-{at % 16}",
            "input": {"path": "part.step", "scale": 0.5},
            "output": {"surface_area": 12.5},
            "attempts": 1,
        }


@define(eq=False)
class NumberedListing:
    """Chainloop's operations, newest first, in full pages counted from 0."""

    pages: int
    size: int
    _template: bytes = field(default=b"", init=False)

    def page(self, number: int) -> bytes:
        """The body of that page."""
        if not self._template:
            self._template = _encoded([_operation(at, self.size) for at in range(self.size)])
        day = (_NEWEST - timedelta(days=number)).isoformat().encode()
        rows = self._template.replace(_PAGE.encode(), b"%08x" % number)
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


def token_of(page: int) -> str:
    """The page token of a page; a client cannot know that it can be read."""
    return f"page-{page:08x}"


def prompt_body(identity: str) -> bytes:
    """The body of one prompt."""
    return _encoded(
        {
            "id": identity,
            "user_id": _USER,
            "prompt": "a plate with four holes, 60 mm by 40 mm, 5 mm thick",
            "type": "text_to_cad",
            "status": "completed",
            "model_version": "0.9.2",
            "created_at": "2025-09-19T16:11:34.045123Z",
            "updated_at": "2025-09-19T16:11:36.045123Z",
            "started_at": "2025-09-19T16:11:35.045123Z",
            "completed_at": "2025-09-19T16:11:36.045123Z",
            "feedback": "thumbs_up",
            "kcl_version": "0.2.40",
            "output_file": "plate.step",
            "metadata": {"code": "cube(60, 40, 5)", "source_ranges": []},
        }
    )


def _operation(at: int, size: int) -> dict[str, str]:
    created = _DAY_US - 10_000_000 - at * (_DAY_US - 20_000_000) // size
    return {
        "id": f"{_PAGE}-0000-4000-8000-{at:012x}",
        "kind": "evidence_evaluation",
        "status": "ASYNC_OPERATION_STATUS_COMPLETED",
        "resource_type": "evidence",
        "resource_id": f"resource-{at}",
        "project_id": _USER,
        "project_version_id": _USER,
        "output": "passed",
        "error_message": "",
        "created_at": _moment(0, created),
        "started_at": _moment(0, created + 1_000_321),
        "finished_at": _moment(0, created + 2_000_654),
    }


def _day(day: int) -> str:
    """Stands for the day that lies so many days before a page's first one."""
    return f"day-{day:06}"


def _moment(day: int, microseconds: int) -> str:
    seconds, fraction = divmod(microseconds, 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    clock = f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}.{fraction:06}"
    return f"{_day(day)}T{clock}Z"


def _encoded(tree: object) -> bytes:
    return json.dumps(tree, separators=(",", ":")).encode()
