"""Chainloop's endpoints: what they take, and how their pages follow each other."""

from collections.abc import Iterable

from asyncops.ahead import NumberedAhead
from asyncops.chainloop.listings import (
    NAME,
    PATH,
    cut_into,
    filters_of,
    identity_of,
    mark_of,
    one_by_one,
    reading,
)
from asyncops.chainloop.models import (
    AsyncOperation,
    AsyncOperationStatus,
    OperationsPage,
)
from asyncops.chainloop.pending import operations_source
from asyncops.checks import count, plain_text
from asyncops.client import BaseClient
from asyncops.codec import decoder
from asyncops.many_waits import CONCURRENCY, WaitMany, wait_many
from asyncops.messages import Request
from asyncops.models import Checkpoint, Cursor
from asyncops.numbered import PageBase
from asyncops.pager import Pager
from asyncops.pending import Pending
from asyncops.polling import OnPoll, PollPolicy
from asyncops.progress import OnPage
from asyncops.rounds import Rounds, checked_hook
from asyncops.shards import Shard, check_shard
from asyncops.surveys import Subject
from asyncops.trail import fingerprint
from asyncops.waiting import wait_for_all
from asyncops.walks import MAX_PAGES, Limits
from asyncops.watch_checkpoint import WatchCheckpoint
from asyncops.watching import OVERLAP, WATCH_POLICY, Watch

__all__ = ["Operations"]


