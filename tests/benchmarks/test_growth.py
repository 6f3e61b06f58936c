"""The fit of a power to what walks of several sizes take."""

import pytest

from benchmarks.growth import exponent

SIZES = [1_000, 10_000, 100_000, 1_000_000]


@pytest.mark.parametrize("power", [0.5, 1.0, 1.02, 2.0])
def test_the_exponent_is_that_of_the_power(power: float) -> None:
    assert exponent(SIZES, [3e-6 * size**power for size in SIZES]) == pytest.approx(power)


def test_what_is_needed_once_makes_it_smaller_and_what_grows_faster_larger() -> None:
    assert exponent(SIZES, [0.01 + 3e-6 * size for size in SIZES]) < 1
    assert exponent(SIZES, [3e-6 * size + 1e-12 * size * size for size in SIZES]) > 1.02
