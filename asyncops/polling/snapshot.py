"""One poll of everything that is watched: which listings are read, and how far."""

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import aclosing
from hashlib import blake2s
from itertools import pairwise
from operator import attrgetter
from typing import Any, Generic, TypeVar

from attrs import define, field, frozen

from asyncops.errors import AsyncOpsError, NotFound
from asyncops.listing.get_many import GetMany
from asyncops.listing.pager import Pager
from asyncops.models import Operation, has_ended
from asyncops.polling.ledger import creation_times

T = TypeVar("T", bound=Operation)

# Up to so many missing operations are got by their ids, without reading a listing any further.
_FEW = 10
_LONGEST_MARK = 64


def mark_by(*fields: str) -> Callable[[Any], str]:
    """Return a function that gives a text which differs whenever one of these fields has changed.

    A longer text is shortened to a digest, since a checkpoint holds one for each operation.

    Args:
        fields: The fields that may change, at least two; a dot leads into a field.
    """
    values = attrgetter(*fields)

    def mark(item: object) -> str:
        text = repr(tuple(map(str, values(item))))
        if len(text) <= _LONGEST_MARK:
            return text
        return blake2s(text.encode(errors="surrogatepass"), digest_size=8).hexdigest()

    return mark


@frozen(kw_only=True)
class WatchTarget(Generic[T]):
    """The operations that a watch is about, and how a service is asked for them.

    Attributes:
        query: Fingerprint of the filters.
        unfinished: Listings of what has not ended, in the order of a life. Each is read to its
            end, so that an operation that moves on meanwhile is found in a later one.
        recent: Listings of what has ended, newest first where the service can.
        mark: Gives a text that differs whenever an operation has changed.
        identity: Gives what tells an operation from all others: its id, unless these are of a
            part of the listing alone.
        lookup: Gets several operations by their ids; ``None`` where the service cannot.
        usable: Whether ``lookup`` can be used, as far as is known by now; ``None`` if it always
            can.
        matches: Selects the operations whose changes are given, by their state before or after
            the change; ``None`` selects all.
        matches_unfinished: Whether ``matches`` may select an operation that has not ended. Then
            the first change to one that only a checkpoint names is always given.
        reopens: Whether an operation that has ended may go on, which is given as ``reopened``. One
            that the service committed later than the overlap is taken for such an operation.
            Where no listing has the unfinished alone, an operation that goes on is noticed if it
            was created within ``lookback`` and is on one of the pages that a poll reads anyway.
        lookback: How old, in seconds, unfinished operations may be when the watch begins, where no
            listing has the unfinished alone; ``None`` means any age.
    """

    query: str
    unfinished: Sequence[Pager[T]]
    recent: Sequence[Pager[T]]
    mark: Callable[[T], str]
    identity: Callable[[T], object] = attrgetter("id")
    lookup: Callable[[Collection[str]], GetMany[str, T]] | None = None
    usable: Callable[[], bool] | None = None
    matches: Callable[[T], bool] | None = None
    matches_unfinished: bool = True
    reopens: bool = False
    lookback: float | None = None

    @property
    def by_id(self) -> Callable[[Collection[str]], GetMany[str, T]] | None:
        """``lookup``, where it can be used."""
        return self.lookup if self.usable is None or self.usable() else None

    def id_of(self, item: T) -> str:
        """Return the text that tells an operation from all others; "" if it has none."""
        identity = self.identity(item)
        return "" if identity is None else str(identity)

    async def base(self, until: float) -> float | None:
        """Return the latest creation of the first pages, before anything else is read.

        Args:
            until: A later creation is wrong, in seconds since the epoch; where all are later,
                ``until`` stands for them.
        """
        pages = [await listing for listing in self.recent]
        moments = _known(moment for page in pages for moment in creation_times(page.items))
        right = [moment for moment in moments if moment <= until]
        return max(right or [until]) if moments else None