class Operations:
    """Chainloop's asynchronous operations: ``chainloop.operations``."""

    def __init__(self, client: BaseClient) -> None:
        self._client = client
        self._base = PageBase()

    def list(
        self,
        *,
        status: AsyncOperationStatus | str | None = None,
        kind: str | None = None,
        resource_type: str | None = None,
        resource_id: str | None = None,
        page: Cursor | None = None,
        page_size: int = 100,
        resume: Checkpoint | None = None,
        max_pages: int = MAX_PAGES,
        deadline: float | None = None,
        on_page: OnPage | None = None,
    ) -> Pager[AsyncOperation]:
        """List operations, in the service's order.

        Whether pages are counted from 0 or from 1 is learned from the answers, and so is the page
        size that the service really uses.

        Args:
            status: Only this status, in full or its last word (``"failed"``); None for all.
            kind: Only this kind, for instance ``evidence_evaluation``.
            resource_type: Only operations on this type of resource; goes with ``resource_id``.
            resource_id: Only operations on this resource; goes with ``resource_type``.
            page: Start at this page, as the service counts: a ``next_cursor`` of the same query.
            page_size: Items of one page to ask for, at least 1; the service may give fewer.
            resume: Start at this checkpoint of the same query.
            max_pages: The most requests of one walk.
            deadline: Seconds that one walk may take, your own work between the items included;
                None for no end.
            on_page: Called with the :class:`WalkReport` so far when a page has come, before its
                items are given, in each walk: ``async for``, ``.concurrent()``, ``.pages()`` and
                ``.collect()``. What it raises ends the walk and is raised from there.

        Raises:
            ValueError: An argument is out of range, or lacks the one that it goes with.
        """
        request = Request(path=PATH, params=filters_of(status, kind, resource_type, resource_id))
        size = count("page_size", page_size)
        decode = decoder(OperationsPage)

        strategy = one_by_one(request, size, self._base)
        return Pager(
            lambda request, meter: self._client.fetch(request, decode, meter),
            strategy,
            together=lambda start, n, ordered: NumberedAhead(strategy(start), n, ordered),
            query=fingerprint(request.adding([("page_size", str(size))])),
            identity=identity_of,
            cursor=None if page is None else count("page", page, least=0),
            resume=resume,
            limits=Limits(max_pages=max_pages, deadline=deadline, clock=self._client.clock),
            on_page=on_page,
            telemetry=self._client.telemetry,
            cut=cut_into(request, size, self._base),
        )

    def shard(
        self,
        shard: Shard,
        *,
        resume: Checkpoint | None = None,
        max_pages: int = MAX_PAGES,
        deadline: float | None = None,
        on_page: OnPage | None = None,
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

        Raises:
            ValueError: It is a part of another listing, or an argument is out of range.
        """
        strategy = reading(check_shard(shard, NAME), self._base)
        decode = decoder(OperationsPage)
        return Pager(
            lambda request, meter: self._client.fetch(request, decode, meter),
            strategy,
            query=fingerprint(Request(path=PATH, params=shard.terms)),
            identity=identity_of,
            resume=resume,
            limits=Limits(max_pages=max_pages, deadline=deadline, clock=self._client.clock),
            on_page=on_page,
            telemetry=self._client.telemetry,
        )

    def watch(
        self,
        *,
        kind: str | None = None,
        resource_type: str | None = None,
        resource_id: str | None = None,
        page_size: int = 100,
        poll: PollPolicy = WATCH_POLICY,
        resume: WatchCheckpoint | None = None,
        from_start: bool = False,
        overlap: float = OVERLAP,
        on_poll: OnPoll | None = None,
    ) -> Watch[AsyncOperation]:
        """Tell what happens to operations, from now on or from a checkpoint on.

        ``async with chainloop.operations.watch() as changes: async for change in changes`` gives
        each operation that is created, changes, ends or vanishes; see
        :class:`asyncops.watching.Watch`. It follows operations through all statuses, so there is
        none to choose: filter the changes.

        A look reads what is pending and what is running, then the newest of all, and goes on to
        the oldest that has ended since the last look: Chainloop has no way to ask for one. Where
        the listing is not from new to old, it is read whole each time.

        Args:
            kind: Only this kind, for instance ``evidence_evaluation``.
            resource_type: Only operations on this type of resource; goes with ``resource_id``.
            resource_id: Only operations on this resource; goes with ``resource_type``.
            page_size: Items of one page to ask for, at least 1; the service may give fewer.
            poll: How often to look; a ``timeout`` in it ends the iteration. ``PollPolicy`` itself
                has one of 900 s: give it ``timeout=None`` for no end.
            resume: Go on from this checkpoint of the same watch.
            from_start: Tell of what is alive at the beginning as created.
            overlap: Seconds by which one may become visible later than the creation time it says.
                One that is later still is told of as updated, or not at all if it ends before.
            on_poll: Told of each look.

        Raises:
            ValueError: An argument is out of range, lacks the one that it goes with, or
                ``resume`` belongs to another watch.
        """
        everything, pending, running = (
            self.list(
                status=status,
                kind=kind,
                resource_type=resource_type,
                resource_id=resource_id,
                page_size=page_size,
            )
            for status in (None, AsyncOperationStatus.PENDING, AsyncOperationStatus.RUNNING)
        )
        filters = filters_of(None, kind, resource_type, resource_id)
        subject = Subject(
            query=fingerprint(Request(path=PATH, params=filters)),
            unfinished=(pending, running),
            recent=(everything,),
            mark=mark_of,
        )
        return Watch(
            subject,
            clock=self._client.clock,
            poll=poll,
            resume=resume,
            from_start=from_start,
            overlap=overlap,
            on_poll=on_poll,
        )

    async def wait(
        self,
        *,
        resource_type: str,
        resource_id: str,
        kind: str | None = None,
        at_least_one: bool = True,
        poll: PollPolicy = PollPolicy(),
        timeout: float | None = None,
        raise_on_failure: bool = True,
        on_poll: OnPoll | None = None,
    ) -> tuple[AsyncOperation, ...]:
        """All operations on a resource, in the service's order, once all of them have ended.

        Cancelling this leaves the operations alone. A look that fails with what may pass (a lost
        connection, 5xx, 429) is made up for by the next one; all else ends the wait.

        Args:
            resource_type: The type of the resource.
            resource_id: The resource.
            kind: Only operations of this kind, for instance ``evidence_evaluation``.
            at_least_one: Whether to wait for one to begin as well, so that a gate does not take
                "nothing has begun" for "all is well"; if not, a resource without operations gives
                none, at once.
            poll: How often to look, and for how long; the first look is at once.
            timeout: Seconds in all; None for the policy's own. The look that is under way then is
                given up; where none is, a last one may take 5 seconds more.
            raise_on_failure: Whether failure is an error; if not, what failed is given with the
                others.
            on_poll: Told of each look.

        Raises:
            OperationFailed: All ended, and some failed. The error carries the first of these as
                ``operation`` and all that ended as ``operations``.
            WaitTimeout: They had not all ended in time, or none had begun; the error carries all
                that were seen as ``last``.
            ValueError: An argument is not valid.
        """
        listing = self.list(
            kind=kind,
            resource_type=plain_text("resource_type", resource_type),
            resource_id=plain_text("resource_id", resource_id),
        )
        return await wait_for_all(
            listing.collect,
            Rounds.checked(poll, timeout, self._client.clock),
            at_least_one=at_least_one,
            on_poll=checked_hook(on_poll),
            raise_on_failure=raise_on_failure,
        )

    def wait_many(
        self,
        ids: Iterable[str],
        *,
        kind: str | None = None,
        resource_type: str | None = None,
        resource_id: str | None = None,
        poll: PollPolicy = PollPolicy(),
        timeout: float | None = None,
        on_poll: OnPoll | None = None,
        concurrency: int = CONCURRENCY,
    ) -> WaitMany[str, AsyncOperation]:
        """Many operations, each given when it has ended.

        ``async with chainloop.operations.wait_many(ids) as finished`` is iterated over for pairs:
        each id once, with its operation, failed or not, or with its error. See :meth:`pending`
        and :class:`asyncops.WaitMany`.

        Args:
            ids: Operation ids, checked at once. One that is given twice comes once.
            kind: Their kind, if they share one: less has to be listed.
            resource_type: Their resource's type, if they share one; goes with ``resource_id``.
            resource_id: Their resource; goes with ``resource_type``.
            poll: How often to look, and for how long; ``initial`` again after each end.
            timeout: Seconds in all; None for the policy's own.
            on_poll: Told of each look.
            concurrency: The most requests under way at once, at least 1.

        Raises:
            ValueError: An argument is not valid; nothing has been sent.
        """
        return wait_many(
            self.pending(ids, kind=kind, resource_type=resource_type, resource_id=resource_id),
            poll=poll,
            timeout=timeout,
            on_poll=on_poll,
            concurrency=concurrency,
        )

    def pending(
        self,
        ids: Iterable[str],
        *,
        kind: str | None = None,
        resource_type: str | None = None,
        resource_id: str | None = None,
    ) -> Pending[str, AsyncOperation]:
        """Operations to wait for together with others, by :func:`asyncops.wait_many`.

        Chainloop has no request for one operation: each look reads the listing from its beginning
        until all are seen. An id that three looks in a row found nowhere in the whole listing is
        given as :class:`NotFound`.

        Args:
            ids: Operation ids, checked at once.
            kind: Their kind, if they share one: less has to be listed.
            resource_type: Their resource's type, if they share one; goes with ``resource_id``.
            resource_id: Their resource; goes with ``resource_type``.

        Raises:
            ValueError: An argument is not valid; nothing has been sent.
        """
        request = Request(path=PATH, params=filters_of(None, kind, resource_type, resource_id))
        source = operations_source(self._client, request, self._base)
        return Pending(ids, source, check=plain_text)
