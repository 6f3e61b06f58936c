"""``watch``: what happens to operations, on a live screen or line by line."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any

import typer
from rich.console import Console

from asyncops.cli.connect import connected
from asyncops.cli.exit import ExitCode
from asyncops.cli.groups import Settings
from asyncops.cli.live.drawing import drawn
from asyncops.cli.live.lines import Lines, json_of, plain_of
from asyncops.cli.live.loop import CheckpointKeeper, checkpoint_in, follow
from asyncops.cli.live.session import LiveScreen
from asyncops.cli.live.state import WatchState
from asyncops.cli.options.from_class import add
from asyncops.cli.options.watch import Telling, Watched, watched_of
from asyncops.cli.output.atomic_file import lock_for
from asyncops.cli.output.sinks import while_read
from asyncops.cli.resources import Resource
from asyncops.cli.runtime.run import right_use
from asyncops.cli.text.terminal import console
from asyncops.cli.text.times import span
from asyncops.models import State
from asyncops.polling.change import Change
from asyncops.polling.policy import Poll

__all__ = ["add_to", "watch_operations"]


async def watch_operations(settings: Settings, watched: Watched, telling: Telling) -> int:
    """Tell what is created, changes, ends or vanishes, as it happens.

    On a terminal this is a live screen, which q or Ctrl-C ends.

    Elsewhere it is a line for each change: time, state, id, type and error.
    """
    with nullcontext() if watched.resume is None else lock_for(watched.resume):
        await _watch(settings, watched, telling)
    return ExitCode.DONE


async def _watch(settings: Settings, watched: Watched, telling: Telling) -> None:
    keeper = CheckpointKeeper(watched.resume)
    resume = None if watched.resume is None else checkpoint_in(watched.resume)
    output = console()
    audience: Lines | _Show
    if telling.jsonl or telling.lines or not _is_screen(output):
        audience = Lines(json_of if telling.jsonl else plain_of)
    else:
        audience = _Show(output, watched.heading, introduced=telling.from_start)
    async with while_read(), connected(settings, watched.resource.service.name) as client:
        with right_use(watched.in_options):
            watch = watched.watch(
                client,
                telling,
                resume=resume,
                # A screen shows what is alive, be it news or not.
                introduce=telling.from_start or isinstance(audience, _Show),
                on_poll=audience.on_poll,
            )
        with audience.opened() if isinstance(audience, _Show) else nullcontext():
            await follow(watch, audience, keeper, until_failure=telling.until_failure)


def _is_screen(output: Console) -> bool:
    return output.is_terminal and not output.is_dumb_terminal and os.environ.get("TERM") != "dumb"


class _Show:
    """The live screen, and the board that it shows."""

    def __init__(self, output: Console, title: str, *, introduced: bool) -> None:
        self._output = output
        self._board = WatchState(title=title, since=datetime.now(UTC), introduced=introduced)
        board = self._board
        self._screen = LiveScreen(output, lambda canvas: drawn(board, canvas, datetime.now(UTC)))

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Have the terminal while inside; then leave one line of what was seen."""
        try:
            with self._screen.opened():
                yield
        finally:
            if self._board.poll is not None:
                self._output.print(_last_words(self._board), markup=False, soft_wrap=True)

    async def take(self, change: Change[Any]) -> None:
        """Have one change shown."""
        self._board.take(change)
        self._screen.change()

    def on_poll(self, poll: Poll) -> None:
        """Have it shown when the next poll is due."""
        self._board.on_poll(poll, datetime.now(UTC))
        self._screen.change()

    async def attend(self) -> None:
        """Draw until somebody presses q."""
        await self._screen.attend()


def _last_words(board: WatchState) -> str:
    watched = span(max(1, int((datetime.now(UTC) - board.since).total_seconds())))
    alive = 0 if board.poll is None else board.poll.open
    failed, cancelled = board.ended[State.FAILED], board.ended[State.CANCELLED]
    return (
        f"{board.title}: watched for {watched}, {board.ended.total():,} ended"
        f"{f', {failed:,} of them failed' if failed else ''}"
        f"{f', {cancelled:,} cancelled' if cancelled else ''}, {alive:,} have not ended"
    )


_NOTES = (
    "A watch goes on through outages, and says so. With --resume, a program that was killed "
    "repeats at most the changes of its last moment, and loses none."
)


def add_to(group: typer.Typer, resource: Resource) -> None:
    """Add the command, where the resource has operations that are listed."""
    if resource.description.listing is None or not resource.lives:
        return
    watched = watched_of(resource)
    start = watched.example("watch")
    add(
        group,
        "watch",
        watch_operations,
        examples=(
            f"{start} --timeout 1h --until-failure",
            f"{start} --resume place | grep --line-buffered failed",
        ),
        notes=_NOTES,
        watched=watched,
    )
