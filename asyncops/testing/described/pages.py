"""The pages of a listing, in each of the five styles of paging."""

from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from attrs import evolve, field, frozen

from asyncops.http.places import Link
from asyncops.kit.listing import Listing
from asyncops.models import JSON
from asyncops.paging.styles import After, NextURL, Offset, Pages, Token
from asyncops.testing.described.habits import Habits
from asyncops.testing.described.params import bad_request
from asyncops.testing.described.places import tell
from asyncops.testing.described.query import Query
from asyncops.testing.described.rows import Row
from asyncops.testing.server.service import Answered, Asked, RefusedError
from asyncops.testing.server.tokens import Cursor, TokenCodec

__all__ = ["CURSOR", "PageWriter"]

CURSOR = "cursor"
"""The parameter that the fake's own next URLs hold."""

_MOST = 100


@frozen
class _Page:
    items: list[Row]
    more: bool
    next: str | None = None
    last: JSON = None
    counts: dict[str, JSON] = field(factory=dict)


class PageWriter:
    """Writes the pages of one listing.

    Args:
        listing: The listing.
        identity: The place of the id in an item.
        seed: What tokens are made from.
        hostile_tokens: Whether they hold what must be encoded.
    """

    def __init__(
        self, listing: Listing, identity: str, seed: int, *, hostile_tokens: bool = False
    ) -> None:
        self._listing = listing
        self._identity = identity
        self._tokens = TokenCodec(seed, hostile=hostile_tokens)

    @property
    def known(self) -> frozenset[str]:
        """The parameters of pages."""
        paging = self._listing.paging
        own = CURSOR if isinstance(paging, NextURL) else paging.param
        before = paging.before if isinstance(paging, After) else None
        return frozenset(each for each in (paging.size, own, before) if each is not None)

    def write(self, query: Query, habits: Habits) -> Answered:
        """Return the answer that a page is.

        Raises:
            RefusedError: A parameter has no such value.
        """
        page = self._page(query, habits)
        headers: dict[str, str] = {}
        rows = [query.table.maker.item(row, query.now) for row in page.items]
        tree: Any = tell({}, headers, self._listing.items, rows)
        paging = self._listing.paging
        for name, value in (("next", page.next), ("more", page.more), ("last", page.last)):
            tree = tell(tree, headers, getattr(paging, name, None), value)
        for name, value in page.counts.items():
            tree = tell(tree, headers, getattr(paging, name), value)
        return Answered(tree, 200, headers)

    def _page(self, query: Query, habits: Habits) -> _Page:
        paging = self._listing.paging
        most = habits.most or paging.most or _MOST
        size = min(query.params.count(paging.size, 1) or habits.page_size, most)
        if isinstance(paging, Token):
            return self._by_token(paging, query, habits, size)
        if isinstance(paging, NextURL):
            return self._by_url(query, habits, size)
        if isinstance(paging, After):
            return self._by_last(paging, query, habits, size)
        return _counted(paging, query, habits, size)

    def _by_token(self, paging: Token, query: Query, habits: Habits, size: int) -> _Page:
        token = query.params.one(paging.param)
        if paging.first is None and token == "":
            raise bad_request(f"{paging.param} must not be empty.")
        if paging.first is not None and token is None:
            raise bad_request(f"{paging.param} must be given.")
        page = self._by_cursor(query, habits, size, str(token or ""), {paging.param, paging.size})
        if paging.ends_by == "same token" and page.next is None and token:
            return evolve(page, next=str(token))
        return page

    def _by_url(self, query: Query, habits: Habits, size: int) -> _Page:
        token = query.params.one(CURSOR)
        page = self._by_cursor(query, habits, size, str(token or ""), {CURSOR})
        if page.next is None:
            return page
        return evolve(page, next=_address(query.asked, CURSOR, page.next))

    def _by_cursor(
        self, query: Query, habits: Habits, size: int, token: str, own: set[str | None]
    ) -> _Page:
        """Return the page at a token, which is bound to the filters."""
        scope = f"{habits.expired} {query.scope(own)}"
        cursor = self._cursor(token, scope, habits)
        if cursor.empties < habits.empty_pages:
            following = cursor._replace(empties=cursor.empties + 1)
            return _Page([], more=True, next=self._tokens.encode(following, scope))
        items, more = _few(query.behind(cursor.after), size)
        if habits.circular and token:
            return _Page(items, more=True, next=token)
        if not more and not (items and habits.ends_with_an_empty_page):
            return _Page(items, more=False)
        return _Page(items, more=True, next=self._tokens.encode(Cursor(items[-1].number), scope))

    def _cursor(self, token: str, scope: str, habits: Habits) -> Cursor:
        if not token:
            return Cursor(None)
        try:
            return self._tokens.decode(token, scope)
        except ValueError:
            raise RefusedError(habits.expired_status, "The page token is not valid.") from None

    def _by_last(self, paging: After, query: Query, habits: Habits, size: int) -> _Page:
        last = query.params.one(paging.param)
        number = None if last in {None, ""} else self._number(query, last)
        items, more = _few(query.behind(None if habits.circular else number), size)
        shown = items[-1].value(self._identity) if items else None
        return _Page(items, more=more or habits.circular, last=shown)

    def _number(self, query: Query, last: JSON) -> int:
        number = query.table.number(self._identity, str(last), query.now)
        if number is None:
            raise RefusedError(404, f"There is no {last!r}.")
        return number


def _few(rows: Iterator[Row], size: int) -> tuple[list[Row], bool]:
    """Return the first rows, and whether there are more."""
    found = list(islice(rows, size + 1))
    return found[:size], len(found) > size


def _address(asked: Asked, param: str, value: str) -> str:
    """Return the URL of a request with another value of a parameter."""
    pairs = [pair for pair in asked.query if pair[0] != param] + [(param, value)]
    return f"{asked.url.partition('?')[0]}?{urlencode(pairs)}"


def _counted(paging: Pages | Offset, query: Query, habits: Habits, size: int) -> _Page:
    if isinstance(paging, Pages):
        first = habits.first_page if paging.first is None else paging.first
        number = query.params.count(paging.param, first)
        number = first if number is None else number
        start = (number - first) * size
    else:
        start = number = query.params.count(paging.param, 0) or 0
    depth = paging.depth
    if depth is not None and start >= depth:
        raise RefusedError(422, f"Only the first {depth} results are listed.")
    total, items = query.part(start, start + size if depth is None else min(start + size, depth))
    more = start + size < total
    following = str(number + 1 if isinstance(paging, Pages) else start + size)
    if isinstance(paging.next, Link):
        following = _address(query.asked, paging.param, following)
    counts: dict[str, JSON] = {
        "total": total,
        "number": number,
        "pages": -(-total // size),
        "used_size": size,
    }
    return _Page(items, more=more, next=following if more else None, counts=counts)
