"""``report``: a page about operations, to read, to send and to print."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from asyncops.cli.failures import ExitCode, execute
from asyncops.cli.files import atomic
from asyncops.cli.queries import ChainloopQuery, Query, ZooOperationsQuery, ZooPromptsQuery, taking
from asyncops.cli.reading import asked_for, checked_suffix, missing_plots, read, say_written
from asyncops.cli.tree import (
    Settings,
    chainloop_operations,
    settings_of,
    zoo_operations,
    zoo_prompts,
)

__all__ = ["report_operations"]

_MOST = 100_000
_LANES = 500


async def report_operations(query: Query[Any], target: Path, settings: Settings) -> int:
    """Write a page about what a query gives.

    Args:
        query: What to report on; 100,000 operations at the most, unless it says how many.
        target: The file.
        settings: Whose account to use.

    Returns:
        The exit code.

    Raises:
        Failure: The extra ``plot`` is not installed, or the file cannot be written.
        ConfigurationError: The extra ``stats`` is not installed.
    """
    checked_suffix(target, ".html", ".htm")
    try:
        from asyncops.cli.plots.page import Report, page_of  # noqa: PLC0415 - drawing is an extra
        from asyncops.cli.plots.tally import Tally  # noqa: PLC0415
    except ImportError:
        raise missing_plots() from None
    most = query.max_items or _MOST
    tally = Tally(now=datetime.now(UTC), lanes=_LANES)
    # A folder that is not there is told of before anything is read.
    with atomic(target) as file:
        cut = await read(query, settings, most, tally.add)
        report = Report(
            title=query.resource.title,
            query=asked_for(query),
            tally=tally,
            cut_at=most if cut else None,
        )
        # Ctrl-C must not have to wait for the pictures.
        file.write(await asyncio.to_thread(page_of, report))
    say_written(f"a report on {tally.count:,} {query.resource.name}", target)
    return ExitCode.DONE


_Target = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        dir_okay=False,
        help="The page, .html; it is there when it is whole.",
    ),
]


def _register(group: typer.Typer, kind: type[Query[Any]], examples: str) -> None:
    @group.command("report", epilog=f"[bold]Examples[/]\n\n{examples}")
    @taking(kind)
    def report_command(ctx: typer.Context, *, query: Query[Any], target: _Target) -> None:
        """Write one page of HTML: figures, timeline, durations, failures, the slowest twenty.

        The page needs no network and no scripts, on a screen, light or dark, and on paper.

        Unless --max-items says more, it is about the newest 100,000; the timeline shows 500.

        Needs the extras 'plot' and 'stats'.
        """
        settings = settings_of(ctx)
        raise typer.Exit(execute(report_operations(query, target, settings), settings))


_register(
    zoo_operations,
    ZooOperationsQuery,
    "asyncops zoo operations report -o calls.html --since 7d --concurrency 8",
)
_register(zoo_prompts, ZooPromptsQuery, "asyncops zoo prompts report -o prompts.html --since 30d")
_register(
    chainloop_operations,
    ChainloopQuery,
    "asyncops chainloop operations report -o evaluations.html --kind evidence_evaluation",
)
