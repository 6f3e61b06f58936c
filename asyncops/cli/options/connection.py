"""How services are reached: the options of every command that speaks to one."""

import os
import re
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

import typer

from asyncops.http.addresses import is_loopback

__all__ = ["ignored_proxy", "size"]

_SIZE = re.compile(r"([0-9]+)\s*(?:([KMG])(iB|B)?)?", re.IGNORECASE)
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3}


def size(text: str) -> int:
    """Bytes, from such as ``10485760``, ``10MiB``, ``1G`` (binary too) or ``10MB`` (decimal)."""
    found = _SIZE.fullmatch(text.strip())
    if found is None or not int(found[1]):
        raise typer.BadParameter(f"{text!r} is no size: write it as 256MiB or 1GiB")
    base = 1000 if (found[3] or "").lower() == "b" else 1024
    return int(found[1]) * int(base ** _POWERS[(found[2] or "").upper()])


def ignored_proxy(base_url: str) -> str | None:
    """The environment variable that names a proxy for an address; `None` where none does."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if is_loopback(host) or proxy_bypass(host):
        return None
    names = [f"{parts.scheme}_proxy", "all_proxy"]
    spellings = [spelling for name in names for spelling in (name, name.upper())]
    return next((each for each in spellings if os.environ.get(each)), None)
