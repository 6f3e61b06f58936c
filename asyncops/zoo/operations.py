"""Zoo's asynchronous API calls: ``zoo.operations``."""

from collections.abc import AsyncIterable, Iterable
from uuid import UUID

from asyncops.checks import enum_member, uuid_segment
from asyncops.client import BaseClient
from asyncops.codec import decoder
from asyncops.invalid import OnInvalid
from asyncops.many import Many
from asyncops.many_waits import CONCURRENCY, WaitMany, wait_many
from asyncops.messages import Request
from asyncops.models import Checkpoint, Cursor
from asyncops.pager import Pager
from asyncops.pending import Pending
from asyncops.polling import OnPoll, PollPolicy
from asyncops.progress import OnPage
from asyncops.rounds import Rounds, checked_hook
from asyncops.shards import Shard, check_shard
from asyncops.surveys import Subject
from asyncops.trail import fingerprint
from asyncops.waiting import wait_for_one
from asyncops.walks import MAX_PAGES, Limits
from asyncops.watch_checkpoint import WatchCheckpoint
from asyncops.watching import OVERLAP, WATCH_POLICY, Watch
from asyncops.zoo.listings import (
    DESCENDING,
    ENDS,
    LIFE,
    LOOKUPS,
    CreatedAtListing,
    Statuses,
    checked_token,
    decode_calls,
    life_of,
    listing_request,
    mark_of,
    tells_unfinished,
    told_of,
)
from asyncops.zoo.models import AsyncApiCall, CreatedAtSortMode
from asyncops.zoo.outputs import AsyncApiCallOutput, decode_output
from asyncops.zoo.pending import calls_source
from asyncops.zoo.sharding import cut_into, part_of, reading

__all__ = ["Operations"]

_NAME = "zoo.operations"
_PATH = "/async/operations"


