"""Requests to a service of a fake, without sockets."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from asyncops.testing.server.service import Asked, Service

__all__ = ["answer"]


def answer(service: Service, path: str, query: Mapping[str, str], now: int) -> Any:
    """The JSON value of ``GET path``.

    Raises:
        RefusedError: The request is not answered.
    """
    raw = quote(path)
    asked = Asked(
        method="GET",
        url=f"http://fake{raw}?{urlencode(query)}",
        path=path,
        raw_path=raw,
        query=tuple(query.items()),
        headers={},
    )
    return service.respond(asked, now).value
