"""``timeline`` and ``report``: a picture of operations, and a page about them."""

import asyncio
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import typer
from attrs import NOTHING, evolve, frozen

from asyncops.cli.connect import connected
from asyncops.cli.groups import add
from asyncops.cli.options.fields import Settings, option
from asyncops.cli.options.list import Query, query_of
from asyncops.cli.output.atomic_file import atomic
from asyncops.cli.output.progress_line import listing_progress
from asyncops.cli.report.lives import NewestLives
from asyncops.cli.resources import Resource, counted
from asyncops.cli.shell import Failure, complain, needing

# These options change how a listing is read, and not which operations it has.
_UNSAID = frozenset({"max_items", "concurrency", "page_size", "all_statuses"})

Take = Callable[[Any], object]
Content = Callable[[bool], tuple[bytes, str]]
"""From whether there are more operations to the content of a file, and what to say of it."""

_EXTRA = "pictures need an extra: pip install 'asyncops[plot]'"
_USUAL = 500
_MOST_DRAWN = 20_000
_MOST_REPORTED = 100_000


@frozen(kw_only=True)
class Output:
    """The file to write.

    Attributes:
        target: The file: .svg or .png, .html for a report. It is there when it is whole.
    """

    target: Path = option(NOTHING, "--output", "-o", metavar="FILE", dir_okay=False)

    def suffix(self, *suffixes: str) -> str:
        """The format that the file's name asks for, without the dot.

        Raises:
            Failure: It asks for none of them.
        """
        suffix = self.target.suffix.lower()
        if suffix not in suffixes:
            wanted = " or ".join(suffixes)
            raise Failure(f"the name of the file must end in {wanted}, got {self.target}")
        return suffix[1:]


async def draw_operations(settings: Settings, query: Query, output: Output) -> None:
    """Draw the lives of operations: what waited and what ran, on an axis of time.

    Up to 25 have a lane with a name each; more of them share lanes.

    Unless --max-items says more, the first 500 are drawn: the newest, where these come first.

    Needs the extra 'plot'.
    """
    kind = output.suffix(".svg", ".png")
    with needing("matplotlib", _EXTRA), needing("jinja2", _EXTRA):
        from asyncops.cli.report import theme, timeline_picture  # noqa: PLC0415 - drawing is an extra
    now = datetime.now(UTC)
    most = query.max_items or _USUAL
    newest = NewestLives(min(most, _MOST_DRAWN), query.resource.description.id)

    def draw(cut: bool) -> tuple[bytes, str]:
        notes = _notes(newest, f"the first {most:,}, there are more" if cut else "")
        lives = newest.lives
        shown = timeline_picture.Timeline(title=query.title, lives=lives, now=now, notes=notes)
        with theme.drawing():
            content = theme.saved(timeline_picture.draw_timeline(shown), kind, title=shown.heading)
        return content, counted(len(lives), query.resource.name)

    take = partial(newest.add, now=now)
    await _write(settings, query, output.target, most, take=take, content=draw)


async def report_operations(settings: Settings, query: Query, output: Output) -> None:
    """Write one page of HTML: figures, timeline, durations, failures, the slowest twenty.

    The page needs no network and no scripts, on a screen, light or dark, and on paper.

    Unless --max-items says more, it is about the first 100,000: the newest, where these come
    first. The timeline shows the newest 500 of them.

    Needs the extras 'plot' and 'stats'.
    """
    output.suffix(".html", ".htm")
    with needing("matplotlib", _EXTRA), needing("jinja2", _EXTRA):
        from asyncops.cli.report.page import Tally, page_of  # noqa: PLC0415 - drawing is an extra
    most = query.max_items or _MOST_REPORTED
    newest = NewestLives(_USUAL, query.resource.description.id)
    tally = Tally(now=datetime.now(UTC), newest=newest)

    def page(cut: bool) -> tuple[bytes, str]:
        asked, cut_at = query.asked(_UNSAID), most if cut else None
        content = page_of(query.title, asked, tally, cut_at=cut_at)
        return content, f"a report on {counted(tally.count, query.resource.name)}"

    await _write(settings, query, output.target, most, take=tally.add, content=page)


async def _write(
    settings: Settings, query: Query, target: Path, most: int, *, take: Take, content: Content
) -> None:
    """Read the operations of a query, and write a file about them.

    Args:
        settings: Whose account to use.
        query: The query; its own number of items, if any, is at most ``most``.
        target: The file.
        most: The largest number of operations to read.
        take: Called with each.
        content: The content of the file.
    """
    asked, taken = evolve(query.without_contents(), max_items=most + 1), 0
    # A folder that is not there is told of before anything is read.
    with atomic(target) as file:
        async with connected(settings, query.resource.client) as client:
            with listing_progress(query.resource.name, beside_rows=False) as on_page:
                async with asked.items(client, on_page=on_page) as items:
                    while batch := await items.batch():
                        for item in batch[: most - taken]:
                            take(item)
                        taken += len(batch)
        # Ctrl-C must not have to wait for the pictures.
        data, words = await asyncio.to_thread(content, taken > most)
        file.write(data)
    if sys.stderr.isatty():
        complain(f"{words} in {target}")


def _notes(newest: NewestLives, cut: str) -> list[str]:
    left_out = f"the newest {_MOST_DRAWN:,} of them" if newest.left_out else ""
    timeless = f"{newest.timeless:,} more say no time" if newest.timeless else ""
    return [note for note in (cut, left_out, timeless) if note]


def add_to(group: typer.Typer, resource: Resource) -> None:
    """Add the commands, where the resource has operations that are listed."""
    if resource.description.listing is None or not resource.description.lives:
        return
    query = query_of(resource)
    examples = [f"{query.example('timeline')} -o lives.svg --since 2h"]
    add(group, "timeline", draw_operations, examples=examples, query=query)
    examples = [f"{query.example('report')} -o page.html --since 7d --concurrency 8"]
    add(group, "report", report_operations, examples=examples, query=query)
