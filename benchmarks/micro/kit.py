"""What the micro benchmarks share."""

from collections.abc import Callable
from typing import Protocol, TypeVar

__all__ = ["Benchmark"]

T = TypeVar("T")


class Benchmark(Protocol):
    """pytest-benchmark's fixture: calls the function until its time is known, gives its result."""

    def __call__(self, function: Callable[..., T], *arguments: object) -> T:
        """Measure ``function(*arguments)``."""
        ...
