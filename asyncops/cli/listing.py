"""``list``: what a listing holds, as a table for eyes or in a format for programs."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs
import typer
from attrs import evolve

from asyncops.cli.accounts import ACCOUNT_IN_USE
from asyncops.cli.connecting import connected
from asyncops.cli.failures import ExitCode, execute, right_use
from asyncops.cli.items import Items, When
from asyncops.cli.leftovers import Leftovers, keeping
from asyncops.cli.outlet import Sink, opened
from asyncops.cli.outputs import TABLE_ROWS, Output, Writing
from asyncops.cli.queries import (
    ChainloopQuery,
    Client,
    Query,
    ZooOperationsQuery,
    ZooPromptsQuery,
    taking,
)
from asyncops.cli.resuming import Journal, Place
from asyncops.cli.terminal import complain
from asyncops.cli.ticker import ticking
from asyncops.cli.tree import (
    Settings,
    chainloop_operations,
    settings_of,
    zoo_operations,
    zoo_prompts,
)
from asyncops.cli.writers import Encoder, Format
from asyncops.cli.writers.making import encoder_for

__all__ = ["list_operations"]


async def list_operations(
    query: Query[Any], output: Output, settings: Settings, *, curtailed: bool = False
) -> int:
    """Write what a query gives.

    Args:
        query: What to list.
        output: How to write it, and where.
        settings: Whose account to use.
        curtailed: Whether the number of items was nobody's wish, so that it has to be told of.

    Returns:
        The exit code.
    """
    async with connected(settings, query.resource.service) as client:
        run = _Run(query, output, client, quiet=settings.verbose > 0, curtailed=curtailed)
        if output.resume is None or output.target is None:
            encoder = encoder_for(output.format, query.resource.model, raw=output.raw)
            with keeping(output.on_invalid, since=None) as leftovers:
                async with opened(output.target) as sink:
                    await run.write(encoder, sink, leftovers)
        else:
            await run.go_on(Journal.of(output.resume, output.target))
    return ExitCode.DONE


@attrs.define
class _Run:
    """One listing on its way."""

    query: Query[Any]
    output: Output
    client: Client
    quiet: bool
    curtailed: bool

    async def go_on(self, journal: Journal) -> None:
        """Write to the part of a file, from where it ends."""
        place = journal.read(self._asked(journal.target))
        if place.complete:
            journal.conclude()
            complain(
                f"all {place.rows:,} {self.query.resource.name} are in {journal.target} already; "
                f"remove {journal.path} to list them anew"
            )
            return
        # "The last two hours" are those before the first run.
        self.query = evolve(
            self.query,
            since=_pinned(self.query.since, place.since),
            until=_pinned(self.query.until, place.until),
        )
        encoder = encoder_for(
            self.output.format,
            self.query.resource.model,
            raw=self.output.raw,
            before=place.rows,
        )
        with (
            journal.opened(place) as part,
            keeping(self.output.on_invalid, since=place.bytes) as leftovers,
        ):
            await self.write(encoder, part, leftovers, place)

    async def write(
        self,
        encoder: Encoder,
        sink: Sink,
        leftovers: Leftovers | None = None,
        place: Place | None = None,
    ) -> None:
        """Write what the query gives, behind what is there already."""
        name = self.query.resource.name
        given = 0 if place is None else place.rows
        with ticking(name, hidden=self.quiet, beside=self.output.target is None) as ticker:
            with right_use():
                walk = self.query.items(
                    self.client,
                    resume=None if place is None else place.resume,
                    on_page=ticker.turn,
                    on_invalid=None if leftovers is None else leftovers.take,
                    given=given,
                )
            async with walk as items:
                fresh = place is None or place.bytes == 0
                rows = given + await _copied(items, encoder, sink, fresh=fresh)
        self._conclude(rows, cut=items.cut)
        if leftovers is not None:
            leftovers.conclude()

    def _conclude(self, rows: int, *, cut: bool) -> None:
        name = self.query.resource.name
        if self.output.format is not Format.TABLE:
            if self.output.target is not None and sys.stderr.isatty():
                complain(f"{rows:,} {name} in {self.output.target}")
        elif rows == 0:
            complain(f"no {name} to show")
        elif cut and self.curtailed:
            complain(f"these are the first {rows}; --all gives every one, --max-items N so many")

    def _asked(self, target: Path) -> Place:
        """Nothing yet of what is asked for."""
        account = ACCOUNT_IN_USE.get()
        query = {
            each.name: str(getattr(value, "text", value))
            for each in attrs.fields(type(self.query))
            if (value := getattr(self.query, each.name)) is not None
            # How it is read has no part in what is read.
            and each.name not in {"concurrency", "limit"}
        }
        return Place(
            query={
                **query,
                "resource": self.query.resource.name,
                "service": self.client.base_url,
                "profile": "" if account is None else account.profile or "",
                "organization": "" if account is None else account.organization or "",
                "format": self.output.format,
                "output": str(target.absolute()),
                "raw_cells": str(self.output.raw),
            },
            since=None if self.query.since is None else self.query.since.at,
            until=None if self.query.until is None else self.query.until.at,
        )


def _pinned(asked: When | None, moment: datetime | None) -> When | None:
    return asked if asked is None or moment is None else When(asked.text, moment)


async def _copied(items: Items[Any], encoder: Encoder, sink: Sink, *, fresh: bool) -> int:
    """Write all of them; how many they were."""
    rows = 0
    # Not before there is a page: an error then leaves nothing behind.
    lead = encoder.head() if fresh else b""
    while batch := await items.batch():
        await sink.turn(lead + encoder.rows(batch), len(batch), items.checkpoint)
        rows += len(batch)
        lead = b""
    await sink.put(lead + encoder.tail())
    return rows


def _register(group: typer.Typer, kind: type[Query[Any]], examples: str) -> None:
    @group.command("list", epilog=examples)
    @taking(Writing, "writing")
    @taking(kind)
    def list_command(
        ctx: typer.Context,
        *,
        query: Query[Any],
        writing: Writing,
    ) -> None:
        """List them, newest first, as a table or in a format for programs."""
        written = writing.output
        if writing.everything and query.max_items is not None:
            raise typer.BadParameter("--all and --max-items exclude each other; give one")
        curtailed = written.format is Format.TABLE and not (writing.everything or query.max_items)
        if curtailed:
            query = evolve(query, max_items=TABLE_ROWS)
        settings = settings_of(ctx)
        raise typer.Exit(
            execute(list_operations(query, written, settings, curtailed=curtailed), settings)
        )


_register(
    zoo_operations,
    ZooOperationsQuery,
    "[bold]Examples[/]\n\n"
    "asyncops zoo operations list --status failed --since 24h\n\n"
    "asyncops zoo operations list --jsonl | jq -r 'select(.attempts > 1) | .id'\n\n"
    "asyncops zoo operations list -o calls.csv --resume calls.state --concurrency 8",
)
_register(
    zoo_prompts,
    ZooPromptsQuery,
    "[bold]Examples[/]\n\n"
    "asyncops zoo prompts list --max-items 10\n\n"
    "asyncops zoo prompts list --since 2026-11-01 --until 2026-12-01 --parquet november.parquet\n\n"
    "asyncops zoo prompts list --jsonl | jq -r 'select(.feedback == \"thumbs_down\") | .prompt'",
)
_register(
    chainloop_operations,
    ChainloopQuery,
    "[bold]Examples[/]\n\n"
    "asyncops chainloop operations list --status running\n\n"
    "asyncops chainloop operations list --kind evidence_evaluation --since 7d --csv\n\n"
    "asyncops chainloop operations list --all --jsonl --concurrency 8 -o all.jsonl",
)
