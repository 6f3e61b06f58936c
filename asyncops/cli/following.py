"""A watch, and who is told of it: the loop of ``watch``, apart from where its changes go."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Protocol

from attrs import define, evolve, field

from asyncops.changes import Change, ChangeKind, created_of
from asyncops.cli.boards import LONGEST, news_of
from asyncops.cli.failures import ExitCode, Failure
from asyncops.cli.files import atomic, blaming
from asyncops.models import Operation, how_it_ended
from asyncops.polling import Look
from asyncops.watch_checkpoint import KnownAlive, WatchCheckpoint
from asyncops.watching import Watch

__all__ = ["Audience", "Keeper", "follow", "place_before", "place_in"]

_PAUSE = 0.25


class Audience(Protocol):
    """Who is told of a watch."""

    async def take(self, change: Change[Any]) -> None:
        """Take one change; once this returns, it counts as told."""

    def looked(self, look: Look) -> None:
        """Take what a look said."""

    async def attend(self) -> None:
        """Run beside the watch; to return is to have had enough."""


def place_in(path: Path) -> WatchCheckpoint | None:
    """Where a watch went to before; None where the file is not there yet.

    Raises:
        Failure: The file cannot be read, or holds something else.
    """
    with blaming(path):
        try:
            text = path.read_bytes()
        except FileNotFoundError:
            return None
    try:
        return WatchCheckpoint.from_json(text)
    except ValueError as error:
        raise Failure(f"cannot go on from {path}: {error}") from None


def place_before(change: Change[Any], after: WatchCheckpoint) -> WatchCheckpoint:
    """The place from which going on begins with this very change.

    Args:
        change: The change last given.
        after: The place after it.
    """
    if change.id is None:
        return evolve(after, interrupted=not after.interrupted)
    about = change.after if change.after is not None else change.before
    created = None if about is None else created_of(about)
    # Without a mark it has yet to be told of; with one that fits nothing, it has changed since.
    mark = None if change.kind is ChangeKind.CREATED else ""
    others = [each for each in after.alive if each.id != change.id]
    return evolve(
        after,
        alive=(*others, KnownAlive(change.id, mark, created)),
        ended=tuple(each for each in after.ended if each[0] != change.id),
    )


@define(eq=False)
class Keeper:
    """Keeps a watch's place in a file, never behind a change that was not told.

    A moment after a change, and at the end, the file is written whole under another name and
    renamed. So a program that is killed repeats at most that moment's changes, and loses none;
    one that ends in any other way repeats none.

    Attributes:
        path: The file; None to keep nothing.
    """

    path: Path | None
    _due: asyncio.Event = field(factory=asyncio.Event, init=False)
    _telling: Change[Any] | None = field(default=None, init=False)

    async def tell(self, audience: Audience, change: Change[Any]) -> None:
        """Have a change told; until it is, the place before it is the one to go on from."""
        self._telling = change
        await audience.take(change)
        self._telling = None
        self._due.set()

    def keep(self, watch: Watch[Any]) -> None:
        """Write the place down."""
        place = watch.checkpoint
        if self.path is None or place is None:
            return
        if self._telling is not None:
            place = place_before(self._telling, place)
        with atomic(self.path) as file:
            file.write(f"{place.to_json()}\n".encode())

    async def attend(self, watch: Watch[Any]) -> None:
        """Write the place down after each change, soon, but not for each of many at once."""
        while True:
            await self._due.wait()
            await asyncio.sleep(_PAUSE)
            self._due.clear()
            self.keep(watch)


async def follow(
    watch: Watch[Any], audience: Audience, keeper: Keeper, *, until_failure: bool = False
) -> None:
    """Tell the audience of every change, until the watch ends or the audience has had enough.

    Args:
        watch: Not yet entered.
        audience: Who is told.
        keeper: Writes down how far this has come.
        until_failure: Whether an operation that ends, but not in success, ends it.

    Raises:
        Failure: One did not succeed, and that was to end it.
    """
    await _first_of(
        _tell_all(watch, audience, keeper, until_failure=until_failure),
        audience.attend(),
        keeper.attend(watch),
    )


async def _tell_all(
    watch: Watch[Any], audience: Audience, keeper: Keeper, *, until_failure: bool
) -> None:
    async with watch:
        try:
            keeper.keep(watch)
            async for change in watch:
                await keeper.tell(audience, change)
                if until_failure and change.failed and change.after is not None:
                    raise _failure(change, change.after)
        finally:
            keeper.keep(watch)


def _failure(change: Change[Any], operation: Operation) -> Failure:
    news = news_of(change)
    what = f"{news.kind} {news.id}" if news.kind else news.id
    return Failure(f"{what} {how_it_ended(operation)[:LONGEST]}", code=ExitCode.FAILED)


async def _first_of(*works: Coroutine[Any, Any, None]) -> None:
    """Run all of them until one ends, however it ends; the others are cancelled."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
