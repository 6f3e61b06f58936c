"""The limits of a walk."""

from typing import Any

import pytest

from asyncops.paging.limits import MAX_PAGES, Limits


def test_a_walk_has_an_end_unless_told_otherwise() -> None:
    limits = Limits()
    assert (limits.max_pages, limits.max_items, limits.deadline) == (MAX_PAGES, None, None)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"max_pages": 0}, "max_pages must be at least 1"),
        ({"max_items": -1}, "max_items must be at least 0"),
        ({"deadline": 0.0}, "deadline must be a finite number of seconds, above 0"),
    ],
)
def test_a_limit_that_leaves_nothing_is_refused(fields: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Limits(**fields)
