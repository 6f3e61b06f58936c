"""Watching operations: looking again and again, and telling what has changed."""

import asyncio
import math
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import TracebackType
from typing import Generic, Self, TypeVar

from asyncops.changes import Change, Ledger
from asyncops.checks import seconds
from asyncops.clock import Clock
from asyncops.errors import AsyncOpsError, ConfigurationError
from asyncops.models import Operation
from asyncops.polling import Look, OnPoll, PollPolicy, next_delay
from asyncops.rounds import ATTEMPTS, Tolerance, is_unread
from asyncops.surveys import Subject, Survey
from asyncops.turns import Turns
from asyncops.watch_checkpoint import WatchCheckpoint

__all__ = ["OVERLAP", "WATCH_POLICY", "Watch"]

T = TypeVar("T", bound=Operation)

WATCH_POLICY = PollPolicy(timeout=None)
"""How often a watch looks where it is not told: from 1 s to 20 s, without an end."""

OVERLAP = 60.0
"""Seconds that an operation may become visible later than the creation time it says."""


class Watch(AsyncIterator[Change[T]], Generic[T]):
    """What changes, as it is seen: ``async with watch as changes: async for change in changes``.

    Entering takes stock, so that what happens from then on is told; what goes on from a checkpoint
    begins there. Each look reads what has not ended, what has ended lately, and what has become of
    the rest. A transition is told where a look can see it: one that comes and goes between two
    looks is not, save that what is created and ends in between is told as both. Where a service
    cannot be asked for a single operation, one has vanished once two looks in a row lack it.

    Looks are taken by the task that iterates, when it asks for a change and all changes of the
    last look were taken: a slow consumer is never run ahead of, and nothing is left behind when
    the ``async with`` is left. A look that fails or is cancelled has no effect. After a look with
    changes, the next one comes after ``poll.initial`` seconds; while nothing happens the delay
    grows up to ``poll.cap``.

    Where a look fails with what may pass (no connection, a timeout, 429, 5xx), after the retries of
    its requests, an ``interrupted`` change is given once, looks go on, and the first that works
    gives ``recovered`` and then what it saw. An answer that is no JSON, such as a gateway's page,
    counts as a 502 does once there was a good answer; before that, it is raised when as many polls
    have met one as the client gives a call attempts. All other errors are raised, with the
    ``watch_checkpoint`` to go on from; iterating again looks again, when the next look is due.
    Where only single operations cannot be read, they stay as they were, and ``on_poll`` is told
    why. When stock cannot be taken, entering raises whatever the error is: what happens before
    there is any stock could not be told later. The same watch can be entered again then.

    New operations are told from old ones by their times of creation, up to now by this computer's
    clock: one that is far behind costs longer looks.

    Held in memory are the operations that are alive, the ids of those that were created within the
    overlap, and what one look has found: after a long pause, that is all that was missed.

    Raises:
        AsyncOpsError: On entering or iterating, see above.
        ConfigurationError: The client is closed, or the ``async with`` was not entered or was left.
        ValueError: ``resume`` was taken from another query.
    """

    def __init__(
        self,
        subject: Subject[T],
        *,
        clock: Clock,
        poll: PollPolicy = WATCH_POLICY,
        resume: WatchCheckpoint | None = None,
        from_start: bool = False,
        overlap: float = OVERLAP,
        on_poll: OnPoll | None = None,
        attempts: int = ATTEMPTS,
    ) -> None:
        if not isinstance(poll, PollPolicy):
            raise TypeError(f"poll must be a PollPolicy, got {type(poll).__name__}")
        self._subject = subject
        self._clock = clock
        self._poll = poll
        self._from_start = from_start
        self._on_poll = on_poll
        self._ledger: Ledger[T] = Ledger(subject.query, subject.mark, seconds("overlap", overlap))
        _go_on(self._ledger, resume)
        self._turn = asyncio.Lock()
        self._turns = Turns("watch", shared=True)
        self._open = False
        self._left = False
        self._began = 0.0
        self._due = 0.0
        self._ends = math.inf
        self._looks = 0
        self._quiet = 0
        self._ended = 0
        self._missed: frozenset[str] = frozenset()
        self._tolerance = Tolerance(attempts)

    @property
    def checkpoint(self) -> WatchCheckpoint | None:
        """The place after the change last given: ``watch(resume=...)`` goes on from there.

        None until stock was taken, which stands for a watch that starts from now.
        """
        return self._ledger.checkpoint

    def __repr__(self) -> str:
        state = "left" if self._left else "under way" if self._open else "not begun"
        listing = self._subject.query.partition("#")[0]
        return f"<Watch of {listing}: {state}, {self._ledger.open} open, {self._looks} looks>"

    async def __aenter__(self) -> Self:
        if self._open or self._left:
            raise ConfigurationError("this can be entered only once; make a new one")
        self._began = self._due = self._clock.monotonic()
        if self._poll.timeout is not None:
            self._ends = self._began + self._poll.timeout
        self._tolerance.unread = 0
        while not self._ledger.begun:
            failure = await self._look()
            if failure is not None and not await self._rest():
                raise failure
        self._open = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open, self._left = False, True
        await self._turns.close()

    async def __anext__(self) -> Change[T]:
        self._check_open()
        return await self._turns.take(self._next, self._refusal)

    async def _next(self) -> Change[T]:
        # Of several tasks that iterate, one looks, and each change goes to one of them.
        async with self._turn:
            return await self._change()

    async def _change(self) -> Change[T]:
        while True:
            unseen = self._ledger.is_next_unseen
            change = self._ledger.take()
            if change is None:
                if not await self._rest():
                    raise StopAsyncIteration
                await self._look()
            elif self._is_told(change, unseen=unseen):
                return change

    def _is_told(self, change: Change[T], *, unseen: bool) -> bool:
        tells = self._subject.tells
        if tells is None or change.id is None or (unseen and self._subject.tells_unfinished):
            return True
        return any(tells(each) for each in (change.before, change.after) if each is not None)

    def _check_open(self) -> None:
        if not self._open:
            raise self._refusal()

    def _refusal(self) -> ConfigurationError:
        return ConfigurationError(
            "this watch was left; iterate inside of its `async with`"
            if self._left
            else "enter this with `async with` first, then iterate"
        )

    async def _rest(self) -> bool:
        """Wait until the next look is due; False where the time is up before."""
        until = min(self._due, self._ends)
        delay = until - self._clock.monotonic()
        if delay > 0:
            await self._clock.sleep(delay)
        return self._due < self._ends

    async def _look(self) -> AsyncOpsError | None:
        """Look once; what was seen waits in the ledger. The error is one that may pass."""
        interrupted = False
        self._tolerance.begin()
        try:
            failure = await self._survey()
        except AsyncOpsError as error:
            # Where it stood is a place in one listing of the look: nothing to go on from.
            error.checkpoint = None
            borne = self._tolerance.bears(error)
            if not self._ledger.begun and not (borne and is_unread(error)):
                raise
            if not borne:
                error.watch_checkpoint = self.checkpoint
                # Whoever iterates on all the same must not ask without a pause.
                self._quiet += 1
                self._put_off(error)
                raise
            failure, interrupted = error, True
            if self._ledger.begun:
                self._ledger.interrupt(error, self._now())
        else:
            self._tolerance.answered = True
        self._looks += 1
        self._ended += self._ledger.finishing
        self._quiet = self._quiet + 1 if interrupted or self._ledger.idle else 1
        self._tell(self._put_off(failure), failure)
        return failure

    async def _survey(self) -> AsyncOpsError | None:
        """See what there is; the error is of single operations that could not be read."""
        ledger, subject, looked_at = self._ledger, self._subject, self._clock.time()
        if not ledger.begun:
            base = await subject.base(looked_at)
            floor = -math.inf if base is None else base - ledger.overlap
            survey = Survey(subject, {}, floor, self._alive_floor())
            await survey.run()
            ledger.begin(
                survey.found, base, self._now(), looked_at=looked_at, introduce=self._from_start
            )
            return None
        survey = Survey(subject, ledger.wanted, ledger.floor, self._alive_floor())
        await survey.run()
        gone = frozenset(survey.gone)
        if subject.by_id is None:
            # One that moves while a numbered listing is read can slip through all of its pages.
            gone, self._missed = gone & self._missed, gone
        ledger.compare(survey.found, gone, self._now(), looked_at=looked_at)
        return survey.error

    def _alive_floor(self) -> float:
        """How far back a listing of everything is read for operations that are alive."""
        ledger, subject = self._ledger, self._subject
        if subject.unfinished or ledger.begun:
            return math.inf
        return -math.inf if subject.lookback is None else self._clock.time() - subject.lookback

    def _put_off(self, failure: AsyncOpsError | None) -> float:
        """Set when the next look is due; the seconds until then."""
        now = self._clock.monotonic()
        left = self._ends - now
        delay = next_delay(self._poll, self._quiet, failure, left=max(0.0, left))
        # Where the time is up by then, there is no other look.
        self._due = now + delay if delay < left else math.inf
        return delay

    def _tell(self, delay: float, failure: AsyncOpsError | None) -> None:
        if self._on_poll is not None:
            self._on_poll(
                Look(
                    number=self._looks,
                    elapsed=self._clock.monotonic() - self._began,
                    open=self._ledger.open,
                    ended=self._ended,
                    next_in=delay if self._due < self._ends else None,
                    error=failure,
                )
            )

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.time(), UTC)


def _go_on(ledger: Ledger[T], resume: WatchCheckpoint | None) -> None:
    if resume is None:
        return
    if not isinstance(resume, WatchCheckpoint):
        raise TypeError(f"resume must be a WatchCheckpoint, got {type(resume).__name__}")
    if resume.query != ledger.query:
        raise ValueError(
            f"resume was taken from a watch of {resume.query}, this one is of {ledger.query}: "
            "the service, the listing and the filters have to be the same"
        )
    ledger.go_on(resume)
