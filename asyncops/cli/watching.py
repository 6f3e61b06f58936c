"""``watch``: what happens to operations, on a live screen or line by line."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any

import attrs
import typer
from rich.console import Console

from asyncops.changes import Change
from asyncops.cli.boards import Board
from asyncops.cli.changelines import Lines, json_of, plain_of
from asyncops.cli.connecting import connected
from asyncops.cli.failures import ExitCode, execute, right_use
from asyncops.cli.files import held
from asyncops.cli.following import Keeper, follow, place_in
from asyncops.cli.live import LiveScreen
from asyncops.cli.outlet import while_read
from asyncops.cli.screen import drawn
from asyncops.cli.taking import taking
from asyncops.cli.terminal import console
from asyncops.cli.times import span
from asyncops.cli.tree import (
    Settings,
    chainloop_operations,
    settings_of,
    zoo_operations,
    zoo_prompts,
)
from asyncops.cli.watched import Watched, WatchedCalls, WatchedOperations, WatchedPrompts
from asyncops.models import State
from asyncops.polling import Look

__all__ = ["watch_operations"]


async def watch_operations(watched: Watched, settings: Settings) -> int:
    """Tell what happens, until it is enough.

    Args:
        watched: What to watch and how.
        settings: Whose account to use.

    Returns:
        The exit code.
    """
    with nullcontext() if watched.resume is None else held(watched.resume):
        await _watch(watched, settings)
    return ExitCode.DONE


async def _watch(watched: Watched, settings: Settings) -> None:
    keeper = Keeper(watched.resume)
    resume = None if watched.resume is None else place_in(watched.resume)
    output = console()
    audience: Lines | _Show
    if watched.jsonl or watched.lines or not _is_screen(output):
        audience = Lines(json_of if watched.jsonl else plain_of)
    else:
        audience = _Show(output, watched)
    async with while_read(), connected(settings, watched.resource.service) as client:
        with right_use():
            watch = watched.watch(
                client,
                resume=resume,
                # A screen shows what is alive, be it news or not.
                introduce=watched.from_start or isinstance(audience, _Show),
                on_poll=audience.looked,
            )
        with audience.opened() if isinstance(audience, _Show) else nullcontext():
            await follow(watch, audience, keeper, until_failure=watched.until_failure)


def _is_screen(output: Console) -> bool:
    return output.is_terminal and not output.is_dumb_terminal and os.environ.get("TERM") != "dumb"


class _Show:
    """The live screen, and the board that it shows."""

    def __init__(self, output: Console, watched: Watched) -> None:
        self._output = output
        self._board = Board(
            title=_title(watched), since=datetime.now(UTC), introduced=watched.from_start
        )
        board = self._board
        self._screen = LiveScreen(output, lambda canvas: drawn(board, canvas, datetime.now(UTC)))

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Have the terminal while inside; then leave one line of what was seen."""
        try:
            with self._screen.opened():
                yield
        finally:
            if self._board.look is not None:
                self._output.print(_last_words(self._board), markup=False, soft_wrap=True)

    async def take(self, change: Change[Any]) -> None:
        """Have one change shown."""
        self._board.take(change)
        self._screen.change()

    def looked(self, look: Look) -> None:
        """Have it shown when the next look is due."""
        self._board.looked(look, datetime.now(UTC))
        self._screen.change()

    async def attend(self) -> None:
        """Draw until somebody presses q."""
        await self._screen.attend()


def _title(watched: Watched) -> str:
    filters = [
        f"{each.name.replace('_', ' ')} {' or '.join(value) if isinstance(value, list) else value}"
        for each in attrs.fields(type(watched))
        if each.name in {"status", "kind", "resource_type", "resource_id"}
        and (value := getattr(watched, each.name))
    ]
    return ", ".join([watched.resource.title, *filters])


def _last_words(board: Board) -> str:
    watched = span(max(1, int((datetime.now(UTC) - board.since).total_seconds())))
    alive = 0 if board.look is None else board.look.open
    failed, cancelled = board.ended[State.FAILED], board.ended[State.CANCELLED]
    return (
        f"{board.title}: watched for {watched}, {board.ended.total():,} ended"
        f"{f', {failed:,} of them failed' if failed else ''}"
        f"{f', {cancelled:,} cancelled' if cancelled else ''}, {alive:,} have not ended"
    )


def _register(group: typer.Typer, kind: type[Watched], examples: str) -> None:
    @group.command("watch", epilog=f"[bold]Examples[/]\n\n{examples}\n\n{_NOTES}")
    @taking(kind, "watched")
    def watch_command(ctx: typer.Context, *, watched: Watched) -> None:
        """Tell what is created, changes, ends or vanishes, as it happens.

        On a terminal this is a live screen, which q or Ctrl-C ends.

        Elsewhere it is a line for each change: time, state, id, type and error.
        """
        settings = settings_of(ctx)
        raise typer.Exit(execute(watch_operations(watched, settings), settings))


_NOTES = (
    "A watch goes on through outages, and says so. With --resume, a program that was killed "
    "repeats at most the changes of its last moment, and loses none."
)
_register(
    zoo_operations,
    WatchedCalls,
    "asyncops zoo operations watch\n\n"
    "asyncops zoo operations watch --timeout 1h --until-failure\n\n"
    "asyncops zoo operations watch --resume calls.watch | grep --line-buffered failed",
)
_register(
    zoo_prompts,
    WatchedPrompts,
    "asyncops zoo prompts watch --from-start\n\n"
    'asyncops zoo prompts watch --jsonl | jq --unbuffered -r \'select(.kind == "finished") | '
    ".after.prompt'",
)
_register(
    chainloop_operations,
    WatchedOperations,
    "asyncops chainloop operations watch --kind evidence_evaluation\n\n"
    "asyncops chainloop operations watch --interval 5s --cap 1m --jsonl >> changes.jsonl",
)
