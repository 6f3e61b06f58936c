"""``timeline``: a picture of the lives of operations."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer
from attrs import frozen

from asyncops.cli.exit import ExitCode
from asyncops.cli.groups import Settings
from asyncops.cli.options.from_class import add
from asyncops.cli.options.list import Query, query_of
from asyncops.cli.options.types import picture_option
from asyncops.cli.output.atomic_file import atomic
from asyncops.cli.report.operations import checked_suffix, missing_plots, read, say_written
from asyncops.cli.resources import Resource

if TYPE_CHECKING:
    from asyncops.cli.report.lives import NewestLives

__all__ = ["Target", "add_to", "draw_operations"]

_USUAL = 500
_MOST = 20_000


@frozen(kw_only=True)
class Target:
    """The file to write."""

    target: Path = picture_option("The picture, .svg or .png; it is there when it is whole.")


async def draw_operations(settings: Settings, query: Query, output: Target) -> int:
    """Draw the lives of operations: what waited and what ran, on an axis of time.

    Up to 25 have a lane with a name each; more of them share lanes.

    Unless --max-items says more, the newest 500 are drawn. Needs the extra 'plot'.
    """
    target = output.target
    kind: Literal["svg", "png"] = (
        "svg" if checked_suffix(target, ".svg", ".png") == "svg" else "png"
    )
    try:
        from asyncops.cli.report import theme, timeline_picture  # noqa: PLC0415 - drawing is an extra
        from asyncops.cli.report.lives import NewestLives  # noqa: PLC0415
    except ImportError:
        raise missing_plots() from None
    now = datetime.now(UTC)
    most = query.max_items or _USUAL
    newest = NewestLives(min(most, _MOST))
    # A folder that is not there is told of before anything is read.
    with atomic(target) as file:
        cut = await read(query, settings, most, lambda operation: newest.add(operation, now))
        shown = timeline_picture.Timeline(
            title=query.title,
            lives=newest.lives,
            now=now,
            notes=_notes(newest, f"the first {most:,}, there are more" if cut else ""),
        )

        def draw() -> bytes:
            with theme.drawing():
                picture = timeline_picture.draw_timeline(shown)
                return theme.saved(picture, kind, title=shown.heading)

        # Ctrl-C must not have to wait for the picture.
        file.write(await asyncio.to_thread(draw))
    say_written(f"{len(shown.lives):,} {query.resource.name}", target)
    return ExitCode.DONE


def _notes(newest: "NewestLives", cut: str) -> list[str]:
    left_out = f"the newest {_MOST:,} of them" if newest.left_out else ""
    timeless = f"{newest.timeless:,} more say no time" if newest.timeless else ""
    return [note for note in (cut, left_out, timeless) if note]


def add_to(group: typer.Typer, resource: Resource) -> None:
    """Add the command, where the resource has operations that are listed."""
    if resource.description.listing is None or not resource.lives:
        return
    query = query_of(resource)
    examples = [f"{query.example('timeline')} -o lives.svg --since 2h"]
    add(group, "timeline", draw_operations, examples=examples, query=query, output=Target)
