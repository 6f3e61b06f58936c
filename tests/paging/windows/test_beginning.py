"""What a walk over time ranges begins with."""

import pytest

from asyncops import Checkpoint
from asyncops.paging.windows.beginning import first_parts
from asyncops.paging.windows.window_cursor import Gap, WindowCursor
from asyncops.utils.moments import TimeRange
from tests.paging.windows.made import at, created

GAPS = (
    Gap(range=TimeRange(at(50), None), given=("i60",), cursor="t"),
    Gap(range=TimeRange(None, at(50))),
)


@pytest.mark.parametrize("cursor", [None, "token"])
def test_a_plain_walk_is_one_part_from_its_cursor_on(cursor: str | None) -> None:
    (part,), plain, filtered = first_parts(created(), Checkpoint(query="", cursor=cursor))
    assert (plain, filtered, part.ranged) == (True, True, False)
    assert part.request is not None
    assert dict(part.request.params).get("page_token") == cursor


@pytest.mark.parametrize("descending", [True, None])
def test_each_gap_is_a_part(descending: bool | None) -> None:
    """In order, a cursor leads to its gap without a range."""
    start = Checkpoint(query="", cursor=WindowCursor(gaps=GAPS).encode(), seen=("i60",))
    parts, plain, filtered = first_parts(created(descending=descending), start)
    assert [part.gap for part in parts] == list(GAPS)
    assert [part.ranged for part in parts] == [descending is None, True]
    assert (plain, filtered) == (descending is True, True)
    assert parts[0].start == Checkpoint(query="", cursor="t")


def test_a_listing_that_is_not_filtered_is_read_whole_for_its_gaps() -> None:
    text = WindowCursor(gaps=GAPS, filtered=False, cursor="t").encode()
    (part,), plain, filtered = first_parts(created(), Checkpoint(query="", cursor=text))
    assert (plain, filtered, part.ranged) == (False, False, False)
    assert part.owned.gaps == GAPS
