"""Zoo's endpoints: what they take, and how their pages follow each other."""

from collections.abc import AsyncIterable, Collection, Iterable
from uuid import UUID

from asyncops.checks import count, enum_member, plain_text, uuid_segment
from asyncops.client import BaseClient
from asyncops.codec import decoder
from asyncops.many import Many
from asyncops.messages import Request
from asyncops.models import Checkpoint, Cursor
from asyncops.pager import Pager
from asyncops.walks import MAX_PAGES, Limits
from asyncops.zoo.listings import ENDS, LIFE, CreatedAtListing
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
        order = enum_member("sort_by", CreatedAtSortMode, sort_by)
        listing: CreatedAtListing[AsyncApiCall] = CreatedAtListing(
            _request("/async/operations", limit), order, _statuses(status), limit
        )
        decode = decoder(AsyncApiCallPage)
        return Pager(
            lambda request: self._client.fetch(request, decode),
            listing.one_by_one,
            query=listing.fingerprint,
            identity=lambda call: call.id,
            together=listing.together,
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
        return await self._one(uuid_segment("id", id))

    def get_many(
        self,
        ids: Iterable[UUID | str] | AsyncIterable[UUID | str],
        *,
        concurrency: int = 16,
        ordered: bool = False,
    ) -> Many[UUID | str, AsyncApiCallOutput]:
        """Many calls with their results, several asked for at once.

        ``async with zoo.operations.get_many(ids) as results: async for id, result in results``
        gives each id as it was given, with its call or with the error that it met: one that is
        missing costs the others nothing. See :class:`asyncops.many.Many`.

        Args:
            ids: UUIDs. An iterable is checked whole, at once; of an async iterable, such as
                ``(call.id async for call in zoo.operations.list())``, ids are taken as they can
                be asked for.
            concurrency: The most requests under way at once, at least 1; never more than the
                100 connections of a client.
            ordered: Give the results in the order of ``ids``, not as they come.

        Raises:
            ValueError: An id is no UUID; nothing has been sent.
        """
        return Many(ids, self._one, check=uuid_segment, concurrency=concurrency, ordered=ordered)

    async def _one(self, segment: str) -> AsyncApiCallOutput:
        request = Request(path=f"/async/operations/{segment}")
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
        listing: CreatedAtListing[MlPrompt] = CreatedAtListing(
            _request("/ml-prompts", limit), order, limit=limit
        )
        decode = decoder(MlPromptPage)
        return Pager(
            lambda request: self._client.fetch(request, decode),
            listing.one_by_one,
            query=listing.fingerprint,
            identity=lambda prompt: prompt.id,
            together=listing.together,
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
        return await self._one(uuid_segment("id", id))

    def get_many(
        self,
        ids: Iterable[UUID | str] | AsyncIterable[UUID | str],
        *,
        concurrency: int = 16,
        ordered: bool = False,
    ) -> Many[UUID | str, MlPrompt]:
        """Many prompts, several asked for at once.

        ``async with zoo.ml_prompts.get_many(ids) as results: async for id, result in results``
        gives each id as it was given, with its prompt or with the error that it met: one that is
        missing costs the others nothing. See :class:`asyncops.many.Many`.

        Args:
            ids: UUIDs. An iterable is checked whole, at once; of an async iterable, ids are taken
                as they can be asked for.
            concurrency: The most requests under way at once, at least 1; never more than the
                100 connections of a client.
            ordered: Give the results in the order of ``ids``, not as they come.

        Raises:
            ValueError: An id is no UUID; nothing has been sent.
        """
        return Many(ids, self._one, check=uuid_segment, concurrency=concurrency, ordered=ordered)

    async def _one(self, segment: str) -> MlPrompt:
        request = Request(path=f"/ml-prompts/{segment}", hints=_STAFF_ONLY)
        return (await self._client.fetch(request, decoder(MlPrompt))).value


def _request(path: str, limit: int | None) -> Request:
    params = () if limit is None else (("limit", str(count("limit", limit))),)
    return Request(path=path, params=params, hints=_STAFF_ONLY)


def _statuses(
    status: ApiCallStatus | str | Collection[ApiCallStatus | str] | None,
) -> tuple[ApiCallStatus, ...]:
    """The statuses asked for, in the order of a life; one that is new comes before the ends."""
    if status is None:
        return LIFE
    if isinstance(status, str) or not isinstance(status, Collection):
        given: list[ApiCallStatus | str] = [status]
    else:
        given = list(status)
    members = {enum_member("status", ApiCallStatus, each) for each in given}
    if not members:
        raise ValueError("status must name at least one status; None stands for all of them")
    new = sorted(member for member in members if not member.known)
    unfinished = [each for each in LIFE if each in members - ENDS]
    return (*unfinished, *new, *(each for each in LIFE if each in members & ENDS))


def _checked_token(page_token: Cursor | None) -> str | None:
    # A cursor of any page is taken, for the type checker's sake; here it is always a text.
    return None if page_token is None else plain_text("page_token", page_token)
