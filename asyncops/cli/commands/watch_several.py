"""``asyncops watch``: what happens to the operations of several resources, line by line."""

import asyncio
from collections.abc import Callable
from typing import Any

from attrs import evolve, frozen

from asyncops.cli.connect import connected
from asyncops.cli.exit import ExitCode, Failure
from asyncops.cli.groups import Settings, app
from asyncops.cli.live.lines import Lines, json_of, plain_of
from asyncops.cli.live.loop import CheckpointKeeper, follow
from asyncops.cli.options.fields import argument
from asyncops.cli.options.from_class import add
from asyncops.cli.options.target import Target, target_of
from asyncops.cli.options.watch import Telling, Watched, watched_of
from asyncops.cli.output.sinks import while_read
from asyncops.cli.runtime.error_messages import explain_here
from asyncops.cli.runtime.run import right_use
from asyncops.errors import AsyncOpsError
from asyncops.polling.change import Change

__all__: list[str] = []


@frozen(kw_only=True)
class _Targets:
    """The resources to watch.

    Attributes:
        targets: What to watch: zoo.operations, work@github.runs:python/cpython. A / in a part of a
            place is %2F.
    """

    targets: list[str] = argument("[PROFILE@]SERVICE.RESOURCE[:PLACE]")


class _Labelled(Lines):
    """Writes the changes of one of several resources; a line is written whole before another.

    Args:
        write: Makes the line.
        label: The words that name the resource.
        turn: Held while a line is written.
    """

    def __init__(
        self, write: Callable[[Change[Any]], bytes], label: str, turn: asyncio.Lock
    ) -> None:
        super().__init__(write)
        self._label = label
        self._turn = turn

    async def take(self, change: Change[Any]) -> None:
        """Write one change, under the resource's words and its id."""
        named = f"{self._label} {change.id}" if change.id else self._label
        async with self._turn:
            await super().take(evolve(change, id=named))


async def _watch_all(settings: Settings, named: _Targets, telling: Telling) -> int:
    """Tell what happens to the operations of several resources, line by line.

    Each change is a line: time, state, resource, id, type and error; or with --jsonl an object, in
    which the resource stands before the id. There is no live screen for several: `asyncops SERVICE
    RESOURCE watch` has one, and filters, and a file for its place.
    """
    targets = [target_of(each) for each in named.targets]
    watches = [(each, _watched(each)) for each in targets]
    turn = asyncio.Lock()
    async with while_read(), asyncio.TaskGroup() as tasks:
        for target, watched in watches:
            tasks.create_task(_watch(settings, target, watched, telling, turn))
    return ExitCode.DONE


def _watched(target: Target) -> Watched:
    resource = target.resource
    if resource.description.listing is None or not resource.lives:
        raise Failure(f"{target.text!r} has no operations that could be watched")
    kind: Any = watched_of(resource)
    try:
        watched: Watched = kind(**target.place)
    except TypeError:
        raise Failure(
            f"{target.text!r} needs a filter", f"asyncops {resource.name} watch has it"
        ) from None
    return watched


async def _watch(
    settings: Settings, target: Target, watched: Watched, telling: Telling, turn: asyncio.Lock
) -> None:
    account = evolve(settings, profile=target.profile or settings.profile)
    audience = _Labelled(json_of if telling.jsonl else plain_of, target.text, turn)
    try:
        async with connected(account, target.resource.service.name) as client:
            with right_use(watched.in_options):
                watch = watched.watch(
                    client,
                    telling,
                    resume=None,
                    introduce=telling.from_start,
                    on_poll=audience.on_poll,
                )
            keeper = CheckpointKeeper(None)
            await follow(watch, audience, keeper, until_failure=telling.until_failure)
    except (AsyncOpsError, Failure) as error:
        failure = explain_here(error)
        raise Failure(f"{target.text}: {failure.message}", failure.hint, failure.code) from error


_EXAMPLES = (
    "asyncops watch zoo.operations chainloop.operations --until-failure",
    "asyncops watch work@zoo.operations home@zoo.operations --jsonl",
)
add(app, "watch", _watch_all, examples=_EXAMPLES, panel="Services")
