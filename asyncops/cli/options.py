"""The options of listings, each with its type and its words."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from asyncops.chainloop.models import STATUS_PREFIX, AsyncOperationStatus
from asyncops.cli.items import When
from asyncops.cli.times import moment
from asyncops.models import OpenEnum
from asyncops.statuses import word_of
from asyncops.zoo import ApiCallStatus

__all__ = [
    "AllStatuses",
    "ChainloopStatuses",
    "Concurrency",
    "Kind",
    "Limit",
    "MaxItems",
    "Order",
    "PageSize",
    "ResourceId",
    "ResourceType",
    "Since",
    "Sort",
    "Until",
    "ZooStatuses",
]

_FILTERS = "Filters"
_WALK = "How to read"


class Order(StrEnum):
    """Which come first."""

    NEWEST = "newest"
    OLDEST = "oldest"


def _statuses(kind: type[OpenEnum], prefix: str = "") -> Any:
    words = [word_of(member, prefix) for member in kind if member.name != "UNSPECIFIED"]
    return typer.Option(
        "--status",
        "-s",
        metavar="STATUS",
        autocompletion=lambda: words,
        rich_help_panel=_FILTERS,
        help=f"Only this status; may be given several times: {', '.join(words)}, or one that is "
        "newer than this program.",
        show_default="every status",
    )


def _when(text: str) -> When:
    return When(text, moment(text))


Since = Annotated[
    When | None,
    typer.Option(
        parser=_when,
        metavar="WHEN",
        rich_help_panel=_FILTERS,
        help="Only what was created then or later: 2h, 7d, 2026-11-01, 2026-11-01T08:00Z.",
    ),
]
Until = Annotated[
    When | None,
    typer.Option(
        parser=_when,
        metavar="WHEN",
        rich_help_panel=_FILTERS,
        help="Only what was created before then.",
    ),
]
MaxItems = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", rich_help_panel=_WALK, help="Stop after so many."),
]
Concurrency = Annotated[
    int,
    typer.Option(
        min=1,
        max=100,
        metavar="N",
        rich_help_panel=_WALK,
        help="Requests under way at once. With more than one, Zoo's listings are read from both "
        "ends, and up to half of one is held in memory.",
    ),
]
AllStatuses = Annotated[
    bool,
    typer.Option("--all-statuses", rich_help_panel=_FILTERS, help="Every status: the default."),
]
Sort = Annotated[
    Order,
    typer.Option(rich_help_panel=_FILTERS, case_sensitive=False, help="Which come first."),
]
Limit = Annotated[
    int | None,
    typer.Option(
        "--page-size",
        min=1,
        metavar="N",
        rich_help_panel=_WALK,
        help="Items of one page; unless given, the service's choice.",
    ),
]
ZooStatuses = Annotated[list[str] | None, _statuses(ApiCallStatus)]
ChainloopStatuses = Annotated[list[str] | None, _statuses(AsyncOperationStatus, STATUS_PREFIX)]
Kind = Annotated[
    str | None,
    typer.Option(rich_help_panel=_FILTERS, help="Only this kind, as evidence_evaluation."),
]
ResourceType = Annotated[
    str | None,
    typer.Option(
        rich_help_panel=_FILTERS,
        help="Only operations on this type of resource; goes with --resource-id.",
    ),
]
ResourceId = Annotated[
    str | None,
    typer.Option(
        rich_help_panel=_FILTERS,
        help="Only operations on this resource; goes with --resource-type.",
    ),
]
PageSize = Annotated[
    int,
    typer.Option(min=1, metavar="N", rich_help_panel=_WALK, help="Items of one page."),
]
