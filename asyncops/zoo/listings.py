"""How Zoo's listings are paged: by tokens, sorted by ``created_at``, each status by itself."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from attrs import frozen

from asyncops.checks import count, plain_text
from asyncops.lanes import Lane
from asyncops.merge_cursor import MergeCursor
from asyncops.merging import StatusMerge
from asyncops.messages import Request
from asyncops.models import Checkpoint, Cursor, State
from asyncops.pages import PageDecoder
from asyncops.paging import Paging, TokenPaging
from asyncops.placed import RangeCursor
from asyncops.statuses import known_words, statuses_of
from asyncops.trail import fingerprint
from asyncops.twoended import TwoEnded
from asyncops.zoo.models import (
    STATES,
    ApiCallStatus,
    AsyncApiCall,
    AsyncApiCallPage,
    CreatedAtSortMode,
    MlPrompt,
    MlPromptPage,
)

__all__ = [
    "ASCENDING",
    "DESCENDING",
    "ENDS",
    "LEAST_OF_SEVERAL",
    "LIFE",
    "LOOKUPS",
    "PROMPT_HINTS",
    "Created",
    "CreatedAtListing",
    "Statuses",
    "checked_token",
    "decode_calls",
    "decode_prompts",
    "life_of",
    "listing_request",
    "mark_of",
    "tells_unfinished",
    "told_of",
]

# The order of a life; the last two end it.
LIFE = tuple(ApiCallStatus)
ENDS = frozenset({ApiCallStatus.COMPLETED, ApiCallStatus.FAILED})

Statuses = State | ApiCallStatus | str | Collection[State | ApiCallStatus | str]
"""One status or several: the service's own, states, or their texts."""

decode_calls: PageDecoder[AsyncApiCallPage] = PageDecoder(AsyncApiCallPage, "items")
decode_prompts: PageDecoder[MlPromptPage] = PageDecoder(MlPromptPage, "items")

ASCENDING = CreatedAtSortMode.CREATED_AT_ASCENDING
DESCENDING = CreatedAtSortMode.CREATED_AT_DESCENDING
# Items to ask for of each of several statuses, at the least.
LEAST_OF_SEVERAL = 20
# Requests for single items that a watch may have under way at once.
LOOKUPS = 8
_STAFF_ONLY = "Zoo answers this only to accounts with staff access."
_LISTING_HINTS = {
    403: _STAFF_ONLY,
    404: "This listing has left Zoo's published description and may be gone; getting an operation "
    "by its id is still in it.",
}
PROMPT_HINTS = {
    403: _STAFF_ONLY,
    404: "Check the id; getting prompts has left Zoo's published description and may be gone.",
}


class Created(Protocol):
    """What all of Zoo's items have."""

    @property
    def id(self) -> UUID:
        """The item's UUID."""
        ...

    @property
    def created_at(self) -> datetime:
        """When it was asked for."""
        ...


C = TypeVar("C", bound=Created)


@frozen
class CreatedAtListing(Generic[C]):
    """A listing over one status, over several, or over what has none.

    Attributes:
        request: Its request, without order and status.
        order: The order of the listing.
        statuses: In the order of a life; empty for what is not listed by status.
        limit: Items of one page; None for the service's choice.
    """

    request: Request
    order: CreatedAtSortMode
    statuses: Sequence[ApiCallStatus] = ()
    limit: int | None = None

    @property
    def fingerprint(self) -> str:
        """What its checkpoints are bound to: the size of its pages is not part of it."""
        filters = [
            ("sort_by", self.order.value),
            *(("status", each.value) for each in self.statuses),
        ]
        return fingerprint(Request(path=self.request.path, params=tuple(filters)))

    def one_by_one(self, start: Checkpoint) -> Paging[Any, C]:
        """From page to page, all statuses as one."""
        cursor = self._cursor(start.cursor)
        if len(self.statuses) < 2 and cursor is None:
            (request,) = self._requests(self.order).values()
            return TokenPaging(request, _token(start.cursor))
        return StatusMerge(
            self._lanes(self.order),
            _created_at,
            _identity,
            descending=self._descending,
            limit=self.limit,
            cursor=cursor,
            query=self._query,
        )

    def together(self, start: Checkpoint, _: int, ordered: bool, cut: bool) -> TwoEnded[C]:
        """From both ends, all statuses side by side; from one where the first are wanted alone."""
        return TwoEnded(
            self._lanes(self.order),
            self._lanes(ASCENDING if self._descending else DESCENDING),
            _created_at,
            _identity,
            descending=self._descending,
            ordered=ordered,
            cursor=self._cursor(start.cursor),
            token=_token(start.cursor),
            query=self._query,
            one_end=ordered and cut,
        )

    @property
    def _descending(self) -> bool:
        return self.order == DESCENDING

    @property
    def _query(self) -> str:
        return f"{self.request.path} in the order {self.order.value}"

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(status.value for status in self.statuses) or ("every one",)

    def _cursor(self, cursor: Cursor | None) -> MergeCursor | None:
        """A cursor over several statuses; None where it is a token of the service's own."""
        token = _token(cursor)
        if token is None or (len(self.statuses) < 2 and not MergeCursor.fits(token)):
            return None
        return MergeCursor.decode(token, self._names, self._query)

    def _requests(self, order: CreatedAtSortMode) -> Mapping[str, Request]:
        request = self.request.adding([("sort_by", order.value)])
        if not self.statuses:
            return dict.fromkeys(self._names, request)
        return {name: request.adding([("status", name)]) for name in self._names}

    def _lanes(self, order: CreatedAtSortMode) -> list[Lane]:
        lanes: list[Lane] = []
        before: Lane | None = None
        for name, request in self._requests(order).items():
            lane = Lane(name, request, after=before)
            lanes.append(lane)
            if name not in ENDS:
                before = lane
        return lanes


