"""The options of ``wait``."""

from enum import StrEnum
from functools import partial
from typing import Annotated, Any

import attrs
import typer
from attrs import frozen

from asyncops.cli.options.types import duration_option
from asyncops.polling.blocked import OnBlocked
from asyncops.polling.policy import PollPolicy

__all__ = ["Blocked", "ByResource", "Missing", "WaitOptions"]

_SCHEDULE = "How long and how often"
_filter = partial(typer.Option, rich_help_panel="Filters")


class Blocked(StrEnum):
    """What to do about an operation that waits for a person."""

    WAIT = "wait"
    STOP = "stop"


@frozen(kw_only=True)
class WaitOptions:
    """How to wait; its fields are options of every ``wait``."""

    timeout: Annotated[
        float,
        duration_option(_SCHEDULE, False, "How long in all: 90s, 10m, 1h30m; 15m unless given."),
    ] = 900.0
    initial: Annotated[
        float,
        duration_option(
            _SCHEDULE,
            False,
            "Before the second poll: 1s unless given. Each further delay is half as long again.",
            "--poll-initial",
        ),
    ] = 1.0
    cap: Annotated[
        float,
        duration_option(
            _SCHEDULE, False, "The longest delay between two polls: 20s unless given.", "--poll-cap"
        ),
    ] = 20.0
    first: Annotated[
        bool, typer.Option("--any", rich_help_panel=_SCHEDULE, help="Until one of them has ended.")
    ] = False
    on_blocked: Annotated[
        Blocked,
        typer.Option(
            rich_help_panel=_SCHEDULE,
            show_default="wait",
            help="What waits for a person: wait on until --timeout, or stop waiting for it.",
        ),
    ] = Blocked.WAIT
    json: Annotated[
        bool,
        typer.Option(
            "--json", rich_help_panel="What to write", help="The outcomes as JSON, at the end."
        ),
    ] = False

    @property
    def blocked(self) -> OnBlocked:
        """What a wait does about an operation that waits for a person."""
        return "raise" if self.on_blocked is Blocked.STOP else "wait"

    @property
    def policy(self) -> PollPolicy:
        """When to poll, and for how long."""
        longest = max(self.initial, self.cap)
        return PollPolicy(initial=self.initial, cap=longest, timeout=self.timeout)


class Missing(StrEnum):
    """How an operation counts that the service does not have yet."""

    WAIT = "wait"
    ERROR = "error"
    OK = "ok"


@frozen(kw_only=True)
class ByResource:
    """Which operations to wait for: those on a resource, as Chainloop's are.

    Raises:
        ValueError: Only one of type and id is given.
    """

    resource_type: Annotated[
        str | None, _filter(help="The type of the resource; goes with --resource-id.")
    ] = None
    resource_id: Annotated[
        str | None,
        _filter(help="All operations on this resource, if no ids are given; else where these are."),
    ] = None
    kind: Annotated[str | None, _filter(help="Only this kind, as evidence_evaluation.")] = None
    missing: Annotated[
        Missing | None,
        typer.Option(
            rich_help_panel=_SCHEDULE,
            show_default="error for ids, wait for a resource",
            help="What is not there yet: wait for it until --timeout; or an error at once; or, on "
            "a resource, ok: nothing to wait for.",
        ),
    ] = None

    def __attrs_post_init__(self) -> None:
        if (self.resource_type is None) != (self.resource_id is None):
            raise ValueError("--resource-type and --resource-id go together")

    @property
    def filters(self) -> dict[str, str | None]:
        """The arguments of a wait for them."""
        names = ("resource_type", "resource_id", "kind")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def fits(cls, options: Any) -> bool:
        """Whether a listing with these options has such operations."""
        return {"resource_type", "resource_id", "kind"} <= attrs.fields_dict(options).keys()
