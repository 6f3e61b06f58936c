"""``get``: items by their ids, with all that the service says of them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import typer
from attrs import field, frozen
from rich.text import Text

from asyncops.cli.connect import connected
from asyncops.cli.exit import ExitCode, Failure
from asyncops.cli.groups import Settings
from asyncops.cli.options.fields import WRITING, argument, option
from asyncops.cli.options.from_class import add
from asyncops.cli.options.on_resource import OnResource, on_resource, require_ids, wrong_ids
from asyncops.cli.output.downloads import files_of, gives_files, is_files, save
from asyncops.cli.output.formats.encoders import JsonEncoder, JsonLinesEncoder
from asyncops.cli.output.sinks import StandardOutput
from asyncops.cli.output.table_columns import ran, style_of, waited
from asyncops.cli.resources import Resource
from asyncops.cli.runtime.error_messages import explained
from asyncops.cli.runtime.run import right_use
from asyncops.cli.text.safe import visible
from asyncops.cli.text.terminal import complain, console
from asyncops.cli.text.times import ago, dated
from asyncops.errors import AsyncOpsError
from asyncops.models import PRIVATE, Operation, known_time
from asyncops.unstructure import json_bytes, plain, written_fields

__all__ = ["GetOptions", "Ids", "Showing", "add_to", "described", "save_files"]

_CODE = frozenset({"code", "original_source_code"})


def described(item: Any, now: datetime) -> Iterator[tuple[str, str]]:
    """Label and text of all that is set, in words that can be shown.

    Args:
        item: An operation, or an item without a life.
        now: The present.
    """
    fields = attrs.fields(type(item))
    private = {each.name for each in fields if PRIVATE in each.metadata}
    files = {each.name for each in fields if is_files(each)}
    for name, value in written_fields(item).items():
        if value is None or value == "" or name in private:
            # Chainloop writes "" for a field that is not set.
            continue
        if name in files and isinstance(value, Mapping):
            yield from _files(value)
        else:
            yield visible(name), _text(name, value, now)
    if not isinstance(item, Operation):
        return
    for name, text in (("waited", waited(item, now)), ("ran", ran(item, now))):
        if text:
            yield name, text


def _files(files: Mapping[str, bytes | str]) -> Iterator[tuple[str, str]]:
    for name, content in files.items():
        yield "output", f"{visible(name)} ({len(content):,} bytes)"


def _text(name: str, value: Any, now: datetime) -> str:
    if isinstance(value, datetime):
        return f"{dated(value)} ({'not set' if known_time(value) is None else ago(value, now)})"
    if name in _CODE and isinstance(value, str):
        return f"{len(value.splitlines()):,} lines (--json shows them)"
    shown = plain(value)
    return visible(shown if isinstance(shown, str) else json_bytes(shown).decode())


@frozen(kw_only=True)
class GetOptions:
    """How to show operations: as text, as JSON, or as a line of JSON each.

    Attributes:
        json: A JSON object; for several ids, an array of them.
        jsonl: A JSON object a line.

    Raises:
        ValueError: JSON and lines of JSON are both asked for.
    """

    json: bool = option(False, "--json", panel=WRITING)
    jsonl: bool = option(False, "--jsonl", panel=WRITING)
    outputs: Path | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        if self.json and self.jsonl:
            raise ValueError("--json and --jsonl exclude each other; give one")


def save_files(item: Any, outputs: Path, *, several: bool) -> None:
    """Write the files of an item, and say which.

    Args:
        item: The item.
        outputs: The folder.
        several: Whether each of several items has a folder of its own, below that one.

    Raises:
        Failure: They cannot be written; then none is.
    """
    paths = save(files_of(item), outputs / str(item.id) if several else outputs)
    for path in paths:
        complain(f"wrote {path}")
    if not paths:
        complain(f"{item.id} has no files")


class Showing:
    """Writes one item after the other, as each comes.

    Args:
        options: How to show them.
        several: Whether there may be more than one.
    """

    def __init__(self, options: GetOptions, *, several: bool) -> None:
        self._options = options
        self._outputs = options.outputs
        self._json = JsonEncoder() if options.json and several else JsonLinesEncoder()
        self._output = StandardOutput()
        self._console = console()
        self._several = several
        self._any = False

    async def show(self, item: Any) -> Failure | None:
        """Show one and write its files; of several, one whose files cannot be stops none."""
        problem = None
        if self._outputs is not None:
            try:
                save_files(item, self._outputs, several=self._several)
            except Failure as failure:
                if not self._several:
                    raise
                problem = failure
        if self._options.json or self._options.jsonl:
            lead = b"" if self._any else self._json.head()
            await self._output.put(lead + self._json.rows([item]))
        else:
            lead = b"\n" if self._any else b""
            await self._output.put(lead + self._described(item))
        self._any = True
        return problem

    async def end(self) -> None:
        """Write what stands behind the last one."""
        if self._options.json:
            await self._output.put((b"" if self._any else self._json.head()) + self._json.tail())

    def _described(self, item: Any) -> bytes:
        console = self._console
        pairs = list(described(item, datetime.now(UTC)))
        width = max(len(label) for label, _ in pairs)
        with console.capture() as captured:
            for label, text in pairs:
                style = {"status": style_of(item), "error": "red"}.get(label, "")
                line = Text.assemble((f"{label:<{width}}  ", "bold"), (text, style))
                console.print(line, soft_wrap=True)
        return captured.get().encode(console.encoding, "replace")


@frozen(kw_only=True)
class Ids:
    """The ids that a command is given."""

    ids: list[str] = argument("ID")


@frozen(kw_only=True)
class _Outputs(GetOptions):
    """The same of items that may have files.

    Attributes:
        outputs: Write the files of a result there, for several ids to a folder each. What is there
            already is never replaced.
    """

    outputs: Path | None = option(None, panel=WRITING, metavar="DIR")


async def get_items(settings: Settings, on: OnResource, ids: Ids, options: GetOptions) -> int:
    """Get items with all that the service says, in the order of their ids.

    Exit code 4 where one of them could not be had, or 2 where it cannot be an id; the others are
    shown all the same.
    """
    code, several = ExitCode.DONE, len(ids.ids) > 1
    showing = Showing(options, several=several)
    async with connected(settings, on.resource.client) as client:
        with right_use(on.in_options):
            items = on.verbs(client)
            if not several:
                require_ids(items, ids.ids)
            wrong = wrong_ids(items, ids.ids)
            for words in wrong.values():
                complain(words)
                code = ExitCode.WRONG_USE
            many = items.get_many([each for each in ids.ids if each not in wrong], ordered=True)
        async with many as results:
            async for id_, result in results:
                if isinstance(result, AsyncOpsError):
                    if not several:
                        raise result
                    code = max(code, ExitCode.SERVICE)
                    complain(f"{id_}: {explained(result)}")
                    continue
                problem = await showing.show(result)
                if problem is not None:
                    complain(f"{id_}: {problem}")
                    code = max(code, ExitCode(problem.code))
    await showing.end()
    return code


def add_to(group: typer.Typer, resource: Resource) -> None:
    """Add the command, where the resource has items that are asked for by their ids."""
    description = resource.description
    if description.get is None:
        return
    options = _Outputs if gives_files(description) else GetOptions
    on = on_resource(OnResource, resource)
    examples = (f"{on.example('get')} $ID", f"{on.example('get')} $FIRST $SECOND --jsonl")
    add(group, "get", get_items, examples=examples, on=on, options=options)
