"""Page numbers: where they start, what the answers say of them, and rows that move meanwhile."""

from collections.abc import Callable, Hashable
from itertools import compress
from typing import Generic, Protocol, TypeVar

from attrs import define, evolve, field

from asyncops.drift import Drift
from asyncops.errors import APIError, UnexpectedPage
from asyncops.messages import Reply, Request
from asyncops.models import Page

__all__ = ["NumberedBody", "NumberedPaging", "PageBase"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class NumberedBody(Protocol[T_co]):
    """The body of a page that says which of how many it is. 0 stands for "not said"."""

    @property
    def items(self) -> tuple[T_co, ...]:
        """The items."""
        ...

    @property
    def number(self) -> int:
        """This page, as the service counts."""
        ...

    @property
    def page_size(self) -> int:
        """The page size that the service used."""
        ...

    @property
    def total_count(self) -> int:
        """Items in the whole listing."""
        ...

    @property
    def total_pages(self) -> int:
        """Pages in the whole listing."""
        ...


@define
class PageBase:
    """What a client has learned of where a service's page numbers start.

    Attributes:
        first: The number to begin with. It becomes 1 for a service that refuses page 0; one that
            answers 0 with page 1 is asked for 0 each time, since that costs nothing.
    """

    first: int = 0


@define(eq=False)
class NumberedPaging(Generic[T]):
    """Follows page numbers, whether the service counts from 0 or from 1.

    The base is learned from the first answer; from then on, only the answers' own numbers count.
    Rows that insertions pushed onto a later page are given once, and pages that removals pulled
    rows onto are read again.

    Attributes:
        request: The request, without its page parameters.
        page_size: The page size to ask for; the service may use another.
        base: What the client's walks have learned together.
        identity: What tells one item from another.
        start: The page to begin with, as the service counts; None for the beginning.
        drift: What is known of rows that move.
        used_size: The page size that ``start`` counts in; 0 where that is not known.
    """

    request: Request
    page_size: int
    base: PageBase
    identity: Callable[[T], Hashable]
    start: int | None = None
    drift: Drift = field(factory=Drift)
    used_size: int = 0
    _number: int = field(default=0, init=False)
    _pages: int = field(default=0, init=False)
    _base: int | None = field(default=None, init=False)
    _zero_refused: bool = field(default=False, init=False)
    _undecided: Page[T] | None = field(default=None, init=False)
    _done: bool = field(default=False, init=False)
    _ready: Page[T] | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self._number = self.base.first if self.start is None else self.start

    def next_request(self) -> Request | None:
        """The request for the next page."""
        number = self.next_number
        return None if number is None else self.request_for(number)

    def request_for(self, number: int) -> Request:
        """The request for a page, always with number and size."""
        return self.request.adding(
            [("pagination.page", str(number)), ("pagination.page_size", str(self.page_size))]
        )

    @property
    def next_number(self) -> int | None:
        """The page that the next request asks for; None at the end."""
        if self._done:
            return None
        return 0 if self._undecided is not None else self._number

    @property
    def first_number(self) -> int | None:
        """The first page of the listing; None where that has not been seen."""
        return self._base

    @property
    def remaining(self) -> range:
        """The pages still to be read; none where the last answer left a count out.

        Where the base is not known they are counted from 0, so that all of them exist.
        """
        if self._undecided is not None:
            return range(0)
        return range(self._number, (self._base or 0) + self._pages)

    def feed(self, reply: Reply[NumberedBody[T]]) -> None:
        """Take one page.

        Raises:
            UnexpectedPage: It is another page, or of another size, than the listing goes on with.
        """
        body = reply.value
        if self._undecided is not None:
            self._decide(0 if body.number == 0 else 1)
            return
        self._check_number(body.number)
        self._check_size(body.page_size)
        self._pages = body.total_pages if body.total_count else 0
        if self._moved(body):
            return
        more = self._has_more(body)
        page = self._page(self._number, self._fresh(body.items), reply)
        if more is False:
            page = evolve(page, next_cursor=None)
        if more is None:
            self._undecided = page
        else:
            self._give(page)

    def early(self, number: int, reply: Reply[NumberedBody[T]]) -> Page[T] | None:
        """A page whose turn has not come, without the rows that were given before.

        Nothing is learned from it. None where it does not fit the last answer that was fed: what
        that means is seen when its turn comes.
        """
        body = reply.value
        fits = (
            body.number == number
            and (body.page_size or self.used_size) == self.used_size
            and (body.total_count or None) == self.drift.count
        )
        if not fits:
            return None
        unknown = self.drift.early(tuple(map(self.identity, body.items)))
        return self._page(number, tuple(compress(body.items, unknown)), reply)

    def take(self) -> Page[T] | None:
        """The page last fed, once."""
        ready, self._ready = self._ready, None
        return ready

    def recover(self, error: APIError, /) -> bool:
        """A 400 on page 0 says that the service counts from 1."""
        if error.status != 400:
            return False
        if self._undecided is not None:
            self._decide(1)
            return True
        if self._number != 0 or self._zero_refused:
            return False
        # Not yet the client's knowledge: the 400 may be about something else.
        self._zero_refused = True
        self._number = 1
        return True

    def _page(self, number: int, items: tuple[T, ...], reply: Reply[NumberedBody[T]]) -> Page[T]:
        """A page that another one follows."""
        body = reply.value
        return Page(
            items=items,
            cursor=number,
            next_cursor=number + 1,
            # Left out, a zero may also stand for "not said".
            total_count=body.total_count if body.total_count or not body.items else None,
            total_pages=body.total_pages if body.total_pages or not body.items else None,
            page_size=self.used_size or None,
            request_id=reply.request_id,
            status=reply.status,
            headers=reply.headers,
        )

    def _check_number(self, number: int) -> None:
        asked = self._number
        if asked == 0 and number in ({0} if self._base == 0 else {0, 1}):
            self._base = self._number = number
        elif number != asked:
            raise UnexpectedPage(f"asked for page {asked}, the answer is page {number}")
        elif self._zero_refused or self.base.first == 1:
            self._base = self.base.first = 1

    def _check_size(self, size: int) -> None:
        if self.used_size and size and size != self.used_size:
            raise UnexpectedPage(
                f"the page size changed from {self.used_size} to {size} on the way"
            )
        self.used_size = size or self.used_size

    def _moved(self, body: NumberedBody[T]) -> bool:
        """Whether to read another page than this one next, because rows have moved."""
        keys = tuple(map(self.identity, body.items))
        step = self.drift.step(self._number, body.total_count, self.used_size, keys)
        # Page 0 is a fair question to any service: the answer, or a 400, tells its base.
        target = max(self._base or 0, self._number + step)
        moved = target != self._number
        self._number = target
        return moved

    def _fresh(self, items: tuple[T, ...]) -> tuple[T, ...]:
        """The items that no page before has held."""
        fresh = self.drift.fresh(tuple(map(self.identity, items)))
        return items if all(fresh) else tuple(compress(items, fresh))

    def _has_more(self, body: NumberedBody[T]) -> bool | None:
        """Whether a page follows; None when that hangs on a base that is not known."""
        total = body.total_pages
        if not total:
            return bool(body.items)
        if self._base is not None:
            return self._number < self._base + total - 1
        if self._number != total - 1:
            return self._number < total - 1
        # The last page counted from 0, the last but one counted from 1, where it must be full.
        full = len(body.items) >= self.used_size
        return None if body.items and full else False

    def _decide(self, base: int) -> None:
        page, self._undecided = self._undecided, None
        self._base = base
        if page is not None:
            self._give(page if base == 1 else evolve(page, next_cursor=None))

    def _give(self, page: Page[T]) -> None:
        self._ready = page
        self._done = page.next_cursor is None
        self._number += 1
