"""The attributes of aiohttp that are private and have no public counterpart.

``tests/http/test_aiohttp_internals.py`` fails when aiohttp changes them.
"""

import asyncio
from collections.abc import Sequence

from aiohttp import ClientMiddlewareType, ClientSession


def loop_of(session: ClientSession) -> asyncio.AbstractEventLoop | None:
    """Return the event loop of a session; its property ``loop`` is deprecated and warns."""
    loop: asyncio.AbstractEventLoop | None = getattr(session, "_loop", None)
    return loop


def middlewares_of(session: ClientSession) -> Sequence[ClientMiddlewareType]:
    """Return the middlewares of a session.

    A request that names middlewares replaces those of its session, and a session does not tell
    which ones it has.
    """
    middlewares: Sequence[ClientMiddlewareType] = getattr(session, "_middlewares", ())
    return middlewares
