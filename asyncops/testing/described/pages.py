"""The pages of a listing, in each of the five styles of paging, and their tokens."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from hashlib import blake2b
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec
from attrs import frozen

from asyncops.http.places import Link
from asyncops.kit.listing import Listing
from asyncops.models import JSON
from asyncops.paging.styles import After, NextURL, Offset, Pages, Paging, Token
from asyncops.testing.described.habits import Habits
from asyncops.testing.described.params import Params, bad_request
from asyncops.testing.described.places import tell
from asyncops.testing.described.rows import Row, Wanted
from asyncops.testing.described.table import Table
from asyncops.testing.server.hashing import key
from asyncops.testing.server.service import Answered, Asked, RefusedError
from asyncops.utils.url_safe import decode_url_safe

# Each character that a careless client garbles. What remains of them is not read again.
_HOSTILE = "&+/="


class Cursor(NamedTuple):
    """Where the next page begins: beyond row ``after`` (None: at the start).

    ``empties`` empty pages have been served at this place.
    """

    after: int | None
    empties: int = 0


class TokenCodec:
    """Writes and reads tokens. One is good only in the scope that it was written for.

    A token is URL-safe base64 of JSON, as dropshot writes it; a hostile one holds ``+``, ``/``,
    ``=`` and ``&`` besides.
    """

    def __init__(self, seed: int, *, hostile: bool = False) -> None:
        self._key = key(seed, "page token").to_bytes(8)
        self._ending = _HOSTILE if hostile else ""

    def encode(self, cursor: Cursor, scope: str) -> str:
        """The token of a cursor, at most 512 bytes."""
        start = {**cursor._asdict(), "check": self._check(cursor, scope)}
        text = msgspec.json.encode({"v": "v1", "page_start": start})
        return urlsafe_b64encode(text).decode() + self._ending

    def decode(self, token: str, scope: str) -> Cursor:
        """The cursor of a token.

        Raises:
            ValueError: The token was not written here, or for another listing.
        """
        try:
            text = decode_url_safe(token.removesuffix(self._ending))
            start = msgspec.json.decode(text)["page_start"]
            cursor = Cursor(start["after"], start["empties"])
        except (ValueError, KeyError, TypeError):
            raise ValueError("the page token cannot be read") from None
        # Written again: the check and the ending must be its own too.
        if token != self.encode(cursor, scope):
            raise ValueError("the page token is not one of this listing")
        return cursor

    def _check(self, cursor: Cursor, scope: str) -> str:
        data = f"{cursor.after} {cursor.empties} {scope}".encode()
        return blake2b(data, key=self._key, digest_size=9).hexdigest()


_CURSOR = "cursor"
"""The parameter that the fake's own next URLs hold."""

_MOST = 100


def page_params(paging: Paging) -> set[str]:
    """Return the parameters of pages."""
    own = _CURSOR if isinstance(paging, NextURL) else paging.param
    before = paging.before if isinstance(paging, After) else None
    return {each for each in (paging.size, own, before) if each is not None}


_Page = tuple[list[Row], dict[str, JSON]]
"""The rows of a page, and what it tells besides, by the field of the style that has the place."""


