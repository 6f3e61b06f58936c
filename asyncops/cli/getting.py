"""``get``: operations by their ids, with what came of them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import typer
from attrs import frozen
from rich.text import Text

from asyncops.chainloop import ChainloopClient
from asyncops.cli.accounts import ACCOUNT_IN_USE
from asyncops.cli.columns import STYLES
from asyncops.cli.connecting import connected
from asyncops.cli.details import described
from asyncops.cli.downloads import files_of, save
from asyncops.cli.explaining import explain
from asyncops.cli.failures import ExitCode, Failure, execute, right_use
from asyncops.cli.outlet import StandardOutput
from asyncops.cli.services import ServiceName
from asyncops.cli.terminal import complain, console
from asyncops.cli.tree import (
    Settings,
    chainloop_operations,
    settings_of,
    zoo_operations,
    zoo_prompts,
)
from asyncops.errors import AsyncOpsError
from asyncops.many import Many
from asyncops.plain import json_bytes
from asyncops.zoo import ZooClient

__all__ = ["Form", "Wanted", "get_operations"]

Resource = Literal["zoo operations", "zoo prompts", "chainloop operations"]

_PANEL = "What to write"


class Form(StrEnum):
    """How operations are shown."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


@frozen(kw_only=True)
class Wanted:
    """What to get, and how to show it.

    Attributes:
        ids: The ids.
        resource: Whose ids.
        form: How they are shown. JSON is one object for one id, and an array for several.
        outputs: The folder for files; None for none.
    """

    ids: Sequence[UUID] | Sequence[str]
    resource: Resource = "zoo operations"
    form: Form = Form.TEXT
    outputs: Path | None = None


async def get_operations(wanted: Wanted, settings: Settings) -> int:
    """Show operations in the order of their ids.

    Args:
        wanted: Which, and how.
        settings: Whose account to use.

    Returns:
        The exit code: 4 where one of them could not be had, 2 where one's files could not be
        written.
    """
    code = ExitCode.DONE
    showing = _Showing(wanted)
    service: ServiceName = "chainloop" if wanted.resource == "chainloop operations" else "zoo"
    async with connected(settings, service) as client, _many(client, wanted) as results:
        async for operation_id, result in results:
            if not isinstance(result, AsyncOpsError):
                problem = await showing.show(result)
                if problem is not None:
                    complain(f"{operation_id}: {problem}")
                    code = max(code, ExitCode(problem.code))
            elif len(wanted.ids) == 1:
                raise result
            else:
                code = ExitCode.SERVICE
                reason = explain(result, ACCOUNT_IN_USE.get(), datetime.now(UTC))
                complain(f"{operation_id}: {reason or result}")
    await showing.end()
    return code


def _many(client: ZooClient | ChainloopClient, wanted: Wanted) -> Many[Any, Any]:
    operations: Any = client.operations
    if isinstance(client, ZooClient) and wanted.resource == "zoo prompts":
        operations = client.ml_prompts
    with right_use():
        many: Many[Any, Any] = operations.get_many(wanted.ids, ordered=True)
    return many


