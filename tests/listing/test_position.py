"""The position of a walk: where a later walk goes on, and how seldom items are asked for ids."""

from collections import Counter
from typing import Any

import pytest
from attrs import frozen

from asyncops import Checkpoint, Page
from asyncops.http.messages import Request
from asyncops.listing.position import Position, fingerprint

START = Checkpoint(query="q")


def page(*items: str, cursor: Any = None, next_cursor: Any = None, **more: Any) -> Page[str]:
    return Page(items=items, cursor=cursor, next_cursor=next_cursor, **more)


def test_within_a_page_of_tokens_the_place_is_the_page_and_the_items_given() -> None:
    position: Position[str] = Position(START, str)
    current = position.prepare(page("a", "b", "c", cursor="t", next_cursor="u"))
    assert position.checkpoint(0, current) == START
    place = position.checkpoint(2, current)
    assert (place.cursor, place.seen) == ("t", ("a", "b"))
    position.advance(current)
    place = position.checkpoint(0, None)
    assert (place.cursor, place.seen) == ("u", ())


def test_what_was_given_before_does_not_come_again() -> None:
    position: Position[str] = Position(Checkpoint(query="q", cursor="t", seen=("a", "b")), str)
    current = position.prepare(page("a", "c", cursor="t", next_cursor="u"))
    assert current.page.items == ("c",)
    position.advance(current)
    # The other one may be on any later page.
    assert position.checkpoint(0, None).seen == ("b",)
    assert position.prepare(page("b", "d", cursor="u")).page.items == ("d",)


def test_of_a_numbered_listing_the_last_ids_are_kept() -> None:
    position: Position[str] = Position(START, str)
    for number in range(3):
        ids = [f"{number}.{each}" for each in range(100)]
        current = position.prepare(page(*ids, cursor=number, next_cursor=number + 1, page_size=100))
        position.advance(current)
    place = position.checkpoint(0, None)
    assert place.cursor == 3
    assert (len(place.seen), place.seen[0], place.seen[-1]) == (200, "1.0", "2.99")


def test_the_end_of_the_last_page_is_a_place_on_it() -> None:
    position: Position[str] = Position(START, str)
    position.advance(position.prepare(page("a", "b", cursor="t")))
    place = position.checkpoint(0, None)
    assert (place.cursor, place.seen) == ("t", ("a", "b"))


def test_a_page_is_cut_with_the_place_behind_its_last_item() -> None:
    position: Position[str] = Position(START, str, keep=lambda item: item != "b")
    current = position.prepare(page("a", "b", "c", "d", cursor="t", next_cursor="u", total_count=9))
    assert (current.page.items, current.page.total_count) == (("a", "c", "d"), None)
    cut = current.first(2)
    assert (cut.page.items, cut.whole.items) == (("a", "c"), ("a", "b", "c"))
    assert cut.page.next_cursor is None
    assert current.first(3) is current
    assert position.checkpoint(2, current).seen == ("a", "b", "c")


def test_a_query_is_known_again_without_being_shown() -> None:
    request = Request(path="/x")
    one = fingerprint(request, (("kind", "secret"),))
    assert one == fingerprint(request, (("kind", "secret"),))
    assert one != fingerprint(request, (("kind", "other"),))
    assert one != fingerprint(request, ())
    assert one.startswith("/x#")
    assert "secret" not in one
    by_body = {fingerprint(Request(path="/x", body=body), ()) for body in (b"{}", b"[]", None)}
    assert len(by_body) == 3


PAGES = [tuple(f"{letter}{number}" for number in range(4)) for letter in "abc"]


@frozen
class Ids:
    """Gives the id of an item, and counts how often."""

    asked: Counter[str]

    def __call__(self, item: str) -> str:
        self.asked[item] += 1
        return item


def pages(*, numbered: bool) -> list[Page[str]]:
    cursors: list[Any] = [1, 2, 3, None] if numbered else [None, "t1", "t2", None]
    return [
        Page(items=items, cursor=cursors[index], next_cursor=cursors[index + 1], page_size=4)
        for index, items in enumerate(PAGES)
    ]


def walked(
    start: Checkpoint, ids: Ids, *, numbered: bool, checkpoints: bool
) -> tuple[list[str], Checkpoint]:
    """The items that a walk gives, and its position at the end."""
    position: Position[str] = Position(start, ids)
    given: list[str] = []
    for page in pages(numbered=numbered):
        current = position.prepare(page)
        given += current.page.items
        for count in range(len(current.page.items) + 1 if checkpoints else 0):
            position.checkpoint(count, current)
        position.advance(current)
    return given, position.checkpoint(0, None)


@pytest.mark.parametrize("numbered", [True, False])
@pytest.mark.parametrize("seen", [(), ("a0", "b1"), ("x",)])
def test_a_walk_asks_each_item_for_its_id_once(numbered: bool, seen: tuple[str, ...]) -> None:
    """Whatever it has to leave out, and with a checkpoint behind each item."""
    ids = Ids(Counter())
    ahead = seen if numbered else ()
    start = Checkpoint(query="q", cursor=1 if numbered else None, seen=seen, ahead=ahead)
    given, _ = walked(start, ids, numbered=numbered, checkpoints=True)
    assert given == [item for page in PAGES for item in page if item not in seen]
    assert set(ids.asked.values()) == {1}


def test_a_walk_by_tokens_asks_the_items_of_its_last_page_alone() -> None:
    """There is no next page to go on from, so that its checkpoint names the items."""
    ids = Ids(Counter())
    _, end = walked(Checkpoint(query="q"), ids, numbered=False, checkpoints=False)
    assert set(ids.asked) == set(PAGES[-1])
    assert end.cursor == "t2"
    assert end.seen == PAGES[-1]


def test_a_page_that_was_cut_asks_its_items_once() -> None:
    """As the last page of ``list(max_items=3)``, of which an item was given before."""
    ids = Ids(Counter())
    start = Checkpoint(query="q", cursor=None, seen=("a1",))
    position: Position[str] = Position(start, ids)
    page = position.prepare(pages(numbered=False)[0]).first(2)
    assert page.page.items == ("a0", "a2")
    assert position.checkpoint(2, page).seen == ("a1", "a0", "a2")
    position.advance(page)
    assert position.checkpoint(0, None).seen == ("a1", "a0", "a2")
    assert set(ids.asked.values()) == {1}
