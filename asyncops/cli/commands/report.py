"""``timeline`` and ``report``: a picture of operations, and a page about them."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import typer
from attrs import NOTHING, frozen

from asyncops.cli.exit import ExitCode
from asyncops.cli.groups import Settings
from asyncops.cli.options.fields import option
from asyncops.cli.options.from_class import add
from asyncops.cli.options.list import Query, query_of
from asyncops.cli.output.atomic_file import atomic
from asyncops.cli.report.operations import (
    asked_for,
    checked_suffix,
    missing_plots,
    read,
    say_written,
)
from asyncops.cli.resources import Resource

if TYPE_CHECKING:
    from asyncops.cli.report.lives import NewestLives

__all__ = ["Page", "Picture", "add_to", "draw_operations", "report_operations"]

_USUAL = 500
_MOST_DRAWN = 20_000
_MOST_REPORTED = 100_000


@frozen(kw_only=True)
class Picture:
    """The picture to write.

    Attributes:
        target: The picture, .svg or .png; it is there when it is whole.
    """

    target: Path = option(NOTHING, "--output", "-o", metavar="FILE", dir_okay=False)


@frozen(kw_only=True)
class Page:
    """The page to write.

    Attributes:
        target: The page, .html; it is there when it is whole.
    """

    target: Path = option(NOTHING, "--output", "-o", metavar="FILE", dir_okay=False)


async def draw_operations(settings: Settings, query: Query, output: Picture) -> int:
    """Draw the lives of operations: what waited and what ran, on an axis of time.

    Up to 25 have a lane with a name each; more of them share lanes.

    Unless --max-items says more, the newest 500 are drawn. Needs the extra 'plot'.
    """
    suffix = checked_suffix(output.target, ".svg", ".png")
    kind: Literal["svg", "png"] = "svg" if suffix == "svg" else "png"
    try:
        from asyncops.cli.report import theme, timeline_picture  # noqa: PLC0415 - drawing is an extra
        from asyncops.cli.report.lives import NewestLives  # noqa: PLC0415
    except ImportError:
        raise missing_plots() from None
    now = datetime.now(UTC)
    most = query.max_items or _USUAL
    newest = NewestLives(min(most, _MOST_DRAWN))

    def draw(cut: bool) -> bytes:
        notes = _notes(newest, f"the first {most:,}, there are more" if cut else "")
        lives = newest.lives
        shown = timeline_picture.Timeline(title=query.title, lives=lives, now=now, notes=notes)
        with theme.drawing():
            picture = timeline_picture.draw_timeline(shown)
            return theme.saved(picture, kind, title=shown.heading)

    def take(operation: Any) -> None:
        newest.add(operation, now)

    await _write(settings, query, output.target, most, take=take, content=draw)
    say_written(f"{len(newest.lives):,} {query.resource.name}", output.target)
    return ExitCode.DONE


async def report_operations(settings: Settings, query: Query, output: Page) -> int:
    """Write one page of HTML: figures, timeline, durations, failures, the slowest twenty.

    The page needs no network and no scripts, on a screen, light or dark, and on paper.

    Unless --max-items says more, it is about the newest 100,000; the timeline shows 500.

    Needs the extras 'plot' and 'stats'.
    """
    checked_suffix(output.target, ".html", ".htm")
    try:
        from asyncops.cli.report.page import Report, page_of  # noqa: PLC0415 - drawing is an extra
        from asyncops.cli.report.tally import Tally  # noqa: PLC0415
    except ImportError:
        raise missing_plots() from None
    most = query.max_items or _MOST_REPORTED
    tally = Tally(now=datetime.now(UTC), most_lives=_USUAL)

    def page(cut: bool) -> bytes:
        cut_at = most if cut else None
        title, asked = query.title, asked_for(query)
        return page_of(Report(title=title, query=asked, tally=tally, cut_at=cut_at))

    await _write(settings, query, output.target, most, take=tally.add, content=page)
    say_written(f"a report on {tally.count:,} {query.resource.name}", output.target)
    return ExitCode.DONE


async def _write(
    settings: Settings,
    query: Query,
    target: Path,
    most: int,
    *,
    take: Callable[[Any], object],
    content: Callable[[bool], bytes],
) -> None:
    # A folder that is not there is told of before anything is read.
    with atomic(target) as file:
        cut = await read(query, settings, most, take)
        # Ctrl-C must not have to wait for the pictures.
        file.write(await asyncio.to_thread(content, cut))


def _notes(newest: "NewestLives", cut: str) -> list[str]:
    left_out = f"the newest {_MOST_DRAWN:,} of them" if newest.left_out else ""
    timeless = f"{newest.timeless:,} more say no time" if newest.timeless else ""
    return [note for note in (cut, left_out, timeless) if note]


def add_to(group: typer.Typer, resource: Resource) -> None:
    """Add the commands, where the resource has operations that are listed."""
    if resource.description.listing is None or not resource.lives:
        return
    query = query_of(resource)
    examples = [f"{query.example('timeline')} -o lives.svg --since 2h"]
    add(group, "timeline", draw_operations, examples=examples, query=query)
    examples = [f"{query.example('report')} -o page.html --since 7d --concurrency 8"]
    add(group, "report", report_operations, examples=examples, query=query)
