"""One group of operations that are waited for: which are open, and one look at all of them."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Coroutine
from copy import copy
from typing import Any, Generic, TypeVar

from attrs import define, field

from asyncops.errors import AsyncOpsError, ConfigurationError, NotFound
from asyncops.models import Operation, has_ended
from asyncops.pending import Pending, Source
from asyncops.rounds import Tolerance
from asyncops.sweep import Costs, Share, Slots, Span, Sweep
from asyncops.tasks import end

__all__ = ["Following", "Open"]

K = TypeVar("K")
R = TypeVar("R", bound=Operation)

# A service that has only listings may be a little late to list what it has just begun.
_ABSENCES = 3


@define(eq=False)
class Open(Generic[K]):
    """One operation that has not ended.

    Attributes:
        id: As it was given.
        last: As it was last seen; None if it never was.
        error: Why the last look failed; None if it did not.
        absent: How often in a row it was in none of the listings.
    """

    id: K
    last: Operation | None = None
    error: AsyncOpsError | None = None
    absent: int = 0


@define(eq=False)
class Following(Generic[K, R]):
    """One group, by the cheaper of two ways: its service's listings, or one request for each id.

    Attributes:
        source: How to ask.
        give: Takes what came of an id.
        shared: What every request of all groups needs one of.
        open: What has not ended, by the spelling that is sent.
        tolerance: Which errors the next look may make up for.
    """

    source: Source[R]
    give: Callable[[K, R | AsyncOpsError], None]
    shared: Slots
    open: dict[str, Open[K]]
    tolerance: Tolerance = field(factory=Tolerance)
    _slots: Share = field(init=False)
    _costs: Costs = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._costs = Costs(len(self.source.listings))
        self._slots = self.shared.share(self._useful)

    @classmethod
    def of(
        cls,
        pending: Pending[K, R],
        give: Callable[[K, R | AsyncOpsError], None],
        shared: Slots,
        tolerance: Tolerance,
    ) -> "Following[K, R]":
        """All ids of a group, open."""
        ids = {spelling: Open(each) for spelling, each in pending.ids.items()}
        return cls(pending.source, give, shared, ids, tolerance)

    async def look(self) -> AsyncOpsError | None:
        """Look at all that are open; the error of a look that the next one may make up for.

        Raises:
            ConfigurationError: The client cannot be used.
        """
        budget = None
        if self._get is not None:
            budget = self._costs.next_budget(len(self.open))
            if not budget:
                return await self._ask_for(tuple(self.open))
        try:
            return await self._read(budget)
        except ConfigurationError:
            # No other request would fare better.
            raise
        except AsyncOpsError as error:
            failure = error
        return await self._without_listings(failure)

    def end(self, spelling: str, result: R | AsyncOpsError) -> None:
        """Give out what came of an id, which is not open any more."""
        self.give(self.open.pop(spelling).id, result)
        # It needs less from now on, which others may be waiting for.
        self.shared.serve()

    async def _read(self, budget: int | None) -> AsyncOpsError | None:
        ended: list[str] = []

        def see(spelling: str, item: Operation) -> None:
            if has_ended(item) and not self.source.lists_results:
                ended.append(spelling)
            else:
                self._saw(spelling, item)

        sweep = Sweep(self.source.listings, set(self.open), see, self._slots, self._span(), budget)
        told = await sweep.read()
        self.tolerance.answered = True
        if budget is None:
            if not sweep.shrunk:
                self._miss(sweep.wanted)
            return None
        # In the order of the ids, so that none waits for others longer than its turn.
        unknown = [each for each in self.open if each in sweep.wanted or each in ended]
        failure = await self._ask_for(unknown)
        if told:
            self._costs.took(sweep.spent + sum(each in self.open for each in unknown))
        else:
            self._costs.overran()
        return failure

    async def _without_listings(self, failure: AsyncOpsError) -> AsyncOpsError | None:
        if self.tolerance.bears(failure):
            self._costs.failed()
            self._skip(deque(self.open), failure)
            return failure
        if self._get is None:
            for spelling in tuple(self.open):
                self.end(spelling, copy(failure))
            return None
        self._costs.refused()
        return await self._ask_for(tuple(self.open))

    async def _ask_for(self, spellings: Collection[str]) -> AsyncOpsError | None:
        """Ask for each by itself; the last error that may pass."""
        todo = deque(spellings)
        failures: list[AsyncOpsError] = []
        answers = 0

        async def work() -> None:
            nonlocal answers
            while todo:
                failure = await self._ask(todo.popleft())
                if failure is None:
                    answers += 1
                    continue
                failures.append(failure)
                if not answers and len(failures) >= self.shared.most:
                    # An outage: the others would fare no better, and the next look comes soon.
                    self._skip(todo, failure)

        await _together([work() for _ in range(min(self.shared.most, len(todo)))])
        return failures[-1] if failures else None

    def _skip(self, todo: deque[str], failure: AsyncOpsError) -> None:
        while todo:
            self.open[todo.popleft()].error = failure

    async def _ask(self, spelling: str) -> AsyncOpsError | None:
        get = self._get
        if get is None:
            # Found out on the way: the next look reads the listings instead.
            return None
        try:
            async with self._slots:
                result = await get(spelling)
        except ConfigurationError:
            raise
        except AsyncOpsError as error:
            if self.tolerance.bears(error):
                # Behind the others, so that it cannot keep them from their turn.
                entry = self.open[spelling] = self.open.pop(spelling)
                entry.error = error
                return error
            if self._get is None:
                return None
            if isinstance(error, NotFound) and self._is_awaited(spelling):
                self.open[spelling].error = None
                return None
            self.end(spelling, error)
        else:
            self.tolerance.answered = True
            self._saw(spelling, result)
        return None

    def _saw(self, spelling: str, item: Any) -> None:
        if has_ended(item):
            self.end(spelling, item)
            return
        entry = self.open[spelling]
        entry.last, entry.error, entry.absent = item, None, 0

    @property
    def _get(self) -> Callable[[str], Awaitable[R]] | None:
        return self.source.get if self.source.usable() else None

    def _is_awaited(self, spelling: str) -> bool:
        """Whether one that is not there may still come; one that has been there is gone."""
        return self.source.awaits and self.open[spelling].last is None

    def _miss(self, spellings: Collection[str]) -> None:
        for spelling in spellings:
            entry = self.open[spelling]
            entry.error = None
            entry.absent += 1
            if entry.absent == _ABSENCES and not self._is_awaited(spelling):
                missing = NotFound(f"no listing shows an operation {spelling}", status=404)
                missing.sent = False
                self.end(spelling, missing)

    def _useful(self) -> int:
        """Requests that could be under way at once."""
        return min(len(self.open), 1) if self._get is None else len(self.open)

    def _span(self) -> Span | None:
        if not self.source.by_creation:
            return None
        times = [each.last.created_at for each in self.open.values() if each.last is not None]
        known = [moment for moment in times if moment is not None]
        if not known or len(known) < len(self.open):
            return None
        return min(known), max(known)


async def _together(works: Collection[Coroutine[Any, Any, None]]) -> None:
    """Side by side; the first error ends the others."""
    tasks = [asyncio.create_task(work) for work in works]
    if not tasks:
        return
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        await end(tasks)
