"""``wait``: until operations have ended, for pipelines that go by the exit code."""

import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from functools import partial
from pathlib import Path
from typing import Any

import typer
from attrs import define, field, frozen

from asyncops.cli.commands.get import Ids, save_files
from asyncops.cli.commands.wait_outcomes import Outcome, alike, exit_code, final_lines
from asyncops.cli.groups import add
from asyncops.cli.options.fields import Settings, argument
from asyncops.cli.options.on_resource import OnResource, on_resource, require_ids
from asyncops.cli.options.wait import ByResource, WaitForFiles, WaitOptions
from asyncops.cli.output.downloads import gives_files
from asyncops.cli.output.progress_line import WaitLine, wait_line
from asyncops.cli.output.sinks import while_read
from asyncops.cli.resources import Resource
from asyncops.cli.shell import ExitCode, Failure
from asyncops.errors import AsyncOpsError, OperationBlocked, OperationError, WaitTimeout
from asyncops.models import Operation
from asyncops.polling.policy import OnPoll
from asyncops.polling.wait_many import wait_many
from asyncops.unstructure import json_bytes

Results = AbstractAsyncContextManager[AsyncIterator[tuple[Any, Any]]]
"""Gives the id of each operation, with the operation once it has ended, or with its error."""

Awaited = tuple[str, bool, Callable[..., Results]]
"""The operations that a command waits for: in words that follow "waiting for", whether there may
be more than one, and what waits for them, given the hook for each poll."""


async def wait_until_ended(
    settings: Settings, on: OnResource, awaited: Callable[[Any], Awaited], options: WaitOptions
) -> int:
    """Wait for operations, tell of each as it ends, and give the exit code.

    Args:
        settings: Whose account to use.
        on: The resource, and where it is.
        awaited: From the object that has the resource's methods to the operations.
        options: How to wait.
    """
    async with while_read(), on.opened(settings) as verbs:
        with on.right_use():
            subject, several, waiting = awaited(verbs)
        async with wait_line(subject, options.timeout) as line:
            report = _Report(line, options, several)
            try:
                async with waiting(on_poll=line.on_poll) as results:
                    async for id_, result in results:
                        if report.take(id_, result) and options.first:
                            break
            except OperationBlocked as error:
                return report.gave_up(error, error.operations)
            except WaitTimeout as error:
                return report.gave_up(error, error.last if isinstance(error.last, tuple) else ())
            return report.conclude()


def _by_ids(
    on: OnResource, ids: Sequence[str], options: WaitOptions, operations: Any, **filters: Any
) -> Awaited:
    """Operations by their ids."""
    require_ids(operations, ids)
    pending = operations.pending(ids, **filters)
    several = len(pending.ids) > 1
    all_of_them = f"{len(pending.ids)} of {on.resource.client.service.title}'s operations"
    subject = all_of_them if several else f"operation {next(iter(pending.ids))}"
    return subject, several, partial(wait_many, pending, **options.given)


def _on_resource(about: ByResource, options: WaitOptions, operations: Any) -> Awaited:
    """All operations on a resource of Chainloop; their results come when the last has ended."""
    # Refuses at once the arguments that the wait would refuse later.
    operations.list(**about.filters)

    async def results(on_poll: OnPoll) -> AsyncGenerator[tuple[str, Operation]]:
        for operation in await operations.wait(
            **about.filters,
            missing=about.missing or "wait",
            **options.given,
            raise_on_failure=False,
            on_poll=on_poll,
        ):
            yield operation.id, operation

    subject = f"the operations on {about.resource_type} {about.resource_id}"
    return subject, True, lambda on_poll: aclosing(results(on_poll))


