"""``start`` and ``cancel``: the requests of a resource that change something."""

import sys
from pathlib import Path
from typing import Annotated, Any

import attrs
import typer
from attrs import frozen

from asyncops.cli.commands.get import GetOptions, Ids, Showing
from asyncops.cli.connect import connected
from asyncops.cli.exit import ExitCode
from asyncops.cli.groups import Settings
from asyncops.cli.options.from_class import add
from asyncops.cli.options.on_resource import OnResource, on_resource
from asyncops.cli.output.atomic_file import file_errors
from asyncops.cli.resources import Resource, example
from asyncops.cli.runtime.error_messages import explained
from asyncops.cli.runtime.run import right_use
from asyncops.cli.text.terminal import complain
from asyncops.errors import AsyncOpsError
from asyncops.kit.action import Action

__all__ = ["add_to"]


@frozen(kw_only=True)
class _Content:
    """The file whose content an action sends, for those that send one."""

    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="What to send; - is standard input.", show_default=False
        ),
    ]

    def read(self) -> bytes:
        if str(self.file) == "-":
            return sys.stdin.buffer.read()
        with file_errors(self.file):
            return self.file.read_bytes()


async def _start(
    settings: Settings, on: OnResource, options: GetOptions, content: _Content | None = None
) -> int:
    """Start an operation, and show what the service says of it."""
    sent = [] if content is None else [content.read()]
    async with connected(settings, on.resource.service.name) as client:
        with right_use():
            started = await on.verbs(client).start(*sent, **on.given())
        await Showing(options, several=False).show(started)
    return ExitCode.DONE


async def _cancel(
    settings: Settings,
    on: OnResource,
    ids: Ids,
    options: GetOptions,
    content: _Content | None = None,
) -> int:
    """Ask the service to cancel operations; they may go on for a while.

    Exit code 4 where one of them could not be cancelled; the others are asked for all the same.
    """
    code = ExitCode.DONE
    sent = [] if content is None else [content.read()]
    showing = Showing(options, several=len(ids.ids) > 1)
    async with connected(settings, on.resource.service.name) as client:
        for id_ in ids.ids:
            try:
                with right_use():
                    cancelled = await on.verbs(client).cancel(id_, *sent, **on.given())
            except AsyncOpsError as error:
                if len(ids.ids) == 1:
                    raise
                code = ExitCode.SERVICE
                complain(f"{id_}: {explained(error)}")
            else:
                await showing.show(cancelled)
    await showing.end()
    return code


def add_to(group: typer.Typer, resource: Resource) -> None:
    """Add the commands that the resource has."""
    start, cancel = resource.description.start, resource.description.cancel
    if start is not None:
        parts = _parts(resource, start)
        epilog = f"[bold]Examples[/]\n\n{example(resource, 'start')}{_needed(parts)} --json"
        add(group, "start", _start, epilog=epilog, **parts)
    if cancel is not None:
        parts = _parts(resource, cancel)
        epilog = f"[bold]Examples[/]\n\n{example(resource, 'cancel')} $ID{_needed(parts)}"
        add(group, "cancel", _cancel, epilog=epilog, on=parts.pop("on"), ids=Ids, **parts)


def _needed(parts: dict[str, Any]) -> str:
    """The file and the options without which the command does nothing."""
    fields = attrs.fields_dict(parts["on"])
    names = [name for name in parts["on"].filters if fields[name].default is attrs.NOTHING]
    options = [f"--{name.replace('_', '-')} {name.upper()}" for name in names]
    return "".join(f" {each}" for each in [*(["FILE"] if "content" in parts else []), *options])


def _parts(resource: Resource, action: Action[..., Any]) -> dict[str, Any]:
    options: Any = action.options
    names = attrs.fields_dict(options) if options is not None else {}
    content = {"content": _Content} if action.body == "bytes" else {}
    beside = (GetOptions, Ids, _Content)
    on = on_resource(OnResource, resource, options, names, panel="What to send", beside=beside)
    return {"on": on, **content, "options": GetOptions}
