"""Chainloop's endpoints: what they take, and how their pages follow each other."""

from collections.abc import Collection
from urllib.parse import quote

from asyncops.ahead import NumberedAhead
from asyncops.chainloop.listings import (
    NAME,
    PATH,
    chosen_by,
    cut_into,
    decode_operations,
    filters_of,
    first_page,
    identity_of,
    listing_request,
    mark_of,
    one_by_one,
    reading,
)
from asyncops.chainloop.lookups import Lookups
from asyncops.chainloop.models import AsyncOperation
from asyncops.chainloop.statuses import Statuses, chosen_of
from asyncops.checks import count, plain_text, seconds
from asyncops.invalid import OnInvalid
from asyncops.many import Many
from asyncops.messages import Request
from asyncops.models import Checkpoint, Cursor
from asyncops.pager import Pager
from asyncops.polling import OnPoll, PollPolicy
from asyncops.progress import OnPage
from asyncops.shards import Shard, check_shard
from asyncops.surveys import Subject
from asyncops.trail import fingerprint
from asyncops.walks import MAX_PAGES, Limits
from asyncops.watch_checkpoint import WatchCheckpoint
from asyncops.watching import OVERLAP, WATCH_POLICY, Watch

__all__ = ["Operations"]

# Requests for single operations that a watch may have under way at once.
_LOOKUPS = 8