def _created_at(item: Created) -> float:
    return item.created_at.timestamp()


def _identity(item: Created) -> UUID:
    return item.id


def _token(cursor: Cursor | None) -> str | None:
    if isinstance(cursor, int):
        raise TypeError("resume holds a page number, and this listing has page tokens")
    return cursor


def listing_request(
    path: str, limit: int | None, statuses: Sequence[ApiCallStatus] = ()
) -> Request:
    """The request for a listing, without order and status.

    Args:
        path: The listing.
        limit: Items of one page; None for the service's choice.
        statuses: What is listed. Of each of several, a few more items are asked for than a small
            ``limit`` says, since each takes a request of its own.
    """
    params: tuple[tuple[str, str], ...] = ()
    if limit is not None:
        size = count("limit", limit)
        params = (("limit", str(size if len(statuses) < 2 else max(size, LEAST_OF_SEVERAL))),)
    hints = _LISTING_HINTS
    if not all(status.known for status in statuses):
        words = known_words(ApiCallStatus)
        hints = {**hints, 400: f"The statuses that this release knows are {words}."}
    return Request(path=path, params=params, hints=hints)


def life_of(status: Statuses | None) -> tuple[ApiCallStatus, ...]:
    """The statuses asked for, in the order of a life; one that is new comes before the ends."""
    if status is None:
        return LIFE
    members = statuses_of(status, ApiCallStatus, STATES)
    new = sorted(member for member in members if not member.known)
    unfinished = [each for each in LIFE if each in members - ENDS]
    return (*unfinished, *new, *(each for each in LIFE if each in members & ENDS))


def told_of(
    status: Statuses | None,
) -> Callable[[AsyncApiCall | MlPrompt], bool] | None:
    """Whether an item is in one of the statuses asked for; None for all."""
    if status is None:
        return None
    members = frozenset(life_of(status))
    return lambda item: item.status in members


def tells_unfinished(status: Statuses | None) -> bool:
    """Whether one of the statuses asked for has not ended."""
    return not ENDS.issuperset(life_of(status))


def mark_of(item: AsyncApiCall | MlPrompt) -> str:
    """What changes in a life, as a listing and a single answer both say it."""
    return f"{item.status.value} {item.updated_at.isoformat()}"


def checked_token(page_token: Cursor | None) -> str | None:
    """A page token that can be sent.

    Raises:
        TypeError: It is a page number, or no cursor at all.
        ValueError: It is no text that a token can be, or a place in a shard of numbered pages.
    """
    # A cursor of any page is taken, for the type checker's sake; here it is always a text.
    if page_token is None:
        return None
    if isinstance(page_token, int):
        raise TypeError(
            "page_token must be a page token (a string), got a whole number: page numbers belong "
            "to listings of numbered pages, such as chainloop.operations.list(page=...)"
        )
    if RangeCursor.fits(page_token):
        raise ValueError(
            "page_token belongs to a shard of numbered pages; give a next_cursor of this listing"
        )
    return plain_text("page_token", page_token)
