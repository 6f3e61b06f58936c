"""The options of listings, each with its type and its words."""

from enum import StrEnum
from typing import Any

import typer

from asyncops.cli.accounts.services import SERVICES
from asyncops.cli.names import known_or_near
from asyncops.cli.options.fields import option

__all__ = [
    "FILTERS",
    "READING",
    "Order",
    "known_service",
    "page_size_option",
]

FILTERS = "Filters"
READING = "How to read"


class Order(StrEnum):
    """Which come first."""

    NEWEST = "newest"
    OLDEST = "oldest"


def known_service(name: str | None) -> str | None:
    """Check that an argument names a service that is installed."""
    if name is not None and name not in SERVICES:
        raise typer.BadParameter(f"there is no service {name!r}; {known_or_near(name, SERVICES)}")
    return name


def page_size_option(size: int | None) -> Any:
    """The option for the items of a page."""
    text = "Items of one page; unless given, the service's choice."
    return option(size, help=text, panel=READING, kind=int | None, metavar="N", min=1)
