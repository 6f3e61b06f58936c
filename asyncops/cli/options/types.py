"""The options of listings, each with its type and its words."""

from enum import StrEnum
from functools import partial
from typing import Annotated, Any

import typer

from asyncops.cli.accounts.services import SERVICES
from asyncops.cli.names import known_or_near
from asyncops.cli.options.time_window import When
from asyncops.cli.text.times import duration, moment

__all__ = [
    "AllStatuses",
    "Concurrency",
    "MaxItems",
    "Order",
    "PageSize",
    "Since",
    "Sort",
    "Until",
    "duration_option",
    "known_service",
    "picture_option",
]

_filter = partial(typer.Option, rich_help_panel="Filters")
_walk = partial(typer.Option, rich_help_panel="How to read", metavar="N", min=1)


class Order(StrEnum):
    """Which come first."""

    NEWEST = "newest"
    OLDEST = "oldest"


def known_service(name: str | None) -> str | None:
    """Check that an argument names a service that is installed."""
    if name is not None and name not in SERVICES:
        raise typer.BadParameter(f"there is no service {name!r}; {known_or_near(name, SERVICES)}")
    return name


def duration_option(panel: str, default: str | bool, text: str, *names: str) -> Any:
    """An option that takes a duration.

    Args:
        panel: The panel of the help that shows the option.
        default: Its default in words; `False` shows none.
        text: Its help.
        names: The option's names, where the parameter's is not meant.
    """
    return typer.Option(
        *names,
        parser=duration,
        metavar="DURATION",
        rich_help_panel=panel,
        show_default=default,
        help=text,
    )


def picture_option(text: str) -> Any:
    """The option that names the file of a picture or a page."""
    return typer.Option("--output", "-o", metavar="FILE", dir_okay=False, help=text)


def _when(text: str) -> When:
    return When(text, moment(text))


Since = Annotated[
    When | None,
    _filter(
        parser=_when,
        metavar="WHEN",
        help="Only what was created then or later: 2h, 7d, 2026-11-01, 2026-11-01T08:00Z.",
    ),
]
Until = Annotated[
    When | None, _filter(parser=_when, metavar="WHEN", help="Only what was created before then.")
]
MaxItems = Annotated[int | None, _walk(help="Stop after so many.")]
Concurrency = Annotated[
    int,
    _walk(
        max=100,
        help="Requests under way at once. With more than one, listings that sort both ways are "
        "read from both ends, and up to half of one is held in memory.",
    ),
]
AllStatuses = Annotated[bool, _filter("--all-statuses", help="Every status: the default.")]
Sort = Annotated[Order, _filter(case_sensitive=False, help="Which come first.")]
PageSize = Annotated[
    int | None, _walk(help="Items of one page; unless given, the service's choice.")
]
