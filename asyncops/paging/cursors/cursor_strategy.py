"""Follow the cursors of a listing: how they are sent, and how the next one is found."""

import warnings
from collections.abc import Callable
from itertools import compress
from operator import attrgetter
from typing import Any, Generic, Protocol, TypeVar

from attrs import define, field

from asyncops.errors import AsyncOpsError, ListingMoved, UnexpectedPage
from asyncops.http.invalid_items import InvalidRow
from asyncops.http.messages import Reply, Request, with_values
from asyncops.models import Cursor, Page
from asyncops.paging.counted.known_rows import KnownRows
from asyncops.paging.cursors.cycles import SentCursors
from asyncops.paging.cursors.next_url import counts_rows, query_key, query_of, with_query
from asyncops.paging.strategy import CountedPage
from asyncops.paging.styles import After, NextURL, Token

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

CursorStyle = Token | NextURL | After
"""The styles of paging in which each page tells how to ask for the next one."""


class TokenBody(Protocol[T_co]):
    """The body of a page with a token for the next one."""

    @property
    def items(self) -> tuple[T_co, ...]:
        """The items."""
        ...

    @property
    def next_page(self) -> str | None:
        """The token or the URL of the next page; ``None`` or empty at the end."""
        ...


@define(eq=False)
class Cursors:
    """The cursors of one walk: tokens as they came, queries of URLs, or ids of items.

    Attributes:
        style: How the listing is paged.
        id_of_item: Returns the id of an item, for :class:`After`.
    """

    style: CursorStyle
    id_of_item: Callable[[Any], object] = attrgetter("id")
    _sent: SentCursors = field(factory=SentCursors, init=False, repr=False)
    _last: str | None = field(default=None, init=False, repr=False)
    _first_request: Request | None = field(default=None, init=False, repr=False)

    def request(self, first: Request, cursor: str | None) -> Request:
        """Remember a cursor and return the request for its page.

        Args:
            first: The request for the first page, without a cursor.
            cursor: The cursor; ``None`` for the first page.
        """
        style, self._last = self.style, cursor
        if isinstance(style, NextURL):
            self._first_request = first
            request = first if cursor is None else with_query(first, cursor)
            self._sent.add(query_key(request))
            return request
        if cursor is not None:
            self._sent.add(cursor)
        elif isinstance(style, Token):
            cursor = style.first
        if cursor is None:
            return first
        if first.body is None:
            return first.with_params([(style.param, cursor)])
        return with_values(first, [(style.param, cursor)])

    def next(self, body: Any) -> str | None:
        """Return the cursor of the page after this one; ``None`` at the end.

        Args:
            body: The page that was asked for last, a :class:`~asyncops.http.page_body.PageBody`.

        Raises:
            UnexpectedPage: The page says that another one follows, but not how to ask for it.
        """
        style = self.style
        cursor: str | None
        if isinstance(style, NextURL):
            return query_of(body.next_page) if body.next_page else None
        if style.more is not None and body.more is False:
            return None
        if isinstance(style, After):
            cursor = (body.last or None) if style.last is not None else self._last_id(body.items)
        else:
            cursor = body.next_page or None
            if cursor == self._last and style.ends_by == "same token":
                return None
        if cursor is None and style.more is not None and body.more:
            raise UnexpectedPage(
                "the service says that another page follows, but not how to ask for it"
            )
        return cursor

    def check(self, cursor: str | None) -> None:
        """Check the cursor of the next page.

        Raises:
            RepeatedToken: The walk has sent this cursor before.
        """
        first = self._first_request
        if cursor is not None and first is not None:
            cursor = query_key(with_query(first, cursor))
        if cursor in self._sent:
            self._sent.refuse(is_query=first is not None)

    def _last_id(self, items: tuple[Any, ...]) -> str | None:
        if not items:
            return None
        last = items[-1]
        if not isinstance(last, InvalidRow):
            return str(self.id_of_item(last))
        if not last.own_id:
            raise UnexpectedPage("the last row of a page has no id to ask for the next page with")
        return last.own_id


@define(eq=False)
class CursorStrategy(Generic[T]):
    """Follows the cursors of a listing.

    Attributes:
        request: The request for the first page.
        style: How the listing is paged.
        cursor: The cursor of the next page to ask for; ``None`` means the first page.
        id_of_item: Returns the id of an item.
    """

    request: Request
    style: CursorStyle
    cursor: str | None = field(default=None, repr=False)
    id_of_item: Callable[[T], object] = attrgetter("id")
    _cursors: Cursors = field(init=False, repr=False)
    _known: KnownRows = field(factory=KnownRows, init=False)
    _done: bool = field(default=False, init=False)
    _ready: Page[T] | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self._cursors = Cursors(self.style, self.id_of_item)

    def next_request(self) -> Request | None:
        """Return the request for the page after the last one fed."""
        if self._done:
            return None
        return self._cursors.request(self.request, self.cursor)

    def feed(self, reply: Reply[TokenBody[T]]) -> None:
        """Take one page.

        Raises:
            RepeatedToken: The walk has sent the next cursor before.
            UnexpectedPage: The page says that another one follows, but not how to ask for it.
            ListingMoved: The warning that the service's URLs count rows was turned into an error.
        """
        cursor, items = self._cursors.next(reply.value), reply.value.items
        self._cursors.check(cursor)
        kind: type[Page[T]] = Page
        if isinstance(self.style, NextURL) and counts_rows(cursor or self.cursor or ""):
            kind, items = CountedPage, self._fresh(items, more=cursor is not None)
        self._ready = kind(
            items=items,
            cursor=self.cursor,
            next_cursor=cursor,
            request_id=reply.request_id,
            status=reply.status,
            headers=reply.headers,
        )
        self.cursor = cursor
        self._done = cursor is None

    def _fresh(self, items: tuple[T, ...], *, more: bool) -> tuple[T, ...]:
        """Return the items that no page before has held, where the URLs count rows.

        Rows that came in front of others push these onto the next page.
        """
        if more:
            # Once in a program, since a watch reads page after page at each poll.
            warnings.warn(
                "whether rows were removed while they were read cannot be told, since the URL of "
                "the next page counts rows: rows may be missing",
                ListingMoved,
                stacklevel=1,
            )
        return tuple(compress(items, self._known.fresh([*map(self.id_of_item, items)])))

    def take(self) -> Page[T] | None:
        """Return the page last fed, once."""
        ready, self._ready = self._ready, None
        return ready

    def recover(self, _: AsyncOpsError, /) -> bool:
        """Return false: there is no other cursor to try."""
        return False


def cursor_text(cursor: Cursor | None) -> str | None:
    """Return a cursor that is a text, or ``None``.

    Raises:
        TypeError: The cursor is a page number.
    """
    if isinstance(cursor, int):
        raise TypeError("resume holds a page number, and this listing has page tokens")
    return cursor
