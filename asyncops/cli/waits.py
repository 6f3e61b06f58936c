"""Waiting until operations have ended, telling of each as it ends."""

import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any, Literal

from attrs import define, field, frozen

from asyncops.cli.accounts import ACCOUNT_IN_USE
from asyncops.cli.connecting import connected
from asyncops.cli.explaining import ExitCode, explain
from asyncops.cli.failures import right_use
from asyncops.cli.outcomes import Outcome, alike, exit_code, final_lines
from asyncops.cli.outlet import while_read
from asyncops.cli.patience import Patience, waiting_aloud
from asyncops.cli.services import SERVICES, ServiceName
from asyncops.cli.tree import Settings
from asyncops.errors import AsyncOpsError, WaitTimeout
from asyncops.many_waits import wait_many
from asyncops.models import Operation
from asyncops.pending import Pending
from asyncops.plain import json_bytes
from asyncops.polling import PollPolicy

__all__ = ["Manner", "Place", "wait_for_ids", "wait_for_resource"]


@frozen(kw_only=True)
class Manner:
    """How to wait.

    Attributes:
        timeout: Seconds in all.
        initial: Seconds before the second look.
        cap: The most seconds between two looks.
        first: Whether one that has ended is enough.
        json: Whether to write the outcomes as JSON at the end.
    """

    timeout: float
    initial: float = 1.0
    cap: float = 20.0
    first: bool = False
    json: bool = False

    @property
    def policy(self) -> PollPolicy:
        """When to look."""
        longest = max(self.initial, self.cap)
        return PollPolicy(initial=self.initial, cap=longest, timeout=self.timeout)


@frozen(kw_only=True)
class Place:
    """Which operations of Chainloop to wait for: those on a resource.

    Attributes:
        resource_type: Its type.
        resource_id: Its id.
        kind: Only operations of this kind; None for all.
        missing: What to do as long as there is none.
    """

    resource_type: str
    resource_id: str
    kind: str | None = None
    missing: Literal["wait", "error", "ok"] = "wait"


async def wait_for_ids(
    settings: Settings,
    service: ServiceName,
    pending: Callable[[Any], Pending[Any, Any]],
    manner: Manner,
) -> int:
    """Wait for operations by their ids, and give the exit code.

    Args:
        settings: Whose account to use.
        service: Whose operations they are.
        pending: From the service's client to what is waited for.
        manner: How to wait.
    """
    async with while_read(), connected(settings, service) as client:
        with right_use():
            group = pending(client)
        count = len(group.ids)
        what = f"{count} of {SERVICES[service].title}'s operations"
        if count == 1:
            what = f"operation {next(iter(group.ids))}"
        async with _aloud(what, manner, settings) as patience:
            report = _Report(patience, manner)
            several = wait_many(group, poll=manner.policy, on_poll=patience.look)
            async with several as finished:
                async for id_, result in finished:
                    if report.take(id_, result) and manner.first:
                        break
            return report.conclude()


async def wait_for_resource(settings: Settings, place: Place, manner: Manner) -> int:
    """Wait for all operations on a resource of Chainloop, and give the exit code.

    Args:
        settings: Whose account to use.
        place: Which operations.
        manner: How to wait; all of them are waited for, whatever it says of the first.
    """
    async with while_read(), connected(settings, "chainloop") as client:
        operations = client.operations
        with right_use():
            operations.list(
                kind=place.kind, resource_type=place.resource_type, resource_id=place.resource_id
            )
        what = f"the operations on {place.resource_type} {place.resource_id}"
        async with _aloud(what, manner, settings) as patience:
            report = _Report(patience, manner)
            try:
                seen = await operations.wait(
                    resource_type=place.resource_type,
                    resource_id=place.resource_id,
                    kind=place.kind,
                    missing=place.missing,
                    poll=manner.policy,
                    raise_on_failure=False,
                    on_poll=patience.look,
                )
            except WaitTimeout as error:
                return report.gave_up(error)
            for operation in seen:
                report.add(Outcome.seen(operation))
            return report.conclude()


@define(eq=False)
class _Report:
    """Takes what comes of each operation, tells of it, and sums it up."""

    patience: Patience
    manner: Manner
    outcomes: list[Outcome] = field(factory=list, init=False)
    _told: dict[object, int] = field(factory=dict, init=False)
    _began: float = field(factory=time.monotonic, init=False)

    def take(self, id_: object, result: Operation | AsyncOpsError) -> bool:
        """One of those that were waited for; whether it has ended."""
        outcome = Outcome.of(id_, result, _explained)
        repeated = False
        if outcome.outcome == "error" and isinstance(result, AsyncOpsError):
            kind = alike(result)
            repeated = kind in self._told
            self._told[kind] = self._told.get(kind, 0) + 1
        self.add(outcome, quietly=repeated)
        return outcome.ended

    def add(self, outcome: Outcome, *, quietly: bool = False) -> None:
        """Note an outcome and tell of it."""
        self.outcomes.append(outcome)
        if outcome.ended and not self.manner.json:
            self.patience.say(outcome.line)
        if outcome.outcome not in {"succeeded", "timeout"} and not quietly:
            self.patience.complain(outcome.problem)

    def gave_up(self, error: WaitTimeout) -> int:
        """The time was up for several at once."""
        for operation in error.last if isinstance(error.last, tuple) else ():
            self.add(Outcome.seen(operation))
        if any(each.outcome == "timeout" for each in self.outcomes):
            return self.conclude()
        # None has begun, or all had ended but the last look was not answered.
        self.patience.complain(str(error))
        self._write()
        return ExitCode.TIMED_OUT

    def conclude(self) -> int:
        """Say what is left to say, and give the exit code."""
        for count in self._told.values():
            if count > 1:
                self.patience.complain(f"the same came of {count - 1} more")
        for line in final_lines(self.outcomes, time.monotonic() - self._began):
            self.patience.complain(line)
        self._write()
        return exit_code(self.outcomes, first=self.manner.first)

    def _write(self) -> None:
        if self.manner.json:
            self.patience.say(json_bytes(self.outcomes).decode())


def _explained(error: BaseException) -> str:
    failure = explain(error, ACCOUNT_IN_USE.get(), datetime.now(UTC))
    return str(error) if failure is None else str(failure)


def _aloud(what: str, manner: Manner, settings: Settings) -> AbstractAsyncContextManager[Patience]:
    # With -v the log is written to where the line would move.
    quiet = settings.verbose > 0
    return waiting_aloud(what, manner.timeout, explained=_explained, quiet=quiet)
