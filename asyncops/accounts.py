"""One listing of each of many accounts, several walked at once."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import aclosing
from typing import Generic, TypeVar

from attrs import define

from asyncops.checks import count
from asyncops.crew import Crew
from asyncops.errors import AsyncOpsError, ListingMoved, PaginationError
from asyncops.pager import Pager

__all__ = ["FanOut", "fan_out"]

K = TypeVar("K")
C = TypeVar("C")
T = TypeVar("T")


def fan_out(
    clients: Mapping[K, C], walk: Callable[[C], Pager[T]], *, concurrency: int = 8
) -> "FanOut[K, T]":
    """Walk one listing of each client, several at once.

    ``async with fan_out(accounts, lambda zoo: zoo.operations.list()) as found: async for name,
    operation in found`` gives the items of all accounts as they come, each with the name of its
    account. Those of one account are in its own order.

    An account that fails gives ``(name, error)`` in the place of its further items, with the
    ``checkpoint`` to go on from, and costs the others nothing. :class:`ListingMoved`, where that
    warning was made an error, is given as a :class:`PaginationError` with it as its cause.

    Args:
        clients: The clients by the names of their accounts.
        walk: From a client to the listing; called at once for each of them.
        concurrency: The most listings that are walked at once, at least 1. Each of them holds at
            most two pages: one that is in use or waits for its turn, and one fetched ahead. Each
            client has 100 connections; clients that were given one session share those of it.

    Raises:
        TypeError: ``walk`` gave something else than a pager.
        ValueError: ``concurrency`` is below 1.
    """
    limit = count("concurrency", concurrency)
    listings: deque[tuple[K, Pager[T]]] = deque()
    for name, client in clients.items():
        pager = walk(client)
        if not isinstance(pager, Pager):
            raise TypeError(f"walk must give a Pager, got {type(pager).__name__}")
        listings.append((name, pager))
    return FanOut(listings, limit)


@define(eq=False)
class _Turn(Generic[K, T]):
    """Items of one account, lent until the next ones are wanted."""

    name: K
    items: tuple[T | AsyncOpsError, ...]
    over: "asyncio.Future[None]"


class FanOut(Crew[tuple[K, T | AsyncOpsError]], Generic[K, T]):
    """Pairs of an account's name and an item or an error: what :func:`fan_out` gives."""

    def __init__(self, listings: deque[tuple[K, Pager[T]]], limit: int) -> None:
        super().__init__()
        self._listings = listings
        self._limit = limit
        self._line: deque[_Turn[K, T]] = deque()
        self._turn: _Turn[K, T] | None = None
        self._index = 0

    async def __anext__(self) -> tuple[K, T | AsyncOpsError]:
        while True:
            self._check_open()
            turn = self._turn
            if turn is not None:
                if self._index < len(turn.items):
                    item = turn.items[self._index]
                    self._index += 1
                    return turn.name, item
                self._turn = None
                if not turn.over.done():
                    turn.over.set_result(None)
            if self._line:
                self._turn, self._index = self._line.popleft(), 0
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
                        await self._lend(name, page.items)
            except AsyncOpsError as error:
                await self._lend(name, (error,))
            except ListingMoved as moved:
                failure = PaginationError(str(moved))
                failure.__cause__, failure.checkpoint = moved, moved.checkpoint
                await self._lend(name, (failure,))

    async def _lend(self, name: K, items: tuple[T | AsyncOpsError, ...]) -> None:
        over = asyncio.get_running_loop().create_future()
        self._line.append(_Turn(name, items, over))
        self._arrivals.wake()
        await over
