"""Walk one listing of each of many accounts, several at once."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import aclosing
from typing import Generic, TypeVar

from attrs import define

from asyncops.errors import AsyncOpsError, ListingMoved, PaginationError
from asyncops.listing.pager import Pager
from asyncops.utils.checks import count
from asyncops.utils.task_scope import TaskScope

K = TypeVar("K")
C = TypeVar("C")
T = TypeVar("T")


def fan_out(
    clients: Mapping[K, C], walk: Callable[[C], Pager[T]], *, concurrency: int = 8
) -> "FanOut[K, T]":
    """Walk one listing of each client, several at once.

    ::

        accounts = {"research": ZooClient(), "design": ZooClient()}
        async with fan_out(accounts, lambda zoo: zoo.operations.list()) as found:
            async for name, operation in found:
                if isinstance(operation, AsyncOpsError): ...

    The items of all accounts come as they arrive, each with the name of its account. The items of
    one account keep their order.

    An account that fails gives ``(name, error)`` in place of its further items, with the
    ``checkpoint`` to go on from, and the others go on. If :class:`ListingMoved` was turned into an
    error, it comes as the cause of a :class:`PaginationError`.

    Args:
        clients: The clients by the names of their accounts.
        walk: Makes the listing of a client; called at once for each.
        concurrency: The most listings walked at once, at least 1. Each holds at most two pages:
            one in use or waiting, and one fetched ahead. Each client has 100 connections; clients
            that were given the same session share its connections.

    Raises:
        TypeError: ``clients`` is no mapping, or ``walk`` returned something other than a pager.
        ValueError: ``concurrency`` is below 1.
    """
    limit = count("concurrency", concurrency)
    if not isinstance(clients, Mapping):
        raise TypeError(
            f"clients must be a mapping of clients by name, got {type(clients).__name__}"
        )
    if not callable(walk):
        raise TypeError(f"walk must be a function that gives a Pager, got {type(walk).__name__}")
    listings: deque[tuple[K, Pager[T]]] = deque()
    for name, client in clients.items():
        pager = walk(client)
        if not isinstance(pager, Pager):
            raise TypeError(f"walk must give a Pager, got {type(pager).__name__}")
        listings.append((name, pager))
    return FanOut(listings, limit)


@define(eq=False)
class _Batch(Generic[K, T]):
    """Items of one account, for the consumer.

    Attributes:
        name: The account.
        items: The items, or one error.
        taken: Done when all of them were taken.
    """

    name: K
    items: tuple[T | AsyncOpsError, ...]
    taken: "asyncio.Future[None]"


class FanOut(TaskScope[tuple[K, T | AsyncOpsError]], Generic[K, T]):
    """Pairs of an account's name and an item or an error: the return value of :func:`fan_out`."""

    def __init__(self, listings: deque[tuple[K, Pager[T]]], limit: int) -> None:
        super().__init__()
        self._listings = listings
        self._limit = limit
        self._batches: deque[_Batch[K, T]] = deque()
        self._batch: _Batch[K, T] | None = None
        self._index = 0

    async def __anext__(self) -> tuple[K, T | AsyncOpsError]:
        while True:
            self._check_open()
            batch = self._batch
            if batch is not None:
                if self._index < len(batch.items):
                    item = batch.items[self._index]
                    self._index += 1
                    return batch.name, item
                self._batch = None
                if not batch.taken.done():
                    batch.taken.set_result(None)
            if self._batches:
                self._batch, self._index = self._batches.popleft(), 0
                # One arrival is a whole page: whoever else waits may have some of it.
                self._arrivals.wake_all()
            elif not await self._arrival():
                raise StopAsyncIteration

    def _start(self) -> None:
        for _ in range(min(self._limit, len(self._listings))):
            self._spawn(self._work)

    async def _work(self) -> None:
        while self._listings:
            name, pager = self._listings.popleft()
            try:
                async with aclosing(pager.pages()) as pages:
                    async for page in pages:
                        await self._give(name, page.items)
            except AsyncOpsError as error:
                await self._give(name, (error,))
            except ListingMoved as moved:
                failure = PaginationError(str(moved))
                failure.__cause__, failure.checkpoint = moved, moved.checkpoint
                await self._give(name, (failure,))

    async def _give(self, name: K, items: tuple[T | AsyncOpsError, ...]) -> None:
        taken = asyncio.get_running_loop().create_future()
        self._batches.append(_Batch(name, items, taken))
        self._arrivals.wake()
        await taken
