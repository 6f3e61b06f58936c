"""Which request comes after a page. A strategy sends nothing: it is fed answers and asked.

A walk asks :meth:`Paging.next_request`, sends it, gives the answer to :meth:`Paging.feed` and
takes what is ready with :meth:`Paging.take`, until there is nothing more to send.
"""

from typing import Generic, Protocol, TypeVar

from attrs import define, field

from asyncops.errors import APIError, RepeatedToken
from asyncops.messages import Reply, Request
from asyncops.models import Page

__all__ = [
    "Paging",
    "TokenBody",
    "TokenPaging",
    "TokenTrail",
]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
B_contra = TypeVar("B_contra", contravariant=True)


class TokenBody(Protocol[T_co]):
    """The body of a page that names the next one by a token."""

    @property
    def items(self) -> tuple[T_co, ...]:
        """The items."""
        ...

    @property
    def next_page(self) -> str | None:
        """Token of the next page; absent, null or empty at the end."""
        ...


class Paging(Protocol[B_contra, T_co]):
    """One walk's way from page to page."""

    def next_request(self) -> Request | None:
        """What to send now; None when the listing has been read to its end."""
        ...

    def feed(self, reply: Reply[B_contra]) -> None:
        """Take the answer to the last request.

        Raises:
            PaginationError: The answer does not lead on.
        """
        ...

    def take(self) -> Page[T_co] | None:
        """A page that is ready to be given out; None when another answer is needed first."""
        ...

    def recover(self, error: APIError, /) -> bool:
        """Whether the refusal of the last request only taught how to ask."""
        ...


@define(eq=False)
class TokenTrail:
    """The page tokens that one walk has sent, and what is wrong with those that come back.

    An empty page with a token is not the end, however many of them come in a row: each token is
    new, and the walk has a bound on all its pages.
    """

    _sent: set[str] = field(factory=set, init=False, repr=False)

    def send(self, token: str | None) -> list[tuple[str, str]]:
        """The query parameter for a token; none for the first page."""
        if token is None:
            return []
        self._sent.add(token)
        return [("page_token", token)]

    def check(self, token: str | None) -> None:
        """Take the token for the page after the one that came.

        Raises:
            RepeatedToken: The token was sent before, at once or in a longer circle.
        """
        if token is not None and token in self._sent:
            raise RepeatedToken("the service gave out a page token that was used before")


@define(eq=False)
class TokenPaging(Generic[T]):
    """Follows page tokens, which are opaque: each is sent on as it came.

    Attributes:
        request: The request for the first page.
        cursor: The token of the page to ask for next; None for the first page.
    """

    request: Request
    cursor: str | None = field(default=None, repr=False)
    _trail: TokenTrail = field(factory=TokenTrail, init=False, repr=False)
    _done: bool = field(default=False, init=False)
    _ready: Page[T] | None = field(default=None, init=False)

    def next_request(self) -> Request | None:
        """The request for the page after the last one fed."""
        if self._done:
            return None
        return self.request.adding(self._trail.send(self.cursor))

    def feed(self, reply: Reply[TokenBody[T]]) -> None:
        """Take one page.

        Raises:
            RepeatedToken: Its token was sent before.
        """
        token = reply.value.next_page or None
        self._trail.check(token)
        self._ready = Page(
            items=reply.value.items,
            cursor=self.cursor,
            next_cursor=token,
            request_id=reply.request_id,
            status=reply.status,
            headers=reply.headers,
        )
        self.cursor = token
        self._done = token is None

    def take(self) -> Page[T] | None:
        """The page last fed, once."""
        ready, self._ready = self._ready, None
        return ready

    def recover(self, _: APIError, /) -> bool:
        """Never: a token that is refused is not made good by another."""
        return False
