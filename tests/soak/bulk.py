"""Listings of any length that cost a server next to nothing: pages are a template filled in."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlsplit

import msgspec
from attrs import define, field

from tests.wire.faultserver import FaultServer, Seen, Step, answer

__all__ = ["Bulk"]

_NEWEST = date(2026, 1, 1)
# No hexadecimal digits, so that nothing else is taken for a page.
_PAGE, _DAY = "pppppppp", "yyyy-mm-dd"


@define(eq=False)
class Bulk:
    """Both services' listings in pages of one size, each a day older than the one before it.

    Attributes:
        pages: How many pages each status of Zoo's calls has, by status.
        numbered: How many pages Chainloop's listing has.
        size: Items of a page.
        sent: Pages that were sent: (status, number).
        server: Plays it.
    """

    pages: Mapping[str, int]
    numbered: int = 0
    size: int = 500
    sent: set[tuple[str, int]] = field(factory=set, init=False)
    server: FaultServer = field(init=False)
    _templates: dict[str, bytes] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self.server = FaultServer(self._script)
        for rank, status in enumerate(self.pages):
            rows = [_call(rank, at, status) for at in range(self.size)]
            self._templates[status] = msgspec.json.encode(rows)
        rows = [_operation(at) for at in range(self.size)]
        self._templates["numbered"] = msgspec.json.encode(rows)

    def _script(self, seen: Seen) -> Sequence[Step]:
        self.server.seen.clear()
        query = dict(parse_qsl(urlsplit(seen.target).query))
        status = query.get("status")
        if status is None:
            return [answer(self._number(int(query["pagination.page"])))]
        page = int(query.get("page_token", "0"))
        after = b'"%d"' % (page + 1) if page + 1 < self.pages[status] else b"null"
        return [answer(b'{"items":%b,"next_page":%b}' % (self._rows(status, page), after))]

    def _number(self, page: int) -> bytes:
        counts = {
            "total_count": self.numbered * self.size,
            "page": page,
            "total_pages": self.numbered,
            "page_size": self.size,
        }
        rows = self._rows("numbered", page)
        return b'{"operations":%b,"pagination":%b}' % (rows, msgspec.json.encode(counts))

    def _rows(self, name: str, page: int) -> bytes:
        self.sent.add((name, page))
        day = _NEWEST - timedelta(days=page)
        rows = self._templates[name].replace(_PAGE.encode(), b"%08d" % page)
        return rows.replace(_DAY.encode(), str(day).encode())


def _moment(at: int) -> str:
    """Newest first within the day, with ties between listings."""
    minutes, seconds = divmod(86_399 - at, 60)
    return f"{_DAY}T{minutes // 60:02}:{minutes % 60:02}:{seconds:02}Z"


def _call(rank: int, at: int, status: str) -> dict[str, str]:
    identity = f"{_PAGE}-0000-4000-8000-{rank:04}{at:08}"
    return {
        "id": identity,
        "status": status,
        "type": "file_mass",
        "created_at": _moment(at),
        "updated_at": _moment(at),
        "user_id": "f135d675-c44a-4e2e-9638-87d941fa1872",
    }


def _operation(at: int) -> dict[str, str]:
    return {
        "id": f"operation {_PAGE} {at:08}",
        "kind": "evidence_evaluation",
        "status": "ASYNC_OPERATION_STATUS_COMPLETED",
        "created_at": _moment(at),
    }
