"""Errors and limits as a described service tells them."""

from collections.abc import Mapping
from email.utils import formatdate
from typing import Any

from asyncops.http.service import Service
from asyncops.models import JSON
from asyncops.retry.rate_headers import RateLimit
from asyncops.testing.described.places import tell
from asyncops.testing.described.times import write_time
from asyncops.testing.server.lifecycle import SECOND
from asyncops.testing.server.service import Allowance, RefusedError

__all__ = ["error_of", "limit_headers"]


def error_of(service: Service, refusal: RefusedError, request_id: str) -> Any:
    """Return the body of an error, with what it tells at the places that are declared."""
    places = {"message": "message", **service.errors}
    told: Mapping[str, JSON] = {
        "message": refusal.message,
        "code": refusal.reason or f"error_{refusal.status}",
        "request_id": request_id,
    }
    tree: Any = {}
    for name, place in places.items():
        # The headers of an error are those of every answer.
        tree = tell(tree, {}, place, told[name])
    return tree


def limit_headers(limit: RateLimit | None, allowance: Allowance, now: int) -> dict[str, str]:
    """Return the headers that tell how many requests are left, and when there are more."""
    if limit is None:
        return {}
    at = now + round(allowance.reset * SECOND)
    reset = {
        "seconds": f"{allowance.reset:g}",
        "duration": f"{allowance.reset:g}s",
        "epoch": str(-(-at // SECOND)),
        "rfc3339": str(write_time(at, "rfc3339")),
    }
    return {
        # A client counts the times of an answer from its date.
        "Date": formatdate(now / SECOND, usegmt=True),
        limit.remaining: str(allowance.remaining),
        limit.reset: reset[limit.times],
    }
