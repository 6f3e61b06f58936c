"""One group of operations that are waited for, and one poll of those that have not ended."""

from collections import deque
from collections.abc import Callable, Collection
from copy import copy
from typing import Any, Generic, TypeVar

from attrs import define, field

from asyncops.errors import AsyncOpsError, ConfigurationError, NotFound
from asyncops.models import Operation, has_ended
from asyncops.polling.fair_slots import FairSlots, SlotShare
from asyncops.polling.pending import Pending, Source
from asyncops.polling.policy import BlockedPolicy, Tolerance, count_blocked
from asyncops.polling.scan import CreatedRange, ListingScan, ScanCosts
from asyncops.utils.tasks import together

K = TypeVar("K")
R = TypeVar("R", bound=Operation)

# A service that has only listings may list a new operation a little late.
_ABSENCES = 3


@define(eq=False)
class OpenOperation(Generic[K]):
    """One operation that has not ended.

    Attributes:
        id: The id as it was given.
        last: The operation as it was seen last; ``None`` before.
        error: The error of the last poll; ``None`` where it succeeded.
        absent: Polls in a row in which no listing showed the operation.
    """

    id: K
    last: Operation | None = None
    error: AsyncOpsError | None = None
    absent: int = 0


@define(eq=False)
class WaitGroup(Generic[K, R]):
    """The operations of one group, polled through listings or by their ids, whichever is cheaper.

    Attributes:
        source: How to ask about the operations.
        give: Takes the result of an id.
        shared: The slots of all groups.
        open: The operations that have not ended, by the text that is sent.
        tolerance: Decides after which errors polling goes on.
        on_blocked: Decides what becomes of an operation that waits for a person.
    """

    source: Source[R]
    give: Callable[[K, R | AsyncOpsError], None]
    shared: FairSlots
    open: dict[str, OpenOperation[K]]
    tolerance: Tolerance = field(factory=Tolerance)
    on_blocked: BlockedPolicy = field(factory=BlockedPolicy)
    _slots: SlotShare = field(init=False)
    _costs: ScanCosts = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._costs = ScanCosts(len(self.source.listings))
        self._slots = self.shared.share(self._needed)

    @classmethod
    def of(
        cls,
        pending: Pending[K, R],
        give: Callable[[K, R | AsyncOpsError], None],
        shared: FairSlots,
        tolerance: Tolerance,
        on_blocked: BlockedPolicy,
    ) -> "WaitGroup[K, R]":
        """Make a group of which all ids are open."""
        ids = {spelling: OpenOperation(each) for spelling, each in pending.ids.items()}
        return cls(pending.source, give, shared, ids, tolerance, on_blocked)

    @property
    def blocked(self) -> int:
        """How many of the open operations wait for a person."""
        return count_blocked(each.last for each in self.open.values())

    async def poll(self) -> AsyncOpsError | None:
        """Poll all that are open; return an error that the next poll may put right.

        Raises:
            ConfigurationError: The client cannot be used.
        """
        budget = None
        if self.source.by_id is not None:
            budget = self._costs.next_budget(len(self.open))
            if not budget:
                return await self._get_each(tuple(self.open))
        try:
            return await self._scan(budget)
        except ConfigurationError:
            # Every other request would fail with it too.
            raise
        except AsyncOpsError as error:
            failure = error
        return await self._without_listings(failure)

    def end(self, spelling: str, result: R | AsyncOpsError) -> None:
        """Give the result of an id, which is no longer open."""
        self.give(self.open.pop(spelling).id, result)
        # The group needs fewer slots now, and others may be waiting for them.
        self.shared.grant()

    async def _scan(self, budget: int | None) -> AsyncOpsError | None:
        ended: list[str] = []

        def on_found(spelling: str, item: Operation) -> None:
            if has_ended(item) and not self.source.lists_results:
                ended.append(spelling)
            else:
                self._update(spelling, item)

        scan = ListingScan(
            self.source.listings,
            set(self.open),
            on_found,
            self._slots,
            self.source.spelling,
            span=self._span(),
            budget=budget,
        )
        complete = await scan.read()
        self.tolerance.answered = True
        if budget is None:
            if not scan.shrunk:
                self._count_absent(scan.wanted)
            return None
        # In the order of the ids: an operation whose request fails goes to their end.
        unknown = [each for each in self.open if each in scan.wanted or each in ended]
        failure = await self._get_each(unknown)
        if complete:
            self._costs.took(scan.spent + sum(each in self.open for each in unknown))
        else:
            self._costs.overran()
        return failure

    async def _without_listings(self, failure: AsyncOpsError) -> AsyncOpsError | None:
        if self.tolerance.allows(failure):
            self._costs.failed()
            self._skip(deque(self.open), failure)
            return failure
        if self.source.by_id is None:
            for spelling in tuple(self.open):
                self.end(spelling, copy(failure))
            return None
        self._costs.refused()
        return await self._get_each(tuple(self.open))

    async def _get_each(self, spellings: Collection[str]) -> AsyncOpsError | None:
        """Get each operation by its id; return the last error that may pass."""
        todo = deque(spellings)
        failures: list[AsyncOpsError] = []
        answers = 0

        async def work() -> None:
            nonlocal answers
            while todo:
                failure = await self._get_one(todo.popleft())
                if failure is None:
                    answers += 1
                    continue
                failures.append(failure)
                if not answers and len(failures) >= self.shared.limit:
                    # In an outage the rest would fail too, and the next poll comes soon.
                    self._skip(todo, failure)

        await together(work() for _ in range(min(self.shared.limit, len(todo))))
        return failures[-1] if failures else None

    def _skip(self, todo: deque[str], failure: AsyncOpsError) -> None:
        while todo:
            self.open[todo.popleft()].error = failure

    async def _get_one(self, spelling: str) -> AsyncOpsError | None:
        get = self.source.by_id
        if get is None:
            # The service has just shown that it cannot: the next poll reads the listings.
            return None
        try:
            async with self._slots:
                result = await get(spelling)
        except ConfigurationError:
            raise
        except AsyncOpsError as error:
            if self.tolerance.allows(error):
                # It goes behind the others, so that they get their turn in the next poll.
                entry = self.open[spelling] = self.open.pop(spelling)
                entry.error = error
                return error
            if self.source.by_id is None:
                return None
            if isinstance(error, NotFound) and self._is_awaited(spelling):
                self.open[spelling].error = None
                return None
            self.end(spelling, error)
        else:
            self.tolerance.answered = True
            self._update(spelling, result)
        return None

    def _update(self, spelling: str, item: Any) -> None:
        result = item if has_ended(item) else self.on_blocked.error(item)
        if result is not None:
            self.end(spelling, result)
            return
        entry = self.open[spelling]
        entry.last, entry.error, entry.absent = item, None, 0

    def _is_awaited(self, spelling: str) -> bool:
        """Whether an absent operation may still come; one that was seen before is gone."""
        return self.source.awaits and self.open[spelling].last is None

    def _count_absent(self, spellings: Collection[str]) -> None:
        for spelling in spellings:
            entry = self.open[spelling]
            entry.error = None
            entry.absent += 1
            if entry.absent == _ABSENCES and not self._is_awaited(spelling):
                missing = NotFound(f"no listing shows an operation {spelling}", status=404)
                missing.sent = False
                self.end(spelling, missing)

    def _needed(self) -> int:
        """Requests that could be under way at once."""
        return min(len(self.open), 1) if self.source.by_id is None else len(self.open)

    def _span(self) -> CreatedRange | None:
        if not self.source.by_creation:
            return None
        times = [each.last.created_at for each in self.open.values() if each.last is not None]
        known = [moment for moment in times if moment is not None]
        if not known or len(known) < len(self.open):
            return None
        return min(known), max(known)
