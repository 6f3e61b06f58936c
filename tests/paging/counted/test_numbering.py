"""How the pages of a listing are numbered: declared, or learned from the answers."""

from typing import Any

import pytest

from asyncops.errors import UnexpectedPage
from asyncops.paging.counted.numbering import Numbering, PageBase, says_more
from asyncops.paging.styles import Offset, Pages
from tests.laws.out_of_order import Body

LEARNED = Pages(first=None, number="number", total="total")


def numbering(style: Pages | Offset, *, used_size: int = 0, first: int = 0) -> Numbering:
    return Numbering(style, 5, PageBase(first), used_size)


@pytest.mark.parametrize(
    ("style", "base"),
    [(Pages(total="total"), 1), (Pages(first=0, total="total"), 0), (Offset(total="total"), 0)],
)
def test_a_number_of_the_first_page_that_is_declared_is_known(
    style: Pages | Offset, base: int
) -> None:
    pages = numbering(style, first=3)
    assert (pages.base, pages.first, pages.is_learned) == (base, base, False)


@pytest.mark.parametrize("said", [0, 1])
def test_else_the_answer_to_page_0_tells_it(said: int) -> None:
    pages = numbering(LEARNED)
    assert (pages.base, pages.first) == (None, 0)
    assert pages.check_number(0, said) == said
    assert pages.base == said


def test_a_refusal_of_page_0_is_learned_by_all_walks_once_page_1_has_come() -> None:
    pages = numbering(LEARNED)
    pages.zero_refused = True
    assert pages.check_number(1, 1) == 1
    assert (pages.base, pages.learned.first) == (1, 1)


@pytest.mark.parametrize(("asked", "said"), [(0, 2), (1, 0), (3, 4)])
def test_another_page_than_the_one_asked_for_is_an_error(asked: int, said: int) -> None:
    with pytest.raises(UnexpectedPage, match=f"asked for page {asked}, the answer is page {said}"):
        numbering(LEARNED).check_number(asked, said)


def test_a_size_that_is_not_told_is_that_of_the_longest_page() -> None:
    pages = numbering(Pages(total="total"))
    assert pages.size == 5
    for rows, size in ((3, 3), (4, 4), (2, 4)):
        pages.check_size(0, rows, 1, 20)
        assert pages.size == size


@pytest.mark.parametrize(("rows", "distance"), [(5, 5), (3, 3), (0, 5)])
def test_behind_a_short_page_of_offsets_follow_the_rows_that_it_lacks(
    rows: int, distance: int
) -> None:
    assert numbering(Offset(total="total"), used_size=5).distance(rows) == distance
    assert numbering(Pages(total="total"), used_size=5).distance(rows) == 1


def test_numbers_and_rows_are_counted_from_the_base() -> None:
    pages, offsets = (numbering(each(total="total"), used_size=5) for each in (Pages, Offset))
    assert (pages.rank(3), offsets.rank(3)) == (10, 3)
    assert (pages.end(4), offsets.end(4), offsets.end(4, 17)) == (5, 20, 17)


@pytest.mark.parametrize(
    ("pages", "total", "last", "found"), [(9, 7, 3, 9), (0, 7, 3, 2), (0, 0, 3, 1)]
)
def test_pages_are_told_or_follow_from_the_last_count(
    pages: int, total: int, last: int, found: int
) -> None:
    body = Body((), 0, 0, total, pages, 0)
    assert numbering(Pages(total="total"), used_size=5).pages(body, last) == found


class Answer:
    def __init__(self, more: bool | None, next_page: str | None) -> None:
        self.more, self.next_page = more, next_page


BOTH: Any = {"more": "more", "next": "next"}


@pytest.mark.parametrize(
    ("places", "more", "following", "said"),
    [
        ({"total": "total"}, True, "2", None),
        ({"more": "more"}, True, None, True),
        ({"more": "more"}, None, None, None),
        ({"next": "next"}, None, "2", True),
        ({"next": "next"}, None, None, False),
        (BOTH, False, "2", False),
        (BOTH, True, "2", True),
    ],
)
def test_what_an_answer_says_of_the_end(
    places: dict[str, Any], more: bool | None, following: str | None, said: bool | None
) -> None:
    assert says_more(Pages(**places), Answer(more, following)) is said


def test_a_page_that_follows_without_a_way_to_ask_for_it_is_an_error() -> None:
    with pytest.raises(UnexpectedPage, match="not how to ask for it"):
        says_more(Pages(**BOTH), Answer(True, None))
