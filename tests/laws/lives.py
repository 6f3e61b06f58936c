"""Operations that live on a fake clock, and a service that tells of them, played in memory."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from attrs import define, field, frozen

from asyncops import AsyncOpsError, NotFound, State
from asyncops.errors import APIError
from asyncops.http.messages import Reply, Request
from asyncops.paging.cursors.cursor_strategy import CursorStrategy
from asyncops.paging.styles import Token
from asyncops.polling.pending import Listing, Pending, Source
from asyncops.testing import FakeClock

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
UNFINISHED = ("pending", "running")


@frozen(kw_only=True)
class Job:
    """An operation as it is at one moment."""

    id: str
    state: State
    created_at: datetime | None = EPOCH
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: str | None = None
    status: str = ""


@frozen
class Life:
    """Seconds after the epoch at which a job begins and ends; ``ends`` None: it does not end."""

    created: float
    ends: float | None
    fails: bool = False

    def state(self, now: float) -> State:
        """Where it is in its life ``now``."""
        if self.ends is not None and now >= self.ends:
            return State.FAILED if self.fails else State.SUCCEEDED
        half = (self.created + (self.ends or now + 2)) / 2
        return State.RUNNING if now >= half else State.PENDING

    def job(self, name: str, now: float) -> Job:
        """The job as it is ``now``."""
        created = EPOCH + timedelta(seconds=self.created)
        state = self.state(now)
        error = "broken" if state is State.FAILED else None
        return Job(id=name, state=state, created_at=created, error=error)


@frozen
class JobPage:
    items: tuple[Job, ...]
    next_page: str | None


@define(eq=False)
class Service:
    """Lists jobs and tells of single ones.

    Attributes:
        lives: By name.
        clock: What they live on.
        size: Jobs of one page.
        down: The requests that fail, by number, from 1, and how.
        refused: What is said to whoever lists.
        forbidden: What is said to whoever asks for some jobs by name.
        ascending: Whether listings have the oldest first, whatever is asked.
        turns: Turns of the loop that a request takes.
        seconds: Seconds that each request takes.
        most: The most requests that were under way at once.
    """

    lives: dict[str, Life]
    clock: FakeClock = field(factory=FakeClock)
    size: int = 10
    down: Callable[[int], AsyncOpsError | None] = lambda _: None
    refused: APIError | None = None
    forbidden: dict[str, APIError] = field(factory=dict)
    ascending: bool = False
    turns: int = 1
    seconds: float = 0.0
    listed: int = 0
    asked: list[str] = field(factory=list)
    under_way: int = 0
    most: int = 0

    @property
    def requests(self) -> int:
        """How many came."""
        return self.listed + len(self.asked)

    def now(self) -> float:
        """Seconds since the epoch of the jobs."""
        return (self.clock.now() - EPOCH).total_seconds()

    async def get(self, name: str) -> Job:
        """One job."""
        self.asked.append(name)
        await self._answer()
        if name in self.forbidden:
            raise self.forbidden[name]
        if name not in self.lives:
            raise NotFound("no such job", status=404)
        return self.lives[name].job(name, self.now())

    async def list(self, states: Sequence[str], request: Request) -> Reply[JobPage]:
        """One page of the jobs in some states."""
        self.listed += 1
        await self._answer()
        if self.refused is not None:
            raise self.refused
        now = self.now()
        found = [
            (life.created, name)
            for name, life in self.lives.items()
            if not states or life.state(now).value in states
        ]
        found.sort(reverse=not self.ascending)
        start = int(dict(request.params).get("page_token", "0"))
        token = str(start + self.size) if start + self.size < len(found) else None
        page = found[start : start + self.size]
        return Reply(
            value=JobPage(tuple(self.lives[name].job(name, now) for _, name in page), token)
        )

    async def _answer(self) -> None:
        number = self.requests
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            if self.seconds:
                await self.clock.sleep(self.seconds)
            for _ in range(self.turns):
                await asyncio.sleep(0)
        finally:
            self.under_way -= 1
        error = self.down(number)
        if error is not None:
            raise error

    def _listing(self, *states: str) -> Listing:
        return Listing(
            partial(self.list, states),
            partial(CursorStrategy[Any], Request(path="/"), Token()),
        )

    def unfinished_and_single(self) -> Source[Job]:
        """As Zoo's calls: the unfinished are listed, what is not is asked for."""
        return Source(
            clock=self.clock,
            listings=tuple(self._listing(state) for state in UNFINISHED),
            get=self.get,
            by_creation=True,
        )

    def all_and_single(self) -> Source[Job]:
        """As Zoo's prompts: all are listed, and each can be asked for."""
        return Source(
            clock=self.clock,
            listings=(self._listing(),),
            get=self.get,
            by_creation=True,
            lists_results=True,
        )

    def all_only(self) -> Source[Job]:
        """As Chainloop's operations: all are listed, and that is the only way."""
        return Source(clock=self.clock, listings=(self._listing(),), lists_results=True)


def pending(source: Source[Job], names: Sequence[str]) -> Pending[str, Job]:
    """Jobs to wait for."""
    return Pending(names, source, check=lambda _, name: name)
