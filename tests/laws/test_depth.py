"""Counted listings of which the service gives the first items only."""

import warnings
from typing import Any

import pytest
from attrs import define
from hypothesis import example, given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from asyncops import Checkpoint, DepthExceeded, ListingMoved
from asyncops.errors import Unprocessable
from asyncops.paging.styles import Offset, Pages
from tests.laws.styles import Service

SIGNS: tuple[dict[str, Any], ...] = (
    {"total": "total"},
    {"total": "total", "used_size": "size"},
    {"pages": "pages"},
    {"next": "next"},
    {"more": "more"},
    {"more": "more", "used_size": "size"},
    {"ends": "empty page"},
)


@define(eq=False)
class Shallow(Service):
    """A service that refuses pages behind its depth, and cuts the last one short."""

    def answer(self, asked: dict[str, Any], size: int) -> tuple[Any, CIMultiDict[str]]:
        at, _ = self._position(asked, size)
        assert len(self.requests) < 100, "the walk does not come to an end"
        if self.cut is not None and at >= self.cut:
            raise Unprocessable("Only the first results are listed.", status=422)
        return super().answer(asked, size)


def shallow(style: Pages | Offset, rows: int, **more: Any) -> Shallow:
    return Shallow(style, "items", [f"r{n}" for n in range(rows)], cut=style.depth, **more)


@st.composite
def services(draw: st.DrawFn) -> Shallow:
    depth = draw(st.integers(1, 14))
    learned = {"first": None, "number": "number"}
    kind, fields = draw(st.sampled_from([(Pages, {}), (Pages, learned), (Offset, {})]))
    style = kind(depth=depth, size="limit", **fields, **draw(st.sampled_from(SIGNS)))
    rows = draw(st.integers(0, 20) | st.integers(depth, depth + 2))
    sizes = st.integers(1, 8)
    return shallow(
        style,
        rows,
        default=draw(sizes),
        cap=draw(sizes | st.just(100)),
        descending=draw(st.sampled_from([True, False, None])),
        zero=draw(st.booleans()),
    )


async def walked(
    service: Shallow, size: int | None, stops: list[int], n: int
) -> tuple[list[str], bool]:
    """The ids of the rows, of walks that are stopped and gone on; whether the depth was told."""
    found: list[str] = []
    place: Checkpoint | None = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ListingMoved)
        try:
            for stop in [*stops, 1_000]:
                async with service.pager(size=size, resume=place).concurrent(n) as rows:
                    while len(found) < stop and (row := await anext(rows, None)) is not None:
                        found.append(row.id)
                    place = Checkpoint.from_json(rows.checkpoint.to_json())
        except DepthExceeded:
            return found, True
    return found, False


@settings(max_examples=400, deadline=None)
@example(shallow(Pages(more="more", depth=4), 5, cap=100), 9, [], 1)
@example(shallow(Offset(pages="pages", depth=6), 5), 3, [], 1)
@example(
    shallow(Pages(total="total", used_size="size", depth=12, size="limit"), 13, cap=7), 7, [9], 1
)
@given(
    services(),
    st.none() | st.integers(1, 15),
    st.lists(st.integers(0, 14), max_size=2).map(sorted),
    st.sampled_from([1, 3]),
)
async def test_all_that_is_given_comes_and_more_is_told_of(
    service: Shallow, size: int | None, stops: list[int], n: int
) -> None:
    """Also where the pages asked for are larger than all that the service gives."""
    depth = service.cut or 0
    # Where only an empty page tells the end, and the default is a page of all that is given.
    silent = isinstance(service.style, Pages) and service.style.ends is not None
    if silent and size is None and min(service.default, service.cap) >= depth:
        return
    found, told = await walked(service, size, stops, n)
    assert found == service.rows[:depth]
    assert told or len(service.rows) <= depth
    assert not told or len(service.rows) >= depth or silent


@pytest.mark.parametrize("descending", [True, False, None])
@pytest.mark.parametrize("taken", [4, 5, 6])
@pytest.mark.parametrize(
    ("style", "start"),
    [
        (Offset(more="more", depth=6), 4),
        (Pages(total="total", more="more", size="limit", depth=6), 2),
    ],
)
async def test_more_is_told_of_though_a_walk_begins_with_the_page_that_is_cut_short(
    style: Pages | Offset, start: int, taken: int, descending: bool | None
) -> None:
    """And goes on from there, with nothing to tell how many rows a whole page has."""
    service = shallow(style, 8, cap=4, descending=descending)
    first, rest = service.rows[4:taken], service.rows[taken:6]
    walk = aiter(service.pager(size=9, resume=Checkpoint(query="rows", cursor=start)))
    assert [(await anext(walk)).id for _ in first] == first
    walk = aiter(service.pager(size=9, resume=walk.checkpoint))
    assert [(await anext(walk)).id for _ in rest] == rest
    with pytest.raises(DepthExceeded):
        await anext(walk)


@pytest.mark.parametrize("n", [1, 4])
@pytest.mark.parametrize("rows", [1, 4, 9])
async def test_where_only_an_empty_page_tells_the_end_a_page_of_all_that_is_given_hides_it(
    rows: int, n: int
) -> None:
    """The service refuses the page behind it."""
    service = shallow(Pages(ends="empty page", size="limit", depth=4), rows, cap=100)
    assert await walked(service, 4, [], n) == (service.rows[:4], True)
