"""The progress of a walk: its duration and its counts, and who is told of them."""

import pytest

from asyncops import WalkReport
from asyncops.listing.progress import Progress
from asyncops.testing import FakeClock


def test_time_counts_from_the_beginning_to_the_end() -> None:
    clock = FakeClock()
    progress = Progress("calls", clock)
    clock.advance(5)
    assert (progress.begun, progress.report().elapsed) == (False, 0.0)
    with progress.observed():
        clock.advance(2)
        assert progress.report().elapsed == 2.0
        progress.count(3)
    clock.advance(9)
    report = progress.report()
    assert (report.pages, report.items, report.elapsed) == (1, 3, 2.0)


def test_a_hook_is_told_of_each_page_with_the_page_counted() -> None:
    reports: list[WalkReport] = []
    progress = Progress("calls", FakeClock(), on_page=reports.append)
    progress.count(3)
    progress.count(4)
    assert [(report.pages, report.items) for report in reports] == [(1, 3), (2, 7)]


def test_time_stops_at_an_error_which_goes_on() -> None:
    clock = FakeClock()
    progress = Progress("calls", clock)

    def walk() -> None:
        with progress.observed():
            clock.advance(2)
            raise LookupError

    with pytest.raises(LookupError):
        walk()
    clock.advance(9)
    assert progress.report().elapsed == 2.0
