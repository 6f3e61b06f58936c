"""``report``: a page about operations, to read, to send and to print."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import typer
from attrs import frozen

from asyncops.cli.exit import ExitCode
from asyncops.cli.groups import Settings
from asyncops.cli.options.from_class import add
from asyncops.cli.options.list import Query, query_of
from asyncops.cli.options.types import picture_option
from asyncops.cli.output.atomic_file import atomic
from asyncops.cli.report.operations import (
    asked_for,
    checked_suffix,
    missing_plots,
    read,
    say_written,
)
from asyncops.cli.resources import Resource

__all__ = ["Target", "add_to", "report_operations"]

_MOST = 100_000
_DRAWN = 500


@frozen(kw_only=True)
class Target:
    """The file to write."""

    target: Path = picture_option("The page, .html; it is there when it is whole.")


async def report_operations(settings: Settings, query: Query, output: Target) -> int:
    """Write one page of HTML: figures, timeline, durations, failures, the slowest twenty.

    The page needs no network and no scripts, on a screen, light or dark, and on paper.

    Unless --max-items says more, it is about the newest 100,000; the timeline shows 500.

    Needs the extras 'plot' and 'stats'.
    """
    target = output.target
    checked_suffix(target, ".html", ".htm")
    try:
        from asyncops.cli.report.page import Report, page_of  # noqa: PLC0415 - drawing is an extra
        from asyncops.cli.report.tally import Tally  # noqa: PLC0415
    except ImportError:
        raise missing_plots() from None
    most = query.max_items or _MOST
    tally = Tally(now=datetime.now(UTC), most_lives=_DRAWN)
    # A folder that is not there is told of before anything is read.
    with atomic(target) as file:
        cut = await read(query, settings, most, tally.add)
        report = Report(
            title=query.title,
            query=asked_for(query),
            tally=tally,
            cut_at=most if cut else None,
        )
        # Ctrl-C must not have to wait for the pictures.
        file.write(await asyncio.to_thread(page_of, report))
    say_written(f"a report on {tally.count:,} {query.resource.name}", target)
    return ExitCode.DONE


def add_to(group: typer.Typer, resource: Resource) -> None:
    """Add the command, where the resource has operations that are listed."""
    if resource.description.listing is None or not resource.lives:
        return
    query = query_of(resource)
    examples = [f"{query.example('report')} -o page.html --since 7d --concurrency 8"]
    add(group, "report", report_operations, examples=examples, query=query, output=Target)
