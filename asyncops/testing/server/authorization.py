"""Whether a request proves who sends it."""

from collections.abc import Mapping
from hmac import compare_digest

from asyncops.http.auth import Auth, Basic

__all__ = ["is_authorized"]


def is_authorized(auth: Auth | Basic, headers: Mapping[str, str], token: str) -> bool:
    """Whether headers hold a token, in the way of the service."""
    return all(
        compare_digest(headers.get(name, "").encode(), value.encode())
        for name, value in auth.headers(token).items()
    )