class Operations(Lookups):
    """Chainloop's asynchronous operations: ``chainloop.operations``."""

    def list(
        self,
        *,
        status: Statuses | None = None,
        kind: str | None = None,
        resource_type: str | None = None,
        resource_id: str | None = None,
        page: Cursor | None = None,
        page_size: int = 100,
        resume: Checkpoint | None = None,
        max_items: int | None = None,
        max_pages: int = MAX_PAGES,
        deadline: float | None = None,
        on_page: OnPage | None = None,
        on_invalid: OnInvalid | None = None,
    ) -> Pager[AsyncOperation]:
        """List operations, in the service's order.

        Whether pages are counted from 0 or from 1 is learned from the answers, and so is the page
        size that the service really uses.

        Args:
            status: One status or several, in full or by the last word (``"failed"``), in any case
                of letters; a :class:`State` stands for all statuses of that state; None for all.
                A status that has ended is sent as a filter where it is the only one. All others,
                one that this release does not know among them, are filtered for here, as rows
                that leave a filter would shift its pages: all operations are read, a page holds
                those of one answer that match, perhaps none, and its ``total_count`` is None. One
                that is nearly a known status is refused as a slip, unless it is given as
                ``AsyncOperationStatus(text)``.
            kind: Only this kind, for instance ``evidence_evaluation``.
            resource_type: Only operations on this type of resource; goes with ``resource_id``.
            resource_id: Only operations on this resource; goes with ``resource_type``.
            page: Start at this page, as the service counts: a ``next_cursor`` of the same query.
            page_size: Items of one page to ask for, at least 1; the service may give fewer.
                Chainloop takes up to 100; more is sent as asked.
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
            ValueError: An argument is out of range, or lacks the one that it goes with.
        """
        chosen = chosen_of(status)
        filters = (*chosen.sent, *filters_of(kind, resource_type, resource_id))
        size = count("page_size", page_size)
        request = listing_request(filters, size)
        decode = decode_operations.reading(on_invalid)

        strategy = one_by_one(request, size, self._base)
        return Pager(
            lambda request, meter: self._client.fetch(request, decode, meter),
            strategy,
            together=lambda start, n, ordered, _: NumberedAhead(strategy(start), n, ordered),
            query=fingerprint(request.adding([*chosen.terms, ("page_size", str(size))])),
            identity=identity_of,
            keep=chosen.keep,
            cursor=first_page(page),
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
            cut=cut_into(request, size, self._base, chosen.words),
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
    ) -> Pager[AsyncOperation]:
        """Read one part of a listing, as ``await chainloop.operations.list().shards()`` cuts it.

        It is a listing as any other, but for ``.concurrent()``, which reads one page after the
        other. It begins where the newest row of the part was, and goes back or on to where it is
        now, should rows have moved since.

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
        strategy = reading(check_shard(shard, NAME), self._base)
        decode = decode_operations.reading(on_invalid)
        return Pager(
            lambda request, meter: self._client.fetch(request, decode, meter),
            strategy,
            query=fingerprint(Request(path=PATH, params=shard.terms)),
            identity=identity_of,
            keep=chosen_by(shard).keep,
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
        kind: str | None = None,
        resource_type: str | None = None,
        resource_id: str | None = None,
        page_size: int = 100,
        poll: PollPolicy = WATCH_POLICY,
        resume: WatchCheckpoint | None = None,
        from_start: bool = False,
        lookback: float | None = None,
        overlap: float = OVERLAP,
        on_poll: OnPoll | None = None,
    ) -> Watch[AsyncOperation]:
        """Tell what happens to operations, from now on or from a checkpoint on.

        ``async with chainloop.operations.watch() as changes: async for change in changes`` gives
        each operation that is created, changes, ends or vanishes; see
        :class:`asyncops.watching.Watch`.

        The first look reads the whole listing, or as much as ``lookback`` says, for what has not
        ended. Each further one reads the newest of all, and asks for each operation that is older
        and had not ended by its id. Where the listing is not from new to old, it is read whole
        each time. A Chainloop without a request for one operation is read back to the oldest
        that had not ended.

        Args:
            status: Only changes to operations that are in one of these statuses before or after the
                change, as ``list`` takes them; None for all. What is read does not hang on it.
                With an unfinished one, the first change after ``resume`` to what was alive is told
                in any case: no checkpoint says which status it was in.
            kind: Only this kind, for instance ``evidence_evaluation``.
            resource_type: Only operations on this type of resource; goes with ``resource_id``.
            resource_id: Only operations on this resource; goes with ``resource_type``.
            page_size: Items of one page to ask for, at least 1; the service may give fewer.
            poll: How often to look; a ``timeout`` in it ends the iteration. ``PollPolicy`` itself
                has one of 900 s: give it ``timeout=None`` for no end.
            resume: Go on from this checkpoint of the same watch.
            from_start: Tell of what is alive at the beginning as created.
            lookback: Seconds; what is older than that and alive at the beginning is not watched.
                None for any age: a long history takes one request for each ``page_size`` of it.
            overlap: Seconds by which one may become visible later than the creation time it says.
                One that is later still is told of as updated, or not at all if it ends before.
            on_poll: Told of each look.

        Raises:
            ValueError: An argument is out of range, lacks the one that it goes with, or
                ``resume`` belongs to another watch.
        """
        everything = self.list(
            kind=kind, resource_type=resource_type, resource_id=resource_id, page_size=page_size
        )
        filters = filters_of(kind, resource_type, resource_id)
        chosen = chosen_of(status)
        subject = Subject(
            query=fingerprint(Request(path=PATH, params=filters)),
            # Rows that leave a filter would shift the pages of a listing of the unfinished alone.
            unfinished=(),
            recent=(everything,),
            mark=mark_of,
            lookup=self._look_up,
            usable=self._singles.usable,
            tells=chosen.matches,
            tells_unfinished=chosen.has_unfinished,
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

    def _look_up(self, ids: Collection[str]) -> Many[str, AsyncOperation]:
        """Operations by ids that the service itself has given."""
        return Many(
            ids,
            self._singles.get,
            check=lambda _, id_: quote(id_, safe=""),
            concurrency=_LOOKUPS,
            ordered=False,
        )

    def _listing(
        self, kind: str | None, resource_type: str | None, resource_id: str | None
    ) -> Pager[AsyncOperation]:
        return self.list(
            kind=kind,
            resource_type=plain_text("resource_type", resource_type),
            resource_id=plain_text("resource_id", resource_id),
        )
