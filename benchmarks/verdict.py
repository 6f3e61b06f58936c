"""What samples say of a floor, and how many of them it takes."""

import math
from collections.abc import Callable, Sequence
from enum import StrEnum
from statistics import median

from attrs import frozen

__all__ = ["REPEATS", "Floor", "Verdict", "spread", "take_until_decided"]

REPEATS = 3
"""How often an undecided row is measured again, each time with twice as many samples."""


class Verdict(StrEnum):
    """Whether a floor holds."""

    HOLDS = "yes"
    MISSED = "NO"
    UNDECIDED = "undecided"


@frozen
class Floor:
    """What a row has to show.

    Attributes:
        limit: The figure.
        at_least: Whether the measured one may not be lower; else it may not be higher.
    """

    limit: float
    at_least: bool = True

    def verdict(self, samples: Sequence[float]) -> Verdict:
        """Say whether the median of samples is on the right side by more than their spread."""
        if spread(samples) > abs(median(samples) - self.limit):
            return Verdict.UNDECIDED
        return Verdict.HOLDS if self.reached(samples) else Verdict.MISSED

    def reached(self, samples: Sequence[float]) -> bool:
        """Say whether the median of samples is on the right side, by however little."""
        middle = median(samples)
        return middle >= self.limit if self.at_least else middle <= self.limit


def spread(samples: Sequence[float]) -> float:
    """Return how far from the median of samples the true one may be: two standard errors.

    They are estimated from the median absolute deviation, so that a few samples of a loaded moment
    weigh little. A single sample has no spread.
    """
    middle = median(samples)
    deviation = 1.4826 * median(abs(each - middle) for each in samples)
    return 2 * math.sqrt(math.pi / 2) * deviation / math.sqrt(len(samples))


def take_until_decided(
    take: Callable[[int], Sequence[float]], rounds: int, floor: Floor | None, repeats: int = REPEATS
) -> list[float]:
    """Take samples, and again as many as there are for as long as they do not decide.

    Args:
        take: Takes so many samples.
        rounds: How many to begin with.
        floor: What they are to decide; ``None`` if there is nothing to be decided.
        repeats: How often more are taken at the most.
    """
    samples = [*take(rounds)]
    for _ in range(repeats):
        if floor is None or floor.verdict(samples) is not Verdict.UNDECIDED:
            break
        samples += take(len(samples))
    return samples
