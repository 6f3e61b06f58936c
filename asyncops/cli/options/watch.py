"""The filters and the schedule of a watch, as options of commands."""

from pathlib import Path

import attrs
from attrs import frozen

from asyncops.cli.options.fields import FILTERS, duration_option, fields_of, option
from asyncops.cli.options.on_resource import OnResource, on_resource
from asyncops.cli.resources import Resource
from asyncops.kit.filters import ALIASES
from asyncops.kit.options import WatchOptions
from asyncops.kit.query import watch_plan
from asyncops.polling.policy import WATCH_POLICY, PollPolicy

_WHEN = "When to poll"
_WHAT = "What to tell"


@frozen(kw_only=True)
class Telling:
    """When to poll, and how to tell what happens: the options of every watch.

    Attributes:
        interval: Before the next poll after one that saw something new.
        cap: The longest delay between two polls, while nothing happens.
        timeout: End after so long: 10m, 1h.
        from_start: Tell first of what has not ended at the beginning.
        until_failure: End with exit code 1 when an operation ends, but not in success.
        jsonl: Each change as a line of JSON.
        lines: Plain lines, on a terminal as well.

    Raises:
        ValueError: The options do not go together.
    """

    interval: float = duration_option(WATCH_POLICY.initial, panel=_WHEN, shown="1s")
    cap: float | None = duration_option(None, panel=_WHEN, shown="20s, or --interval")
    timeout: float | None = duration_option(None, panel=_WHEN, shown="no end")
    from_start: bool = option(False, "--from-start", panel=_WHAT)
    until_failure: bool = option(False, "--until-failure", panel=_WHAT)
    jsonl: bool = option(False, "--jsonl", panel=_WHAT)
    lines: bool = option(False, "--lines", panel=_WHAT)

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

    Attributes:
        resume: Keep the place in this file; if it is there, go on from it, and tell of all that has
            happened since.

    Raises:
        ValueError: The options do not go together.
    """

    resume: Path | None = option(None, panel=_WHAT, dir_okay=False, metavar="FILE")

    def __attrs_post_init__(self) -> None:
        description = self.resource.description
        with self.right_use(ValueError):
            watch_plan(description).read(description.watch(**self.given()))


def watched_of(resource: Resource) -> type[Watched]:
    """The class of the watches of a resource: its place and its filters."""
    description = resource.description
    known = fields_of(description.watch)
    usual = {*attrs.fields_dict(WatchOptions), *ALIASES, "limit"}
    names = [name for name in known if name not in usual]
    usual_age = known["lookback"].default
    lookback = duration_option(
        usual_age,
        help="How old operations may be that have not ended at the beginning; where the service "
        "does not list these apart, the whole listing is read once for those of any age.",
        panel=FILTERS,
        shown="any age" if usual_age is None else f"{usual_age:g}s",
        kind=float | None,
    )
    options, size = description.watch, watch_plan(description).size
    watched = on_resource(
        Watched, resource, options, names, beside=[Telling], size=size, lookback=lookback
    )
    watched.filters = {**watched.filters, "lookback": "lookback"}
    return watched
