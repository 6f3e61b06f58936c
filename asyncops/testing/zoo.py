"""The Zoo half of the fake server, without its sockets."""

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import count, islice
from typing import Any

from attrs import field, frozen
from attrs.validators import ge

from asyncops.testing.hashing import IdSpace
from asyncops.testing.rows import Row, Rows
from asyncops.testing.service import RefusedError
from asyncops.testing.timeline import STATUSES
from asyncops.testing.tokens import Cursor, TokenCodec
from asyncops.testing.zoo_data import ZooWriter

__all__ = ["Zoo", "ZooHabits"]

_DEFAULT_LIMIT = 50
_DIRECTIONS = {"created_at_ascending": False, "created_at_descending": True}
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_INTEGER = re.compile(r"[0-9]{1,18}")
_NO_STAFF = "This endpoint requires staff access."
_ERROR_CODES = {
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    422: "unprocessable_entity",
    429: "rate_limited",
}


@frozen(kw_only=True)
class ZooHabits:
    """What may differ from one Zoo to another.

    Attributes:
        max_limit: Pages hold no more items than this, whatever ``limit`` asks.
        ignores_sort_direction: Every listing is ascending, whatever ``sort_by`` asks.
        staff: Whether the token's account has staff access; if not, both listings and the
            single prompt answer 403.
        empty_pages: How many empty pages with a token come before every page of a listing.
        hostile_tokens: Page tokens hold ``+``, ``/``, ``=`` and ``&``, not URL-safe base64 alone.
        ends_with_an_empty_page: Every page that holds an item has a token, so that a listing ends
            with an empty page. If not, the last item's page has no token.
    """

    max_limit: int = field(default=1000, validator=ge(1))
    ignores_sort_direction: bool = False
    staff: bool = True
    empty_pages: int = field(default=0, validator=ge(0))
    hostile_tokens: bool = False
    ends_with_an_empty_page: bool = True


class Zoo:
    """A `Service`: two lists, and single items of each."""

    request_id_header = "X-Api-Call-Id"

    def __init__(
        self,
        seed: int,
        operations: int,
        prompts: int,
        start: int,
        habits: ZooHabits,
        *,
        arrivals: float = 0.0,
    ) -> None:
        self.operations: Rows = Rows(seed, "zoo operation", operations, start, arrivals)
        self.prompts: Rows = Rows(seed, "zoo prompt", prompts, start, arrivals)
        self.writer: ZooWriter = ZooWriter(seed)
        self._habits = habits
        self._tokens = TokenCodec(seed, hostile=habits.hostile_tokens)
        self._request_ids = IdSpace(seed, "zoo request")
        self._requests = count()
        self._endings = count()

    def next_request_id(self) -> str:
        """The id of one more API call."""
        return self._request_ids.encode(next(self._requests))

    def error(self, refusal: RefusedError, request_id: str) -> dict[str, Any]:
        """Zoo's error shape; only some errors have a code."""
        body = {"message": refusal.message, "request_id": request_id}
        code = refusal.reason or _ERROR_CODES.get(refusal.status)
        return {**body, "error_code": code} if code else body

    def answer(self, path: str, query: Mapping[str, str], now: int) -> Any:
        """The JSON value of ``GET path``."""
        if path == "/async/operations":
            self._require_staff()
            status = _choice(query, "status", STATUSES)
            return self._page(self.operations, path, query, now, status)
        if path == "/ml-prompts":
            self._require_staff()
            return self._page(self.prompts, path, query, now, None)
        head, _, item_id = path.rpartition("/")
        if head == "/async/operations":
            row = _single(self.operations, item_id, now)
            return self.writer.operation_output(row)
        if head == "/ml-prompts":
            self._require_staff()
            return self.writer.prompt(_single(self.prompts, item_id, now))
        raise RefusedError(404, f"Not Found: {path}")

    def _require_staff(self) -> None:
        if not self._habits.staff:
            raise RefusedError(403, _NO_STAFF)

    def _page(
        self, rows: Rows, path: str, query: Mapping[str, str], now: int, status: str | None
    ) -> dict[str, Any]:
        asked = _DIRECTIONS[_choice(query, "sort_by", _DIRECTIONS)]
        descending = asked and not self._habits.ignores_sort_direction
        limit = self._limit(query)
        scope = f"{path} {status} {descending}"
        cursor = self._cursor(query, scope)
        if cursor.empties < self._habits.empty_pages:
            token = self._tokens.encode(cursor._replace(empties=cursor.empties + 1), scope)
            return {"items": [], "next_page": token}
        numbers = rows.scan(now, status=status, descending=descending, after=cursor.after)
        found = list(islice(numbers, limit + 1))
        shown = found[:limit]
        write = self.writer.operation if rows is self.operations else self.writer.prompt
        page: dict[str, Any] = {"items": _write(rows, shown, now, write)}
        if len(found) > limit or (shown and self._habits.ends_with_an_empty_page):
            page["next_page"] = self._tokens.encode(Cursor(shown[-1]), scope)
        else:
            page.update(self._ending())
        return page

    def _limit(self, query: Mapping[str, str]) -> int:
        text = query.get("limit")
        if text is None:
            return min(_DEFAULT_LIMIT, self._habits.max_limit)
        if not _INTEGER.fullmatch(text) or int(text) < 1:
            raise RefusedError(422, "limit must be an integer of 1 or more")
        return min(int(text), self._habits.max_limit)

    def _cursor(self, query: Mapping[str, str], scope: str) -> Cursor:
        token = query.get("page_token")
        if token is None:
            return Cursor(None)
        try:
            return self._tokens.decode(token, scope)
        except ValueError:
            raise RefusedError(400, "page_token is not valid for this listing") from None

    def _ending(self) -> dict[str, Any]:
        endings: tuple[dict[str, Any], ...] = ({}, {"next_page": None}, {"next_page": ""})
        return endings[next(self._endings) % len(endings)]


def _write(
    rows: Rows, numbers: Iterable[int], now: int, write: Callable[[Row], dict[str, Any]]
) -> list[dict[str, Any]]:
    return [write(rows.row(number, now)) for number in numbers]


def _choice(query: Mapping[str, str], name: str, choices: Iterable[str]) -> str:
    value = query.get(name)
    if value is None:
        raise RefusedError(400, f"missing query parameter: {name}")
    if value not in choices:
        raise RefusedError(400, f"{name} must be one of: {', '.join(choices)}")
    return value


def _single(rows: Rows, item_id: str, now: int) -> Row:
    if not _UUID.fullmatch(item_id):
        raise RefusedError(422, "id must be a UUID")
    number = rows.find(item_id, now)
    if number is None:
        raise RefusedError(404, f"{item_id} does not exist")
    return rows.row(number, now)