@define(eq=False)
class _Report:
    """Takes the result of each operation, tells of it, and sums them up."""

    line: WaitLine
    options: WaitOptions
    several: bool
    outcomes: list[Outcome] = field(factory=list, init=False)
    unwritten: ExitCode = field(default=ExitCode.DONE, init=False)
    _told: Counter[object] = field(factory=Counter, init=False)
    _began: float = field(factory=time.monotonic, init=False)

    def take(self, id_: object, result: Operation | AsyncOpsError) -> bool:
        """Take one result; whether the operation has ended."""
        outcome = Outcome.of(id_, result)
        self.outcomes.append(outcome)
        if outcome.ended and not self.options.json:
            self.line.put_out(outcome.line)
        if outcome.outcome == "succeeded":
            if self.options.outputs is not None:
                self._save(id_, result, self.options.outputs)
        elif outcome.outcome == "error" and isinstance(result, AsyncOpsError):
            kind = alike(result)
            self._told[kind] += 1
            if self._told[kind] == 1:
                self.line.complain(outcome.problem)
        elif not outcome.open:
            self.line.complain(outcome.problem)
        return outcome.ended

    def gave_up(self, error: OperationError, seen: Sequence[Operation]) -> int:
        """The wait for several at once is over before their end."""
        for operation in seen:
            self.take(operation.id, operation)
        if any(each.open for each in self.outcomes):
            return self.conclude()
        # None has begun, or all had ended but the last poll was not answered.
        self.line.complain(str(error))
        self._write()
        return ExitCode.TIMED_OUT

    def conclude(self) -> int:
        """Say what is left to say, and give the exit code."""
        for count in self._told.values():
            if count > 1:
                self.line.complain(f"the same came of {count - 1} more")
        for line in final_lines(self.outcomes, time.monotonic() - self._began):
            self.line.complain(line)
        self._write()
        return exit_code(self.outcomes, first=self.options.first) or self.unwritten

    def _save(self, id_: object, result: Any, outputs: Path) -> None:
        """Write the files of a result; where that cannot be done, go on with the others."""
        self.line.clear()
        try:
            save_files(id_, result, outputs, several=self.several)
        except Failure as failure:
            self.line.complain(f"{id_}: {failure}")
            self.unwritten = max(self.unwritten, ExitCode(failure.code))

    def _write(self) -> None:
        if self.options.json:
            self.line.put_out(json_bytes(self.outcomes).decode())


@frozen(kw_only=True)
class _PerhapsIds:
    """The ids, where a resource may be given instead.

    Attributes:
        ids: What to wait for, where it is no resource.
    """

    ids: list[str] | None = argument("ID", None)


CODES = (
    "[bold]Exit codes[/]\n\n0 all succeeded, 1 one failed or was cancelled, 2 wrong use, "
    "3 the time was up or one waits for a person, 4 error of the service or of the network, "
    "130 interrupted."
)


async def _by_id(settings: Settings, on: OnResource, ids: Ids, options: WaitOptions) -> int:
    """Wait until operations have ended; the exit code says how."""
    return await wait_until_ended(settings, on, partial(_by_ids, on, ids.ids, options), options)


async def _by_id_or_resource(
    settings: Settings, on: OnResource, ids: _PerhapsIds, about: ByResource, options: WaitOptions
) -> int:
    """Wait until operations have ended, by their ids or all on a resource.

    An id that is not there is an error at once, unless --missing wait is given. A resource on which
    nothing has begun is waited for until --timeout, unless --missing says otherwise.
    """
    if not ids.ids:
        if about.resource_type is None:
            raise typer.BadParameter("give ids, or --resource-type and --resource-id")
        if options.first:
            raise typer.BadParameter("--any goes with ids, not with a resource")
        return await wait_until_ended(settings, on, partial(_on_resource, about, options), options)
    if about.missing == "ok":
        raise typer.BadParameter("--missing ok goes with a resource, not with ids")
    filters = {**about.filters, "missing": about.missing or "error"}
    awaited = partial(_by_ids, on, ids.ids, options, **filters)
    return await wait_until_ended(settings, on, awaited, options)


def add_to(group: typer.Typer, resource: Resource) -> None:
    """Add the command, where the resource has operations."""
    if not resource.description.lives:
        return
    on = on_resource(OnResource, resource)
    start = on.example("wait")
    examples = [f"{start} $ID --timeout 10m", f"{start} $(cat ids.txt) --json > outcomes.json"]
    by_hand = resource.path.by_hand and ByResource.fits(resource.description.options)
    run = _by_id_or_resource if by_hand else _by_id
    has_files = gives_files(resource.description)
    if has_files:
        examples.insert(1, f"{start} $ID --outputs DIR")
    options = WaitForFiles if has_files else WaitOptions
    add(group, "wait", run, examples=examples, notes=CODES, on=on, options=options)
