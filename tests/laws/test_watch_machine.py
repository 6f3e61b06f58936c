"""Random lives, arrivals, outages and restarts: each visible transition comes exactly once."""

import asyncio
from collections import deque
from collections.abc import Collection
from datetime import timedelta

from attrs import define, evolve, field, frozen
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from asyncops.checkpoints import WatchCheckpoint
from asyncops.polling.change import Change
from asyncops.polling.policy import Poll
from asyncops.polling.watch import Watch
from asyncops.testing import FakeClock
from tests.laws.changing import EPOCH, LIFE, SHAPES, Op, Shape, World

OVERLAP = 10
FAR = 10**8
STATUSES = st.sampled_from(LIFE)


class QuietError(Exception):
    """The watch wants to rest: it has told all that the poll saw."""


class OnePoll(FakeClock):
    """A clock on which nobody rests twice."""

    polled = False

    async def sleep(self, seconds: float) -> None:
        if self.polled:
            raise QuietError
        await super().sleep(seconds)


@frozen
class Told:
    """What somebody knows who has read all changes up to one.

    ``alive`` and ``ended`` map ids to the status that was told, or that stock was taken of; None
    for what was there at the start and is still to be told of.
    """

    begun: bool = False
    interrupted: bool = False
    alive: dict[str, str | None] = field(factory=dict)
    ended: dict[str, str] = field(factory=dict)

    def after(self, kind: str, id_: str | None, status: str | None) -> "Told":
        """The same, and one change more."""
        if kind in {"interrupted", "recovered"}:
            return evolve(self, interrupted=kind == "interrupted")
        assert id_ is not None
        alive = {known: status for known, status in self.alive.items() if known != id_}
        ended = {known: status for known, status in self.ended.items() if known != id_}
        if status is not None:
            (ended if kind == "finished" else alive)[id_] = status
        return evolve(self, alive=alive, ended=ended)

    def expected(
        self, ops: dict[str, Op], kept: Collection[str], *, reopens: bool
    ) -> list[tuple[str, str | None, str | None]]:
        """The changes that a poll has to give which sees the service like this, save ``kept``."""
        changes: list[tuple[str, str | None, str | None]] = []
        if self.interrupted:
            changes.append(("recovered", None, None))
        for id_, op in sorted(ops.items(), key=lambda pair: (pair[1].second, pair[0])):
            if id_ in kept:
                continue
            if op.state.ended:
                if id_ in self.ended:
                    continue
                if self.alive.get(id_) is None:
                    changes.append(("created", id_, op.status))
                changes.append(("finished", id_, op.status))
            elif self.alive.get(id_) is None:
                again = "reopened" if reopens else "updated"
                kind = again if id_ in self.ended else "created"
                changes.append((kind, id_, op.status))
            elif self.alive[id_] != op.status:
                changes.append(("updated", id_, op.status))
        gone = self.alive.keys() - ops.keys() - set(kept)
        vanished = sorted(id_ for id_ in gone if self.alive[id_])
        return changes + [("vanished", id_, None) for id_ in vanished]


@define
class Point:
    """A place that a watch can go on from."""

    checkpoint: str | None
    told: Told


