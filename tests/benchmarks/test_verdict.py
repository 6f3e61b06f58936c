"""When a floor of the benchmarks holds, and how often it is measured again."""

from collections.abc import Iterator, Sequence

import pytest

from benchmarks.verdict import REPEATS, Floor, Verdict, spread, take_until_decided

AT_LEAST, AT_MOST = Floor(2.0), Floor(2.0, at_least=False)


@pytest.mark.parametrize(
    ("samples", "at_least", "at_most"),
    [
        ([2.5, 2.51, 2.49], Verdict.HOLDS, Verdict.MISSED),
        ([1.5, 1.51, 1.49], Verdict.MISSED, Verdict.HOLDS),
        ([1.0, 2.1, 3.2], Verdict.UNDECIDED, Verdict.UNDECIDED),
        ([2.5], Verdict.HOLDS, Verdict.MISSED),
        ([2.0], Verdict.HOLDS, Verdict.HOLDS),
    ],
)
def test_a_floor_holds_by_more_than_the_spread_or_is_undecided(
    samples: list[float], at_least: Verdict, at_most: Verdict
) -> None:
    assert AT_LEAST.verdict(samples) is at_least
    assert AT_MOST.verdict(samples) is at_most


def test_the_bare_libraries_reach_a_floor_or_not_however_closely() -> None:
    assert AT_LEAST.reached([1.0, 2.01, 3.0])
    assert not AT_LEAST.reached([1.0, 1.99, 3.0])
    assert AT_MOST.reached([1.0, 1.99, 3.0])


def test_the_spread_shrinks_with_the_root_of_the_samples_and_forgives_an_odd_one() -> None:
    few = [0.9, 1.0, 1.1] * 4
    assert spread(few * 4) == pytest.approx(spread(few) / 2)
    assert spread([*few[:-1], 50.0]) == pytest.approx(spread(few))
    assert spread([1.0]) == 0.0


class Samples:
    """Gives prepared samples, and keeps how many were asked for at once."""

    def __init__(self, values: Sequence[float]) -> None:
        self.values: Iterator[float] = iter(values)
        self.asked: list[int] = []

    def take(self, count: int) -> list[float]:
        self.asked.append(count)
        return [next(self.values) for _ in range(count)]


def test_samples_that_decide_are_enough() -> None:
    samples = Samples([2.5, 2.6, 2.7, 2.6])
    assert take_until_decided(samples.take, 4, AT_LEAST) == [2.5, 2.6, 2.7, 2.6]


def test_samples_that_do_not_decide_are_doubled_until_they_do() -> None:
    samples = Samples([1.9, 2.2, *[2.1, 2.11] * 10])
    taken = take_until_decided(samples.take, 2, AT_LEAST)
    assert samples.asked == [2, 2]
    assert AT_LEAST.verdict(taken) is Verdict.HOLDS


def test_after_three_repeats_it_stays_undecided_which_does_not_hold() -> None:
    samples = Samples([1.0, 3.0] * 8)
    taken = take_until_decided(samples.take, 2, AT_LEAST)
    assert samples.asked == [2, 2, 4, 8]
    assert len(samples.asked) == 1 + REPEATS
    assert AT_LEAST.verdict(taken) is Verdict.UNDECIDED


@pytest.mark.parametrize(("floor", "repeats"), [(None, REPEATS), (AT_LEAST, 0)])
def test_without_a_floor_or_in_a_quick_run_nothing_is_measured_again(
    floor: Floor | None, repeats: int
) -> None:
    samples = Samples([1.0, 3.0])
    assert take_until_decided(samples.take, 2, floor, repeats) == [1.0, 3.0]
