"""The progress of one walk: measured, logged, and reported to hooks and telemetry."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from attrs import asdict, define, field

from asyncops.http.invalid_items import OnInvalid
from asyncops.http.meter import Meter, OnPage, WalkReport
from asyncops.http.telemetry import ListingTelemetry
from asyncops.listing.position import WalkPage
from asyncops.utils.clock import Clock

_walks = logging.getLogger("asyncops.walk")


@define(eq=False)
class Progress:
    """Measures one walk, and reports it to the hooks and the telemetry.

    Attributes:
        path: The path of the listing.
        clock: Measures the duration.
        telemetry: The telemetry of the listing.
        on_page: Called with a report for each page.
        on_invalid: Called with each row that does not fit.
        meter: Counts the requests.
    """

    path: str
    clock: Clock
    telemetry: ListingTelemetry | None = None
    on_page: OnPage | None = None
    on_invalid: OnInvalid | None = None
    meter: Meter = field(factory=Meter, init=False)
    _pages: int = field(default=0, init=False)
    _items: int = field(default=0, init=False)
    _invalid: int = field(default=0, init=False)
    _begun: float | None = field(default=None, init=False)
    _ended: float | None = field(default=None, init=False)

    @property
    def begun(self) -> bool:
        """Whether the walk has sent a request."""
        return self._begun is not None

    @contextmanager
    def observed(self) -> Iterator[None]:
        """Time the walk in this block, trace it, and log its end."""
        self._begun = self.clock.monotonic()
        span = None if self.telemetry is None else self.telemetry.walk()
        self.meter.parent = span
        error: BaseException | None = None
        try:
            yield
        except BaseException as caught:
            error = caught
            raise
        finally:
            self._ended = self.clock.monotonic()
            report = self.report()
            if _walks.isEnabledFor(logging.DEBUG):
                _log(self.path, report, error)
            if span is not None:
                span.end(report, error)

    def report_invalid(self, page: WalkPage[Any]) -> None:
        """Report the rows of a page that do not fit, before its items are given."""
        for row in page.invalid:
            row.item.error.request_id = page.page.request_id
            self._invalid += 1
            if self.on_invalid is not None:
                self.on_invalid(row.item)

    def count(self, items: int) -> None:
        """Count a page with so many items, and report it."""
        self._pages += 1
        self._items += items
        if self.telemetry is not None:
            self.telemetry.items(items)
        if self.on_page is not None:
            self.on_page(self.report())

    def report(self) -> WalkReport:
        """Return the numbers so far."""
        elapsed = 0.0
        if self._begun is not None:
            end = self.clock.monotonic() if self._ended is None else self._ended
            elapsed = end - self._begun
        return WalkReport(
            pages=self._pages,
            items=self._items,
            invalid=self._invalid,
            requests=self.meter.requests,
            retries=self.meter.retries,
            slept=self.meter.slept,
            bytes=self.meter.bytes,
            elapsed=elapsed,
        )


def _log(path: str, report: WalkReport, error: BaseException | None) -> None:
    _walks.debug(
        "%s %s: %d items on %d pages, %d requests, %d retries, %.2f s asleep, %.2f s",
        path,
        outcome(error),
        report.items,
        report.pages,
        report.requests,
        report.retries,
        report.slept,
        report.elapsed,
        extra={
            "path": path,
            "outcome": outcome(error),
            "error_type": None if error is None else type(error).__name__,
            **asdict(report, filter=lambda field, _: field.name != "invalid"),
        },
    )


def outcome(error: BaseException | None) -> str:
    """Return how a walk ended: ``complete``, ``left`` early, or ``failed``."""
    if error is None:
        return "complete"
    return "failed" if isinstance(error, Exception) else "left"
