"""One look at all that is watched: which listings are read, and how far."""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import aclosing
from itertools import pairwise
from typing import Generic, TypeVar

from attrs import define, field, frozen

from asyncops.changes import created_of
from asyncops.errors import AsyncOpsError, NotFound
from asyncops.many import Many
from asyncops.models import Operation, Page, has_ended
from asyncops.pager import Pager

__all__ = ["Subject", "Survey"]

T = TypeVar("T", bound=Operation)

# So many are asked for one by one rather than looked for in a listing.
_FEW = 10


@frozen(kw_only=True)
class Subject(Generic[T]):
    """What is watched.

    Attributes:
        query: Fingerprint of the filters.
        unfinished: Listings of what has not ended, in the order of a life. They are read to their
            ends, so that what moves on meanwhile is found by one that is read later.
        recent: Listings that hold what has ended, newest first where the service can.
        mark: What an operation looks like; another text is an update.
        lookup: Asks for several by their ids; None where the service cannot.
        usable: Whether ``lookup`` can be used, as far as is known by now.
        tells: Of which operations changes are told: where they are one of these before or after
            the change; None for all.
        tells_unfinished: Whether what has not ended may be one of these. Then the first change to
            an operation that only a checkpoint tells of is told as well: it may have been one.
        lookback: How old, in seconds, operations may be that are alive when the watch begins,
            where no listing has the unfinished alone; None for any age.
    """

    query: str
    unfinished: Sequence[Pager[T]]
    recent: Sequence[Pager[T]]
    mark: Callable[[T], str]
    lookup: Callable[[Collection[str]], Many[str, T]] | None = None
    usable: Callable[[], bool] = lambda: True
    tells: Callable[[T], bool] | None = None
    tells_unfinished: bool = True
    lookback: float | None = None

    @property
    def by_id(self) -> Callable[[Collection[str]], Many[str, T]] | None:
        """``lookup``, where it can be used."""
        return self.lookup if self.usable() else None

    async def base(self, until: float) -> float | None:
        """A late time of creation, seen before anything else is asked for.

        Args:
            until: Later ones are wrong, in seconds since the epoch; it stands for them where
                there are no others.
        """
        moments = [
            moment
            for listing in self.recent
            for item in (await listing).items
            if (moment := created_of(item)) is not None
        ]
        right = [moment for moment in moments if moment <= until]
        return max(right or [until]) if moments else None


@define(eq=False)
class Survey(Generic[T]):
    """One look. It has no effect but what it has found.

    Attributes:
        subject: What is watched.
        wanted: What was alive, and when it was created.
        floor: How far back all that has ended is looked for, in seconds since the epoch.
        alive_floor: How far back unknown operations that are alive are looked for in a listing of
            everything.
        found: What was read, each as it was read last.
        gone: What was alive and is not to be found.
        error: Why the first of those that could not be read one by one could not; they are
            neither found nor gone.
    """

    subject: Subject[T]
    wanted: Mapping[str, float | None]
    floor: float
    alive_floor: float
    found: dict[str, T] = field(factory=dict, init=False)
    gone: set[str] = field(factory=set, init=False)
    error: AsyncOpsError | None = field(default=None, init=False)

    async def run(self) -> None:
        """Read what has to be read.

        Raises:
            AsyncOpsError: A listing could not be read.
        """
        for listing in self.subject.unfinished:
            async with aclosing(aiter(listing)) as items:
                async for item in items:
                    self.found[str(item.id)] = item
        missing = self._missing()
        for listing in self.subject.recent:
            await self._read_back(listing, missing)
            missing.difference_update(self.found)
        lookup = self.subject.by_id
        if lookup is None:
            self.gone = missing
        elif missing:
            await self._ask_for(missing, lookup)

    def _missing(self) -> set[str]:
        return {id_ for id_ in self.wanted if id_ not in self.found}

    async def _read_back(self, listing: Pager[T], missing: set[str]) -> None:
        """Read from new to old: to the floor, and further where that is the way to what is missing.

        Where each can be asked for by its id, no more pages are read for their sake than there are
        ids: at the worst, they cost twice as many requests as the ids alone.
        """
        floor = min(self.floor, self.alive_floor)
        spare = math.inf
        if self.subject.by_id is not None:
            spare = len(missing) if len(missing) > _FEW else 0
        order = _Order()
        async with aclosing(listing.pages()) as pages:
            async for page in pages:
                self._keep(page)
                order.add(page)
                reached = order.reached
                if reached is None or reached >= floor:
                    continue
                left = missing.difference(self.found)
                if not left or spare <= 0 or reached < self._oldest(left):
                    return
                spare -= 1

    def _keep(self, page: Page[T]) -> None:
        """Take what counts, so that a long history is not held."""
        for item in page.items:
            id_ = str(item.id)
            created = created_of(item)
            new = created is not None and created >= (
                self.floor if has_ended(item) else min(self.floor, self.alive_floor)
            )
            if new or id_ in self.wanted or id_ in self.found:
                self.found[id_] = item

    def _oldest(self, ids: Collection[str]) -> float:
        return min(
            -math.inf if created is None else created for created in map(self.wanted.get, ids)
        )

    async def _ask_for(
        self, ids: Collection[str], lookup: Callable[[Collection[str]], Many[str, T]]
    ) -> None:
        async with lookup(sorted(ids)) as results:
            async for id_, result in results:
                if isinstance(result, NotFound):
                    self.gone.add(id_)
                elif isinstance(result, AsyncOpsError):
                    # One broken operation must not blind the watch to all others. Where nothing
                    # works any more, the listings of the next look fail.
                    self.error = self.error or result
                else:
                    self.found[id_] = result


@define(eq=False)
class _Order:
    """Whether a listing goes from new to old, as far as it was read."""

    falls: bool = False
    rises: bool = False
    last: float | None = None

    def add(self, page: Page[Operation]) -> None:
        """Look at one more page."""
        moments = [moment for item in page.items if (moment := created_of(item)) is not None]
        line = moments if self.last is None else [self.last, *moments]
        for before, after in pairwise(line):
            self.falls = self.falls or after < before
            self.rises = self.rises or after > before
        if line:
            self.last = line[-1]

    @property
    def reached(self) -> float | None:
        """How far back all has been read; None where the order proves nothing."""
        return self.last if self.falls and not self.rises else None
