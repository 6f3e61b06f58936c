"""The filters and the schedule of a watch, as options of commands."""

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import attrs
import typer
from attrs import frozen

from asyncops.checkpoints import WatchCheckpoint
from asyncops.cli.options.filters import fields_of, typed
from asyncops.cli.options.on_resource import OnResource, on_resource
from asyncops.cli.options.types import duration_option
from asyncops.cli.resources import Resource
from asyncops.client import BaseClient
from asyncops.kit.filters import ALIASES
from asyncops.kit.options import WatchOptions
from asyncops.kit.query import watch_plan
from asyncops.polling.policy import WATCH_POLICY, OnPoll, PollPolicy
from asyncops.polling.watch import Watch

__all__ = ["Telling", "Watched", "watched_of"]

_WHEN = "When to poll"
_change = partial(typer.Option, rich_help_panel="What to tell")


@frozen(kw_only=True)
class Telling:
    """When to poll, and how to tell what happens: the options of every watch.

    Raises:
        ValueError: The options do not go together.
    """

    interval: Annotated[
        float,
        duration_option(_WHEN, "1s", "Before the next poll after one that saw something new."),
    ] = WATCH_POLICY.initial
    cap: Annotated[
        float | None,
        duration_option(
            _WHEN,
            "20s, or --interval",
            "The longest delay between two polls, while nothing happens.",
        ),
    ] = None
    timeout: Annotated[
        float | None, duration_option(_WHEN, "no end", "End after so long: 10m, 1h.")
    ] = None
    from_start: Annotated[
        bool, _change("--from-start", help="Tell first of what has not ended at the beginning.")
    ] = False
    until_failure: Annotated[
        bool,
        _change(
            "--until-failure",
            help="End with exit code 1 when an operation ends, but not in success.",
        ),
    ] = False
    jsonl: Annotated[bool, _change("--jsonl", help="Each change as a line of JSON.")] = False
    lines: Annotated[bool, _change("--lines", help="Plain lines, on a terminal as well.")] = False

    def __attrs_post_init__(self) -> None:
        if self.cap is not None and self.cap < self.interval:
            raise ValueError("--cap must not be shorter than --interval")
        if self.jsonl and self.lines:
            raise ValueError("--jsonl and --lines exclude each other; give one")

    @property
    def poll(self) -> PollPolicy:
        """When to poll, and for how long."""
        cap = max(self.interval, WATCH_POLICY.cap) if self.cap is None else self.cap
        return PollPolicy(initial=self.interval, cap=cap, timeout=self.timeout)


@frozen(kw_only=True)
class Watched(OnResource):
    """What is watched of a resource; its fields are options of the command.

    Raises:
        ValueError: The options do not go together.
    """

    resume: Annotated[
        Path | None,
        _change(
            dir_okay=False,
            metavar="FILE",
            help="Keep the place in this file; if it is there, go on from it, and tell of all "
            "that has happened since.",
        ),
    ] = None

    def __attrs_post_init__(self) -> None:
        description = self.resource.description
        try:
            watch_plan(description).read(description.watch(**self.given()))
        except (TypeError, ValueError) as error:
            raise ValueError(self.in_options(error)) from error

    @property
    def heading(self) -> str:
        """The resource with its place and the filters that were given."""
        plain = {name: value for name, value in self.given().items() if name not in _NOT_TOLD}
        filters = [
            f"{name.replace('_', ' ')} "
            f"{' or '.join(map(str, value)) if isinstance(value, tuple) else value}"
            for name, value in plain.items()
        ]
        return ", ".join([self.title, *filters])

    def watch(
        self,
        client: BaseClient,
        telling: Telling,
        *,
        resume: WatchCheckpoint | None,
        introduce: bool,
        on_poll: OnPoll,
    ) -> Watch[Any]:
        """The watch, not yet entered.

        Args:
            client: Of the resource's service.
            telling: When to poll.
            resume: Where to go on from.
            introduce: Whether to tell of the operations that have not ended at the beginning.
            on_poll: Called with each poll.
        """
        watch: Watch[Any] = self.verbs(client).watch(
            **self.given(),
            poll=telling.poll,
            resume=resume,
            from_start=introduce,
            on_poll=on_poll,
        )
        return watch


_NOT_TOLD = frozenset({"limit", "page_size", "lookback"})


def watched_of(resource: Resource) -> type[Watched]:
    """The class of the watches of a resource: its place and its filters."""
    description = resource.description
    known = fields_of(description.watch)
    usual = {*attrs.fields_dict(WatchOptions), *ALIASES, "limit"}
    names = [name for name in known if name not in usual]
    usual_age = known["lookback"].default
    lookback = duration_option(
        "Filters",
        "any age" if usual_age is None else f"{usual_age:g}s",
        "How old operations may be that have not ended at the beginning; where the service does "
        "not list these apart, the whole listing is read once for those of any age.",
    )
    watched = on_resource(
        Watched,
        resource,
        description.watch,
        names,
        beside=(Telling,),
        size=watch_plan(description).size,
        lookback=typed(Annotated[float | None, lookback], usual_age),
    )
    watched.filters = {**watched.filters, "lookback": "lookback"}
    return watched
