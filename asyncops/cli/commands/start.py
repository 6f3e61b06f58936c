"""``start``: start an operation, send its file, wait for its end, write its result; ``cancel``."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from attrs import field, frozen
from rich.progress_bar import ProgressBar

from asyncops.cli.commands.get import GetOptions, Ids, Showing
from asyncops.cli.commands.wait import CODES
from asyncops.cli.commands.wait_outcomes import Outcome, exit_code, final_lines
from asyncops.cli.groups import add, first_words
from asyncops.cli.options.action import NoContent, content_of, from_suffixes, on_action
from asyncops.cli.options.fields import WRITING, Settings, argument, option
from asyncops.cli.options.on_resource import OnResource, require_ids
from asyncops.cli.options.wait import SCHEDULE, PollOptions
from asyncops.cli.output.downloads import check_target, files_of, gives_files, write_result
from asyncops.cli.output.progress_line import upload_progress, wait_line
from asyncops.cli.output.sinks import while_read
from asyncops.cli.resources import Resource
from asyncops.cli.shell import ExitCode, complain, put_out
from asyncops.errors import AsyncOpsError, MayHaveStarted, OperationBlocked, WaitTimeout
from asyncops.kit.action import Action
from asyncops.kit.started import Started
from asyncops.models import has_ended


@frozen(kw_only=True)
class StartOptions(GetOptions):
    """How to show what was started.

    Attributes:
        no_wait: Print the id of the operation, and do not wait for its end.

    Raises:
        ValueError: JSON of what is not waited for is asked for.
    """

    no_wait: bool = option(False, "--no-wait", panel=SCHEDULE)
    output: Path | None = field(default=None, init=False)
    overwrite: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.no_wait and (self.json or self.jsonl):
            raise ValueError("--no-wait prints the id alone: leave --json and --jsonl out")


@frozen(kw_only=True)
class ToFileOptions(StartOptions):
    """The same where the result is a file.

    Attributes:
        output: Where the result goes: a file, a folder, or - for standard output.
        overwrite: Replace OUTPUT if it is there.

    Raises:
        ValueError: There is nowhere for the result to go.
    """

    json: bool = field(default=False, init=False)
    jsonl: bool = field(default=False, init=False)
    output: Path | None = argument("OUTPUT", None)
    overwrite: bool = option(False, "--overwrite", panel=WRITING)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.output is None and not self.no_wait:
            raise ValueError("give OUTPUT, where the result goes, or --no-wait")


async def _start(
    settings: Settings, on: OnResource, file: NoContent, options: StartOptions, waiting: PollOptions
) -> int:
    """Start an operation, wait for its end, and show it or write its result.

    With --no-wait, its id is printed instead, for a later wait and get.
    """
    action, output = on.resource.description.start, options.output
    told = from_suffixes(on, action and action.options, file.file, output)
    if output is not None and not options.no_wait:
        check_target(output, overwrite=options.overwrite)
    async with while_read(), on.opened(settings) as verbs:
        answer = await _sent(verbs, on, file, told)
        try:
            started = Started[Any](verbs._bound, answer)  # noqa: SLF001 - what the verbs are made of
        except MayHaveStarted:
            complain("it was started; the answer names no id by which it could be waited for")
            if options.no_wait:
                return ExitCode.DONE
            await Showing(options, several=False).show(answer)
            return ExitCode.SERVICE
        if options.no_wait:
            with _id_kept(started.id, _going_on(on, options, "wait", started.id)):
                put_out(f"{started.id}\n")
            return ExitCode.DONE
        return await _followed(started, on, options, waiting)


async def _sent(verbs: Any, on: OnResource, file: NoContent, told: dict[str, str]) -> Any:
    """Send the request, and return its answer."""
    given = {**told, **on.given()}
    try:
        with file.opened() as content:
            if content is None:
                with on.right_use():
                    return await verbs.start(**given)
            with upload_progress(str(file.file)) as on_upload, on.right_use():
                return await verbs.start(content, **given, on_upload=on_upload)
    except asyncio.CancelledError:
        # By a signal, or by the end of the reader of standard output.
        complain("the operation may have started: look for it before you start it again")
        raise


async def _followed(
    started: Started[Any], on: OnResource, options: StartOptions, waiting: PollOptions
) -> int:
    """Wait for the end, write the result, and give the exit code."""
    began, id_ = time.monotonic(), started.id
    wait, get = (_going_on(on, options, verb, id_) for verb in ("wait", "get"))
    with _id_kept(id_, wait):
        result = await _end(started, waiting)
    outcome = Outcome.of(id_, result)
    if outcome.outcome == "succeeded":
        with _id_kept(id_, get):
            files, overwrite = files_of(result), options.overwrite
            if options.output is None:
                await Showing(options, several=False).show(result)
            else:
                await write_result(files, options.output, overwrite=overwrite, others=get)
        return ExitCode.DONE
    for line in final_lines([outcome], time.monotonic() - began):
        complain(line)
    complain(f"go on with {wait}" if outcome.open else outcome.problem)
    return exit_code([outcome])


def _going_on(on: OnResource, options: StartOptions, verb: str, id_: object) -> str:
    """The command that goes on with an operation, up to its files where it has any."""
    files = " --outputs DIR" if isinstance(options, ToFileOptions) else ""
    return f"{on.follow(verb, id_)}{files}"


@contextmanager
def _id_kept(id_: object, command: str) -> Iterator[None]:
    """Tell the id of an operation where an error would lose it: a second one costs as much again.

    Args:
        id_: The id.
        command: The command that goes on with it.
    """
    try:
        yield
    except BaseException:
        complain(f"operation {id_} was started; go on with {command}")
        raise


async def _end(started: Started[Any], waiting: PollOptions) -> Any:
    """Wait for the end; return the operation, or the error that says why it has not ended."""
    if started.operation is not None and has_ended(started.operation):
        return started.operation
    bar = ProgressBar(total=None, pulse=True)
    async with wait_line(f"operation {started.id}", waiting.timeout, bar) as line:
        try:
            return await started.wait(**waiting.given, raise_on_failure=False, on_poll=line.on_poll)
        except (WaitTimeout, OperationBlocked) as error:
            return error


def add_to(group: typer.Typer, resource: Resource, name: str = "start") -> None:
    """Add the commands, where the resource has the actions.

    Args:
        group: Where the commands belong.
        resource: The resource.
        name: That of the first; that of the resource, where this is one of several ways to start.
    """
    if resource.description.start is not None:
        _add_start(group, resource, name, resource.description.start)
    if (cancel := resource.description.cancel) is not None:
        on, file = on_action(resource, cancel, (GetOptions, Ids)), content_of(cancel)
        words = ["FILE"] if cancel.body == "bytes" else []
        examples = [on.example("cancel", "$ID", *words)]
        add(group, "cancel", _cancel, examples=examples, on=on, file=file)


def _add_start(group: typer.Typer, resource: Resource, name: str, action: Action[..., Any]) -> None:
    description = resource.description
    # What is chosen by the answer may have no files, or several.
    to_file = gives_files(description) and isinstance(description.result or description.item, type)
    options = ToFileOptions if to_file else StartOptions
    on = on_action(resource, action, (options, PollOptions))
    words = [*["FILE"] * (action.body == "bytes"), *["OUTPUT"] * to_file]
    example = on.example("" if resource.group else name, *words)
    more = "--no-wait" if to_file else "--json"
    examples = (example, f"{example} {more}")
    kind_of_item = f"{first_words(description.item)}\n\n" if resource.group else ""
    help_ = f"{kind_of_item}{_start.__doc__}"
    parts: Any = {"on": on, "file": content_of(action), "options": options}
    add(group, name, _start, help=help_, examples=examples, notes=CODES, **parts)


async def _cancel(
    settings: Settings, on: OnResource, ids: Ids, file: NoContent, options: GetOptions
) -> int:
    """Ask the service to cancel operations; they may go on for a while.

    Exit code 4 where one of them could not be cancelled; the others are asked for all the same.
    Where one cannot be an id, none is.
    """
    with file.opened() as content:
        # Each request sends it from its beginning.
        sent = [] if content is None else [content.read()]
    showing = Showing(options, several=len(ids.ids) > 1)
    async with on.opened(settings) as operations:
        require_ids(operations, ids.ids)
        for id_ in ids.ids:
            try:
                with on.right_use():
                    result = await operations.cancel(id_, *sent, **on.given())
            except AsyncOpsError as error:
                result = error
            await showing.take(id_, result)
    return await showing.end()
