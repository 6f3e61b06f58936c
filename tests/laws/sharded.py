"""Listings in memory that can be cut into shards, and shards that are read in any interleaving."""

import random
import warnings
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from attrs import define, evolve, field, frozen

from asyncops import ApiCallStatus, BadRequest, Checkpoint, ListingMoved, Pager, Shard
from asyncops.http.messages import Reply, Request
from asyncops.http.meter import Meter
from asyncops.http.page_body import PageBody
from asyncops.paging.counted.listing import NumberedListing
from asyncops.paging.counted.numbering import PageBase
from asyncops.paging.statuses.listing import SortedListing
from asyncops.paging.styles import Offset
from asyncops.services.chainloop.models import AsyncOperation
from asyncops.sharding.split_numbered import NumberedShard, split_numbered
from asyncops.sharding.split_sorted import SortedShard, split_sorted
from asyncops.utils.statuses import in_order
from tests.laws.listings import CHAINLOOP
from tests.laws.simulated import EPOCH, LIFE, NAMES, Body, Call, Service

__all__ = ["Calls", "Numbered", "read_all"]

_OFFSETS = Offset(
    param="pagination.page",
    size="pagination.page_size",
    number="number",
    used_size="page_size",
    total="total_count",
)

T = TypeVar("T")


@define
class Calls(Service):
    """Calls that come and move while they are listed, with statuses or without.

    Attributes:
        statuses: What is listed; empty: all of them as one.
        falls: It answers newest first, whatever is asked.
        limit: Items of one page.
        before_answer: Called before each request is answered.
        stayed: Ids that were in the listing all the time since :meth:`begin`.
    """

    statuses: tuple[str, ...] = LIFE
    falls: bool = False
    limit: int = 3
    before_answer: Callable[[], None] = field(default=lambda: None)
    asked: list[dict[str, str]] = field(factory=list)
    stayed: set[UUID] = field(factory=set)

    def begin(self) -> None:
        """What there is now is what has to come."""
        self.stayed = {call.id for call in self.calls.values() if self._lists(call)}

    def forward(self, index: int, end: str) -> None:
        """Move one call on in its life."""
        if self.calls:
            self.move(index, end)
            call = self.calls[UUID(int=index % len(self.calls))]
            if not self._lists(call):
                self.stayed.discard(call.id)

    def _lists(self, call: Call) -> bool:
        return not self.statuses or call.status in self.statuses

    async def fetch(self, request: Request, meter: Meter) -> Reply[Body]:
        """Answer as a client's ``fetch`` would."""
        meter.requests += 1
        self.before_answer()
        params = dict(request.params)
        self.asked.append(params)
        assert len(self.asked) < 4_000, "the walks do not come to an end"
        turned = dict(params)
        if self.falls:
            turned |= NAMES.newest_first
        if "status" not in turned:
            return self._of_all(evolve(request, params=tuple(turned.items())))
        return self.answer(evolve(request, params=tuple(turned.items())), self.limit)

    def _of_all(self, request: Request) -> Reply[Body]:
        """What has no status, as a listing of calls that all share one."""
        one = Service({id_: evolve(call, status="") for id_, call in self.calls.items()})
        one.ignores_direction = self.ignores_direction
        return one.answer(request.with_params([("status", "")]), self.limit)

    def pager(self) -> Pager[Call]:
        """The listing."""
        listing = self.listing(self.statuses)
        whole = Shard(resource="calls", filters=listing.request.params, page_size=listing.limit)
        return Pager(
            self.fetch,
            listing.sequential,
            check=listing.check,
            query="calls",
            identity=lambda call: call.id,
            cut=partial(split_sorted, shard=whole, listing=listing),
        )

    def shard(self, shard: Shard, resume: Checkpoint | None = None) -> Pager[Call]:
        """One part of it."""
        part = SortedShard(shard, self.listing(shard.statuses, descending=shard.descending))
        return Pager(
            self.fetch,
            part.sequential,
            check=part.check,
            query=repr(shard.terms),
            identity=lambda call: call.id,
            resume=resume,
        )

    def listing(self, names: Sequence[str], *, descending: bool = True) -> SortedListing[Call]:
        """The listing of these statuses, as a resource has it."""
        statuses = in_order(list(map(ApiCallStatus, names)), ApiCallStatus)
        return SortedListing(Request(path="/"), NAMES, descending, statuses, self.limit)


@frozen
class NumberedRow:
    """A row, and how many seconds after the epoch it was created."""

    id: str
    second: int