class _Showing:
    """Writes one operation after the other, as each comes."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._output = StandardOutput()
        self._console = console()
        self._several = len(wanted.ids) > 1
        self._any = False

    async def show(self, item: Any) -> Failure | None:
        """Show one and write its files; of several, one whose files cannot be stops none."""
        problem = None
        if self._wanted.outputs is not None:
            try:
                self._save(item, self._wanted.outputs)
            except Failure as failure:
                if not self._several:
                    raise
                problem = failure
        match self._wanted.form:
            case Form.TEXT:
                lead = b"\n" if self._any else b""
                await self._output.put(lead + self._described(item))
            case Form.JSON if self._several:
                lead = b",\n" if self._any else b"[\n"
                await self._output.put(lead + json_bytes(item))
            case _:
                await self._output.put(json_bytes(item) + b"\n")
        self._any = True
        return problem

    async def end(self) -> None:
        if self._wanted.form is Form.JSON and self._several:
            await self._output.put(b"\n]\n" if self._any else b"[]\n")

    def _save(self, item: Any, outputs: Path) -> None:
        folder = outputs / str(item.id) if self._several else outputs
        paths = save(files_of(item), folder)
        for path in paths:
            complain(f"wrote {path}")
        if not paths:
            complain(f"{item.id} has no files")

    def _described(self, item: Any) -> bytes:
        console = self._console
        pairs = list(described(item, datetime.now(UTC)))
        width = max(len(label) for label, _ in pairs)
        with console.capture() as captured:
            for label, text in pairs:
                style = {"status": STYLES[item.state], "error": "red"}.get(label, "")
                line = Text.assemble((f"{label:<{width}}  ", "bold"), (text, style))
                console.print(line, soft_wrap=True)
        return captured.get().encode(console.encoding, "replace")


_Ids = Annotated[list[UUID], typer.Argument(metavar="ID...", help="UUIDs.", show_default=False)]
_Json = Annotated[
    bool,
    typer.Option(
        "--json", rich_help_panel=_PANEL, help="A JSON object; for several ids, an array of them."
    ),
]
_JsonLines = Annotated[
    bool, typer.Option("--jsonl", rich_help_panel=_PANEL, help="A JSON object a line.")
]


def _form(json: bool, jsonl: bool) -> Form:
    if json and jsonl:
        raise typer.BadParameter("--json and --jsonl exclude each other; give one")
    return Form.JSON if json else Form.JSONL if jsonl else Form.TEXT


def _run(wanted: Wanted, ctx: typer.Context) -> None:
    settings = settings_of(ctx)
    raise typer.Exit(execute(get_operations(wanted, settings), settings))


@zoo_operations.command(
    "get",
    epilog="[bold]Examples[/]\n\n"
    "asyncops zoo operations get f135d675-c44a-4e2e-9638-87d941fa1872\n\n"
    "asyncops zoo operations get f135d675-c44a-4e2e-9638-87d941fa1872 --outputs converted\n\n"
    "asyncops zoo operations list -s completed --jsonl --max-items 20 | jq -r .id | "
    "xargs asyncops zoo operations get --jsonl",
)
def get_calls(
    ctx: typer.Context,
    ids: _Ids,
    *,
    json: _Json = False,
    jsonl: _JsonLines = False,
    outputs: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            rich_help_panel=_PANEL,
            help="Write the files of a result there, for several ids to a folder each. What is "
            "there already is never replaced.",
        ),
    ] = None,
) -> None:
    """Get asynchronous calls with their results, in the order of their ids.

    Exit code 4 where one of them could not be had; the others are shown all the same.
    """
    _run(Wanted(ids=ids, form=_form(json, jsonl), outputs=outputs), ctx)


@zoo_prompts.command(
    "get",
    epilog="[bold]Examples[/]\n\n"
    "asyncops zoo prompts get f135d675-c44a-4e2e-9638-87d941fa1872\n\n"
    "asyncops zoo prompts get f135d675-c44a-4e2e-9638-87d941fa1872 --json | jq -r .metadata.code",
)
def get_prompts(
    ctx: typer.Context, ids: _Ids, *, json: _Json = False, jsonl: _JsonLines = False
) -> None:
    """Get prompts, in the order of their ids.

    Exit code 4 where one of them could not be had; the others are shown all the same.
    """
    _run(Wanted(ids=ids, resource="zoo prompts", form=_form(json, jsonl)), ctx)


@chainloop_operations.command(
    "get",
    epilog="[bold]Examples[/]\n\n"
    "asyncops chainloop operations get 3c1e8a52-0a64-4f0e-9d8f-6f1f3ac5f6e0 --json",
)
def get_chainloop_operations(
    ctx: typer.Context,
    ids: Annotated[list[str], typer.Argument(metavar="ID...", show_default=False)],
    *,
    json: _Json = False,
    jsonl: _JsonLines = False,
) -> None:
    """Get operations, in the order of their ids.

    Exit code 4 where one of them could not be had; the others are shown all the same.
    """
    _run(Wanted(ids=ids, resource="chainloop operations", form=_form(json, jsonl)), ctx)