@frozen(kw_only=True)
class PageRequest:
    """A request for one page of a listing.

    Attributes:
        listing: The listing.
        habits: How it differs from the usual one.
        tokens: What writes and reads its page tokens.
        asked: The request.
        params: Its parameters.
        table: The rows.
        wanted: Which of them are in the listing, in which order.
        now: The instant.
    """

    listing: Listing
    habits: Habits
    tokens: TokenCodec
    asked: Asked
    params: Params
    table: Table
    wanted: Wanted
    now: int

    def answer(self) -> Answered:
        """Return the answer that a page is.

        Raises:
            RefusedError: A parameter has no such value.
        """
        rows, told = self._page()
        headers: dict[str, str] = {}
        items = [self.table.maker.item(row, self.now) for row in rows]
        tree: Any = tell({}, headers, self.listing.items, items)
        for name, value in told.items():
            tree = tell(tree, headers, getattr(self.listing.paging, name, None), value)
        return Answered(tree, 200, headers)

    def _page(self) -> _Page:
        paging = self.listing.paging
        most = self.habits.most or paging.most or _MOST
        size = min(self.params.count(paging.size, 1) or self.habits.page_size, most)
        if isinstance(paging, Token):
            return self._by_token(paging, size)
        if isinstance(paging, NextURL):
            return self._by_url(size)
        if isinstance(paging, After):
            return self._by_last(paging, size)
        return self._counted(paging, size)

    def _by_token(self, paging: Token, size: int) -> _Page:
        token = self.params.one(paging.param)
        if paging.first is None and token == "":
            raise bad_request(f"{paging.param} must not be empty.")
        if paging.first is not None and token is None:
            raise bad_request(f"{paging.param} must be given.")
        rows, told = self._by_cursor(size, str(token or ""), {paging.param, paging.size})
        if paging.ends_by == "same token" and token:
            told["next"] = told["next"] or token
        return rows, told

    def _by_url(self, size: int) -> _Page:
        rows, told = self._by_cursor(size, str(self.params.one(_CURSOR) or ""), {_CURSOR})
        if told["next"] is not None:
            told["next"] = self._address(_CURSOR, str(told["next"]))
        return rows, told

    def _by_cursor(self, size: int, token: str, own: set[str | None]) -> _Page:
        """Return the page at a token, which is bound to the path and the filters."""
        habits = self.habits
        filters = sorted(each for each in self.params.values.items() if each[0] not in own)
        scope = f"{habits.expired} {self.asked.path} {filters}"
        cursor = self._cursor(token, scope)
        if cursor.empties < habits.empty_pages:
            following = cursor._replace(empties=cursor.empties + 1)
            return [], {"more": True, "next": self.tokens.encode(following, scope)}
        items, more = self._behind(cursor.after, size)
        if habits.circular and token:
            return items, {"more": True, "next": token}
        if not more and not (items and habits.ends_with_an_empty_page):
            return items, {"more": False, "next": None}
        return items, {"more": True, "next": self.tokens.encode(Cursor(items[-1].number), scope)}

    def _cursor(self, token: str, scope: str) -> Cursor:
        if not token:
            return Cursor(None)
        try:
            return self.tokens.decode(token, scope)
        except ValueError:
            raise RefusedError(self.habits.expired_status, "The page token is not valid.") from None

    def _by_last(self, paging: After, size: int) -> _Page:
        identity, circular = self.table.maker.description.places.id, self.habits.circular
        last = self.params.one(paging.param)
        number = None
        if last not in {None, ""}:
            number = self.table.number(identity, str(last), self.now)
            if number is None:
                raise RefusedError(404, f"There is no {last!r}.")
        items, more = self._behind(None if circular else number, size)
        shown = items[-1].value(identity) if items else None
        return items, {"more": more or circular, "last": shown}

    def _behind(self, number: int | None, size: int) -> tuple[list[Row], bool]:
        """Return the first rows behind a row, and whether there are more."""
        rows: Iterator[Row] = self.table.behind(self.wanted, self.now, number)
        found = list(islice(rows, size + 1))
        return found[:size], len(found) > size

    def _address(self, param: str, value: str) -> str:
        """Return the URL of the request with another value of a parameter."""
        pairs = [pair for pair in self.asked.query if pair[0] != param] + [(param, value)]
        return f"{self.asked.url.partition('?')[0]}?{urlencode(pairs)}"

    def _counted(self, paging: Pages | Offset, size: int) -> _Page:
        if isinstance(paging, Pages):
            first = self.habits.first_page if paging.first is None else paging.first
            number = self.params.count(paging.param, first)
            number = first if number is None else number
            start, following = (number - first) * size, str(number + 1)
        else:
            start = number = self.params.count(paging.param, 0) or 0
            following = str(start + size)
        depth = paging.depth
        if depth is not None and start >= depth:
            raise RefusedError(422, f"Only the first {depth} results are listed.")
        stop = start + size if depth is None else min(start + size, depth)
        total, items = self.table.part(self.wanted, self.now, start, stop)
        more = start + size < total
        if isinstance(paging.next, Link):
            following = self._address(paging.param, following)
        return items, {
            "more": more,
            "next": following if more else None,
            "total": total,
            "number": number,
            "pages": -(-total // size),
            "used_size": size,
        }
