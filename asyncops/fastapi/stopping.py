"""Whether the server that runs an app has been told to stop.

uvicorn tells an application so only when all requests are over, and waits for them without an
end. It handles the signals by a method of its server, so that the server can be found there and
asked; nothing of it is changed. Other servers end the requests by themselves: hypercorn after its
``graceful_timeout`` of 3 s.
"""

import asyncio
import signal
from collections.abc import Mapping
from typing import Any

__all__ = ["SERVER", "is_stopping", "server_in_charge", "server_of"]

SERVER = "asyncops_server"
"""The server's name in the state of an app: a handler that the app sets for signals hides it."""


def server_in_charge() -> object | None:
    """The server that handles SIGTERM in this process; None where no such one is found."""
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return server if hasattr(server, "should_exit") else None


def server_of(scope: Mapping[str, Any]) -> object | None:
    """The server that a request came by; None where it is not known."""
    return (scope.get("state") or {}).get(SERVER) or server_in_charge()


def is_stopping(server: object) -> bool:
    """Whether a server ends: told to, or because it has had as many requests as it may."""
    if getattr(server, "should_exit", False) is True:
        return True
    # After its last request it listens no more, without having been told to exit.
    listening = getattr(server, "servers", None) or ()
    known = [each for each in listening if isinstance(each, asyncio.AbstractServer)]
    return bool(known) and not any(each.is_serving() for each in known)
