"""The loop of ``watch``: has each change told, and keeps the checkpoint in a file."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

from attrs import define, evolve, field

from asyncops.checkpoints import KnownAlive, WatchCheckpoint
from asyncops.cli.live.state import LONGEST, summary_of
from asyncops.cli.output.atomic_file import atomic, content_of
from asyncops.cli.shell import ExitCode, Failure
from asyncops.models import how_it_ended
from asyncops.polling.change import Change, ChangeKind
from asyncops.polling.watch import Watch
from asyncops.utils.tasks import cancel_all

_PAUSE = 0.25


Tell = Callable[[Change[Any]], Awaitable[None]]
"""Tells of one change: once this returns, the change counts as told."""


def checkpoint_in(path: Path) -> WatchCheckpoint | None:
    """The checkpoint of an earlier watch; `None` where the file does not exist yet.

    Raises:
        Failure: The file cannot be read, or holds something else.
    """
    text = content_of(path)
    if text is None:
        return None
    try:
        return WatchCheckpoint.from_json(text)
    except ValueError as error:
        raise Failure(f"cannot go on from {path}: {error}") from None


def checkpoint_before(change: Change[Any], after: WatchCheckpoint) -> WatchCheckpoint:
    """The checkpoint from which a watch tells of this change again.

    Args:
        change: The change given last.
        after: The checkpoint after it.
    """
    if change.id is None:
        return evolve(after, interrupted=not after.interrupted)
    about = change.after if change.after is not None else change.before
    moment = None if about is None else about.created_at
    created = None if moment is None else moment.timestamp()
    # Without a mark it has yet to be told of; with one that fits nothing, it has changed since.
    mark = None if change.kind is ChangeKind.CREATED else ""
    alive = tuple(each for each in after.alive if each.id != change.id)
    ended = tuple(each for each in after.ended if each[0] != change.id)
    if change.kind is ChangeKind.REOPENED:
        ended += () if created is None else ((change.id, created),)
    else:
        alive += (KnownAlive(change.id, mark, created),)
    return evolve(after, alive=alive, ended=ended)


@define(eq=False)
class CheckpointKeeper:
    """Keeps a watch's checkpoint in a file, never after a change that was not told.

    A moment after a change, and at the end, the file is written whole under another name and
    renamed. So a program that is killed repeats at most that moment's changes, and loses none;
    one that ends in any other way repeats none.

    Attributes:
        path: The file; `None` means that no checkpoint is kept.
    """

    path: Path | None
    _due: asyncio.Event = field(factory=asyncio.Event, init=False)
    _telling: Change[Any] | None = field(default=None, init=False)

    async def told(self, change: Change[Any], telling: Awaitable[None]) -> None:
        """Wait until a change is told; until then, the checkpoint is the one before it."""
        self._telling = change
        await telling
        self._telling = None
        self._due.set()

    def keep(self, watch: Watch[Any]) -> None:
        """Write the checkpoint to the file."""
        place = watch.checkpoint
        if self.path is None or place is None:
            return
        if self._telling is not None:
            place = checkpoint_before(self._telling, place)
        with atomic(self.path) as file:
            file.write(f"{place.to_json()}\n".encode())

    async def attend(self, watch: Watch[Any]) -> None:
        """Write the checkpoint a moment after a change, once for many changes at a time."""
        while True:
            await self._due.wait()
            await asyncio.sleep(_PAUSE)
            self._due.clear()
            self.keep(watch)


async def follow(
    watch: Watch[Any],
    tell: Tell,
    keeper: CheckpointKeeper,
    *,
    id_field: str = "id",
    until_failure: bool = False,
) -> None:
    """Have every change told, until the watch ends.

    Args:
        watch: Not yet entered.
        tell: Tells of one change.
        keeper: Keeps the checkpoint.
        id_field: The field whose value ``get`` takes: changes are told by it.
        until_failure: Whether an operation that ends without success ends the watch.

    Raises:
        Failure: An operation ended without success, and ``until_failure`` is set.
    """

    async def tell_all() -> None:
        async with watch:
            try:
                keeper.keep(watch)
                async for change in watch:
                    known = _known(change, id_field)
                    await keeper.told(change, tell(known))
                    if until_failure and change.failed and change.after is not None:
                        news, words = summary_of(known), how_it_ended(change.after)[:LONGEST]
                        which = f"{news.kind} {news.id}" if news.kind else news.id
                        raise Failure(f"{which} {words}", code=ExitCode.FAILED)
            finally:
                keeper.keep(watch)

    await first_of(tell_all(), keeper.attend(watch))


def _known(change: Change[Any], id_field: str) -> Change[Any]:
    """A change with an id by which its operation can be asked for, as far as that is known."""
    about = change.before if change.after is None else change.after
    if id_field == "id" or about is None:
        # Where ids are those of one place, the change's own tells of that as well.
        return change
    return evolve(change, id=str(getattr(about, id_field)))


async def first_of(*works: Coroutine[Any, Any, object]) -> None:
    """Run all of them until one ends, however it ends; the others are cancelled."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        await cancel_all(tasks)
