"""``watch``: what happens to the operations of one resource or of several."""

from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from typing import Any
from urllib.parse import unquote

import typer
from attrs import evolve, frozen

from asyncops.cli.groups import add, app
from asyncops.cli.live.loop import CheckpointKeeper, checkpoint_in, first_of, follow
from asyncops.cli.live.observers import Lines, LiveScreen
from asyncops.cli.options.fields import Settings, argument
from asyncops.cli.options.watch import Telling, Watched, watched_of
from asyncops.cli.output.atomic_file import lock_for
from asyncops.cli.output.sinks import while_read
from asyncops.cli.resources import Resource, dashed, resource_of
from asyncops.cli.runtime.error_messages import explain_here
from asyncops.cli.shell import Failure, console
from asyncops.errors import AsyncOpsError
from asyncops.utils.tasks import together

_NOTES = (
    "A watch goes on through outages, and says so. With --resume, a program that was killed "
    "repeats at most the changes of its last moment, and loses none."
)
_EXAMPLES = (
    "asyncops watch zoo.operations chainloop.operations --until-failure",
    "asyncops watch work@zoo.operations home@zoo.operations --jsonl",
)


async def watch_operations(settings: Settings, watched: Watched, telling: Telling) -> None:
    """Tell what is created, changes, ends or vanishes, as it happens.

    On a terminal this is a live screen, which q or Ctrl-C ends.

    Elsewhere it is a line for each change: time, state, id, type and error.
    """
    filters = watched.asked({"page_size", "lookback", "resume"})
    heading = ", ".join([watched.title, *map(" ".join, filters)])
    await _tell([("", settings, watched)], telling, heading)


async def _tell(
    watches: Sequence[tuple[str, Settings, Watched]], telling: Telling, title: str
) -> None:
    """Tell what happens, until one of the watches fails, or all have ended.

    Args:
        watches: The name of each, the settings that say whose account to use, and what is watched;
            no name where there is one alone.
        telling: When to poll, and what to tell.
        title: The title of the screen.
    """
    output = console()
    async with while_read():
        if telling.jsonl or telling.lines or not output.is_terminal or output.is_dumb_terminal:
            lines = Lines(telling)
            await together(_follow(*each, telling, lines) for each in watches)
            return
        screen = LiveScreen(output, title, introduced=telling.from_start)
        with screen.opened():
            works = together(_follow(*each, telling, screen) for each in watches)
            await first_of(works, screen.attend())


async def _follow(
    name: str, settings: Settings, watched: Watched, telling: Telling, audience: Lines | LiveScreen
) -> None:
    keeper, path = CheckpointKeeper(watched.resume), watched.resume
    try:
        with nullcontext() if path is None else lock_for(path):
            resume = None if path is None else checkpoint_in(path)
            async with watched.opened(settings) as verbs:
                with watched.right_use():
                    watch = verbs.watch(
                        **watched.given(),
                        poll=telling.poll,
                        resume=resume,
                        # A screen shows what is alive, be it news or not.
                        from_start=telling.from_start or not isinstance(audience, Lines),
                        on_poll=partial(audience.on_poll, of=name),
                    )
                tell = partial(audience.take, of=name)
                id_, until_failure = watched.resource.description.id, telling.until_failure
                await follow(watch, tell, keeper, id_field=id_, until_failure=until_failure)
    except (AsyncOpsError, Failure) as error:
        # Here its account is known.
        failure = explain_here(error)
        words = f"{name}: {failure.message}" if name else failure.message
        raise Failure(words, failure.hint, failure.code) from error


def add_to(group: typer.Typer, resource: Resource) -> None:
    """Add the command, where the resource has operations that are listed."""
    if resource.description.listing is None or not resource.description.lives:
        return
    watched = watched_of(resource)
    start = watched.example("watch")
    examples = (
        f"{start} --timeout 1h --until-failure",
        f"{start} --resume place | grep --line-buffered failed",
    )
    add(group, "watch", watch_operations, examples=examples, notes=_NOTES, watched=watched)


def target_of(text: str) -> tuple[str | None, Resource, dict[str, str | int]]:
    """The profile, the resource and the place that a text names.

    ::

        target_of("work@github.runs:python/cpython")  # "work", ..., {"owner": "python", ...}

    Args:
        text: ``SERVICE.RESOURCE``, with ``PROFILE@`` in front where a profile is meant, and with
            ``:PLACE`` behind where the resource is at a place: its parts with ``/`` between, in
            the order of the client; a ``/`` in a part is ``%2F``.

    Raises:
        Failure: There is no such resource, or it is at another kind of place.
    """
    name, _, written = text.partition(":")
    profile, at, name = name.rpartition("@")
    service, _, attribute = name.partition(".")
    resource = resource_of(service, attribute)
    parts = [unquote(each) for each in written.split("/")] if written else []
    wanted = resource.path.place
    if len(parts) != len(wanted) or (at and not profile):
        shape = "/".join(each.upper() for each, _ in wanted)
        usual = f"{service}.{dashed(resource.path.name)}{f':{shape}' if shape else ''}"
        raise Failure(f"{text!r} names no resource", f"write {usual}, or PROFILE@{usual}")
    return profile or None, resource, resource.place_of(parts)


@frozen(kw_only=True)
class _Targets:
    """The resources to watch.

    Attributes:
        targets: What to watch: zoo.operations, work@github.runs:python/cpython. A / in a part of a
            place is %2F.
    """

    targets: list[str] = argument("[PROFILE@]SERVICE.RESOURCE[:PLACE]")


async def _watch_all(settings: Settings, named: _Targets, telling: Telling) -> None:
    """Tell what happens to the operations of several resources, of one service or more.

    On a terminal this is a live screen of them all, which q or Ctrl-C ends.

    Elsewhere each change is a line: time, state, resource, id, type and error; or with --jsonl an
    object, in which the resource stands before the id. `asyncops SERVICE RESOURCE watch` has
    filters, and a file for its place.
    """
    watches = []
    for text in named.targets:
        profile, resource, place = target_of(text)
        if resource.description.listing is None or not resource.description.lives:
            raise Failure(f"{text!r} has no operations that could be watched")
        kind: Any = watched_of(resource)
        try:
            watched = kind(**place)
        except TypeError:
            hint = f"asyncops {resource.name} watch has it"
            raise Failure(f"{text!r} needs a filter", hint) from None
        watches.append((text, evolve(settings, profile=profile or settings.profile), watched))
    await _tell(watches, telling, " ".join(named.targets))


add(app, "watch", _watch_all, examples=_EXAMPLES, panel="Services")