@define(eq=False)
class Snapshot(Generic[T]):
    """One poll of everything that is watched. Its only effect are its findings.

    Attributes:
        target: The operations that are watched.
        unfinished: The operations that had not ended, with their creation.
        floor: How far back everything that has ended is read, in seconds since the epoch.
        alive_floor: How far back unknown operations that have not ended are read, where no
            listing has the unfinished alone.
        reopen_floor: How far back such operations are kept that are on a page anyway.
        found: The operations, each as it was read last.
        gone: The unfinished operations that the service no longer has.
        error: Why operations could not be got by their ids, if so: the first of these errors.
            Such an operation is neither found nor gone.
    """

    target: WatchTarget[T]
    unfinished: Mapping[str, float | None]
    floor: float
    alive_floor: float
    reopen_floor: float = math.inf
    found: dict[str, T] = field(factory=dict, init=False)
    gone: set[str] = field(factory=set, init=False)
    error: AsyncOpsError | None = field(default=None, init=False)

    async def run(self) -> None:
        """Poll the service.

        Raises:
            AsyncOpsError: A listing could not be read.
        """
        for listing in self.target.unfinished:
            async with aclosing(listing.scan()) as pages:
                async for page in pages:
                    self.found.update((self.target.id_of(item), item) for item in page.items)
        missing = set(self.unfinished).difference(self.found)
        for listing in self.target.recent:
            await self._read_back(listing, missing)
            missing.difference_update(self.found)
        lookup = self.target.by_id
        if lookup is None:
            self.gone = missing
        elif missing:
            await self._look_up(missing, lookup)

    async def _read_back(self, listing: Pager[T], missing: Collection[str]) -> None:
        """Read a listing from new to old, down to the floor, and on for the missing operations.

        Where these can be got by their ids, the further pages are at most as many as they are: in
        the worst case, finding them costs twice as many requests as their ids alone.
        """
        floor = min(self.floor, self.alive_floor)
        spare = math.inf
        if self.target.by_id is not None:
            spare = len(missing) if len(missing) > _FEW else 0
        order = _Order()
        async with aclosing(listing.scan()) as pages:
            async for page in pages:
                created = creation_times(page.items)
                self._keep(page.items, created)
                order.add(_known(created))
                reached = order.reached
                if reached is None or reached >= floor:
                    continue
                left = [id_ for id_ in missing if id_ not in self.found]
                if not left or spare <= 0 or reached < min(map(self._created, left)):
                    return
                spare -= 1

    def _keep(self, items: Iterable[T], created: Iterable[float | None]) -> None:
        """Keep the operations that count, so that a long history does not fill the memory."""
        alive_floor = min(self.alive_floor, self.reopen_floor)
        for item, moment in zip(items, created, strict=True):
            id_ = self.target.id_of(item)
            if moment is None:
                # Of what waits to be started, a service may tell no time.
                new = not has_ended(item)
            else:
                new = moment >= self.floor or (moment >= alive_floor and not has_ended(item))
            if new or id_ in self.unfinished or id_ in self.found:
                self.found[id_] = item

    def _created(self, id_: str) -> float:
        created = self.unfinished[id_]
        return -math.inf if created is None else created

    async def _look_up(
        self, ids: Collection[str], lookup: Callable[[Collection[str]], GetMany[str, T]]
    ) -> None:
        async with lookup(sorted(ids)) as results:
            async for id_, result in results:
                if isinstance(result, NotFound):
                    self.gone.add(id_)
                elif isinstance(result, AsyncOpsError):
                    # One broken operation must not stop the watch of all others. Where nothing
                    # works any more, the listings of the next poll fail.
                    self.error = self.error or result
                else:
                    self.found[id_] = result


@define(eq=False)
class _Order:
    """Whether a listing goes from new to old, as far as it was read."""

    falls: bool = False
    rises: bool = False
    last: float | None = None

    def add(self, moments: Sequence[float]) -> None:
        """Add the creations of one more page."""
        line = moments if self.last is None else [self.last, *moments]
        for before, after in pairwise(line):
            self.falls = self.falls or after < before
            self.rises = self.rises or after > before
        if line:
            self.last = line[-1]

    @property
    def reached(self) -> float | None:
        """The creation down to which everything was read; ``None`` where the order is unclear."""
        return self.last if self.falls and not self.rises else None


def _known(moments: Iterable[float | None]) -> list[float]:
    return [moment for moment in moments if moment is not None]
