"""Several sorted listings, merged into one."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from heapq import heapify, heappop, heapreplace
from typing import Any, Generic, TypeVar, overload

from attrs import evolve

from asyncops.checkpoints import Checkpoint
from asyncops.errors import AsyncOpsError, PaginationError
from asyncops.listing.pager import Pager
from asyncops.utils.checks import check_type
from asyncops.utils.iteration_guard import busy
from asyncops.utils.task_scope import TaskScope

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")


@overload
def merge(a: Pager[A], /, *, key: Callable[[A], Any], reverse: bool = False) -> "Merge[A]": ...


@overload
def merge(
    a: Pager[A], b: Pager[B], /, *, key: Callable[[A | B], Any], reverse: bool = False
) -> "Merge[A | B]": ...


@overload
def merge(
    a: Pager[A],
    b: Pager[B],
    c: Pager[C],
    /,
    *,
    key: Callable[[A | B | C], Any],
    reverse: bool = False,
) -> "Merge[A | B | C]": ...


@overload
def merge(
    a: Pager[A],
    b: Pager[B],
    c: Pager[C],
    d: Pager[D],
    /,
    *,
    key: Callable[[A | B | C | D], Any],
    reverse: bool = False,
) -> "Merge[A | B | C | D]": ...


@overload
def merge(*pagers: Pager[T], key: Callable[[T], Any], reverse: bool = False) -> "Merge[T]": ...


def merge(*pagers: Pager[Any], key: Callable[[Any], Any], reverse: bool = False) -> "Merge[Any]":
    """Merge listings, of one service or of several, that are each sorted by ``key``.

    ::

        listings = zoo.operations.list(), chainloop.operations.list()
        newest = lambda operation: operation.created_at
        async with merge(*listings, key=newest, reverse=True) as operations:
            async for operation in operations: ...

    The items come in the order of their keys; of equal keys, those of the earlier pager first. Of
    each listing, one page is in use and one is fetched ahead. The first pages are fetched side by
    side when the ``async with`` is entered.

    Args:
        pagers: The listings, each in the order that ``reverse`` says.
        key: Returns the sort key of an item: anything that ``sorted`` can compare, never ``None``.
        reverse: Whether the largest key comes first, as for the newest by ``created_at``.

    Raises:
        TypeError: One of ``pagers`` is no pager, or ``key`` no function.
        PaginationError: While iterating: a listing is not sorted, or an item has no key.
        AsyncOpsError: While iterating: a listing failed. It is raised with the ``checkpoint`` of
            that listing, when all items fetched before have been given and its next is needed.
        ConfigurationError: While iterating: another task waits for the next item, or the
            ``async with`` was left.
    """
    for position, pager in enumerate(pagers):
        check_type(f"pagers[{position}]", pager, Pager)
    if not callable(key):
        raise TypeError(f"key must be a function of an item, got {type(key).__name__}")
    return Merge(pagers, key, reverse)


class _Input(Generic[T]):
    """One of the listings, and its next item."""

    item: T
    key: Any

    def __init__(
        self, pager: Pager[T], position: int, key_of: Callable[[T], Any], reverse: bool
    ) -> None:
        self.walk = aiter(pager)
        self._start = self.walk.checkpoint
        self._position = position
        self._key_of = key_of
        self._reverse = reverse
        self._any = False
        self._given = False
        self._pending = False
        self.ended = False

    def __lt__(self, other: "_Input[Any]") -> bool:
        """Whether its item comes first."""
        if self._precedes(self.key, other.key):
            return True
        return self._position < other._position and not self._precedes(other.key, self.key)

    def _precedes(self, one: Any, other: Any) -> bool:
        return bool(other < one if self._reverse else one < other)

    async def pull(self) -> bool:
        """Fetch the next item.

        Returns:
            False at the end of the listing.

        Raises:
            PaginationError: The item has no key, or one that belongs in front of the item before
                it.
            AsyncOpsError: The listing failed.
        """
        try:
            item = await anext(self.walk)
        except StopAsyncIteration:
            self.ended = True
            return False
        self._pending = True
        key = self._key_of(item)
        # A key that does not equal itself cannot be sorted.
        if key is None or key != key:  # noqa: PLR0124
            raise self._error("has an item whose key is None or NaN; give another key")
        if self._any and self._precedes(key, self.key):
            order = "descending" if self._reverse else "ascending"
            raise self._error(
                f"is not in {order} order of its keys, so nothing can be merged with it; "
                "list it in that order (sort_by=...), or give the key or the direction (reverse=) "
                "that it is sorted by"
            )
        self.item, self.key, self._any = item, key, True
        return True

    def give(self) -> T:
        """Return the item, and count it as given."""
        self._given, self._pending = True, False
        return self.item

    def _error(self, what: str) -> PaginationError:
        error = PaginationError(f"pagers[{self._position}] {what}")
        error.checkpoint = self.checkpoint
        return error

    @property
    def checkpoint(self) -> Checkpoint:
        """The position behind the last item that was given."""
        if not self._given:
            return self._start
        place = self.walk.checkpoint
        # The walk has counted the pending item as given, with the last id of its checkpoint.
        return evolve(place, seen=place.seen[:-1]) if self._pending else place


class Merge(TaskScope[T]):
    """The items of several listings in order: the return value of :func:`merge`.

    One task at a time may ask for the next item.
    """

    def __init__(
        self, pagers: tuple[Pager[T], ...], key: Callable[[T], Any], reverse: bool
    ) -> None:
        super().__init__()
        self._inputs = [
            _Input(pager, position, key, reverse) for position, pager in enumerate(pagers)
        ]
        self._heap: list[_Input[T]] | None = None
        self._used = False
        self._asked = False

    async def __anext__(self) -> T:
        self._check_open()
        if self._asked:
            raise busy("merge")
        if self._failure is not None:
            raise self._failure
        self._asked = True
        try:
            heap = await self._advanced()
        finally:
            self._asked = False
        if not heap:
            raise StopAsyncIteration
        self._used = True
        return heap[0].give()

    @property
    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """The position of each listing behind the item last given, in the order of the pagers.

        ::

            first, second = merged.checkpoints
            rest = merge(
                zoo.operations.list(resume=first), chainloop.operations.list(resume=second), key=key
            )
        """
        return tuple(each.checkpoint for each in self._inputs)

    async def _advanced(self) -> list[_Input[T]]:
        if self._heap is None:
            while await self._arrival():
                self._check_open()
        try:
            return await self._next_heap()
        except BaseException as error:
            self._failure = PaginationError(
                "this was broken off by an error or a cancellation; "
                "go on with list(resume=...) from its checkpoints"
            )
            if isinstance(error, AsyncOpsError):
                # The walks were closed if another task has left the `async with`.
                self._check_open()
            raise

    async def _next_heap(self) -> list[_Input[T]]:
        """Return a heap of the listings that have a next item."""
        heap = self._heap
        if heap is None:
            heap = self._heap = [each for each in self._inputs if not each.ended]
            heapify(heap)
        elif self._used:
            # Pull only now, so that an error behind the last item comes after that item.
            self._used = False
            if await heap[0].pull():
                heapreplace(heap, heap[0])
            else:
                heappop(heap)
        return heap

    def _start(self) -> None:
        for each in self._inputs:
            self._spawn(each.pull)

    async def _close(self) -> None:
        async with AsyncExitStack() as stack:
            for each in self._inputs:
                stack.push_async_callback(each.walk.aclose)
