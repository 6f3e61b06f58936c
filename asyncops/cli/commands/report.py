"""``timeline`` and ``report``: a picture of operations, and a page about them."""

import asyncio
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import attrs
import typer
from attrs import NOTHING, evolve, frozen

from asyncops.cli.connect import connected
from asyncops.cli.exit import ExitCode, Failure, needing
from asyncops.cli.groups import Settings
from asyncops.cli.options.fields import option
from asyncops.cli.options.from_class import add
from asyncops.cli.options.list import Query, query_of
from asyncops.cli.output.atomic_file import atomic
from asyncops.cli.output.progress_line import listing_progress
from asyncops.cli.resources import Resource, counted
from asyncops.cli.runtime.run import right_use
from asyncops.cli.text.terminal import complain
from asyncops.models import Operation

__all__ = ["Page", "Picture", "add_to", "draw_operations", "read"]

# These options change how a listing is read, and not which operations it has.
_NOT_ASKED = frozenset({"max_items", "concurrency", "page_size", "all_statuses"})


if TYPE_CHECKING:
    from asyncops.cli.report.lives import NewestLives

_EXTRA = "pictures need an extra: pip install 'asyncops[plot]'"
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
    with needing("matplotlib", _EXTRA), needing("jinja2", _EXTRA):
        from asyncops.cli.report import theme, timeline_picture  # noqa: PLC0415 - drawing is an extra
        from asyncops.cli.report.lives import NewestLives  # noqa: PLC0415
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
    say_written(counted(len(newest.lives), query.resource.name), output.target)
    return ExitCode.DONE


async def report_operations(settings: Settings, query: Query, output: Page) -> int:
    """Write one page of HTML: figures, timeline, durations, failures, the slowest twenty.

    The page needs no network and no scripts, on a screen, light or dark, and on paper.

    Unless --max-items says more, it is about the newest 100,000; the timeline shows 500.

    Needs the extras 'plot' and 'stats'.
    """
    checked_suffix(output.target, ".html", ".htm")
    with needing("matplotlib", _EXTRA), needing("jinja2", _EXTRA):
        from asyncops.cli.report.page import (  # noqa: PLC0415 - drawing is an extra
            Report,
            Tally,
            page_of,
        )
    most = query.max_items or _MOST_REPORTED
    tally = Tally(now=datetime.now(UTC), most_lives=_USUAL)

    def page(cut: bool) -> bytes:
        cut_at = most if cut else None
        title, asked = query.title, asked_for(query)
        return page_of(Report(title=title, query=asked, tally=tally, cut_at=cut_at))

    await _write(settings, query, output.target, most, take=tally.add, content=page)
    say_written(f"a report on {counted(tally.count, query.resource.name)}", output.target)
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
    if resource.description.listing is None or not resource.path.lives:
        return
    query = query_of(resource)
    examples = [f"{query.example('timeline')} -o lives.svg --since 2h"]
    add(group, "timeline", draw_operations, examples=examples, query=query)
    examples = [f"{query.example('report')} -o page.html --since 7d --concurrency 8"]
    add(group, "report", report_operations, examples=examples, query=query)


async def read(
    query: Query, settings: Settings, most: int, take: Callable[[Operation], object]
) -> bool:
    """Call ``take`` with each operation of a query.

    Args:
        query: The query; its own number of items, if any, is at most ``most``.
        settings: Whose account to use.
        most: The largest number of operations to read.
        take: Called with each.

    Returns:
        Whether the query has more operations.
    """
    asked = evolve(query.without_contents(), max_items=most + 1)
    taken = 0
    async with connected(settings, query.resource.client) as client:
        hidden = settings.verbose > 0
        with listing_progress(query.resource.name, hidden=hidden, beside_rows=False) as on_page:
            with right_use(query.in_options):
                walk = asked.items(client, on_page=on_page)
            async with walk as items:
                while batch := await items.batch():
                    for item in batch[: most - taken]:
                        take(item)
                    taken += len(batch)
    return taken > most


def asked_for(query: Query) -> list[tuple[str, str]]:
    """The filters and the order of a query, as names and values; defaults are left out."""
    shown = []
    for each in attrs.fields(type(query)):
        value = getattr(query, each.name)
        if value and value != each.default and each.name not in _NOT_ASKED:
            shown.append((each.name.replace("_", " "), _worded(value)))
    return shown


def checked_suffix(path: Path, *suffixes: str) -> str:
    """The format that a file's name asks for, without the dot.

    Raises:
        Failure: It asks for none of them.
    """
    suffix = path.suffix.lower()
    if suffix not in suffixes:
        raise Failure(f"the name of the file must end in {' or '.join(suffixes)}, got {path}")
    return suffix[1:]


def say_written(what: str, path: Path) -> None:
    """Say on a terminal that a file is written."""
    if sys.stderr.isatty():
        complain(f"{what} in {path}")


def _worded(value: Any) -> str:
    if isinstance(value, list):
        return " or ".join(_worded(each) for each in value)
    text, at = getattr(value, "text", None), getattr(value, "at", None)
    if text is not None and at is not None:
        return f"{at:%Y-%m-%d %H:%M:%S} UTC"
    return str(getattr(value, "value", value))
