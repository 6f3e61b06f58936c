"""Zoo's endpoints: what they take, and how their pages follow each other."""

from collections.abc import Collection, Sequence
from uuid import UUID

from asyncops.checks import count, enum_member, plain_text, uuid_segment
from asyncops.client import BaseClient
from asyncops.codec import decoder
from asyncops.lanes import Lane
from asyncops.merge_cursor import MergeCursor
from asyncops.merging import StatusMerge
from asyncops.messages import Request
from asyncops.models import Checkpoint, Cursor
from asyncops.pager import Pager, fingerprint
from asyncops.paging import TokenPaging
from asyncops.walks import MAX_PAGES, Limits
from asyncops.zoo.models import (
    ApiCallStatus,
    AsyncApiCall,
    AsyncApiCallPage,
    CreatedAtSortMode,
    MlPrompt,
    MlPromptPage,
)
from asyncops.zoo.outputs import AsyncApiCallOutput, decode_output

__all__ = ["MlPrompts", "Operations"]


_DESCENDING = CreatedAtSortMode.CREATED_AT_DESCENDING
_STAFF_ONLY = {403: "Zoo answers this only to accounts with staff access."}

# The order of a life; the last two end it.
_LIFE = tuple(ApiCallStatus)
_ENDS = frozenset({ApiCallStatus.COMPLETED, ApiCallStatus.FAILED})


class Operations:
    """Zoo's asynchronous API calls: ``zoo.operations``."""

    def __init__(self, client: BaseClient) -> None:
        self._client = client

    def list(
        self,
        *,
        status: ApiCallStatus | str | Collection[ApiCallStatus | str] | None = None,
        sort_by: CreatedAtSortMode | str = _DESCENDING,
        limit: int | None = None,
        page_token: Cursor | None = None,
        resume: Checkpoint | None = None,
        max_pages: int = MAX_PAGES,
        deadline: float | None = None,
    ) -> Pager[AsyncApiCall]:
        """List calls, newest first unless told otherwise.

        Zoo lists one status at a time. Several, or all of them, are read side by side and merged
        by ``created_at``; a call that moves on meanwhile is given once, never missed.

        Args:
            status: One status, several, or None for all that this release knows.
            sort_by: The order. Where Zoo answers in the other one all the same, so does this.
            limit: Items of one page, at least 1; None for the service's choice.
            page_token: Start at this page: a ``next_cursor`` of the same query.
            resume: Start at this checkpoint of the same query.
            max_pages: The most requests of one walk.
            deadline: Seconds that one walk may take, your own work between the items included;
                None for no end.

        Raises:
            ValueError: An argument is out of range, or belongs to another query.
        """
        statuses = _statuses(status)
        order = enum_member("sort_by", CreatedAtSortMode, sort_by)
        request = _listing("/async/operations", order, limit)
        requests = {each: request.adding([("status", each.value)]) for each in statuses}

        def one(start: Checkpoint) -> TokenPaging[AsyncApiCall]:
            return TokenPaging(requests[statuses[0]], _token(start.cursor))

        def merged(start: Checkpoint) -> StatusMerge[AsyncApiCall]:
            cursor = _token(start.cursor)
            return StatusMerge(
                _lanes(requests),
                lambda call: call.created_at.timestamp(),
                lambda call: call.id,
                descending=order == _DESCENDING,
                limit=limit,
                cursor=None
                if cursor is None
                else MergeCursor.decode(cursor, tuple(map(str, statuses))),
            )

        decode = decoder(AsyncApiCallPage)
        return Pager(
            lambda request: self._client.fetch(request, decode),
            one if len(statuses) == 1 else merged,
            query=_fingerprint("/async/operations", order, statuses),
            identity=lambda call: call.id,
            cursor=_checked_token(page_token),
            resume=resume,
            limits=Limits(max_pages=max_pages, deadline=deadline, clock=self._client.clock),
        )

    async def get(self, id: UUID | str) -> AsyncApiCallOutput:  # noqa: A002 - the API's own name
        """One call with its result, typed by what the call does; files come as ``bytes``.

        Args:
            id: The call's UUID.

        Raises:
            NotFound: There is no such call.
            ValueError: ``id`` is no UUID.
        """
        request = Request(path=f"/async/operations/{uuid_segment('id', id)}")
        return (await self._client.fetch(request, decode_output)).value