class WatchMachine(RuleBasedStateMachine):
    """A watch, the service that it polls, and a reader of its changes."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = OnePoll()
        self.world = World()
        self.from_start = False
        self.watch: Watch[Op] | None = None
        self.told = Told()
        self.expected: deque[tuple[str, str | None, str | None]] = deque()
        self.met: set[str] = set()
        self.missed: set[str] = set()
        self.points: list[Point] = []
        self.polls: list[Poll] = []

    def teardown(self) -> None:
        self._leave()
        self.runner.close()

    @initialize(
        shape=st.sampled_from(SHAPES),
        descending=st.booleans(),
        page_size=st.integers(1, 4),
        reopens=st.booleans(),
        from_start=st.booleans(),
        ahead=st.sampled_from((0, 200, 10_000)),
        lives=st.lists(st.tuples(st.integers(0, 40), STATUSES), max_size=15),
    )
    def begin(
        self,
        shape: Shape,
        descending: bool,
        page_size: int,
        reopens: bool,
        from_start: bool,
        ahead: int,
        lives: list[tuple[int, str]],
    ) -> None:
        """The watch's clock may be behind the service's, which costs time but no change."""
        self.clock = OnePoll(start=EPOCH + timedelta(seconds=ahead))
        self.world = World(shape, descending, page_size, reopens)
        self.from_start = from_start
        for second, status in lives:
            self.world.add(second, status)
        self._enter(Point(None, Told()))

    @rule(later=st.integers(0, 15), status=STATUSES)
    def create(self, later: int, status: str) -> None:
        self.world.add(self.world.newest + later, status)

    @rule(late=st.integers(1, OVERLAP), status=STATUSES)
    def commit_late(self, late: int, status: str) -> None:
        """No later than the overlap, so that even one that has ended is seen."""
        self.world.add(self.world.newest - late, status)

    @rule(status=STATUSES)
    def misdate(self, status: str) -> None:
        """One from years ahead, which must not hide what comes after it."""
        self.world.misdate(FAR, status)

    @precondition(lambda self: self.world.ops)
    @rule(draw=st.data(), status=STATUSES)
    def put_anywhere(self, draw: st.DataObject, status: str) -> None:
        """On in its life, back, or to life again where a listing of the unfinished tells of it."""
        id_ = draw.draw(st.sampled_from(sorted(self.world.ops)))
        if self.world.shape != "all in one" or not self.world.ops[id_].state.ended:
            self.world.put(id_, status)

    @precondition(lambda self: self.world.ops)
    @rule(draw=st.data(), end=st.sampled_from(LIFE[3:]))
    def step(self, draw: st.DataObject, end: str) -> None:
        self.world.step(draw.draw(st.sampled_from(sorted(self.world.ops))), end)

    @precondition(lambda self: any(not op.state.ended for op in self.world.ops.values()))
    @rule(draw=st.data())
    def remove(self, draw: st.DataObject) -> None:
        alive = sorted(id_ for id_, op in self.world.ops.items() if not op.state.ended)
        del self.world.ops[draw.draw(st.sampled_from(alive))]

    @precondition(lambda self: self.world.ops)
    @rule(draw=st.data())
    def spoil(self, draw: st.DataObject) -> None:
        """Asked for by its id, it cannot be read."""
        self.world.broken.add(draw.draw(st.sampled_from(sorted(self.world.ops))))

    @rule()
    def repair(self) -> None:
        self.world.broken.clear()

    @rule(answered=st.none() | st.integers(0, 8))
    def break_or_mend(self, answered: int | None) -> None:
        """An outage that begins after so many requests, or the end of one."""
        self.world.fails_after = answered

    @rule(most=st.integers(1, 3) | st.just(1000))
    def read(self, most: int) -> None:
        """Take some of what the last poll saw, and then some of another."""
        assert self.watch is not None
        self.clock.polled = False
        for _ in range(most):
            try:
                change = self.runner.run(_next(self.watch))
            except QuietError:
                assert not self.expected
                break
            self._check(change)

    @precondition(lambda self: self.points)
    @rule(draw=st.data(), overlap=st.sampled_from((OVERLAP, 3 * OVERLAP)))
    def restart(self, draw: st.DataObject, overlap: int) -> None:
        """From the last checkpoint, or from any before; with another overlap, too."""
        at = draw.draw(st.just(len(self.points) - 1) | st.integers(0, len(self.points) - 1))
        self._leave()
        self._enter(self.points[at], overlap)

    @invariant()
    def memory_is_bounded(self) -> None:
        """What is alive, and what has ended no longer ago than the overlap allows."""
        checkpoint = None if self.watch is None else self.watch.checkpoint
        if checkpoint is not None:
            assert {each.id for each in checkpoint.alive} == set(self.told.alive)
            floor = float("-inf")
            if checkpoint.watermark is not None:
                floor = checkpoint.watermark - 3 * OVERLAP
            assert all(created >= floor for _, created in checkpoint.ended)

    def _enter(self, point: Point, overlap: int = OVERLAP) -> None:
        resume = None
        if point.checkpoint is not None:
            resume = WatchCheckpoint.from_json(point.checkpoint)
        self.told, self.met, self.missed = point.told, set(), set()
        self.world.refused.clear()
        self.expected.clear()
        self.polls.clear()
        self.watch = Watch(
            self.world.target(),
            clock=self.clock,
            resume=resume,
            from_start=self.from_start,
            overlap=overlap,
            on_poll=self._polled,
        )
        self.runner.run(_enter(self.watch))
        self._keep()

    def _leave(self) -> None:
        if self.watch is not None:
            self.runner.run(_leave(self.watch))

    def _polled(self, poll: Poll) -> None:
        """What the poll has to give, worked out from the service as it is right now."""
        assert not self.expected, "a poll while changes of the last one were not taken"
        self.clock.polled = True
        self.polls.append(poll)
        told, ops = self.told, self.world.ops
        unread = set(self.world.refused)
        self.world.refused.clear()
        assert (poll.error is not None) == bool(unread)
        if not unread <= told.alive.keys():
            if not told.interrupted:
                self.expected.append(("interrupted", None, None))
            return
        if not told.begun:
            stock = {id_: op.status for id_, op in ops.items() if op.state.ended}
            alive = {
                id_: None if self.from_start else op.status
                for id_, op in ops.items()
                if not op.state.ended
            }
            told = evolve(told, begun=True, ended=stock, alive=alive)
        kept = unread | self._missing_once(told)
        self.expected.extend(told.expected(ops, kept, reopens=self.world.reopens))
        left = {id_: was for id_, was in told.alive.items() if was or id_ in ops or id_ in kept}
        self.told = evolve(told, alive=left)
        ops = {id_: op for id_, op in ops.items() if id_ not in kept}
        alive_now = {id_: op.status for id_, op in ops.items() if not op.state.ended}
        self.met |= {id_ for id_, status in told.alive.items() if alive_now.get(id_) == status}
        assert poll.open == len(alive_now) + len(kept)

    def _missing_once(self, told: Told) -> set[str]:
        """What the last poll still saw, where nothing can be asked for by its id."""
        if self.world.shape != "numbered":
            return set()
        before, self.missed = self.missed, told.alive.keys() - self.world.ops.keys()
        return self.missed - before

    def _check(self, change: Change[Op]) -> None:
        kind, id_, status = self.expected.popleft()
        after = None if change.after is None else change.after.status
        assert (change.kind, change.id, after) == (kind, id_, status)
        assert abs(change.seen_at.timestamp() - self.clock.time()) < 1e-5
        assert (change.error is not None) == (kind == "interrupted")
        assert change.failed == (kind == "finished" and status == "failed")
        if kind in {"created", "interrupted", "recovered"}:
            assert change.before is None
        elif change.before is None:
            assert id_ not in self.met, "seen before, and not said"
        else:
            assert id_ is not None
            assert change.before.status == self.told.alive[id_]
        self.told = self.told.after(kind, id_, status)
        if id_ is not None and kind in {"created", "updated", "reopened"}:
            assert change.after is not None
            self.met.discard(id_) if change.after.state.ended else self.met.add(id_)
        elif id_ is not None:
            self.met.discard(id_)
        self._keep()

    def _keep(self) -> None:
        assert self.watch is not None
        checkpoint = self.watch.checkpoint
        assert (checkpoint is not None) == self.told.begun
        if checkpoint is not None:
            self.points.append(Point(checkpoint.to_json(), self.told))


async def _next(watch: Watch[Op]) -> Change[Op]:
    return await anext(watch)


async def _enter(watch: Watch[Op]) -> None:
    await watch.__aenter__()


async def _leave(watch: Watch[Op]) -> None:
    await watch.__aexit__(None, None, None)


TestWatch = WatchMachine.TestCase
TestWatch.settings = settings(max_examples=60, stateful_step_count=30, report_multiple_bugs=False)
