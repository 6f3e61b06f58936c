"""What the server asks of each of the services it plays, and how a service says no."""

from collections.abc import Mapping
from typing import Any, Protocol

__all__ = ["RefusedError", "Service"]


class RefusedError(Exception):
    """A request that is answered with an error. ``reason`` names the rule that was broken."""

    def __init__(self, status: int, message: str, *, reason: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.reason = reason


class Service(Protocol):
    """One service, without its sockets."""

    request_id_header: str

    def answer(self, path: str, query: Mapping[str, str], now: int) -> Any:
        """The JSON value of an answer. Raises `RefusedError` otherwise."""
        ...

    def error(self, refusal: RefusedError, request_id: str) -> Any:
        """The JSON value of an error."""
        ...

    def next_request_id(self) -> str:
        """The id of one more request."""
        ...
