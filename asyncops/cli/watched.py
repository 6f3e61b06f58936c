"""What can be watched and how, as options of commands."""

from abc import abstractmethod
from pathlib import Path
from typing import Annotated, Any, ClassVar

import typer
from attrs import frozen

from asyncops.chainloop import ChainloopClient
from asyncops.chainloop.statuses import chosen_of
from asyncops.cli.options import (
    ChainloopStatuses,
    Kind,
    Limit,
    PageSize,
    ResourceId,
    ResourceType,
    ZooStatuses,
)
from asyncops.cli.queries import (
    ChainloopQuery,
    Client,
    Resource,
    ZooOperationsQuery,
    ZooPromptsQuery,
)
from asyncops.cli.times import duration
from asyncops.polling import OnPoll, PollPolicy
from asyncops.watch_checkpoint import WatchCheckpoint
from asyncops.watching import WATCH_POLICY, Watch
from asyncops.zoo import ZooClient
from asyncops.zoo.listings import life_of

__all__ = ["Watched", "WatchedCalls", "WatchedOperations", "WatchedPrompts"]

_WHEN = "When to look"
_WHAT = "What to tell"
_FILTERS = "Filters"


@frozen(kw_only=True)
class Watched:
    """What is watched and how; its fields are the options of the commands that take it.

    Raises:
        ValueError: The options do not go together.
    """

    resource: ClassVar[Resource]

    interval: Annotated[
        float,
        typer.Option(
            parser=duration,
            metavar="DURATION",
            rich_help_panel=_WHEN,
            show_default="1s",
            help="Before the next look after one that saw something new.",
        ),
    ] = WATCH_POLICY.initial
    cap: Annotated[
        float | None,
        typer.Option(
            parser=duration,
            metavar="DURATION",
            rich_help_panel=_WHEN,
            show_default="20s, or --interval",
            help="The longest delay between two looks, while nothing happens.",
        ),
    ] = None
    timeout: Annotated[
        float | None,
        typer.Option(
            parser=duration,
            metavar="DURATION",
            rich_help_panel=_WHEN,
            show_default="no end",
            help="End after so long: 10m, 1h.",
        ),
    ] = None
    from_start: Annotated[
        bool,
        typer.Option(
            "--from-start",
            rich_help_panel=_WHAT,
            help="Tell first of what has not ended at the beginning.",
        ),
    ] = False
    resume: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            metavar="FILE",
            rich_help_panel=_WHAT,
            help="Keep the place in this file; if it is there, go on from it, and tell of all "
            "that has happened since.",
        ),
    ] = None
    until_failure: Annotated[
        bool,
        typer.Option(
            "--until-failure",
            rich_help_panel=_WHAT,
            help="End with exit code 1 when an operation ends, but not in success.",
        ),
    ] = False
    jsonl: Annotated[
        bool,
        typer.Option("--jsonl", rich_help_panel=_WHAT, help="Each change as a line of JSON."),
    ] = False
    lines: Annotated[
        bool,
        typer.Option("--lines", rich_help_panel=_WHAT, help="Plain lines, on a terminal as well."),
    ] = False

    def __attrs_post_init__(self) -> None:
        if self.cap is not None and self.cap < self.interval:
            raise ValueError("--cap must not be shorter than --interval")
        if self.jsonl and self.lines:
            raise ValueError("--jsonl and --lines exclude each other; give one")
        self._check()

    @property
    def poll(self) -> PollPolicy:
        """How often to look, and for how long."""
        cap = max(self.interval, WATCH_POLICY.cap) if self.cap is None else self.cap
        return PollPolicy(initial=self.interval, cap=cap, timeout=self.timeout)

    def _check(self) -> None:
        """Raises :class:`ValueError` where filters do not go together."""

    @abstractmethod
    def watch(
        self, client: Client, *, resume: WatchCheckpoint | None, introduce: bool, on_poll: OnPoll
    ) -> Watch[Any]:
        """The watch, not yet entered.

        Args:
            client: Of the resource's service.
            resume: Where to go on from.
            introduce: Whether to tell of what is alive at the beginning.
            on_poll: Told of each look.
        """


@frozen(kw_only=True)
class WatchedCalls(Watched):
    """Zoo's asynchronous API calls."""

    resource: ClassVar[Resource] = ZooOperationsQuery.resource

    status: ZooStatuses = None
    limit: Limit = None

    def _check(self) -> None:
        life_of(self.status or None)

    def watch(
        self, client: Client, *, resume: WatchCheckpoint | None, introduce: bool, on_poll: OnPoll
    ) -> Watch[Any]:
        """The watch, not yet entered."""
        return _zoo(client).operations.watch(
            status=self.status or None,
            limit=self.limit,
            poll=self.poll,
            resume=resume,
            from_start=introduce,
            on_poll=on_poll,
        )


@frozen(kw_only=True)
class WatchedPrompts(Watched):
    """Zoo's prompts to its models."""

    resource: ClassVar[Resource] = ZooPromptsQuery.resource

    status: ZooStatuses = None
    limit: Limit = None
    lookback: Annotated[
        float,
        typer.Option(
            parser=duration,
            metavar="DURATION",
            rich_help_panel=_FILTERS,
            show_default="1d",
            help="How old prompts may be that have not ended at the beginning.",
        ),
    ] = 86_400.0

    def _check(self) -> None:
        life_of(self.status or None)

    def watch(
        self, client: Client, *, resume: WatchCheckpoint | None, introduce: bool, on_poll: OnPoll
    ) -> Watch[Any]:
        """The watch, not yet entered."""
        return _zoo(client).ml_prompts.watch(
            status=self.status or None,
            limit=self.limit,
            poll=self.poll,
            resume=resume,
            from_start=introduce,
            lookback=self.lookback,
            on_poll=on_poll,
        )


@frozen(kw_only=True)
class WatchedOperations(Watched):
    """Chainloop's operations."""

    resource: ClassVar[Resource] = ChainloopQuery.resource

    status: ChainloopStatuses = None
    kind: Kind = None
    resource_type: ResourceType = None
    resource_id: ResourceId = None
    page_size: PageSize = 100
    lookback: Annotated[
        float | None,
        typer.Option(
            parser=duration,
            metavar="DURATION",
            rich_help_panel=_FILTERS,
            show_default="any age",
            help="How old operations may be that have not ended at the beginning; to find those of "
            "any age, the whole listing is read once.",
        ),
    ] = None

    def _check(self) -> None:
        chosen_of(self.status or None)
        if (self.resource_type is None) != (self.resource_id is None):
            raise ValueError("--resource-type and --resource-id go together; give both or neither")

    def watch(
        self, client: Client, *, resume: WatchCheckpoint | None, introduce: bool, on_poll: OnPoll
    ) -> Watch[Any]:
        """The watch, not yet entered."""
        if not isinstance(client, ChainloopClient):
            raise TypeError("a client of Chainloop is needed")
        return client.operations.watch(
            status=self.status or None,
            kind=self.kind,
            resource_type=self.resource_type,
            resource_id=self.resource_id,
            page_size=self.page_size,
            poll=self.poll,
            resume=resume,
            from_start=introduce,
            lookback=self.lookback,
            on_poll=on_poll,
        )


def _zoo(client: Client) -> ZooClient:
    if not isinstance(client, ZooClient):
        raise TypeError("a client of Zoo is needed")
    return client