@define
class Numbered:
    """Numbered pages, newest rows first, over rows that come and go.

    Attributes:
        size: Rows of one page.
        base: The number of the first page; one that counts from 1 takes 0 for 1.
        offsets: Whether pages are asked for by offsets; ``base`` is 0 then.
        before_answer: Called before each request is answered.
        stayed: Ids of the rows that were there all the time since :meth:`begin`.
        dated: Whether the rows say when they were created.
        beyond: What comes for a page behind the last one: ``empty``, the ``last``, or ``refused``.
        told: The size that is told, where it is not that of its pages.
        counted: Whether the answers say how many rows there are.
    """

    size: int = 3
    base: int = 0
    offsets: bool = False
    rows: list[NumberedRow] = field(factory=list)
    made: int = 0
    second: int = 0
    before_answer: Callable[[], None] = field(default=lambda: None)
    asked: list[int] = field(factory=list)
    stayed: set[str] = field(factory=set)
    dated: bool = True
    beyond: str = "empty"
    told: int | None = None
    counted: bool = True

    def begin(self) -> None:
        """What there is now is what has to come."""
        self.stayed = {row.id for row in self.rows}

    def insert(self, seconds: int) -> None:
        """One more row, created so many seconds after the newest one."""
        self.second += seconds
        self.rows.insert(0, NumberedRow(f"row{self.made}", self.second))
        self.made += 1

    def remove(self, index: int) -> None:
        """One row vanishes."""
        if self.rows:
            row = self.rows.pop(index % len(self.rows))
            self.stayed.discard(row.id)

    async def fetch(self, request: Request, meter: Meter) -> Reply[PageBody[AsyncOperation]]:
        """Answer as a client's ``fetch`` would."""
        meter.requests += 1
        self.before_answer()
        number = max(int(dict(request.params)["pagination.page"]), self.base)
        # An offset lies anywhere: rows, and not pages, are counted.
        size, width = (1, self.size) if self.offsets else (self.size, 1)
        self.asked.append(number)
        assert len(self.asked) < 4_000, "the walks do not come to an end"
        last = self.base + max(0, len(self.rows) - width) // size
        if number > last and self.beyond == "refused":
            raise BadRequest("there is no such page", status=400)
        if self.beyond == "last":
            number = min(number, last)
        start = (number - self.base) * size
        operations = tuple(
            AsyncOperation(
                id=row.id,
                created_at=EPOCH + timedelta(seconds=row.second) if self.dated else None,
            )
            for row in self.rows[start : start + self.size]
        )
        page = PageBody(
            operations,
            total_count=len(self.rows) if self.counted else 0,
            number=number,
            total_pages=-(-len(self.rows) // (self.told or self.size)),
            page_size=self.told or self.size,
        )
        return Reply(value=page)

    def pager(self) -> Pager[AsyncOperation]:
        """The listing."""
        listing = self.listing()
        whole = Shard(resource="rows", filters=listing.request.params, page_size=listing.page_size)
        return Pager(
            self.fetch,
            listing.sequential,
            check=listing.check,
            query="rows",
            identity=lambda row: row.id,
            cut=partial(split_numbered, shard=whole, listing=listing, created_at=_created_at),
        )

    def shard(self, shard: Shard, resume: Checkpoint | None = None) -> Pager[AsyncOperation]:
        """One part of it."""
        part = NumberedShard(shard, self.listing(), _created_at)
        return Pager(
            self.fetch,
            part.sequential,
            check=part.check,
            query=repr(shard.terms),
            identity=lambda row: row.id,
            resume=resume,
        )

    def listing(self) -> NumberedListing[AsyncOperation]:
        """The listing, as a resource has it."""
        return NumberedListing(
            Request(path="/v1/operations"),
            self.size,
            PageBase(),
            _id,
            style=_OFFSETS if self.offsets else CHAINLOOP,
        )


def _id(row: AsyncOperation) -> str:
    return row.id


def _created_at(row: AsyncOperation) -> datetime | None:
    return row.created_at


async def read_all(
    shards: Sequence[Shard],
    pager: Callable[[Shard, Checkpoint | None], Pager[T]],
    identity: Callable[[T], Any],
    dice: random.Random,
) -> tuple[list[Any], bool]:
    """Read shards side by side, by turns of chance, each broken off and gone on with now and then.

    Returns:
        The ids as they came, and whether a warning said that rows may be missing.
    """
    stored = [Shard.from_json(shard.to_json()) for shard in shards]
    walks = {shard: aiter(pager(shard, None)) for shard in stored}
    assert len(walks) == len(shards)
    given: list[Any] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        while walks:
            shard = dice.choice(list(walks))
            walk = walks[shard]
            for _ in range(dice.randrange(6)):
                try:
                    item = await anext(walk)
                except StopAsyncIteration:
                    del walks[shard]
                    break
                given.append(identity(item))
            if shard in walks and dice.random() < 0.3:
                place = Checkpoint.from_json(walk.checkpoint.to_json())
                await walk.aclose()
                walks[shard] = aiter(pager(shard, place))
    assert {warning.category for warning in caught} <= {ListingMoved}
    return given, bool(caught)


def at(second: int) -> datetime:
    """So many seconds after the epoch of the simulation."""
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
