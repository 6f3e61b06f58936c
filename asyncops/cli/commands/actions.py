"""``start`` and ``cancel``: the requests of a resource that change something."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO

import attrs
import typer
from attrs import frozen

from asyncops.cli.commands.get import GetOptions, Ids, Showing
from asyncops.cli.connect import connected
from asyncops.cli.exit import ExitCode
from asyncops.cli.groups import Settings
from asyncops.cli.options.fields import argument
from asyncops.cli.options.from_class import add
from asyncops.cli.options.on_resource import OnResource, on_resource, require_ids
from asyncops.cli.output.atomic_file import file_errors
from asyncops.cli.resources import Resource
from asyncops.cli.runtime.error_messages import explained
from asyncops.cli.runtime.run import right_use
from asyncops.cli.text.terminal import complain
from asyncops.errors import AsyncOpsError
from asyncops.kit.action import Action

__all__ = ["add_to"]


@frozen(kw_only=True)
class _Content:
    """The file whose content an action sends, for those that send one.

    Attributes:
        file: What to send; - is standard input.
    """

    file: Path = argument("FILE")

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """The content; the library reads it piece by piece as it sends it."""
        if str(self.file) == "-":
            yield sys.stdin.buffer
            return
        with file_errors(self.file):
            file = self.file.open("rb")
        with file:
            yield file


async def _start(
    settings: Settings, on: OnResource, options: GetOptions, file: _Content | None = None
) -> int:
    """Start an operation, and show what the service says of it."""
    with nullcontext() if file is None else file.opened() as content:
        async with connected(settings, on.resource.service.name) as client:
            with right_use(on.in_options):
                sent = [] if content is None else [content]
                started = await on.verbs(client).start(*sent, **on.given())
            await Showing(options, several=False).show(started)
    return ExitCode.DONE


async def _cancel(
    settings: Settings,
    on: OnResource,
    ids: Ids,
    options: GetOptions,
    file: _Content | None = None,
) -> int:
    """Ask the service to cancel operations; they may go on for a while.

    Exit code 4 where one of them could not be cancelled; the others are asked for all the same.
    Where one cannot be an id, none is.
    """
    code = ExitCode.DONE
    with nullcontext() if file is None else file.opened() as content:
        # Each request sends it from its beginning.
        sent = [] if content is None else [content.read()]
    showing = Showing(options, several=len(ids.ids) > 1)
    async with connected(settings, on.resource.service.name) as client:
        with right_use(on.in_options):
            operations = on.verbs(client)
            require_ids(operations, ids.ids)
        for id_ in ids.ids:
            try:
                with right_use(on.in_options):
                    cancelled = await operations.cancel(id_, *sent, **on.given())
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
        on, file = _parts(resource, start)
        examples = [f"{on.example('start', *map(str.upper, file))} --json"]
        add(group, "start", _start, examples=examples, on=on, **file)
    if cancel is not None:
        on, file = _parts(resource, cancel)
        examples = [on.example("cancel", "$ID", *map(str.upper, file))]
        add(group, "cancel", _cancel, examples=examples, on=on, **file)


def _parts(resource: Resource, action: Action[..., Any]) -> tuple[type[OnResource], dict[str, Any]]:
    options: Any = action.options
    names = attrs.fields_dict(options) if options is not None else {}
    beside = (GetOptions, Ids, _Content)
    on = on_resource(OnResource, resource, options, names, panel="What to send", beside=beside)
    return on, {"file": _Content} if action.body == "bytes" else {}
