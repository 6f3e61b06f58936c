"""A listing that is sorted by creation in either direction, its statuses merged, and its walks."""

from collections.abc import Callable, Sequence
from functools import partial
from operator import attrgetter
from typing import Any, Generic, TypeVar

from attrs import field, frozen

from asyncops.checkpoints import Checkpoint
from asyncops.errors import UnexpectedPage
from asyncops.http.messages import Request, with_values
from asyncops.models import Status
from asyncops.paging.cursors.cursor_strategy import CursorStrategy, CursorStyle, cursor_text
from asyncops.paging.statuses.cursor import MergeCursor
from asyncops.paging.statuses.sequential import StatusMerge
from asyncops.paging.statuses.stream import StatusStream
from asyncops.paging.statuses.two_ended import TwoEnded
from asyncops.paging.strategy import PageStrategy
from asyncops.utils.checks import count

T = TypeVar("T")

Parameters = tuple[tuple[str, str], ...]
"""Query parameters, by name and value."""

# Each of several statuses takes a request of its own, which is worth so many items at least.
_LEAST_OF_SEVERAL = 20


@frozen(kw_only=True)
class SortedNames:
    """The words of a service for the pages, the order and the status of a listing.

    Attributes:
        style: How it is paged.
        newest_first: The parameters that ask for the newest items first.
        oldest_first: The parameters that ask for the oldest items first.
        status: The parameter for a status.
        status_form: How a status is written, with ``{}`` for it.
    """

    style: CursorStyle
    newest_first: Parameters
    oldest_first: Parameters
    status: str = "status"
    status_form: str = "{}"

    def one(self, status: Status) -> tuple[str, str]:
        """Return the parameter that asks for a status, and its value."""
        return self.status, self.status_form.format(status.value)


@frozen(eq=False)
class SortedListing(Generic[T]):
    """A listing with cursors that the service sorts by creation, in either direction.

    Each status is asked for by itself. Several are read side by side and merged by creation.

    Attributes:
        request: The request with its filters, without order, status and page size.
        names: The words of the service.
        descending: Whether the newest items come first.
        statuses: The statuses, in the order of a life; empty for items without a status.
        limit: Items of one page; ``None`` means the service's choice.
        identity: Returns the id of an item.
        page_size: Items that one page of a status is asked for.
    """

    request: Request
    names: SortedNames
    descending: bool = True
    statuses: Sequence[Status] = ()
    limit: int | None = None
    identity: Callable[[T], Any] = attrgetter("id")
    page_size: int | None = field(kw_only=True)

    @page_size.default
    def _page_size(self) -> int | None:
        if self.limit is None:
            return None
        size = count("limit", self.limit)
        if len(self.statuses) < 2:
            return size
        most = self.names.style.most
        return max(size, _LEAST_OF_SEVERAL if most is None else min(most, _LEAST_OF_SEVERAL))

    @property
    def terms(self) -> Parameters:
        """The filters, the order and the statuses: all that a checkpoint is bound to."""
        statuses = map(self.names.one, self.statuses)
        return (*self.request.params, *self._order(self.descending), *statuses)

    def check(self, start: Checkpoint) -> None:
        """Check that a walk can begin at a checkpoint.

        Raises:
            TypeError: Its cursor is a page number.
            ValueError: Its cursor belongs to other statuses or another order.
        """
        self._start(start)

    def sequential(self, start: Checkpoint) -> PageStrategy[Any, T]:
        """Read page after page, all statuses as one."""
        token, cursor = self._start(start)
        if len(self.statuses) < 2 and cursor is None:
            (request,) = self._requests(self.descending)
            return CursorStrategy(request, self.names.style, token, self.identity)
        return StatusMerge(
            self._streams(self.descending),
            _created_at,
            self.identity,
            descending=self.descending,
            limit=self.limit,
            page_size=self.page_size,
            cursor=cursor,
            query=self._query,
        )

    def concurrent(self, start: Checkpoint, _: int, ordered: bool, few: bool) -> TwoEnded[T]:
        """Read from both ends, all statuses at once; from one end if the first items are enough."""
        token, cursor = self._start(start)
        return TwoEnded(
            self._streams(self.descending),
            self._streams(not self.descending),
            _created_at,
            self.identity,
            descending=self.descending,
            ordered=ordered,
            cursor=cursor,
            token=token,
            query=self._query,
            one_end=ordered and few,
        )

    def scans(self) -> Sequence[Callable[[], CursorStrategy[T]]]:
        """Return what begins a plain walk of each status, one after the other and not merged."""
        return [
            partial(CursorStrategy, each, self.names.style, id_of_item=self.identity)
            for each in self._requests(self.descending)
        ]

    @property
    def _query(self) -> str:
        order = ", ".join(value for _, value in self._order(self.descending))
        return f"{self.request.path} in the order {order}"

    def _order(self, descending: bool) -> Parameters:
        return self.names.newest_first if descending else self.names.oldest_first

    def _start(self, start: Checkpoint) -> tuple[str | None, MergeCursor | None]:
        """Return where a walk begins: the service's own token, and a cursor over statuses."""
        if start.cursor is None:
            return None, None
        token = cursor_text(start.cursor)
        if token is None or (len(self.statuses) < 2 and not MergeCursor.fits(token)):
            return token, None
        names = tuple(map(_name_of, self.statuses or _ALL))
        return token, MergeCursor.decode(token, names, self._query)

    def _requests(self, descending: bool) -> list[Request]:
        size = self.names.style.size
        sizes = () if self.page_size is None or size is None else ((size, self.page_size),)
        values = (*sizes, *self._order(descending))
        if not self.statuses:
            return [with_values(self.request, values)]
        return [
            with_values(self.request, (*values, self.names.one(status))) for status in self.statuses
        ]

    def _streams(self, descending: bool) -> list[StatusStream]:
        streams: list[StatusStream] = []
        before: StatusStream | None = None
        requests = self._requests(descending)
        for status, request in zip(self.statuses or _ALL, requests, strict=True):
            stream = StatusStream(
                _name_of(status), request, self.names.style, before, self.identity
            )
            streams.append(stream)
            if status is None or not status.state.ended:
                before = stream
        return streams


# Stands for the statuses of items that are not listed by status.
_ALL: tuple[Status | None, ...] = (None,)


def _name_of(status: Status | None) -> str:
    return "every one" if status is None else status.value


def _created_at(item: Any) -> float:
    try:
        moment: float = item.created_at.timestamp()
    except AttributeError:
        raise UnexpectedPage(
            "an item of the listing has no created_at, by which it is put in order"
        ) from None
    return moment
