"""``wait``: until operations have ended, for pipelines that go by the exit code."""

from enum import StrEnum
from typing import Annotated

import typer

from asyncops.cli.failures import execute
from asyncops.cli.times import duration
from asyncops.cli.tree import (
    chainloop_operations,
    settings_of,
    zoo_operations,
    zoo_prompts,
)
from asyncops.cli.waits import Manner, Place, wait_for_ids, wait_for_resource

__all__: list[str] = []

_PATIENCE = "How long and how often"
_OUTPUT = "What to write"
_FILTERS = "Filters"
_CODES = (
    "[bold]Exit codes[/]\n\n0 all succeeded, 1 one failed or was cancelled, 2 wrong use, "
    "3 the time was up, 4 error of the service or of the network, 130 interrupted."
)

_Ids = Annotated[list[str], typer.Argument(metavar="ID", help="What to wait for.")]
_Timeout = Annotated[
    float,
    typer.Option(
        parser=duration,
        metavar="DURATION",
        rich_help_panel=_PATIENCE,
        show_default=False,
        help="How long in all: 90s, 10m, 1h30m; 15m unless given.",
    ),
]
_Initial = Annotated[
    float,
    typer.Option(
        "--poll-initial",
        parser=duration,
        metavar="DURATION",
        rich_help_panel=_PATIENCE,
        show_default=False,
        help="Before the second look: 1s unless given. Each further delay is half as long again.",
    ),
]
_Cap = Annotated[
    float,
    typer.Option(
        "--poll-cap",
        parser=duration,
        metavar="DURATION",
        rich_help_panel=_PATIENCE,
        show_default=False,
        help="The longest delay between two looks: 20s unless given.",
    ),
]
_First = Annotated[
    bool, typer.Option("--any", rich_help_panel=_PATIENCE, help="Until one of them has ended.")
]
_Json = Annotated[
    bool,
    typer.Option("--json", rich_help_panel=_OUTPUT, help="The outcomes as JSON, at the end."),
]


class _Missing(StrEnum):
    """What to make of an operation that is not there yet."""

    WAIT = "wait"
    ERROR = "error"
    OK = "ok"


_TIMEOUT, _INITIAL, _CAP = 900.0, 1.0, 20.0


@zoo_operations.command(
    "wait",
    epilog="[bold]Examples[/]\n\n"
    "asyncops zoo operations wait 3c1e8a52-0a64-4f0e-9d8f-6f1f3ac5f6e0 --timeout 10m\n\n"
    "asyncops zoo operations wait $(cat ids.txt) --json > outcomes.json\n\n" + _CODES,
)
def wait_for_calls(
    ctx: typer.Context,
    ids: _Ids,
    *,
    timeout: _Timeout = _TIMEOUT,
    initial: _Initial = _INITIAL,
    cap: _Cap = _CAP,
    first: _First = False,
    json: _Json = False,
) -> None:
    """Wait until API calls have ended; the exit code says how."""
    settings = settings_of(ctx)
    manner = Manner(timeout=timeout, initial=initial, cap=cap, first=first, json=json)
    waiting = wait_for_ids(settings, "zoo", lambda zoo: zoo.operations.pending(ids), manner)
    raise typer.Exit(execute(waiting, settings))


@zoo_prompts.command(
    "wait",
    epilog="[bold]Examples[/]\n\n"
    "asyncops zoo prompts wait 3c1e8a52-0a64-4f0e-9d8f-6f1f3ac5f6e0 --timeout 5m\n\n" + _CODES,
)
def wait_for_prompts(
    ctx: typer.Context,
    ids: _Ids,
    *,
    timeout: _Timeout = _TIMEOUT,
    initial: _Initial = _INITIAL,
    cap: _Cap = _CAP,
    first: _First = False,
    json: _Json = False,
) -> None:
    """Wait until prompts have ended; the exit code says how."""
    settings = settings_of(ctx)
    manner = Manner(timeout=timeout, initial=initial, cap=cap, first=first, json=json)
    waiting = wait_for_ids(settings, "zoo", lambda zoo: zoo.ml_prompts.pending(ids), manner)
    raise typer.Exit(execute(waiting, settings))


@chainloop_operations.command(
    "wait",
    epilog="[bold]Examples[/]\n\n"
    "asyncops chainloop operations wait --resource-type evidence --resource-id $ID "
    "--kind evidence_evaluation --timeout 10m\n\n"
    "asyncops chainloop operations wait $FIRST $SECOND --any\n\n" + _CODES,
)
def wait_for_operations(
    ctx: typer.Context,
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID", help="What to wait for, where it is no resource."),
    ] = None,
    *,
    resource_type: Annotated[
        str | None,
        typer.Option(
            rich_help_panel=_FILTERS, help="The type of the resource; goes with --resource-id."
        ),
    ] = None,
    resource_id: Annotated[
        str | None,
        typer.Option(
            rich_help_panel=_FILTERS,
            help="All operations on this resource, if no ids are given; else where these are.",
        ),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(rich_help_panel=_FILTERS, help="Only this kind, as evidence_evaluation."),
    ] = None,
    missing: Annotated[
        _Missing | None,
        typer.Option(
            rich_help_panel=_PATIENCE,
            show_default="error for ids, wait for a resource",
            help="What is not there yet: wait for it until --timeout; or an error at once; or, on "
            "a resource, ok: nothing to wait for.",
        ),
    ] = None,
    timeout: _Timeout = _TIMEOUT,
    initial: _Initial = _INITIAL,
    cap: _Cap = _CAP,
    first: _First = False,
    json: _Json = False,
) -> None:
    """Wait until operations have ended, by their ids or all on a resource.

    An id that is not there is an error at once, unless --missing wait is given. A resource on which
    nothing has begun is waited for until --timeout, unless --missing says otherwise.
    """
    if (resource_type is None) != (resource_id is None):
        raise typer.BadParameter("--resource-type and --resource-id go together")
    settings = settings_of(ctx)
    manner = Manner(timeout=timeout, initial=initial, cap=cap, first=first, json=json)
    if ids:
        if missing is _Missing.OK:
            raise typer.BadParameter("--missing ok goes with a resource, not with ids")
        by_ids = wait_for_ids(
            settings,
            "chainloop",
            lambda chainloop: chainloop.operations.pending(
                ids,
                kind=kind,
                resource_type=resource_type,
                resource_id=resource_id,
                missing=(missing or _Missing.ERROR).value,
            ),
            manner,
        )
        raise typer.Exit(execute(by_ids, settings))
    if resource_type is None or resource_id is None:
        raise typer.BadParameter("give ids, or --resource-type and --resource-id")
    if first:
        raise typer.BadParameter("--any goes with ids, not with a resource")
    place = Place(
        resource_type=resource_type,
        resource_id=resource_id,
        kind=kind,
        missing=(missing or _Missing.WAIT).value,
    )
    raise typer.Exit(execute(wait_for_resource(settings, place, manner), settings))
