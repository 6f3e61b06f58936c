"""Walks from both ends at once: nothing missed, nothing twice, in order where that is asked for."""

import random
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from asyncops.errors import RepeatedToken, ServerError, UnexpectedPage
from asyncops.http.messages import Reply, Request
from asyncops.models import Page
from asyncops.paging.statuses.cursor import MergeCursor
from asyncops.paging.statuses.two_ended import RequestKey, TwoEnded
from tests.laws.playing import Game
from tests.laws.simulated import LIFE, Body, Call, Service, drive, merge, streams
from tests.paging.statuses.test_sequential import habits, populations, service_of, subsets

failures = st.lists(st.integers(0, 6).map(lambda second: (second, 4)), max_size=25)

ORDERS = {True: "created_at_descending", False: "created_at_ascending"}


@pytest.fixture(autouse=True, scope="module")
def _small_pages() -> Iterator[None]:
    """Pages that end among calls of one instant."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("asyncops.paging.statuses.two_ended._LARGEST_PAGE", 3)
        yield


def strategy(
    statuses: tuple[str, ...] = LIFE,
    *,
    descending: bool = True,
    ordered: bool = True,
    cursor: MergeCursor | None = None,
    token: str | None = None,
) -> TwoEnded[Call]:
    """A walk from both ends over some statuses."""
    return TwoEnded(
        streams(statuses, ORDERS[descending]),
        streams(statuses, ORDERS[not descending]),
        lambda call: call.created_at.timestamp(),
        lambda call: call.id,
        descending=descending,
        ordered=ordered,
        cursor=cursor,
        token=token,
    )


def ids_of(pages: list[Page[Call]]) -> list[UUID]:
    return [call.id for page in pages for call in page.items]


def game(
    walk: TwoEnded[Call],
    service: Service,
    dice: random.Random,
    most: int,
    meanwhile: Callable[[], None] = lambda: None,
) -> Game[Call]:
    return Game(
        walk, lambda request: service.answer(request, dice.randint(1, 5)), most, dice, meanwhile
    )


def moving(service: Service, dice: random.Random) -> Callable[[], None]:
    """Some calls move on, and some are created, whenever anything happens."""

    def meanwhile() -> None:
        for _ in range(dice.randint(0, 2) if service.calls else 0):
            service.move(dice.randint(0, 200), dice.choice(LIFE[3:]))
        if len(service.calls) < 60 and dice.random() < 0.2:
            service.add(dice.randint(8, 15))

    return meanwhile


@settings(max_examples=200, deadline=None)
@given(
    population=populations,
    descending=st.booleans(),
    ordered=st.booleans(),
    habits=habits,
    statuses=st.one_of(st.just(LIFE), subsets, st.sampled_from(LIFE).map(lambda each: (each,))),
    most=st.integers(2, 12),
    seed=st.integers(0, 1 << 32),
)
def test_what_stayed_within_the_listing_comes_exactly_once(
    population: list[tuple[int, int]],
    descending: bool,
    ordered: bool,
    habits: dict[str, Any],
    statuses: tuple[str, ...],
    most: int,
    seed: int,
) -> None:
    """However calls move forward and arrive, and however answers overtake each other."""
    dice = random.Random(seed)
    service = service_of(population, **habits)
    within = {key for key, call in service.calls.items() if call.status in statuses}
    move = moving(service, dice)

    def meanwhile() -> None:
        move()
        within.intersection_update(
            key for key, call in service.calls.items() if call.status in statuses
        )

    walk = strategy(statuses, descending=descending, ordered=ordered)
    pages = game(walk, service, dice, most, meanwhile).play(
        60 * (len(population) + 15) * (1 + service.empties)
    )
    ids = ids_of(pages)
    assert len(ids) == len(set(ids))
    assert within <= set(ids)
    if ordered:
        moments = [call.created_at for page in pages for call in page.items]
        assert moments in (sorted(moments), sorted(moments, reverse=True))
        if not service.ignores_direction:
            assert moments == sorted(moments, reverse=descending)


@settings(max_examples=200, deadline=None)
@given(
    population=st.one_of(populations, failures),
    descending=st.booleans(),
    habits=habits,
    statuses=st.sampled_from([LIFE, ("failed",)]),
    seed=st.integers(0, 1 << 32),
)
@example(
    # A walk as they come ends among the calls of the last instant; one in order goes on.
    population=[(0, 4), *[(1, 4)] * 5, *[(2, 4)] * 7, *[(3, 4)] * 4],
    descending=False,
    habits={"trailing": False, "empties": 1, "ignores_direction": False},
    statuses=LIFE,
    seed=98,
)
def test_walks_go_on_from_the_cursor_of_any_page_in_any_way(
    population: list[tuple[int, int]],
    descending: bool,
    habits: dict[str, Any],
    statuses: tuple[str, ...],
    seed: int,
) -> None:
    """Leg after leg, one page after the other or from both ends: each call in one of them."""
    dice = random.Random(seed)
    service = service_of(population, **habits)
    expected = {key for key, call in service.calls.items() if call.status in statuses}
    ids: list[UUID] = []
    cursor: MergeCursor | None = None
    for _ in range(len(expected) + 2):
        service.requests = 0
        if dice.random() < 0.3:
            paging = merge(statuses, descending=descending, cursor=cursor, limit=3)
            pages = drive(paging, service, lambda: dice.randint(1, 5))
        else:
            walk = strategy(
                statuses, descending=descending, ordered=dice.random() < 0.5, cursor=cursor
            )
            pages = game(walk, service, dice, dice.randint(2, 8)).play(
                2_000 * (1 + service.empties)
            )
        at = dice.randrange(len(pages)) if pages else 0
        ids += ids_of(pages[: at + 1])
        if not pages or pages[at].next_cursor is None:
            break
        cursor = MergeCursor.decode(str(pages[at].next_cursor), statuses)
    assert sorted(ids) == sorted(expected)


@settings(max_examples=200, deadline=None)
@given(
    population=failures,
    size=st.integers(1, 4),
    descending=st.booleans(),
    ordered=st.booleans(),
    habits=habits,
    seed=st.integers(0, 1 << 32),
)
def test_a_walk_from_a_service_s_own_token_gives_what_follows_it(
    population: list[tuple[int, int]],
    size: int,
    descending: bool,
    ordered: bool,
    habits: dict[str, Any],
    seed: int,
) -> None:
    """The walk from the far end stops short of what comes before the token, ties included."""
    dice = random.Random(seed)
    service = service_of(population, **habits)
    order = [("sort_by", ORDERS[descending]), ("status", "failed")]
    first = service.answer(Request(path="/", params=tuple(order)), size).value
    token = first.next_page
    if token is None:
        return
    expected = {key for key, call in service.calls.items() if call.status == "failed"}
    expected -= {call.id for call in first.items}
    walk = strategy(("failed",), descending=descending, ordered=ordered, token=token)
    rest = ids_of(game(walk, service, dice, 2).play(1_000 * (1 + service.empties)))
    assert sorted(rest) == sorted(expected)


def test_a_walk_in_order_gives_nothing_from_the_far_end_before_its_turn() -> None:
    """Calls of one instant, some of them given from the far end: the rest waits for later legs."""
    service = service_of([(0, 4), *[(1, 4)] * 5, *[(2, 4)] * 4])
    _, first = rounds(strategy(descending=False, ordered=False), service, 3)
    at = next(index for index, page in enumerate(first) if page.items[0].id.int == 6)
    given = ids_of(first[: at + 1])
    cursor = MergeCursor.decode(str(first[at].next_cursor), LIFE)
    _, second = rounds(strategy(descending=False, cursor=cursor), service, 3)
    assert len(second) > 2
    for end, page in enumerate(second[:-1], start=1):
        going_on = MergeCursor.decode(str(page.next_cursor), LIFE)
        _, third = rounds(strategy(descending=False, cursor=going_on), service, 3)
        assert sorted([*given, *ids_of(second[:end]), *ids_of(third)]) == sorted(service.calls)


def quiet(count: int) -> Service:
    """So many failed calls, one a second."""
    service = Service()
    for second in range(count):
        service.add(second, 4)
    return service


def rounds(walk: TwoEnded[Call], service: Service, size: int) -> tuple[int, list[Page[Call]]]:
    """Round trips to the end, where all requests take equally long; and the pages."""
    trips, pages = 0, []
    while True:
        while (page := walk.take()) is not None:
            pages.append(page)
        if walk.done:
            return trips, pages
        sent: list[tuple[RequestKey, Request]] = []
        while len(sent) < 16 and (asked := walk.ask()) is not None:
            sent.append(asked)
        answers = [(name, service.answer(request, size)) for name, request in sent]
        for name, reply in answers:
            walk.feed(name, reply)
        trips += 1


@pytest.mark.parametrize("ordered", [True, False], ids=["ordered", "as they come"])
def test_two_ends_halve_the_round_trips(ordered: bool) -> None:
    """A hundred pages in fifty-one, with hardly a request more."""
    service = quiet(500)
    trips, pages = rounds(strategy(("failed",), ordered=ordered), service, 5)
    assert len(ids_of(pages)) == 500
    assert trips <= 52
    assert service.requests <= 104


def test_all_statuses_side_by_side_take_hardly_longer_than_half_the_longest() -> None:
    """500 pages: 300 completed, 50 of each other status."""
    service = Service()
    for second in range(5_000):
        service.add(second, {0: 0, 1: 1, 2: 2, 3: 4}.get(second % 10, 3))
    trips, pages = rounds(strategy(ordered=False), service, 10)
    assert len(ids_of(pages)) == 5_000
    assert trips <= 150 * 1.2
    assert service.requests <= 500 * 1.2


def test_where_direction_is_ignored_the_walk_goes_on_in_the_one_there_is() -> None:
    """With at most three requests more than pages."""
    service = quiet(50)
    service.ignores_direction = True
    _, pages = rounds(strategy(("failed",)), service, 5)
    assert [each.int for each in ids_of(pages)] == list(range(50))
    assert service.requests <= 13


@pytest.mark.parametrize("ordered", [True, False], ids=["ordered", "as they come"])
def test_a_failed_request_ends_the_walk_after_what_was_settled(ordered: bool) -> None:
    """What has come is given out first."""
    service = quiet(50)
    walk = strategy(("failed",), ordered=ordered)
    near, far = walk.ask(), walk.ask()
    assert near is not None
    assert far is not None
    walk.feed(near[0], service.answer(near[1], 5))
    walk.feed(far[0], service.answer(far[1], 5))
    failing = walk.ask()
    assert failing is not None
    walk.fail(failing[0], ServerError("down", status=503))
    given = []
    with pytest.raises(ServerError):
        while (page := walk.take()) is not None:
            given.append(page)
    assert len(ids_of(given)) == (4 if ordered else 8)
    assert walk.ask() is None


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("statuses", [LIFE, ("failed",)])
def test_what_nobody_takes_keeps_more_from_being_read(
    statuses: tuple[str, ...], ordered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asyncops.paging.statuses.two_ended._MOST_WAITING", 20)
    service = quiet(200)
    walk = strategy(statuses, ordered=ordered)
    given: list[Page[Call]] = []
    read = []
    while not walk.done:
        while (asked := walk.ask()) is not None:
            walk.feed(asked[0], service.answer(asked[1], 5))
        read.append(service.requests)
        page = walk.take()
        assert page is not None
        given.append(page)
    assert read[0] * 5 < 200 / 2
    assert sorted(ids_of(given)) == sorted(service.calls)


def test_a_page_out_of_order_is_an_error() -> None:
    """It could hide anything."""
    service = quiet(10)
    walk = strategy(("failed",))
    asked = walk.ask()
    assert asked is not None
    body = service.answer(asked[1], 5).value
    with pytest.raises(UnexpectedPage, match="not sorted"):
        walk.feed(asked[0], Reply(value=Body((*body.items[:3], body.items[0]), None)))


def test_a_token_that_comes_back_is_an_error() -> None:
    """In either direction."""
    service = quiet(20)
    walk = strategy(("failed",))
    for _ in range(2):
        asked = walk.ask()
        assert asked is not None
        walk.feed(asked[0], service.answer(asked[1], 5))
    asked = walk.ask()
    assert asked is not None
    again = service.answer(asked[1], 5).value
    token = dict(asked[1].params)["page_token"]
    with pytest.raises(RepeatedToken):
        walk.feed(asked[0], Reply(value=Body(again.items, token)))
