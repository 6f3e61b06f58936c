"""A service whose operations come, move, go back and vanish: what a watch is held against."""

import asyncio
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Literal

from attrs import define, evolve, field, frozen

from asyncops import Checkpoint, NotFound, ServerError, State
from asyncops.http.messages import Reply, Request
from asyncops.http.meter import Meter
from asyncops.listing.get_many import GetMany
from asyncops.listing.pager import Pager
from asyncops.paging.cursors.cursor_strategy import CursorStrategy
from asyncops.paging.styles import Token
from asyncops.polling.snapshot import WatchTarget

__all__ = ["EPOCH", "LIFE", "SHAPES", "Op", "Shape", "World"]

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
LIFE = ("queued", "uploaded", "in_progress", "completed", "failed")
_STATES = dict(
    zip(
        LIFE,
        (State.PENDING, State.PENDING, State.RUNNING, State.SUCCEEDED, State.FAILED),
        strict=True,
    )
) | {"canceled": State.CANCELLED}

Shape = Literal["by status", "numbered", "all in one"]
SHAPES: tuple[Shape, ...] = ("by status", "numbered", "all in one")


@frozen
class Op:
    """An operation of the simulation."""

    id: str
    second: int
    status: str
    created_at: datetime | None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: str | None = None

    @property
    def state(self) -> State:
        """In words common to all services."""
        return _STATES.get(self.status, State.UNKNOWN)


@frozen
class Body:
    items: tuple[Op, ...]
    next_page: str | None


@define
class World:
    """The service, and what happens to it while it is asked.

    Attributes:
        reopens: Whether it declares that what has ended may go on.
        shape: Statuses apart and single items; unfinished ones apart, then all; or all in one.
        descending: Whether it can list from new to old.
        fails_after: Requests that are still answered before an outage; None for no outage.
        between: Called before each request is answered.
        ops: What there is now.
        requests: The status, or the id, that each request was for.
        refused: The same of those that met the outage.
        broken: Ids whose single lookups fail.
        made: Operations there have ever been.
        newest: The latest creation of all these, in seconds after the epoch.
    """

    shape: Shape = "by status"
    descending: bool = True
    page_size: int = 3
    reopens: bool = False
    fails_after: int | None = None
    between: Callable[[], None] = lambda: None
    ops: dict[str, Op] = field(factory=dict)
    requests: list[str] = field(factory=list)
    refused: list[str] = field(factory=list)
    broken: set[str] = field(factory=set)
    made: int = 0
    newest: int = 0

    def add(self, second: int, status: str = "queued") -> Op:
        """One more operation."""
        op = Op(f"op{self.made:04}", second, status, EPOCH + timedelta(seconds=second))
        self.made += 1
        self.newest = max(self.newest, second)
        self.ops[op.id] = op
        return op

    def misdate(self, second: int, status: str = "queued") -> Op:
        """One more, with a date that has nothing to do with when it is made."""
        newest = self.newest
        op = self.add(second, status)
        self.newest = newest
        return op

    def put(self, id_: str, status: str, finished_at: datetime | None = None) -> None:
        """Have an operation in a status."""
        self.ops[id_] = evolve(self.ops[id_], status=status, finished_at=finished_at)

    def step(self, id_: str, end: str = "completed") -> None:
        """Move an operation on in its life; an ended one stays."""
        at = LIFE.index(self.ops[id_].status)
        if at < 3:
            self.put(id_, LIFE[at + 1] if at < 2 else end)

    def target(self, lookback: float | None = None) -> WatchTarget[Op]:
        """What a resource gives a watch."""
        single = self.shape != "numbered"
        alone = {
            "by status": (LIFE[:3], LIFE[3:]),
            "numbered": (LIFE[:3], ("",)),
            "all in one": ((), ("",)),
        }
        unfinished, recent = alone[self.shape]
        return WatchTarget(
            query=self.shape,
            unfinished=[self.listing(status) for status in unfinished],
            recent=[self.listing(status) for status in recent],
            mark=lambda op: op.status,
            lookup=self._lookup if single else None,
            lookback=lookback,
            reopens=self.reopens,
        )

    def listing(self, status: str) -> Pager[Op]:
        """The listing of a status, or of all."""

        def strategy(start: Checkpoint) -> CursorStrategy[Op]:
            token = None if start.cursor is None else str(start.cursor)
            return CursorStrategy(Request(path="/", params=(("status", status),)), Token(), token)

        return Pager(self.fetch, strategy, query=status, identity=lambda op: op.id)

    def _lookup(self, ids: Collection[str]) -> GetMany[str, Op]:
        return GetMany(ids, self.get, check=lambda _, id_: id_, concurrency=2, ordered=False)

    async def get(self, id_: str) -> Op:
        """A single operation."""
        self._ask(id_)
        if id_ not in self.ops:
            raise NotFound(id_, status=404)
        return self.ops[id_]

    async def fetch(self, request: Request, meter: Meter) -> Reply[Body]:
        """A page of a listing; a token is the place of the item before it."""
        meter.requests += 1
        # A request always lets other tasks run.
        await asyncio.sleep(0)
        params = dict(request.params)
        self._ask(params["status"] or "all")
        rows = sorted(
            (op for op in self.ops.values() if params["status"] in {"", op.status}),
            key=lambda op: (op.second, op.id),
            reverse=self.descending,
        )
        if token := params.get("page_token"):
            second, id_ = token.split("/")
            edge = (int(second), id_)
            rows = [
                op
                for op in rows
                if (op.second, op.id) != edge and ((op.second, op.id) < edge) == self.descending
            ]
        items = tuple(rows[: self.page_size])
        more = len(rows) > len(items)
        return Reply(value=Body(items, f"{items[-1].second}/{items[-1].id}" if more else None))

    def _ask(self, what: str) -> None:
        self.requests.append(what)
        self.between()
        if what in self.broken:
            self.refused.append(what)
            raise ServerError("broken", status=500)
        if self.fails_after is not None:
            if self.fails_after == 0:
                self.refused.append(what)
                raise ServerError("down", status=503)
            self.fails_after -= 1