class MlPrompts:
    """Zoo's prompts to its models: ``zoo.ml_prompts``."""

    def __init__(self, client: BaseClient) -> None:
        self._client = client

    def list(
        self,
        *,
        sort_by: CreatedAtSortMode | str = _DESCENDING,
        limit: int | None = None,
        page_token: Cursor | None = None,
        resume: Checkpoint | None = None,
        max_pages: int = MAX_PAGES,
        deadline: float | None = None,
    ) -> Pager[MlPrompt]:
        """List prompts, newest first unless told otherwise.

        Args:
            sort_by: The order.
            limit: Items of one page, at least 1; None for the service's choice.
            page_token: Start at this page: a ``next_cursor`` of the same query.
            resume: Start at this checkpoint of the same query.
            max_pages: The most requests of one walk.
            deadline: Seconds that one walk may take, your own work between the items included;
                None for no end.

        Raises:
            ValueError: An argument is out of range, or belongs to another query.
        """
        order = enum_member("sort_by", CreatedAtSortMode, sort_by)
        request = _listing("/ml-prompts", order, limit)
        decode = decoder(MlPromptPage)
        return Pager(
            lambda request: self._client.fetch(request, decode),
            lambda start: TokenPaging(request, _token(start.cursor)),
            query=_fingerprint("/ml-prompts", order),
            identity=lambda prompt: prompt.id,
            cursor=_checked_token(page_token),
            resume=resume,
            limits=Limits(max_pages=max_pages, deadline=deadline, clock=self._client.clock),
        )

    async def get(self, id: UUID | str) -> MlPrompt:  # noqa: A002 - the API's own name
        """One prompt, with what became of it.

        Args:
            id: The prompt's UUID.

        Raises:
            NotFound: There is no such prompt.
            ValueError: ``id`` is no UUID.
        """
        request = Request(path=f"/ml-prompts/{uuid_segment('id', id)}", hints=_STAFF_ONLY)
        return (await self._client.fetch(request, decoder(MlPrompt))).value


def _listing(path: str, order: CreatedAtSortMode, limit: int | None) -> Request:
    params = [("sort_by", order.value)]
    if limit is not None:
        params.append(("limit", str(count("limit", limit))))
    return Request(path=path, params=tuple(params), hints=_STAFF_ONLY)


def _fingerprint(
    path: str, order: CreatedAtSortMode, statuses: Sequence[ApiCallStatus] = ()
) -> str:
    filters = [("sort_by", order.value), *(("status", each.value) for each in statuses)]
    return fingerprint(Request(path=path, params=tuple(filters)))


def _statuses(
    status: ApiCallStatus | str | Collection[ApiCallStatus | str] | None,
) -> tuple[ApiCallStatus, ...]:
    """The statuses asked for, in the order of a life; one that is new comes before the ends."""
    if status is None:
        return _LIFE
    if isinstance(status, str) or not isinstance(status, Collection):
        given: list[ApiCallStatus | str] = [status]
    else:
        given = list(status)
    members = {enum_member("status", ApiCallStatus, each) for each in given}
    if not members:
        raise ValueError("status must name at least one status; None stands for all of them")
    new = sorted(member for member in members if not member.known)
    unfinished = [each for each in _LIFE if each in members - _ENDS]
    return (*unfinished, *new, *(each for each in _LIFE if each in members & _ENDS))


def _lanes(requests: dict[ApiCallStatus, Request]) -> list[Lane]:
    lanes: list[Lane] = []
    before: Lane | None = None
    for status, request in requests.items():
        lane = Lane(status.value, request, after=before)
        lanes.append(lane)
        if status not in _ENDS:
            before = lane
    return lanes


def _checked_token(page_token: Cursor | None) -> str | None:
    # A cursor of any page is taken, for the type checker's sake; here it is always a text.
    return None if page_token is None else plain_text("page_token", page_token)


def _token(cursor: Cursor | None) -> str | None:
    if isinstance(cursor, int):
        raise TypeError("resume holds a page number, and this listing has page tokens")
    return cursor
