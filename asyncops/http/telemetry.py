"""The events of a client: one log line for each retry and each walk, and a hook.

The loggers are below ``asyncops``; each fact in a line is a field of its record as well. Nothing
secret is logged: no header, no query string, no body.
"""

import logging
from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from attrs import frozen

from asyncops.http.messages import Request
from asyncops.http.meter import WalkReport
from asyncops.utils.checks import check_methods

# A library logs nothing unless the program asks for it.
logging.getLogger("asyncops").addHandler(logging.NullHandler())


class AttemptSpan(Protocol):
    """One request on the wire."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers to send with the request, such as a trace context."""
        ...

    def end(self, *, status: int | None, error: BaseException | None) -> None:
        """Called when the request was answered, failed, or was cancelled (an ``error`` too)."""
        ...


class CallSpan(Protocol):
    """One call, with all its attempts."""

    def attempt(self, resends: int) -> AttemptSpan:
        """Called before each request; ``resends`` is the number of earlier ones of this call."""
        ...

    def slept(self, seconds: float) -> None:
        """Called after each backoff, and after each wait that a 429 has imposed on all calls."""
        ...

    def end(self, error: BaseException | None) -> None:
        """Called when the call returns (``None``) or raises ``error``."""
        ...


class WalkSpan(Protocol):
    """One walk over a listing."""

    def end(self, report: WalkReport, error: BaseException | None) -> None:
        """Called when the walk was read to its end, was left (``GeneratorExit``), or failed."""
        ...


@runtime_checkable
class Telemetry(Protocol):
    """Receives the events of a client as they happen.

    ::

        ZooClient(telemetry=asyncops.otel.OpenTelemetry())

    The client calls the methods in its event loop; they must return at once. An exception of theirs
    is raised from the call or the walk.
    """

    def call(self, request: Request, base_url: str, parent: object) -> CallSpan:
        """Called when a call begins; ``parent`` is its :class:`WalkSpan`, or ``None``."""
        ...

    def walk(self, path: str, base_url: str) -> WalkSpan:
        """Called when a walk over a listing begins.

        ``path`` has the names of its parameters: ``/repos/{owner}/{repo}/actions/runs``.
        """
        ...

    def items(self, path: str, base_url: str, count: int) -> None:
        """Called when ``count`` items of the listing at this path were given to the program."""
        ...


@frozen
class ListingTelemetry:
    """The telemetry of a client, for one of its listings.

    Attributes:
        telemetry: The telemetry.
        path: The path of the listing, with the names of its parameters.
        base_url: The URL of the service.
    """

    telemetry: Telemetry
    path: str
    base_url: str

    def walk(self) -> WalkSpan:
        """Report that a walk begins."""
        return self.telemetry.walk(self.path, self.base_url)

    def items(self, count: int) -> None:
        """Report that so many items were given to the program."""
        self.telemetry.items(self.path, self.base_url, count)


def checked_telemetry(value: Telemetry | None) -> Telemetry | None:
    """Return the argument ``telemetry`` of a client.

    Raises:
        TypeError: It lacks a method, or is a class.
    """
    if value is not None:
        check_methods("telemetry", value, Telemetry, "call, walk and items")
    return value
