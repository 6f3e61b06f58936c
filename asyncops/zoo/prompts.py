"""Zoo's prompts to its models: ``zoo.ml_prompts``."""

from collections.abc import AsyncIterable, Iterable
from uuid import UUID

from asyncops.checks import enum_member, seconds, uuid_segment
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
    LOOKUPS,
    PROMPT_HINTS,
    CreatedAtListing,
    Statuses,
    checked_token,
    decode_prompts,
    listing_request,
    mark_of,
    tells_unfinished,
    told_of,
)
from asyncops.zoo.models import CreatedAtSortMode, MlPrompt
from asyncops.zoo.pending import prompts_source
from asyncops.zoo.sharding import cut_into, part_of, reading

__all__ = ["MlPrompts"]

_NAME = "zoo.ml_prompts"
_PATH = "/ml-prompts"


class MlPrompts:
    """Zoo's prompts to its models: ``zoo.ml_prompts``."""

    def __init__(self, client: BaseClient) -> None:
        self._client = client

    def list(
        self,
        *,
        sort_by: CreatedAtSortMode | str = DESCENDING,
        limit: int | None = None,
        page_token: Cursor | None = None,
        resume: Checkpoint | None = None,
        max_items: int | None = None,
        max_pages: int = MAX_PAGES,
        deadline: float | None = None,
        on_page: OnPage | None = None,
        on_invalid: OnInvalid | None = None,
    ) -> Pager[MlPrompt]:
        """List prompts, newest first unless told otherwise.

        Args:
            sort_by: The order.
            limit: Items of one page, at least 1; None for the service's choice.
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
        listing: CreatedAtListing[MlPrompt] = CreatedAtListing(
            listing_request(_PATH, limit), order, limit=limit
        )
        decode = decode_prompts.reading(on_invalid)
        return Pager(
            lambda request, meter: self._client.fetch(request, decode, meter),
            listing.one_by_one,
            query=listing.fingerprint,
            identity=lambda prompt: prompt.id,
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
    ) -> Pager[MlPrompt]:
        """Read one part of a listing, as ``await zoo.ml_prompts.list().shards()`` cuts it.

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
        part = part_of(check_shard(shard, _NAME), _PATH, by_status=False)
        decode = decode_prompts.reading(on_invalid)
        return Pager(
            lambda request, meter: self._client.fetch(request, decode, meter),
            reading(shard, part),
            query=fingerprint(Request(path=_PATH, params=shard.terms)),
            identity=lambda prompt: prompt.id,
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
        lookback: float | None = 86_400.0,
        overlap: float = OVERLAP,
        on_poll: OnPoll | None = None,
    ) -> Watch[MlPrompt]:
        """Tell what happens to prompts, from now on or from a checkpoint on.

        ``async with zoo.ml_prompts.watch() as changes: async for change in changes`` gives each
        prompt that is created, changes until it has ended, ends or vanishes; see
        :class:`asyncops.watching.Watch`.

        A look reads the newest of the listing, and each older prompt that is alive by its id. One
        that had ended before that and is alive again is not noticed.

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
            lookback: How old, in seconds, prompts may be that are alive at the beginning: Zoo does
                not list them apart. None reads the whole listing for them, once.
            overlap: Seconds by which one may become visible later than the creation time it says.
                One that is later still is told of as updated, or not at all if it ends before.
            on_poll: Told of each look.

        Raises:
            ValueError: An argument is out of range, or ``resume`` belongs to another watch.
        """
        subject = Subject(
            query=fingerprint(listing_request(_PATH, None)),
            unfinished=(),
            recent=[self.list(limit=limit)],
            mark=mark_of,
            tells=told_of(status),
            tells_unfinished=tells_unfinished(status),
            lookup=lambda ids: Many(
                ids, self._one, check=uuid_segment, concurrency=LOOKUPS, ordered=False
            ),
            lookback=None if lookback is None else seconds("lookback", lookback),
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

    async def wait(
        self,
        id: UUID | str,  # noqa: A002 - the API's own name
        *,
        poll: PollPolicy = PollPolicy(),
        timeout: float | None = None,
        raise_on_failure: bool = True,
        on_poll: OnPoll | None = None,
    ) -> MlPrompt:
        """One prompt with what became of it, once it has ended.

        Cancelling this leaves the prompt itself alone. A look that fails with what may pass (a
        lost connection, 5xx, 429) is made up for by the next one; all else ends the wait.

        Args:
            id: The prompt's UUID.
            poll: How often to look, and for how long; the first look is at once.
            timeout: Seconds in all; None for the policy's own. The look that is under way then is
                given up; where none is, a last one may take 5 seconds more. A result that has
                begun to come by then is read to its end.
            raise_on_failure: Whether failure is an error; if not, the prompt is given all the same.
            on_poll: Told of each look.

        Raises:
            OperationFailed: It failed; the error carries it as ``operation``.
            WaitTimeout: It had not ended in time; the error carries what was seen as ``last``.
            NotFound: There is no such prompt.
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
    ) -> WaitMany[UUID | str, MlPrompt]:
        """Many prompts, each given when it has ended.

        ``async with zoo.ml_prompts.wait_many(ids) as finished`` is iterated over for pairs: each id
        once, with its prompt, failed or not, or with its error. Where listings answer for all ids
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

    def pending(self, ids: Iterable[UUID | str]) -> Pending[UUID | str, MlPrompt]:
        """Prompts to wait for together with others, by :func:`asyncops.wait_many`.

        Args:
            ids: UUIDs, checked at once.

        Raises:
            ValueError: An id is no UUID; nothing has been sent.
        """
        return Pending(ids, prompts_source(self._client, self._one), check=uuid_segment)

    async def _one(self, segment: str) -> MlPrompt:
        request = Request(path=f"{_PATH}/{segment}", hints=PROMPT_HINTS, result=True)
        return (await self._client.fetch(request, decoder(MlPrompt))).value
