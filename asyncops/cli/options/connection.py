"""How services are reached: the options of every command that speaks to one."""

import os
import re
from typing import Annotated, Any
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

import typer

from asyncops.http.addresses import is_loopback

__all__ = ["MaxBody", "ProxyUrl", "ignored_proxy", "profile_option", "size", "verbose_option"]

_SIZE = re.compile(r"([0-9]+)\s*(?:([KMG])(iB|B)?)?", re.IGNORECASE)
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3}


def size(text: str) -> int:
    """Bytes, from such as ``10485760``, ``10MiB``, ``1G`` (binary too) or ``10MB`` (decimal)."""
    found = _SIZE.fullmatch(text.strip())
    if found is None or not int(found[1]):
        raise typer.BadParameter(f"{text!r} is no size: write it as 256MiB or 1GiB")
    base = 1000 if (found[3] or "").lower() == "b" else 1024
    return int(found[1]) * int(base ** _POWERS[(found[2] or "").upper()])


MaxBody = Annotated[
    int | None,
    typer.Option(
        "--max-body",
        parser=size,
        metavar="SIZE",
        rich_help_panel="Common",
        help="The largest answer that is read, as 1GiB; unless given, 10MiB for a page and 256MiB "
        "for the result of one operation.",
    ),
]
ProxyUrl = Annotated[
    str | None,
    typer.Option(
        "--proxy",
        metavar="URL",
        rich_help_panel="Common",
        help="A proxy to go by; those of the environment are not used.",
    ),
]


profile_option: Any = typer.Option(
    "--profile",
    "-p",
    metavar="NAME",
    rich_help_panel="Common",
    help="The account to use, of those configured.",
)
verbose_option: Any = typer.Option(
    "--verbose",
    "-v",
    count=True,
    show_default=False,
    rich_help_panel="Common",
    help="Say more; twice, everything.",
)


def ignored_proxy(base_url: str) -> str | None:
    """The environment variable that names a proxy for an address; `None` where none does."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if is_loopback(host) or proxy_bypass(host):
        return None
    names = [f"{parts.scheme}_proxy", "all_proxy"]
    spellings = [spelling for name in names for spelling in (name, name.upper())]
    return next((each for each in spellings if os.environ.get(each)), None)
