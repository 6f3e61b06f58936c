"""How many operations finished in each minute."""

from datetime import UTC, datetime, timedelta

from asyncops.stats.throughput import MinuteCounts, Throughput

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def counts(*minutes: float, most: int = 3) -> MinuteCounts:
    found = MinuteCounts(most)
    for minute in minutes:
        found.add(NOON + minute * MINUTE)
    return found


def test_the_newest_busy_minutes_are_kept_and_the_others_are_counted() -> None:
    found = counts(9, 0, 5, 5.5, 1, 9).result()
    assert found.minutes == {NOON + MINUTE: 1, NOON + 5 * MINUTE: 2, NOON + 9 * MINUTE: 2}
    assert (found.finished, found.earlier, found.peak, found.mean) == (6, 1, 2, 0.6)
    assert (found.first, found.last) == (NOON, NOON + 9 * MINUTE)


def test_parts_that_are_merged_are_the_whole() -> None:
    parts = counts(9, 0, 5)
    parts.merge(counts(5.5, 1, 9))
    assert parts.result() == counts(9, 0, 5, 5.5, 1, 9).result()


def test_nothing_finished() -> None:
    assert counts().result() == Throughput()
