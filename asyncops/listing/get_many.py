"""Get many operations by their ids, several at once."""

from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from functools import partial
from typing import Generic, TypeVar

from asyncops.errors import AsyncOpsError, ConfigurationError
from asyncops.http.transport import CONNECTIONS
from asyncops.utils.checks import count, flag
from asyncops.utils.task_scope import TaskScope, Waiters

K = TypeVar("K")
R = TypeVar("R")


class GetMany(TaskScope[tuple[K, R | AsyncOpsError]], Generic[K, R]):
    """Pairs of an id, as it was given, and its result or its error.

    ::

        async with zoo.operations.get_many(ids) as results:
            async for id, result in results:
                if isinstance(result, AsyncOpsError): ...

    At most ``concurrency`` ids are asked for at once. An :class:`AsyncOpsError` of one id is its
    result, and the others go on. An id given twice is asked for twice.

    Requests in flight and results not yet taken are at most ``2 * concurrency`` together, and an
    async iterable is read no further ahead than that. Several tasks may iterate: each result goes
    to one of them.

    Iterating raises :class:`ConfigurationError` if the client is closed or belongs to another event
    loop, or if the ``async with`` was left. An error of the source of the ids is raised once the
    results of the ids before it have been given.

    Args:
        ids: The ids. An iterable is read and checked as a whole, at once; each id of an async
            iterable is checked as it comes. An async generator is closed at the end.
        get: Asks for one id, as ``check`` returned it.
        check: Checks an id and returns it as it is sent; its first argument names the id in errors.
        concurrency: The most requests in flight at once, at least 1. At most 100 are used, as many
            as a client has connections; ask for fewer if the session has fewer or does other work.
        ordered: Whether results keep the order of the ids, or come as they arrive.

    Raises:
        TypeError: ``ids`` is a single id, or cannot be iterated over.
        ValueError: An id is not valid; the error names its position, from 0.
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
        # More requests would only wait for a connection, up to Timeout.pool.
        self._limit = min(count("concurrency", concurrency), CONNECTIONS)
        # A request need not wait until the result of the one before it is taken.
        self._ahead = 2 * self._limit
        self._get = get
        self._check = check
        self._ordered = flag("ordered", ordered)
        self._todo: deque[tuple[K, str]] = deque()
        self._ids: AsyncIterable[K] | None = None
        if isinstance(ids, AsyncIterable):
            self._ids = ids
        elif isinstance(ids, Iterable) and not isinstance(ids, str | bytes):
            self._todo.extend(self._checked(number, each) for number, each in enumerate(ids))
        else:
            raise TypeError(f"ids must be several ids, got one {type(ids).__name__}")
        self._all_read = self._ids is None
        self._source: AsyncIterator[K] | None = None
        self._source_error: Exception | None = None
        # In order, an id that has no answer yet has its place.
        self._results: deque[list[tuple[K, R | AsyncOpsError]]] = deque()
        self._untaken = 0
        self._idle = Waiters()
        self._room = self._idle if self._all_read else Waiters()

    async def __anext__(self) -> tuple[K, R | AsyncOpsError]:
        while True:
            self._check_open()
            results = self._results
            if results and results[0]:
                (answer,) = results.popleft()
                self._untaken -= 1
                self._room.wake()
                if self._ordered and results and results[0]:
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
            self._spawn(partial(self._read_ids, self._source))
        for _ in range(workers):
            self._spawn(self._work)

    async def _close(self) -> None:
        # The task that reads the ids closes them, unless it was cancelled before it began.
        await _aclose(self._source)

    def _checked(self, number: int, each: K) -> tuple[K, str]:
        return each, self._check(f"ids[{number}]", each)

    async def _read_ids(self, source: AsyncIterator[K]) -> None:
        """Read ids while there is room, all in one task, as generators with scopes need it."""
        try:
            try:
                number = 0
                async for each in source:
                    self._todo.append(self._checked(number, each))
                    number += 1
                    self._idle.wake()
                    while len(self._todo) + self._untaken >= self._ahead:
                        await self._room.wait()
            finally:
                await _aclose(source)
        except Exception as error:  # noqa: BLE001 - raised to whoever iterates
            # Raised once all results of the ids before it have been given.
            self._source_error = error
        self._all_read = True
        self._idle.wake_all()

    async def _work(self) -> None:
        todo, results, ordered = self._todo, self._results, self._ordered
        while self._failure is None:
            if todo and self._untaken < self._ahead:
                each, spelling = todo.popleft()
                self._untaken += 1
                result: list[tuple[K, R | AsyncOpsError]] = []
                if ordered:
                    results.append(result)
                try:
                    result.append((each, await self._get(spelling)))
                except ConfigurationError:
                    # All other ids would fail in the same way.
                    raise
                except AsyncOpsError as error:
                    result.append((each, error))
                if not ordered:
                    results.append(result)
                if results[0] is result or not ordered:
                    self._arrivals.wake()
            elif todo or not self._all_read:
                await self._idle.wait()
            else:
                break
        self._idle.wake_all()


async def _aclose(ids: object) -> None:
    close = getattr(ids, "aclose", None)
    if close is not None:
        await close()
