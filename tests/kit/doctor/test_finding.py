"""What is found of a claim, in words, and what an error says of one."""

import pytest

from asyncops import (
    AsyncOpsError,
    ConnectionFailed,
    DecodeError,
    NotFound,
    RateLimited,
    ServerError,
    UnexpectedPage,
)
from asyncops.kit.doctor.finding import Finding, bad, good, of_error


def test_it_is_one_line() -> None:
    assert str(good("size", "3 items came")) == "size: 3 items came"
    assert str(bad("size", "9 came", "check size=")) == "size: 9 came; check size="


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (NotFound("no such path", status=404), "bad"),
        (DecodeError("no items"), "bad"),
        (UnexpectedPage("another page"), "bad"),
        (RateLimited("too many", status=429), "unknown"),
        (ServerError("down", status=503), "unknown"),
        (ConnectionFailed("refused"), "unknown"),
    ],
    ids=lambda each: type(each).__name__,
)
def test_an_error_of_the_moment_says_nothing(error: AsyncOpsError, verdict: str) -> None:
    found: Finding = of_error("paging", error, "check next=")
    assert found.verdict == verdict
    assert (found.fix == "check next=") is (verdict == "bad")
