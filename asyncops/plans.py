"""Which requests may be under way at once. A plan sends nothing: it is asked, fed and emptied.

A walk over a :class:`Plan` asks it for requests until it has none to give, sends them side by
side, feeds each answer as it arrives, in whatever order, and takes the pages that are ready.
"""

from collections.abc import Hashable
from typing import Any, Generic, Protocol, TypeVar

from attrs import define, field, frozen

from asyncops.errors import APIError, AsyncOpsError
from asyncops.messages import Reply, Request
from asyncops.models import Page
from asyncops.paging import Paging

__all__ = ["Leaf", "OneByOne", "Plan", "Wanted"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
K = TypeVar("K", bound=Hashable)
B_contra = TypeVar("B_contra", contravariant=True)


@define
class Wanted:
    """What a walk has still to give.

    Attributes:
        left: Items; None for all that there are.
    """

    left: int | None = None


@frozen
class Leaf(Generic[T_co]):
    """A page that is ready to be given out.

    Attributes:
        page: The page. Its cursors say where a walk would go on before and after it.
        early: It came before its turn, so that its cursors say nothing of the pages before it. It
            comes again, whole, when its turn comes; by then its items are known by their ids.
    """

    page: Page[T_co]
    early: bool = False


class Plan(Protocol[K, B_contra, T_co]):
    """One walk's way through a listing, with several requests under way at once."""

    def ask(self) -> tuple[K, Request] | None:
        """A request to send now, and its name.

        None where an answer has to be fed or a page to be taken first, and at the end.
        """
        ...

    def feed(self, name: K, reply: Reply[B_contra]) -> None:
        """Take the answer to the request of that name.

        Raises:
            PaginationError: The answer does not lead on.
        """
        ...

    def fail(self, name: K, error: AsyncOpsError) -> None:
        """Take note that the request of that name has failed for good.

        :meth:`take` raises the error, once what comes before that place has been given out.
        """
        ...

    def take(self) -> Leaf[T_co] | None:
        """A page that is ready; None when another answer is needed first, or at the end."""
        ...

    @property
    def done(self) -> bool:
        """Whether all has been taken."""
        ...


@define(eq=False)
class OneByOne(Generic[T]):
    """A plan for a listing that can only be followed from page to page.

    Attributes:
        paging: How it is followed.
    """

    paging: Paging[Any, T] = field(repr=False)
    _under_way: bool = field(default=False, init=False)
    _ended: bool = field(default=False, init=False)
    _holds: bool = field(default=False, init=False)
    _failure: AsyncOpsError | None = field(default=None, init=False)

    def ask(self) -> tuple[int, Request] | None:
        """The request for the next page, once the one before it is taken."""
        if self._under_way or self._holds or self._failure is not None or self._ended:
            return None
        request = self.paging.next_request()
        if request is None:
            self._ended = True
            return None
        self._under_way = True
        return 0, request

    def feed(self, _: int, reply: Reply[Any]) -> None:
        """Take the answer.

        Raises:
            PaginationError: It does not lead on.
        """
        self._under_way = False
        self.paging.feed(reply)
        self._holds = True

    def fail(self, _: int, error: AsyncOpsError) -> None:
        """Ask otherwise where the refusal taught how to, else keep the error."""
        self._under_way = False
        if isinstance(error, APIError) and self.paging.recover(error):
            # What it has learned may have made a page ready.
            self._holds = True
        else:
            self._failure = error

    def take(self) -> Leaf[T] | None:
        """The page last fed."""
        if self._failure is not None:
            raise self._failure
        page = self.paging.take()
        self._holds = False
        return None if page is None else Leaf(page)

    @property
    def done(self) -> bool:
        """Whether the last page has been asked for and fed, and :meth:`take` gave no other."""
        return self._ended and not self._holds
