"""The progress of a walk, and its cost."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from attrs import define, frozen

from asyncops.http.messages import Reply, Request


@define(eq=False)
class Meter:
    """Counts the requests of calls as they are sent, whatever becomes of them.

    Attributes:
        requests: Requests sent.
        retries: Those of them that were not the first of their call.
        slept: Seconds of backoff, and of waiting while a 429 holds all calls back.
        bytes: Bytes of all whole bodies, decompressed, errors included.
        parent: The walk that the calls belong to, for the client's telemetry.
    """

    requests: int = 0
    retries: int = 0
    slept: float = 0.0
    bytes: int = 0
    parent: object = None


class MeteredFetch(Protocol):
    """Sends one request, decodes its answer, and counts the cost."""

    def __call__(self, request: Request, /, meter: Meter) -> Awaitable[Reply[Any]]:
        """Return the answer."""
        ...


@frozen(kw_only=True)
class WalkReport:
    """The progress of one walk, and its cost.

    ::

        def show(report: WalkReport) -> None:
            print(report.items, "items in", report.requests, "requests")

        async for call in zoo.operations.list(on_page=show): ...

    Attributes:
        pages: Pages given. A merged listing makes its pages from several answers, so there may be
            more or fewer pages than requests.
        items: Items on these pages.
        invalid: Rows that did not fit and were passed to ``on_invalid``.
        requests: Requests sent: first ones, retries, and those for pages ahead, also if they were
            cancelled, as at the end of a concurrent walk.
        retries: Requests that were sent again after a failure.
        slept: Seconds that the calls waited between attempts or, after a 429, with all other calls;
            the sum over all calls, some of which may have waited at the same time.
        bytes: Bytes of all whole bodies, decompressed, errors included.
        elapsed: Seconds from the first request until the walk ended, or until now, on the client's
            clock.
    """

    pages: int = 0
    items: int = 0
    invalid: int = 0
    requests: int = 0
    retries: int = 0
    slept: float = 0.0
    bytes: int = 0
    elapsed: float = 0.0


OnPage = Callable[[WalkReport], object]
"""Called with the report of each page, before its items are given; its result is ignored."""
