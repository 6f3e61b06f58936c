"""``timeline``: a picture of the lives of operations."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from asyncops.cli.failures import ExitCode, execute
from asyncops.cli.files import atomic
from asyncops.cli.queries import ChainloopQuery, Query, ZooOperationsQuery, ZooPromptsQuery, taking
from asyncops.cli.reading import checked_suffix, missing_plots, read, say_written
from asyncops.cli.tree import (
    Settings,
    chainloop_operations,
    settings_of,
    zoo_operations,
    zoo_prompts,
)

if TYPE_CHECKING:
    from asyncops.cli.plots.lives import NewestLives

__all__ = ["draw_operations"]

_USUAL = 500
_MOST = 20_000


async def draw_operations(query: Query[Any], target: Path, settings: Settings) -> int:
    """Draw what a query gives.

    Args:
        query: What to draw; 500 operations, unless it says how many.
        target: The file, whose name says which format it has.
        settings: Whose account to use.

    Returns:
        The exit code.

    Raises:
        Failure: The extra ``plot`` is not installed, or the file cannot be written.
    """
    kind: Literal["svg", "png"] = (
        "svg" if checked_suffix(target, ".svg", ".png") == "svg" else "png"
    )
    try:
        from asyncops.cli.plots import theme, timeline  # noqa: PLC0415 - drawing is an extra
        from asyncops.cli.plots.lives import NewestLives  # noqa: PLC0415
    except ImportError:
        raise missing_plots() from None
    now = datetime.now(UTC)
    most = query.max_items or _USUAL
    newest = NewestLives(min(most, _MOST))
    # A folder that is not there is told of before anything is read.
    with atomic(target) as file:
        cut = await read(query, settings, most, lambda operation: newest.add(operation, now))
        shown = timeline.Timeline(
            title=query.resource.title,
            lives=newest.lives,
            now=now,
            notes=_notes(newest, f"the first {most:,}, there are more" if cut else ""),
        )

        def draw() -> bytes:
            with theme.drawing():
                picture = timeline.draw_timeline(shown)
                return theme.saved(picture, kind, title=shown.heading)

        # Ctrl-C must not have to wait for the picture.
        file.write(await asyncio.to_thread(draw))
    say_written(f"{len(shown.lives):,} {query.resource.name}", target)
    return ExitCode.DONE


def _notes(newest: "NewestLives", cut: str) -> list[str]:
    left_out = f"the newest {_MOST:,} of them" if newest.left_out else ""
    timeless = f"{newest.timeless:,} more say no time" if newest.timeless else ""
    return [note for note in (cut, left_out, timeless) if note]


_Target = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        dir_okay=False,
        help="The picture, .svg or .png; it is there when it is whole.",
    ),
]


def _register(group: typer.Typer, kind: type[Query[Any]], examples: str) -> None:
    @group.command("timeline", epilog=f"[bold]Examples[/]\n\n{examples}")
    @taking(kind)
    def timeline_command(ctx: typer.Context, *, query: Query[Any], target: _Target) -> None:
        """Draw the lives of operations: what waited and what ran, on an axis of time.

        Up to 25 have a lane with a name each; more of them share lanes.

        Unless --max-items says more, the newest 500 are drawn. Needs the extra 'plot'.
        """
        settings = settings_of(ctx)
        raise typer.Exit(execute(draw_operations(query, target, settings), settings))


_register(
    zoo_operations,
    ZooOperationsQuery,
    "asyncops zoo operations timeline -o calls.svg --since 2h\n\n"
    "asyncops zoo operations timeline -o failed.png --status failed --max-items 25",
)
_register(zoo_prompts, ZooPromptsQuery, "asyncops zoo prompts timeline -o prompts.svg --since 1d")
_register(
    chainloop_operations,
    ChainloopQuery,
    "asyncops chainloop operations timeline -o evaluations.png --kind evidence_evaluation",
)
