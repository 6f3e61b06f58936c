"""Which time range of a walk is read next, and how far the walk reads ahead."""

import pytest

from asyncops.checkpoints import Checkpoint
from asyncops.http.messages import Request
from asyncops.paging.styles import Token
from asyncops.paging.windows.ahead import Ahead
from asyncops.paging.windows.part import Part
from asyncops.paging.windows.window_cursor import Gap
from asyncops.paging.windows.window_strategy import WindowStrategy
from asyncops.utils.moments import TimeRange
from tests.laws.windowed import Row, Windowed, named
from tests.paging.windows.made import Item, at, created, page

N = 4


def service_of(times: list[float]) -> Windowed:
    return Windowed(Token("next", "token"), named(times), size=5)


def walk_of(service: Windowed, *, ordered: bool = True, few: bool = False) -> WindowStrategy[Row]:
    listing = service.listing(TimeRange())
    return listing.concurrent(Checkpoint(query="rows"), N, ordered, few)


def all_asked(walk: WindowStrategy[Row]) -> list[tuple[int, Request]]:
    asked = []
    while (each := walk.ask()) is not None:
        asked.append(each)
    return asked


def ends(request: Request) -> set[str]:
    """Which bounds a request has."""
    return {"after", "before"} & dict(request.params).keys()


def test_pages_that_are_not_taken_keep_others_from_being_asked_for() -> None:
    """Rows of one moment, which nothing cuts: the next page is always that of the first range."""
    service = service_of([7.0] * 200)
    walk = walk_of(service)
    while asked := all_asked(walk):
        for key, request in asked:
            walk.feed(key, service.read(request))
    pages = 0
    while walk.take() is not None:
        pages += 1
    assert pages == N
    assert len(all_asked(walk)) == 1


@pytest.mark.parametrize("descending", [True, None])
def test_nor_do_they_grow_in_number_where_items_come_in_no_order(descending: bool | None) -> None:
    service = service_of([60.0 * row for row in range(200)])
    service.descending = descending
    walk = walk_of(service, ordered=False)
    taken = []
    for _ in range(2):
        while asked := all_asked(walk):
            for key, request in asked:
                walk.feed(key, service.read(request))
        taken.append(walk.take())
    assert all(taken)
    rest = 0
    while walk.take() is not None:
        rest += 1
    assert 0 < rest < 2 * N
    assert all_asked(walk)


@pytest.mark.parametrize("few", [False, True])
def test_the_first_page_of_the_rest_is_read_before_it_is_needed(few: bool) -> None:
    """Unless the first items are enough."""
    service = service_of([60.0 * row for row in range(200)])
    walk = walk_of(service, few=few)
    ((key, request),) = all_asked(walk)
    walk.feed(key, service.read(request))
    second, third, *others = [request for _, request in all_asked(walk)]
    assert dict(second.params).keys() == {"token"}
    assert len(others) == N - 2
    assert (ends(third) == {"before"}) is not few


def test_in_no_order_a_range_is_cut_before_it_is_read_on() -> None:
    """Unless nothing more can be read side by side."""
    part = Part[Item](created(descending=None), Gap(range=TimeRange(at(0), at(1000))))
    ahead = Ahead[Item](2, ordered=False, few=False)
    assert ahead.next_of([part], 1) is part
    part.feed(page(35, 30, token="a"))
    assert ahead.next_of([part], 1) is None
    assert ahead.next_of([part], 0) is part
