"""``Retry-After``, as it usually comes and as it should not."""

from collections.abc import Mapping

import pytest
from multidict import CIMultiDict

from asyncops.retry.retry_after import parse_retry_after
from benchmarks.micro.kit import Benchmark

pytestmark = pytest.mark.benchmark(group="headers")

NOW = 1_767_225_600.0

USUAL = {
    "nothing": {},
    "seconds": {"Retry-After": "30"},
    "milliseconds": {"Retry-After-Ms": "1500"},
    "a date": {
        "Retry-After": "Thu, 01 Jan 2026 00:01:00 GMT",
        "Date": "Thu, 01 Jan 2026 00:00:00 GMT",
    },
}

HOSTILE = {
    "no number": {"Retry-After": "soon"},
    "a long number": {"Retry-After": "9" * 8_000},
    "digits without an end": {"Retry-After": "1" * 8_000 + "x"},
    "a large exponent": {"Retry-After": "1e999999999"},
    "white space": {"Retry-After": " \t" * 4_000 + "x"},
    "a date of many words": {"Retry-After": "Thu, " * 1_600},
    "brackets": {"Retry-After": "(" * 8_000},
}


@pytest.mark.parametrize("headers", USUAL.values(), ids=USUAL)
def bench_usual(benchmark: Benchmark, headers: Mapping[str, str]) -> None:
    seconds = benchmark(parse_retry_after, CIMultiDict(headers), NOW)
    assert (seconds is None) == (not headers)


@pytest.mark.parametrize("headers", HOSTILE.values(), ids=HOSTILE)
def bench_hostile(benchmark: Benchmark, headers: Mapping[str, str]) -> None:
    assert benchmark(parse_retry_after, CIMultiDict(headers), NOW) is None
