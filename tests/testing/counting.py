"""How much work something takes, counted rather than timed: machines differ in speed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def work_of_at_most(calls: int) -> Iterator[None]:
    """Fail if the body calls more functions, Python's and C's, than ``calls``."""
    made = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal made
        made += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(before)
    assert made <= calls, f"{made:,} calls of functions, at most {calls:,} expected"
