"""The verbs of a resource of one client: ``list``, ``get``, ``wait`` and the others.

A description becomes one of these classes, so that a verb that a service does not have is missing
from the type.
"""

from collections.abc import AsyncIterable, Iterable
from typing import Generic, Unpack

from asyncops.checkpoints import Checkpoint
from asyncops.http.invalid_items import OnInvalid
from asyncops.http.meter import OnPage
from asyncops.kit.bound import Bound
from asyncops.kit.generics import F, O, P, R, T, W
from asyncops.kit.options import ListOptions
from asyncops.listing.get_many import GetMany
from asyncops.listing.pager import Pager
from asyncops.models import Id
from asyncops.paging.limits import MAX_PAGES
from asyncops.polling.pending import Pending
from asyncops.polling.wait import WaitOptions
from asyncops.polling.wait_many import WaitMany, WaitManyOptions, wait_many
from asyncops.polling.watch import Watch
from asyncops.sharding.shard import Shard


class Verbs:
    """What all classes of verbs are made from.

    Args:
        bound: The resource, its client and its place.
    """

    def __init__(self, bound: Bound[..., ...]) -> None:
        self._bound = bound

    def __repr__(self) -> str:
        return f"<{self._bound.where.name} of {self._bound.where.client!r}>"


class ListedItems(Verbs, Generic[P, T]):
    """Items that a service lists."""

    def list(self, *args: P.args, **kwargs: P.kwargs) -> Pager[T]:
        """List the items; nothing is sent until the pager is awaited or iterated.

        ::

            async for run in github.runs("python", "cpython").list(branch="main"): ...

        The keyword arguments are the fields of the resource's options class: its filters, and
        those of :class:`~asyncops.kit.ListOptions`.

        Raises:
            ValueError: An argument is out of range, or belongs to another query.
            TypeError: An argument has another type, or does not exist.
        """
        return self._bound.pager(*args, **kwargs)


class _Gets(Verbs, Generic[R]):
    async def get(self, id: Id) -> R:  # noqa: A002 - the field's own name
        """Get one item with all that the service says about it.

        Args:
            id: The item's id.

        Raises:
            NotFound: There is no such item.
            ValueError: ``id`` cannot be an id.
        """
        item: R = await self._bound.get(id)
        return item

    def get_many(
        self, ids: Iterable[Id] | AsyncIterable[Id], *, concurrency: int = 16, ordered: bool = False
    ) -> GetMany[Id, R]:
        """Get many items, several at once.

        ``async with runs.get_many(ids) as results: async for id, result in results`` gives each id
        with its item or with its error; the error of one costs the others nothing.

        Args:
            ids: An iterable is checked as a whole, at once; of an async iterable, ids are taken as
                they can be asked for.
            concurrency: The most requests in flight at once, at least 1; at most 100 are used.
            ordered: Whether results keep the order of the ids, or come as they arrive.

        Raises:
            ValueError: An id cannot be one; nothing has been sent.
        """
        return GetMany(
            ids,
            self._bound.ask,
            check=self._bound.single.check,
            concurrency=concurrency,
            ordered=ordered,
        )


class _WaitsForMany(Verbs, Generic[O]):
    def wait_many(self, ids: Iterable[Id], **options: Unpack[WaitManyOptions]) -> WaitMany[Id, O]:
        """Wait for many operations, and give each when it has ended.

        ``async with runs.wait_many(ids) as finished: async for id, result in finished`` gives each
        id once: with its operation, failed or not, or with its error. Where listings answer for
        all ids in fewer requests than one for each, they are read.

        Args:
            ids: The ids, checked at once. An id that is given twice comes once.
            options: ``poll``, how often to poll, and for how long. ``timeout``, seconds in all;
                ``None`` means the policy's own timeout. ``on_poll``, called after each poll.
                ``on_blocked``: ``"raise"`` gives an operation that waits for a person as
                ``OperationBlocked``. ``concurrency``, the most requests in flight at once, 16 by
                default.

        Raises:
            ValueError: An argument is not valid; nothing has been sent.
        """
        return wait_many(self.pending(ids), **options)

    def pending(self, ids: Iterable[Id]) -> Pending[Id, O]:
        """Operations to wait for together with those of other resources.

        ``async with asyncops.wait_many(a.pending(ids), b.pending(others)) as finished`` waits for
        both.

        Args:
            ids: The ids, checked at once.

        Raises:
            ValueError: An id cannot be one; nothing has been sent.
        """
        return self._bound.pending(ids)


