"""Many ids, each asked for by itself, several at once."""

from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from functools import partial
from typing import Generic, TypeVar

from asyncops.checks import count
from asyncops.crew import Crew, Waiters
from asyncops.errors import AsyncOpsError, ConfigurationError
from asyncops.transport import CONNECTIONS

__all__ = ["Many"]

K = TypeVar("K")
R = TypeVar("R")


class _Place(Generic[K, R]):
    """Where the answer to one id goes."""

    __slots__ = ("answer",)

    def __init__(self) -> None:
        self.answer: tuple[K, R | AsyncOpsError] | None = None


class Many(Crew[tuple[K, R | AsyncOpsError]], Generic[K, R]):
    """Pairs of an id, as it was given, and its result or its error.

    ``async with many as results: async for id, result in results`` asks for as many ids at once
    as ``concurrency`` says. An :class:`AsyncOpsError` of one id is its result and costs the
    others nothing. An id given twice is asked for twice.

    Ids under way and results not yet taken are never more than ``concurrency`` together, and no
    more ids than that are taken from an async iterable beyond those whose results were given out.
    Several tasks may iterate over it: each result goes to one of them.

    Iterating raises :class:`ConfigurationError` where the client is closed, belongs to another
    event loop, or where the ``async with`` was left; and whatever the source of the ids raises,
    once the results of the ids before it have been given.

    Args:
        ids: The ids. An iterable is read and checked whole, at once; of an async iterable, each
            id is checked as it comes. An async generator is closed at the end.
        get: Asks for one id, in the spelling that ``check`` gives.
        check: From an argument's name and an id to the spelling that is sent.
        concurrency: The most requests under way at once, at least 1. A client has 100
            connections, so that more than 100 stands for 100. Of a client whose session has
            fewer, or that does other work besides, ask for what is left.
        ordered: Whether results come in the order of the ids, or as they are there.

    Raises:
        TypeError: ``ids`` is one id, or nothing that can be iterated over.
        ValueError: An id is not valid; it is named by its position, from 0.
    """

    def __init__(
        self,
        ids: Iterable[K] | AsyncIterable[K],
        get: Callable[[str], Awaitable[R]],
        *,
        check: Callable[[str, K], str],
        concurrency: int,
        ordered: bool,
    ) -> None:
        super().__init__()
        # What waits for a connection could only run into Timeout.pool.
        self._limit = min(count("concurrency", concurrency), CONNECTIONS)
        self._get = get
        self._check = check
        self._ordered = ordered
        self._todo: deque[tuple[K, str]] = deque()
        self._ids: AsyncIterable[K] | None = None
        if isinstance(ids, AsyncIterable):
            self._ids = ids
        elif isinstance(ids, Iterable) and not isinstance(ids, str | bytes):
            self._todo.extend(self._checked(number, each) for number, each in enumerate(ids))
        else:
            raise TypeError(f"ids must be several ids, got one {type(ids).__name__}")
        self._fed = self._ids is None
        self._source: AsyncIterator[K] | None = None
        self._source_error: Exception | None = None
        self._line: deque[_Place[K, R]] = deque()
        self._out = 0
        self._idle = Waiters()
        self._room = self._idle if self._fed else Waiters()

    async def __anext__(self) -> tuple[K, R | AsyncOpsError]:
        while True:
            self._check_open()
            line = self._line
            if line and (answer := line[0].answer) is not None:
                line.popleft()
                self._out -= 1
                self._room.wake()
                if self._ordered and line and line[0].answer is not None:
                    self._arrivals.wake()
                return answer
            if not await self._arrival():
                if self._source_error is not None:
                    raise self._source_error
                raise StopAsyncIteration

    def _start(self) -> None:
        workers = self._limit
        if self._ids is None:
            workers = min(workers, len(self._todo))
        else:
            self._source = aiter(self._ids)
            self._spawn(partial(self._feed, self._source))
        for _ in range(workers):
            self._spawn(self._work)

    async def _close(self) -> None:
        # The feeder closes what it reads, save where it was ended before it began.
        await _aclose(self._source)

    def _checked(self, number: int, each: K) -> tuple[K, str]:
        return each, self._check(f"ids[{number}]", each)

    async def _feed(self, source: AsyncIterator[K]) -> None:
        """Take ids as there is room for them; in one task, as generators with scopes need it."""
        try:
            try:
                number = 0
                async for each in source:
                    self._todo.append(self._checked(number, each))
                    number += 1
                    self._idle.wake()
                    while len(self._todo) + self._out >= self._limit:
                        await self._room.wait()
            finally:
                await _aclose(source)
        except Exception as error:  # noqa: BLE001 - raised to whoever iterates
            # Kept until all results of the ids before it are given out.
            self._source_error = error
        self._fed = True
        self._idle.wake_all()

    async def _work(self) -> None:
        todo, line, ordered = self._todo, self._line, self._ordered
        while self._failure is None:
            if todo and self._out < self._limit:
                each, spelling = todo.popleft()
                self._out += 1
                place: _Place[K, R] = _Place()
                if ordered:
                    line.append(place)
                place.answer = each, await self._ask(spelling)
                if not ordered:
                    line.append(place)
                if line[0] is place or not ordered:
                    self._arrivals.wake()
            elif todo or not self._fed:
                await self._idle.wait()
            else:
                break
        self._idle.wake_all()

    async def _ask(self, spelling: str) -> R | AsyncOpsError:
        try:
            return await self._get(spelling)
        except ConfigurationError:
            # No other id would fare better.
            raise
        except AsyncOpsError as error:
            return error


async def _aclose(ids: object) -> None:
    close = getattr(ids, "aclose", None)
    if close is not None:
        await close()
