"""Quantiles of durations."""

from datetime import UTC, datetime, timedelta

import pytest

from asyncops.stats.durations import RELATIVE_ERROR, DurationSketch

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def test_no_span_between_two_datetimes_is_too_wide_for_the_sketch() -> None:
    """The shortest and the longest one at once: no bin is given up, the error is kept."""
    sketch = DurationSketch()
    sketch.add(NEW_YEAR, NEW_YEAR + timedelta(microseconds=1))
    sketch.add(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    assert not sketch.sketch._store.is_collapsed
    assert sketch.result().p50 == pytest.approx(1e-6, rel=RELATIVE_ERROR)


def test_the_quantiles_are_the_ones_they_are_named_after() -> None:
    """Of 1 to 1,000 seconds, each once."""
    sketch = DurationSketch()
    for seconds in range(1, 1_001):
        sketch.add(NEW_YEAR, NEW_YEAR + timedelta(seconds=seconds))
    found = sketch.result()
    assert (found.count, found.min, found.max, found.mean) == (1_000, 1.0, 1_000.0, 500.5)
    exact = pytest.approx([500, 900, 990], rel=RELATIVE_ERROR)
    assert [found.p50, found.p90, found.p99] == exact