class Lookups(_Gets[O], _WaitsForMany[O], Generic[O]):
    """Operations that are asked for by their ids."""

    async def wait(self, id: Id, **options: Unpack[WaitOptions]) -> O:  # noqa: A002
        """Wait until an operation has ended, and return it.

        ::

            run = await github.runs("python", "cpython").wait(12, timeout=300)

        Cancelling the wait leaves the operation alone. A poll that fails with an error that may
        pass (a lost connection, 5xx, 429) is made up for by the next one; any other error ends the
        wait.

        Args:
            id: The operation's id.
            options: ``poll``, how often to poll, and for how long; the first poll is at once.
                ``timeout``, seconds in all; ``None`` means the policy's own timeout. A poll in
                flight is given up then; otherwise a last one may take 5 seconds more.
                ``raise_on_failure``, whether a failure is raised, as it is by default; otherwise,
                the operation is returned. ``on_poll``, called after each poll. ``on_blocked``:
                ``"raise"`` raises ``OperationBlocked`` where it waits for a person.

        Raises:
            OperationFailed: It failed; the error carries it as ``operation``.
            OperationBlocked: It waits for a person, and ``on_blocked`` is ``"raise"``.
            WaitTimeout: It had not ended in time; the error carries it as ``last``.
            NotFound: There is no such operation.
            ValueError: An argument is not valid.
        """
        operation: O = await self._bound.wait(id, **options)
        return operation


class Items(ListedItems[P, T], _Gets[R], Generic[P, T, R]):
    """Items without a life, such as conversations: listed, and got by their ids."""

    def __init__(self, bound: Bound[P, ...]) -> None:
        super().__init__(bound)


class _Watches(Verbs, Generic[W, O]):
    def watch(self, *args: W.args, **kwargs: W.kwargs) -> Watch[O]:
        """Watch operations: give each change from now on, or from a checkpoint on.

        ``async with runs.watch() as changes: async for change in changes`` gives each operation
        that is created, changes, ends or vanishes; see :class:`asyncops.Watch`.

        The keyword arguments are the fields of the resource's second options class: its filters,
        and those of :class:`~asyncops.kit.WatchOptions`.

        Raises:
            ValueError: An argument is out of range, or ``resume`` belongs to another watch.
            TypeError: An argument has another type, or does not exist.
        """
        return self._bound.watch(*args, **kwargs)

    def shard(
        self,
        shard: Shard,
        *,
        resume: Checkpoint | None = None,
        max_pages: int = MAX_PAGES,
        deadline: float | None = None,
        on_page: OnPage | None = None,
        on_invalid: OnInvalid | None = None,
    ) -> Pager[O]:
        """Read one part of a listing, as ``await runs.list().shards()`` cuts it.

        It is a listing as any other, but for ``.concurrent()``, which reads one page after the
        other, and for its order, which is the shard's own.

        Args:
            shard: The part; it holds the query and the page size.
            resume: Start at this checkpoint of the same shard.
            max_pages: The most requests of one walk.
            deadline: Seconds that one walk may take; ``None`` means no limit.
            on_page: Called with the :class:`~asyncops.WalkReport` so far when a page has come.
            on_invalid: Called with an :class:`~asyncops.InvalidItem` for each row that does not
                fit; ``None``: such a row is an error.

        Raises:
            ValueError: It is a part of another listing, or an argument is out of range.
        """
        options = ListOptions(
            resume=resume,
            max_pages=max_pages,
            deadline=deadline,
            on_page=on_page,
            on_invalid=on_invalid,
        )
        return self._bound.shard(shard, options)


class ListedOperations(ListedItems[P, O], _Watches[W, O], _WaitsForMany[O], Generic[P, W, O]):
    """Operations that a service lists, and cannot be asked for one by one."""


class Operations(ListedItems[P, O], _Watches[W, O], Lookups[F], Generic[P, W, O, F]):
    """Operations of a service, with all verbs.

    A subclass with signatures written by hand is given to ``Resource(verbs=...)``::

        class RunVerbs(Operations[P, W, Run, Run], Generic[P, W]):
            async def wait(self, *, branch: str) -> tuple[Run, ...]: ...
    """

    def __init__(self, bound: Bound[P, W]) -> None:
        super().__init__(bound)
