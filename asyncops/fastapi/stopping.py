"""Whether the server that runs an app is stopping.

uvicorn tells the application only when all requests are over, and waits for them without end. Its
signal handler is a method of its server, and so the server is found here; nothing of it is
changed. Other servers end the requests themselves: hypercorn after its ``graceful_timeout`` of 3 s.
"""

import asyncio
import signal
from collections.abc import Mapping
from typing import Any

SERVER = "asyncops_server"
"""The key of the server in an app's state, kept in case the app sets a signal handler later."""


def server_in_charge() -> object | None:
    """Return the server that handles SIGTERM in this process; ``None`` where none is found."""
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return server if hasattr(server, "should_exit") else None


def server_of(scope: Mapping[str, Any]) -> object | None:
    """Return the server of a request; ``None`` where it is unknown."""
    return (scope.get("state") or {}).get(SERVER) or server_in_charge()


def is_stopping(server: object) -> bool:
    """Whether a server stops: by a signal, or because it has served its maximum of requests."""
    if getattr(server, "should_exit", False) is True:
        return True
    # After its maximum of requests it stops listening, while ``should_exit`` stays false.
    listening = getattr(server, "servers", None) or ()
    known = [each for each in listening if isinstance(each, asyncio.AbstractServer)]
    return bool(known) and not any(each.is_serving() for each in known)
