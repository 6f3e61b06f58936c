"""Watching operations: poll again and again, and give each change once."""

import asyncio
import math
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Generic, Self, TypeVar

from asyncops.checkpoints import WatchCheckpoint
from asyncops.errors import AsyncOpsError, ConfigurationError
from asyncops.models import Operation
from asyncops.polling.backoff import PollBackoff
from asyncops.polling.change import Change
from asyncops.polling.ledger import Ledger
from asyncops.polling.policy import (
    ATTEMPTS,
    OVERLAP,
    WATCH_POLICY,
    OnPoll,
    Poll,
    PollPolicy,
    Tolerance,
    is_not_json,
)
from asyncops.polling.snapshot import Snapshot, WatchTarget
from asyncops.polling.watermark import Watermark
from asyncops.utils.checks import check_type, seconds
from asyncops.utils.clock import Clock
from asyncops.utils.iteration_guard import IterationGuard

T = TypeVar("T", bound=Operation)


class Watch(AsyncIterator[Change[T]], Generic[T]):
    """The changes to operations, as a service's ``watch()`` gives them.

    ::

        async with zoo.operations.watch() as changes:
            async for change in changes:
                print(change.kind, change.id)

    Entering reads the first snapshot, and the changes after it are given; a watch with a
    checkpoint begins with the state in it. Each poll reads what has not ended and what has ended
    lately, and gets the rest by id. A change that is undone between two polls is not seen, but an
    operation that is created and ends in between is given as both. Where a service has no request
    for one operation, an operation has vanished once two polls in a row lack it.

    The task that iterates does the polling, when all changes of the last poll were taken: a slow
    consumer gets no backlog, and nothing goes on after the ``async with``. A poll that fails or is
    cancelled has no effect. After a poll with changes the next one comes after ``poll.initial``
    seconds; without changes the delay grows up to ``poll.cap``.

    Where a poll fails with an error that may pass (no connection, a timeout, 429, 5xx), after the
    retries of its requests, an ``interrupted`` change is given once and polling goes on. The first
    poll that succeeds gives ``recovered`` and then its changes. An answer that is no JSON, such as
    a gateway's page, counts as a 502 does once there was a good answer; before that, it is raised
    after as many polls as the client gives a call attempts. All other errors are raised, with the
    ``watch_checkpoint`` to go on from; iterating again polls when the next poll is due. Where only
    single operations cannot be read, they stay as they were, and ``on_poll`` gets the error. An
    error of the first snapshot is always raised, since changes before it cannot be known; the same
    watch can then be entered again.

    New operations are recognised by their creation, up to now by this computer's clock: a clock
    that is far behind makes polls longer.

    Memory holds the unfinished operations, the ids of those created within the overlap, and the
    findings of one poll: after a long pause, that is everything that was missed.

    Raises:
        AsyncOpsError: On entering or iterating, see above.
        ConfigurationError: The client is closed, or the ``async with`` was not entered or was left.
        ValueError: ``resume`` was taken from another query.
    """

    def __init__(
        self,
        target: WatchTarget[T],
        *,
        clock: Clock,
        poll: PollPolicy = WATCH_POLICY,
        resume: WatchCheckpoint | None = None,
        from_start: bool = False,
        overlap: float = OVERLAP,
        on_poll: OnPoll | None = None,
        attempts: int = ATTEMPTS,
    ) -> None:
        check_type("poll", poll, PollPolicy)
        self._target = target
        self._clock = clock
        self._policy = poll
        self._from_start = from_start
        self._on_poll = on_poll
        self._ledger: Ledger[T] = Ledger(
            target.query, target.mark, Watermark(seconds("overlap", overlap)), target.reopens
        )
        if resume is not None:
            self._ledger.go_on(_checked(resume, target.query))
        self._lock = asyncio.Lock()
        self._steps = IterationGuard("watch", shared=True)
        self._open = False
        self._left = False
        self._began = 0.0
        self._due = 0.0
        self._ends = math.inf
        self._polls = 0
        self._backoff = PollBackoff(poll)
        self._ended = 0
        self._missed: frozenset[str] = frozenset()
        self._tolerance = Tolerance(attempts)

    @property
    def checkpoint(self) -> WatchCheckpoint | None:
        """The place after the change given last: ``watch(resume=...)`` goes on from there.

        ``None`` until the first snapshot, and ``watch(resume=None)`` starts from now.
        """
        return self._ledger.checkpoint

    def __repr__(self) -> str:
        state = "left" if self._left else "under way" if self._open else "not begun"
        listing = self._target.query.partition("#")[0]
        return f"<Watch of {listing}: {state}, {self._ledger.open} open, {self._polls} polls>"

    async def __aenter__(self) -> Self:
        if self._open or self._left:
            raise ConfigurationError("this can be entered only once; make a new one")
        self._began = self._due = self._clock.monotonic()
        if self._policy.timeout is not None:
            self._ends = self._began + self._policy.timeout
        self._tolerance.not_json = 0
        while not self._ledger.begun:
            failure = await self._poll()
            if failure is not None and not await self._sleep():
                raise failure
        self._open = True
        return self

    async def __aexit__(self, *_: object) -> None:
        self._open, self._left = False, True
        await self._steps.close()

    async def __anext__(self) -> Change[T]:
        if not self._open:
            raise self._refusal()
        return await self._steps.take(self._next, self._refusal)

    async def _next(self) -> Change[T]:
        # Of several tasks that iterate, one polls, and each change goes to one of them.
        async with self._lock:
            while True:
                unseen = self._ledger.is_next_unseen
                change = self._ledger.take()
                if change is None:
                    if not await self._sleep():
                        raise StopAsyncIteration
                    await self._poll()
                elif self._matches(change, unseen=unseen):
                    return change

    def _matches(self, change: Change[T], *, unseen: bool) -> bool:
        matches = self._target.matches
        if matches is None or change.id is None or (unseen and self._target.matches_unfinished):
            return True
        return any(matches(each) for each in (change.before, change.after) if each is not None)

    def _refusal(self) -> ConfigurationError:
        return ConfigurationError(
            "this watch was left; iterate inside of its `async with`"
            if self._left
            else "enter this with `async with` first, then iterate"
        )

    async def _sleep(self) -> bool:
        """Sleep until the next poll is due; False where the timeout comes first."""
        delay = min(self._due, self._ends) - self._clock.monotonic()
        if delay > 0:
            await self._clock.sleep(delay)
        return self._due < self._ends

    async def _poll(self) -> AsyncOpsError | None:
        """Poll once and put the findings into the ledger; return an error that may pass."""
        interrupted = False
        self._tolerance.poll += 1
        try:
            failure = await self._take_snapshot()
        except AsyncOpsError as error:
            # Its checkpoint is a place in one listing, from which no watch can go on.
            error.checkpoint = None
            allowed = self._tolerance.allows(error)
            if not self._ledger.begun and not (allowed and is_not_json(error)):
                raise
            if not allowed:
                error.watch_checkpoint = self.checkpoint
                # A consumer that iterates on must not poll without a pause.
                self._set_due(error, news=False)
                raise
            failure, interrupted = error, True
            if self._ledger.begun:
                self._ledger.interrupt(error, self._now())
        else:
            self._tolerance.answered = True
        self._polls += 1
        self._ended += self._ledger.finishing
        news = not (interrupted or self._ledger.idle)
        self._report(self._set_due(failure, news=news), failure)
        return failure

    async def _take_snapshot(self) -> AsyncOpsError | None:
        """Read all that is watched; return the error of operations that could not be read."""
        ledger, target, polled_at = self._ledger, self._target, self._clock.time()
        if not ledger.begun:
            base = await target.base(polled_at)
            floor = -math.inf if base is None else base - ledger.watermark.overlap
            snapshot = Snapshot(target, {}, floor, self._alive_floor())
            await snapshot.run()
            ledger.begin(
                snapshot.found, base, self._now(), polled_at=polled_at, introduce=self._from_start
            )
            return None
        reopen_floor = self._alive_floor() if target.reopens else math.inf
        floor = ledger.watermark.floor
        snapshot = Snapshot(target, ledger.unfinished, floor, math.inf, reopen_floor)
        await snapshot.run()
        gone = frozenset(snapshot.gone)
        if target.by_id is None:
            # An operation that moves while a numbered listing is read can be on none of its pages.
            gone, self._missed = gone & self._missed, gone
        ledger.compare(snapshot.found, gone, self._now(), polled_at=polled_at)
        return snapshot.error

    def _alive_floor(self) -> float:
        """How far back the first snapshot reads a listing of everything for the unfinished."""
        if self._target.unfinished:
            return math.inf
        lookback = self._target.lookback
        return -math.inf if lookback is None else self._clock.time() - lookback

    def _set_due(self, failure: AsyncOpsError | None, *, news: bool) -> float:
        """Set when the next poll is due; return the seconds until then."""
        now = self._clock.monotonic()
        left = self._ends - now
        delay = self._backoff.delay(failure, news=news, left=max(0.0, left))
        # A poll that would come with the timeout does not come at all.
        self._due = now + delay if delay < left else math.inf
        return delay

    def _report(self, delay: float, failure: AsyncOpsError | None) -> None:
        if self._on_poll is not None:
            self._on_poll(
                Poll(
                    number=self._polls,
                    elapsed=self._clock.monotonic() - self._began,
                    open=self._ledger.open,
                    ended=self._ended,
                    blocked=self._ledger.blocked,
                    next_in=delay if self._due < self._ends else None,
                    error=failure,
                )
            )

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.time(), UTC)


def _checked(resume: WatchCheckpoint, query: str) -> WatchCheckpoint:
    check_type("resume", resume, WatchCheckpoint)
    if resume.query != query:
        raise ValueError(
            f"resume was taken from a watch of {resume.query}, this one is of {query}: "
            "the service, the listing and the filters have to be the same"
        )
    return resume
