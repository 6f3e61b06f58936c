"""Counts of events over time in bounded memory, and a line of text that draws them."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from attrs import define, field

__all__ = ["BIN", "Rates", "sparkline"]

BIN = 10
"""Seconds of one bin."""

_KEPT = 6 * 3600 // BIN
_BLOCKS = " ▁▂▃▄▅▆▇█"
_ASCII = " .:-=+*#@"


@define(eq=False)
class Rates:
    """Counts in bins of ten seconds, for the newest six hours."""

    _counts: Counter[int] = field(factory=Counter, init=False)
    _newest: int = field(default=0, init=False)

    def add(self, moment: datetime) -> None:
        """Count an event; one that is more than six hours older than the newest is left out."""
        number = _number(moment)
        self._newest = max(self._newest, number)
        oldest = self._newest - _KEPT
        if number > oldest:
            self._counts[number] += 1
        if len(self._counts) > _KEPT:
            self._counts = Counter({at: n for at, n in self._counts.items() if at > oldest})

    def series(self, now: datetime, places: int, bins: int = 1) -> list[int]:
        """The counts up to ``now``, oldest first.

        Args:
            now: The present, in the last place, which is not over yet; aware.
            places: How many counts.
            bins: How many bins each of them is the sum of; places begin at whole multiples.
        """
        last = _number(now) // bins
        counts = [0] * places
        for number, count in self._counts.items():
            place = places - 1 - (last - number // bins)
            if 0 <= place < places:
                counts[place] += count
        return counts


def sparkline(counts: Sequence[int], *, ascii_only: bool = False) -> str:
    """One character for each count, the tallest for the greatest; blank for none at all.

    Args:
        counts: Each 0 or more.
        ascii_only: Whether to do without block characters.
    """
    marks = _ASCII if ascii_only else _BLOCKS
    most = max(counts, default=0)
    steps = len(marks) - 1
    return "".join(marks[-(-count * steps // most)] if count else marks[0] for count in counts)


def _number(moment: datetime) -> int:
    return int(moment.timestamp()) // BIN
