"""``get``: items by their ids, with all that the service says of them; ``results``, where apart."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import typer
from attrs import field, frozen
from rich.text import Text

from asyncops.cli.groups import add
from asyncops.cli.options.fields import WRITING, Settings, argument, option
from asyncops.cli.options.on_resource import OnResource, on_resource, require_ids, wrong_ids
from asyncops.cli.output.downloads import files_of, gives_files, inside, is_files, save
from asyncops.cli.output.formats.encoders import JsonEncoder, JsonLinesEncoder
from asyncops.cli.output.sinks import StandardOutput
from asyncops.cli.output.table_columns import ran, style_of, waited
from asyncops.cli.resources import Resource
from asyncops.cli.runtime.error_messages import explained
from asyncops.cli.shell import ExitCode, Failure, complain, console, printed
from asyncops.cli.text import ago, dated, visible
from asyncops.errors import AsyncOpsError
from asyncops.models import PRIVATE, Operation, known_time
from asyncops.unstructure import json_bytes, plain, written_fields

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
            for path, content in value.items():
                yield "output", f"{visible(path)} ({len(content):,} bytes)"
        else:
            yield visible(name), _text(name, value, now)
    if isinstance(item, Operation):
        times = {"waited": waited(item, now), "ran": ran(item, now)}
        yield from ((name, text) for name, text in times.items() if text)


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


def save_files(id_: object, item: Any, outputs: Path, *, several: bool) -> None:
    """Write the files of an item, and say which.

    Args:
        id_: What it was asked for by.
        item: The item.
        outputs: The folder.
        several: Whether each of several items has a folder of its own, below that one.

    Raises:
        Failure: They cannot be written; then none is.
    """
    paths = save(files_of(item), inside(outputs, str(id_)) if several else outputs)
    for path in paths:
        complain(f"wrote {path}")
    if not paths:
        complain(f"{id_} has no files")


class Showing:
    """Writes one item after the other, as each comes.

    Args:
        options: How to show them.
        several: Whether there may be more than one.
    """

    def __init__(self, options: GetOptions, *, several: bool) -> None:
        self._options = options
        self._json = JsonEncoder() if options.json and several else JsonLinesEncoder()
        self._output = StandardOutput()
        self._console = console()
        self._several = several
        # What stands in front of the next item.
        self._lead = self._json.head()
        self._code = ExitCode.DONE

    async def take(self, id_: object, result: Any) -> None:
        """Show an item, and write its files; of several, an error is a line that stops no other."""
        if isinstance(result, AsyncOpsError):
            if not self._several:
                raise result
            self.problem(f"{id_}: {explained(result)}", ExitCode.SERVICE)
            return
        problem = None
        if self._options.outputs is not None:
            try:
                save_files(id_, result, self._options.outputs, several=self._several)
            except Failure as failure:
                if not self._several:
                    raise
                problem = failure
        await self.show(result)
        if problem is not None:
            self.problem(f"{id_}: {problem}", problem.code)

    def problem(self, words: str, code: int) -> None:
        """Complain, and remember the gravest exit code."""
        complain(words)
        self._code = max(self._code, ExitCode(code))

    async def show(self, item: Any) -> None:
        """Show one item."""
        as_json = self._options.json or self._options.jsonl
        content = self._json.rows([item]) if as_json else self._described(item)
        await self._output.put(self._lead + content)
        self._lead = b"" if as_json else b"\n"

    async def end(self) -> ExitCode:
        """Write what stands behind the last one, and give the exit code."""
        if self._options.json:
            await self._output.put(self._lead + self._json.tail())
        return self._code

    def _described(self, item: Any) -> bytes:
        pairs = list(described(item, datetime.now(UTC)))
        width = max(len(label) for label, _ in pairs)
        styles = {"status": style_of(item), "error": "red"}
        lines = [
            Text.assemble((f"{label:<{width}}  ", "bold"), (text, styles.get(label, "")))
            for label, text in pairs
        ]
        return printed(lines, self._console)


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
    several = len(ids.ids) > 1
    showing = Showing(options, several=several)
    async with on.opened(settings) as items:
        if not several:
            require_ids(items, ids.ids)
        wrong = wrong_ids(items, ids.ids)
        for words in wrong.values():
            showing.problem(words, ExitCode.WRONG_USE)
        with on.right_use():
            many = items.get_many([each for each in ids.ids if each not in wrong], ordered=True)
        async with many as results:
            async for id_, result in results:
                await showing.take(id_, result)
    return await showing.end()


async def _results(settings: Settings, on: OnResource, ids: Ids) -> None:
    """Get what came of operations that have succeeded: a line of JSON each.

    Where one of them cannot be had, those behind it are not asked for.
    """
    output = StandardOutput()
    async with on.opened(settings) as operations:
        require_ids(operations, ids.ids)
        for id_ in ids.ids:
            await output.put(json_bytes(await operations.results(id_)) + b"\n")


def add_to(group: typer.Typer, resource: Resource) -> None:
    """Add the commands, where the resource has items, or results, that are asked for by ids."""
    description = resource.description
    if description.get is not None:
        options = _Outputs if gives_files(description) else GetOptions
        on = on_resource(OnResource, resource)
        examples = [f"{on.example('get')} $ID", f"{on.example('get')} $FIRST $SECOND --jsonl"]
        add(group, "get", get_items, examples=examples, on=on, options=options)
    if description.results is not None:
        on = on_resource(OnResource, resource, beside=[Ids])
        add(group, "results", _results, examples=[on.example("results", "$ID")], on=on)
