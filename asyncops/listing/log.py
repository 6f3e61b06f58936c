"""The log line of a walk."""

import logging

from attrs import asdict

from asyncops.http.meter import WalkReport

__all__ = ["log_walk", "outcome"]


_walks = logging.getLogger("asyncops.walk")


def log_walk(path: str, report: WalkReport, error: BaseException | None) -> None:
    """Log that a walk has ended."""
    if not _walks.isEnabledFor(logging.DEBUG):
        return
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