class Operations:
    """Zoo's asynchronous API calls: ``zoo.operations``."""

    def __init__(self, client: BaseClient) -> None:
        self._client = client

    def list(
        self,
        *,
        status: Statuses | None = None,
        sort_by: CreatedAtSortMode | str = DESCENDING,
        limit: int | None = None,
        page_token: Cursor | None = None,
        resume: Checkpoint | None = None,
        max_items: int | None = None,
        max_pages: int = MAX_PAGES,
        deadline: float | None = None,
        on_page: OnPage | None = None,
        on_invalid: OnInvalid | None = None,
    ) -> Pager[AsyncApiCall]:
        """List calls, newest first unless told otherwise.

        Each status is asked for by itself, so that no default of the service hides any. Several,
        or all of them, are read side by side and merged by ``created_at``; a call that moves on
        meanwhile is given once, never missed.

        Args:
            status: One status or several, in any case of letters; a :class:`State` stands for
                all statuses of that state. None for all that this release knows. One that it does
                not know is sent as given; one that is nearly a known one is refused as a slip,
                unless it is given as ``ApiCallStatus(text)``.
            sort_by: The order. Where Zoo answers in the other one all the same, so does this.
            limit: Items of one page, at least 1; None for the service's choice. Of each of several
                statuses, at least 20 are asked for at once: so a page takes at most two requests
                a status, unless empty pages come or very many share one ``created_at``.
            page_token: Start at this page: a ``next_cursor`` of the same query.
            resume: Start at this checkpoint of the same query.
            max_items: The most items of one walk, in whatever way it goes, 0 or more; None for
                all. Nothing is fetched that is not needed for them, and the checkpoint after the
                last one leads to the rest.
            max_pages: The most requests of one walk.
            deadline: Seconds that one walk may take, your own work between the items included;
                None for no end.
            on_page: Called with the :class:`WalkReport` so far when a page has come, before its
                items are given, in each walk: ``async for``, ``.concurrent()``, ``.pages()`` and
                ``.collect()``. What it raises ends the walk and is raised from there.
            on_invalid: Called with an :class:`asyncops.InvalidItem` for each row that does not fit,
                before the items of its page are given; the walk goes on without it. None: such a
                row ends the walk with a :class:`asyncops.DecodeError`. What it raises ends the walk
                and is raised from there.

        Raises:
            ValueError: An argument is out of range, or belongs to another query.
        """
        order = enum_member("sort_by", CreatedAtSortMode, sort_by)
        statuses = life_of(status)
        listing: CreatedAtListing[AsyncApiCall] = CreatedAtListing(
            listing_request(_PATH, limit, statuses), order, statuses, limit
        )
        decode = decode_calls.reading(on_invalid)
        return Pager(
            lambda request, meter: self._client.fetch(request, decode, meter),
            listing.one_by_one,
            query=listing.fingerprint,
            identity=lambda call: call.id,
            together=listing.together,
            cursor=checked_token(page_token),
            resume=resume,
            limits=Limits(
                max_pages=max_pages,
                max_items=max_items,
                deadline=deadline,
                clock=self._client.clock,
            ),
            on_page=on_page,
            on_invalid=on_invalid,
            telemetry=self._client.telemetry,
            cut=cut_into(_NAME, listing),
        )

    def shard(
        self,
        shard: Shard,
        *,
        resume: Checkpoint | None = None,
        max_pages: int = MAX_PAGES,
        deadline: float | None = None,
        on_page: OnPage | None = None,
        on_invalid: OnInvalid | None = None,
    ) -> Pager[AsyncApiCall]:
        """Read one part of a listing, as ``await zoo.operations.list().shards()`` cuts it.

        It is a listing as any other, but for ``.concurrent()``, which reads one page after the
        other, and for its order, which is the shard's own.

        Args:
            shard: The part; it holds the query and the size of the pages.
            resume: Start at this checkpoint of the same shard.
            max_pages: The most requests of one walk.
            deadline: Seconds that one walk may take; None for no end.
            on_page: Called with the :class:`WalkReport` so far when a page has come.
            on_invalid: Called with an :class:`asyncops.InvalidItem` for each row that does not fit;
                None: such a row is an error.

        Raises:
            ValueError: It is a part of another listing, or an argument is out of range.
        """
        part = part_of(check_shard(shard, _NAME), _PATH, by_status=True)
        decode = decode_calls.reading(on_invalid)
        return Pager(
            lambda request, meter: self._client.fetch(request, decode, meter),
            reading(shard, part),
            query=fingerprint(Request(path=_PATH, params=shard.terms)),
            identity=lambda call: call.id,
            resume=resume,
            limits=Limits(max_pages=max_pages, deadline=deadline, clock=self._client.clock),
            on_page=on_page,
            on_invalid=on_invalid,
            telemetry=self._client.telemetry,
        )

    def watch(
        self,
        *,
        status: Statuses | None = None,
        limit: int | None = None,
        poll: PollPolicy = WATCH_POLICY,
        resume: WatchCheckpoint | None = None,
        from_start: bool = False,
        overlap: float = OVERLAP,
        on_poll: OnPoll | None = None,
    ) -> Watch[AsyncApiCall]:
        """Tell what happens to calls, from now on or from a checkpoint on.

        ``async with zoo.operations.watch() as changes: async for change in changes`` gives each
        call that is created, changes, ends or vanishes; see :class:`asyncops.watching.Watch`.

        A look reads the three listings of what has not ended, the newest of the other two, and
        each call that has ended and is older than those by its id. Such a call comes without
        ``worker``, ``input``, ``output`` and ``attempts``; ``get`` has its result.

        Args:
            status: Only changes to operations that are in one of these statuses before or after the
                change, as ``list`` takes them; None for all. What is read does not hang on it.
                With an unfinished one, the first change after ``resume`` to what was alive is told
                in any case: no checkpoint says which status it was in.
            limit: Items of one page, at least 1; None for the service's choice.
            poll: How often to look; a ``timeout`` in it ends the iteration. ``PollPolicy`` itself
                has one of 900 s: give it ``timeout=None`` for no end.
            resume: Go on from this checkpoint of the same watch.
            from_start: Tell of what is alive at the beginning as created.
            overlap: Seconds by which one may become visible later than the creation time it says.
                One that is later still is told of as updated, or not at all if it ends before.
            on_poll: Told of each look.

        Raises:
            ValueError: An argument is out of range, or ``resume`` belongs to another watch.
        """
        listings = {status: self.list(status=status, limit=limit) for status in LIFE}
        subject = Subject(
            query=fingerprint(listing_request(_PATH, None)),
            unfinished=[pager for status, pager in listings.items() if status not in ENDS],
            recent=[pager for status, pager in listings.items() if status in ENDS],
            mark=mark_of,
            tells=told_of(status),
            tells_unfinished=tells_unfinished(status),
            lookup=lambda ids: Many(
                ids, self._listed, check=uuid_segment, concurrency=LOOKUPS, ordered=False
            ),
        )
        return Watch(
            subject,
            clock=self._client.clock,
            attempts=self._client.retry.attempts,
            poll=poll,
            resume=resume,
            from_start=from_start,
            overlap=overlap,
            on_poll=on_poll,
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

    async def wait(
        self,
        id: UUID | str,  # noqa: A002 - the API's own name
        *,
        poll: PollPolicy = PollPolicy(),
        timeout: float | None = None,
        raise_on_failure: bool = True,
        on_poll: OnPoll | None = None,
    ) -> AsyncApiCallOutput:
        """One call with its result, once it has ended.

        Cancelling this leaves the call itself alone. A look that fails with what may pass (a
        lost connection, 5xx, 429) is made up for by the next one; all else ends the wait.

        Args:
            id: The call's UUID.
            poll: How often to look, and for how long; the first look is at once.
            timeout: Seconds in all; None for the policy's own. The look that is under way then is
                given up; where none is, a last one may take 5 seconds more. A result that has
                begun to come by then is read to its end.
            raise_on_failure: Whether failure is an error; if not, the call is given all the same.
            on_poll: Told of each look.

        Raises:
            OperationFailed: It failed; the error carries it as ``operation``.
            WaitTimeout: It had not ended in time; the error carries what was seen as ``last``.
            NotFound: There is no such call.
            ValueError: ``id`` is no UUID, or ``timeout`` is not above 0.
        """
        segment = uuid_segment("id", id)
        return await wait_for_one(
            lambda: self._one(segment),
            Rounds.checked(poll, timeout, self._client.clock, attempts=self._client.retry.attempts),
            name=segment,
            on_poll=checked_hook(on_poll),
            raise_on_failure=raise_on_failure,
        )

    def wait_many(
        self,
        ids: Iterable[UUID | str],
        *,
        poll: PollPolicy = PollPolicy(),
        timeout: float | None = None,
        on_poll: OnPoll | None = None,
        concurrency: int = CONCURRENCY,
    ) -> WaitMany[UUID | str, AsyncApiCallOutput]:
        """Many calls, each given when it has ended.

        ``async with zoo.operations.wait_many(ids) as finished`` is iterated over for pairs: each id
        once, with its call, failed or not, or with its error. Where listings answer for all ids
        in fewer requests than one for each, they are read. See :class:`asyncops.WaitMany`.

        Args:
            ids: UUIDs, checked at once. One that is given twice comes once.
            poll: How often to look, and for how long; ``initial`` again after each end.
            timeout: Seconds in all; None for the policy's own.
            on_poll: Told of each look.
            concurrency: The most requests under way at once, at least 1.

        Raises:
            ValueError: An argument is not valid; nothing has been sent.
        """
        return wait_many(
            self.pending(ids),
            poll=poll,
            timeout=timeout,
            on_poll=on_poll,
            concurrency=concurrency,
        )

    def pending(self, ids: Iterable[UUID | str]) -> Pending[UUID | str, AsyncApiCallOutput]:
        """Calls to wait for together with others, by :func:`asyncops.wait_many`.

        Args:
            ids: UUIDs, checked at once.

        Raises:
            ValueError: An id is no UUID; nothing has been sent.
        """
        return Pending(ids, calls_source(self._client, self._one), check=uuid_segment)

    async def _one(self, segment: str) -> AsyncApiCallOutput:
        request = Request(path=f"{_PATH}/{segment}", result=True)
        return (await self._client.fetch(request, decode_output)).value

    async def _listed(self, segment: str) -> AsyncApiCall:
        """One call, as far as it says what a listing says."""
        request = Request(path=f"{_PATH}/{segment}", result=True)
        return (await self._client.fetch(request, decoder(AsyncApiCall))).value
