"""``list``: what a listing holds, as a table for eyes or in a format for programs."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs
import typer
from attrs import evolve

from asyncops.cli.connect import ACCOUNT_IN_USE, connected
from asyncops.cli.groups import add
from asyncops.cli.options.fields import Settings
from asyncops.cli.options.list import Items, Query, When, query_of
from asyncops.cli.options.list_output import TABLE_ROWS, OutputOptions
from asyncops.cli.output.formats.encoders import Encoder, Format, encoder_for
from asyncops.cli.output.journal import Journal, JournalEntry
from asyncops.cli.output.progress_line import listing_progress
from asyncops.cli.output.sinks import Sink, keeping, opened
from asyncops.cli.resources import Resource, counted
from asyncops.cli.shell import complain
from asyncops.kit import Client
from asyncops.kit.listing import orderings
from asyncops.kit.query import list_plan


async def list_items(settings: Settings, query: Query, output: OutputOptions) -> None:
    """Write what the query gives."""
    if output.everything and query.max_items is not None:
        raise typer.BadParameter("--all and --max-items exclude each other; give one")
    # The number was nobody's wish then, so that it has to be told of.
    curtailed = output.form is Format.TABLE and not (output.everything or query.max_items)
    if curtailed:
        query = evolve(query, max_items=TABLE_ROWS)
    if output.form is Format.TABLE:
        query = query.without_contents()
    async with connected(settings, query.resource.client) as client:
        run = _Run(query, output, client, curtailed)
        if output.resume is None or output.file is None:
            async with opened(output.file) as sink:
                await run.write(sink, JournalEntry(query={}), since=None)
        else:
            await run.go_on(Journal(output.resume, output.file))


@attrs.define
class _Run:
    """One listing on its way."""

    query: Query
    output: OutputOptions
    client: Client
    curtailed: bool

    async def go_on(self, journal: Journal) -> None:
        """Write to the part of a file, from where it ends."""
        entry = journal.read(self._asked(journal.target))
        if entry.complete:
            journal.conclude()
            all_of_it = counted(entry.rows, self.query.resource.name)
            complain(
                f"{journal.target} holds the whole listing already, {all_of_it}; "
                f"remove {journal.path} to list them anew"
            )
            return
        # "The last two hours" are those before the first run.
        since = _pinned(self.query.since, entry.since)
        self.query = evolve(self.query, since=since, until=_pinned(self.query.until, entry.until))
        with journal.opened(entry) as part:
            await self.write(part, entry, since=entry.bytes)

    async def write(self, sink: Sink, entry: JournalEntry, *, since: int | None) -> None:
        """Write what the query gives, behind what is there already."""
        name, output = self.query.resource.name, self.output
        listed = self.query.resource.description
        encoder = encoder_for(
            output.form, listed.item, listed.id, raw=output.raw_cells, before=entry.rows
        )
        with keeping(output.on_invalid, since=since) as on_invalid:
            with listing_progress(name, beside_rows=output.file is None) as on_page:
                hooks = {"on_page": on_page, "on_invalid": on_invalid}
                walk = self.query.items(self.client, entry.rows, resume=entry.resume, **hooks)
                async with walk as items:
                    rows = await _copied(items, encoder, sink, entry)
            self._conclude(rows, cut=items.cut)

    def _conclude(self, rows: int, *, cut: bool) -> None:
        name = self.query.resource.name
        if self.output.form is not Format.TABLE:
            if self.output.file is not None and sys.stderr.isatty():
                complain(f"{counted(rows, name)} in {self.output.file}")
        elif rows == 0:
            complain(f"nothing found in {name}")
        elif cut and self.curtailed:
            complain(f"these are the first {rows}; --all gives every one, --max-items N so many")

    def _asked(self, target: Path) -> JournalEntry:
        """Nothing yet of what is asked for."""
        asked, account = self.query, ACCOUNT_IN_USE.get()
        # These change how a listing is read; but a place in counted pages hangs on their size.
        counts_pages = list_plan(asked.resource.description).listing.is_counted
        how = {"concurrency"} if counts_pages else {"concurrency", "page_size"}
        query = {
            each.name: str(getattr(value, "text", value))
            for each in attrs.fields(type(asked))
            if (value := getattr(asked, each.name)) is not None and each.name not in how
        }
        query |= {
            "resource": asked.resource.name,
            "service": self.client.base_url,
            "profile": "" if account is None else account.profile or "",
            "organization": "" if account is None else account.entry.organization or "",
            "format": self.output.form,
            "output": str(target.absolute()),
            "raw_cells": str(self.output.raw_cells),
        }
        return JournalEntry(query=query, since=asked.span.oldest, until=asked.span.newest)


def _pinned(asked: When | None, moment: datetime | None) -> When | None:
    return asked if asked is None or moment is None else When(asked.text, moment)


async def _copied(items: Items[Any], encoder: Encoder, sink: Sink, entry: JournalEntry) -> int:
    """Write all of them; how many there are now."""
    rows = entry.rows
    # Not before there is a page: an error then leaves nothing behind.
    lead = b"" if entry.bytes else encoder.head()
    while batch := await items.batch():
        await sink.put_page(lead + encoder.rows(batch), len(batch), items.checkpoint)
        rows += len(batch)
        lead = b""
    await sink.put(lead + encoder.tail())
    return rows


def add_to(group: typer.Typer, resource: Resource) -> None:
    """Add the command, where the resource is listed."""
    if resource.description.listing is None:
        return
    query = query_of(resource)
    start = query.example("list")
    newest = orderings(list_plan(resource.description).listing.order)[None].descending
    order = {True: "newest first", False: "oldest first", None: "in the service's order"}[newest]
    help_ = f"List them, {order}, as a table or in a format for programs."
    examples = (
        f"{start} --since 24h",
        f"{start} --jsonl | jq -r .{resource.description.id}",
        f"{start} -o rows.csv --resume rows.state --concurrency 8",
    )
    add(group, "list", list_items, help=help_, examples=examples, query=query)
