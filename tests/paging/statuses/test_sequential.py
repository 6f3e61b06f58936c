"""The merged walk over several statuses: nothing missed, nothing twice, in order, lazily."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import example, given, settings
from hypothesis import strategies as st

from asyncops.errors import BadRequest, DecodeError, RepeatedToken, UnexpectedPage
from asyncops.http.invalid_items import InvalidItem, InvalidRow
from asyncops.http.messages import Reply
from asyncops.paging.statuses.cursor import MergeCursor, StatusPosition
from asyncops.paging.statuses.sequential import StatusMerge
from tests.laws.simulated import EPOCH, LIFE, Body, Call, Service, drive, merge, streams

# Few instants for many calls: ties are where a walk goes wrong.
populations = st.integers(0, 12).flatmap(
    lambda last: st.lists(
        st.tuples(st.integers(0, last), st.integers(0, 4)), min_size=0, max_size=40
    )
)
subsets = st.sets(st.sampled_from(LIFE), min_size=2).map(
    lambda chosen: tuple(status for status in LIFE if status in chosen)
)


# How a service ends a listing, and what it puts before each page.
slow_ends = st.fixed_dictionaries(
    {"trailing": st.booleans(), "empties": st.sampled_from([0, 0, 0, 1])}
)
habits = st.builds(
    lambda ends, ignores: {**ends, "ignores_direction": ignores}, slow_ends, st.booleans()
)


def service_of(population: list[tuple[int, int]], **habits: Any) -> Service:
    service = Service(**habits)
    for second, status in population:
        service.add(second, status)
    return service


def mover(data: st.DataObject, service: Service) -> Callable[[], None]:
    """Some calls move on, and some are created, before each answer."""

    def between() -> None:
        if not service.calls:
            return
        for _ in range(data.draw(st.integers(0, 4), label="moves")):
            index = data.draw(st.integers(0, 200), label="which")
            service.move(index, data.draw(st.sampled_from(LIFE[3:]), label="end"))
        if len(service.calls) < 60 and data.draw(st.booleans(), label="arrives"):
            service.add(data.draw(st.integers(8, 15), label="second"))

    return between


@settings(max_examples=120, deadline=None)
@given(
    population=populations,
    descending=st.booleans(),
    habits=habits,
    limit=st.none() | st.integers(1, 7),
    data=st.data(),
)
def test_what_existed_throughout_comes_exactly_once_and_in_order(
    population: list[tuple[int, int]],
    descending: bool,
    habits: dict[str, Any],
    limit: int | None,
    data: st.DataObject,
) -> None:
    """However the calls move forward between the requests, and however the pages are cut."""
    service = service_of(population, **habits)
    existed = set(service.calls)
    sizes = st.integers(1, 5)
    paging = merge(descending=descending, limit=limit)
    pages = drive(paging, service, lambda: data.draw(sizes), mover(data, service))
    calls = [call for page in pages for call in page.items]
    ids = [call.id for call in calls]
    assert len(ids) == len(set(ids))
    assert existed <= set(ids)
    moments = [call.created_at for call in calls]
    assert moments in (sorted(moments), sorted(moments, reverse=True))
    if not service.ignores_direction:
        assert moments == sorted(moments, reverse=descending)
    if limit is not None:
        assert all(len(page.items) == limit for page in pages[:-1])
    assert pages[-1].next_cursor is None


def test_ties_at_the_edge_of_trust_are_read_again() -> None:
    """Calls of one instant: one slips into a place that was read before it was settled.

    While in_progress's first page is read, queued has been read up to that same instant only; a
    call then goes from the unread part of queued to before in_progress's first call.
    """
    service = service_of([(0, 0), (0, 0), (0, 2), (0, 2), (0, 3), (0, 3)])
    asked = 0

    def between() -> None:
        nonlocal asked
        asked += 1
        if asked == 6:
            service.move(1, "completed")
            service.move(1, "completed")

    pages = drive(merge(descending=False), service, lambda: 1, between)
    assert sorted(call.id.int for page in pages for call in page.items) == [0, 1, 2, 3, 4, 5]


@settings(max_examples=100, deadline=None)
@given(population=populations, statuses=subsets, size=st.integers(1, 5), data=st.data())
def test_a_choice_of_statuses_misses_none_that_stayed_within_it(
    population: list[tuple[int, int]], statuses: tuple[str, ...], size: int, data: st.DataObject
) -> None:
    """A call that was in one of the statuses at every moment is given."""
    service = service_of(population)
    within = {id_ for id_, call in service.calls.items() if call.status in statuses}
    move = mover(data, service)

    def between() -> None:
        move()
        within.intersection_update(
            id_ for id_, call in service.calls.items() if call.status in statuses
        )

    pages = drive(merge(statuses), service, lambda: size, between)
    ids = [call.id for page in pages for call in page.items]
    assert len(ids) == len(set(ids))
    assert within <= set(ids)


@settings(max_examples=100, deadline=None)
@given(
    population=populations,
    size=st.integers(1, 5),
    limit=st.integers(1, 6),
    descending=st.booleans(),
    habits=slow_ends,
    data=st.data(),
)
def test_a_walk_goes_on_from_the_cursor_of_any_page(
    population: list[tuple[int, int]],
    size: int,
    limit: int,
    descending: bool,
    habits: dict[str, Any],
    data: st.DataObject,
) -> None:
    """The cursor of a page, read by another walk, leads to exactly the rest."""
    service = service_of(population, **habits)
    existed = set(service.calls)
    pages = drive(merge(descending=descending, limit=limit), service, lambda: size)
    cut = data.draw(st.integers(0, len(pages) - 1), label="cut")
    given_before = [call.id for page in pages[:cut] for call in page.items]
    move = mover(data, service)
    move()
    cursor = pages[cut].cursor
    again = merge(
        descending=descending,
        limit=limit,
        cursor=None if cursor is None else MergeCursor.decode(str(cursor), LIFE),
    )
    rest = [call.id for page in drive(again, service, lambda: size, move) for call in page.items]
    together = [*given_before, *rest]
    assert len(together) == len(set(together))
    assert existed <= set(together)


def test_a_call_seen_twice_is_given_in_its_later_status() -> None:
    """Seen in queued, then moved on before completed is read: completed wins."""
    service = service_of([(0, 0), (1, 3), (2, 4)])
    state = {"asked": 0}

    def between() -> None:
        state["asked"] += 1
        if state["asked"] == 2:
            for _ in range(3):
                service.move(0, "completed")

    pages = drive(merge(), service, lambda: 10, between)
    assert {call.id.int: call.status for call in pages[0].items}[0] == "completed"


def test_the_newest_hundred_cost_one_request_a_status() -> None:
    """Laziness: the walk reads no further than what it gives out needs."""
    service = service_of([(second, second % 5) for second in range(4000)])
    paging: StatusMerge[Call] = merge(limit=100)
    while (page := paging.take()) is None:
        request = paging.next_request()
        assert request is not None
        paging.feed(service.answer(request, 100))
    assert len(page.items) == 100
    assert service.requests == 5


def spread(*weights: int) -> list[tuple[int, int]]:
    """2,000 calls, their statuses spread over time in these proportions."""
    total = sum(weights)
    bounds = [sum(weights[: index + 1]) for index in range(5)]
    # A stride that shares no factor with the total scatters the statuses evenly.
    return [
        (second, next(i for i, bound in enumerate(bounds) if second * 7919 % total < bound))
        for second in range(2000)
    ]


@pytest.mark.parametrize(
    ("population", "spare"),
    [
        pytest.param(spread(10, 10, 10, 60, 10), 12, id="long queues"),
        pytest.param(spread(1, 1, 1, 97, 3), 6, id="short queues"),
        pytest.param(spread(50, 50, 1, 1, 1), 30, id="almost all waiting"),
        pytest.param(spread(97, 1, 1, 1, 1), 36, id="almost all queued"),
    ],
)
@pytest.mark.parametrize("busy", [False, True])
def test_few_pages_are_asked_for_twice(
    population: list[tuple[int, int]], spare: int, busy: bool
) -> None:
    """A page that ran ahead of the statuses before it is read again; that stays rare."""
    service = service_of(population)
    moves = iter(range(2000))

    def between() -> None:
        if busy:
            service.move(next(moves, 0), "completed")

    drive(merge(), service, lambda: 20, between)
    pages = sum(
        -(-sum(call.status == status for call in service.calls.values()) // 20) or 1
        for status in LIFE
    )
    assert service.requests <= pages + spare


@settings(max_examples=30, deadline=None)
@given(
    weights=st.lists(st.integers(0, 30), min_size=5, max_size=5).filter(any),
    size=st.integers(3, 40),
    data=st.data(),
)
def test_long_walks_end_and_miss_nothing(
    weights: list[int], size: int, data: st.DataObject
) -> None:
    """Many pages in every status, in any proportion, half of the calls moving on the way."""
    service = service_of(spread(*weights)[:600])
    chance = data.draw(st.randoms(use_true_random=False))

    def between() -> None:
        for _ in range(chance.randrange(6)):
            service.move(chance.randrange(600), chance.choice(LIFE[3:]))

    pages = drive(merge(), service, lambda: size, between)
    ids = [call.id for page in pages for call in page.items]
    assert len(ids) == len(set(ids)) == 600


def test_a_service_that_ignores_the_direction_is_followed() -> None:
    """Asked for newest first, answering oldest first: all of it, oldest first."""
    service = service_of([(second, second % 5) for second in range(50)], ignores_direction=True)
    pages = drive(merge(), service, lambda: 4)
    moments = [call.created_at for page in pages for call in page.items]
    assert len(moments) == 50
    assert moments == sorted(moments)


def test_an_empty_service_gives_one_empty_page() -> None:
    """Awaiting a listing always gives a page."""
    pages = drive(merge(), Service(), lambda: 5)
    assert [page.items for page in pages] == [()]


def test_pages_that_are_not_sorted_are_refused() -> None:
    """A jumbled listing cannot be merged, and says so instead of losing rows."""
    service = service_of([(0, 0), (1, 0), (2, 0)])
    paging = merge()
    request = paging.next_request()
    assert request is not None
    reply = service.answer(request, 10)
    first, second, third = reply.value.items
    with pytest.raises(UnexpectedPage, match="queued is not sorted"):
        paging.feed(evolve(reply, value=Body((second, first, third), None)))


def test_a_turn_on_the_way_is_refused() -> None:
    """Once the direction is known, a page against it is an error."""
    service = service_of([(second, 0) for second in range(10)])
    paging = merge(descending=False, page_size=2)
    for expected in (0, 2):
        request = paging.next_request()
        assert request is not None
        reply = service.answer(request, 2)
        assert reply.value.items[0].id == UUID(int=expected)
        if expected:
            reply = evolve(reply, value=Body(reply.value.items[::-1], None))
            with pytest.raises(UnexpectedPage):
                paging.feed(reply)
        else:
            paging.feed(reply)
            for status in LIFE[1:]:
                request = paging.next_request()
                assert request is not None
                assert ("status", status) in request.params
                paging.feed(Reply(value=Body((), None)))


def test_a_repeated_token_is_refused() -> None:
    """Within one status, a token that was sent does not come back."""
    stream = streams(("queued",), "created_at_ascending")[0]
    stream.ask()
    stream.feed("a", [1.0])
    stream.ask()
    with pytest.raises(RepeatedToken, match="used before"):
        stream.feed("a", [2.0])


def page_by_page(
    service: Service,
    limit: int,
    *,
    descending: bool = True,
    between: Callable[[], None] = lambda: None,
) -> tuple[list[Call], list[int]]:
    """Each page asked for by the cursor of the one before, by nobody who remembers more.

    Returns:
        The calls, and the requests of each page.
    """
    calls: list[Call] = []
    costs: list[int] = []
    cursor: MergeCursor | None = None
    while True:
        before = service.requests
        paging = merge(descending=descending, limit=limit, cursor=cursor)
        while (page := paging.take()) is None:
            request = paging.next_request()
            assert request is not None
            between()
            paging.feed(service.answer(request, limit))
        calls += page.items
        costs.append(service.requests - before)
        if page.next_cursor is None:
            return calls, costs
        cursor = MergeCursor.decode(str(page.next_cursor), LIFE)


@settings(max_examples=100, deadline=None)
@given(
    population=populations,
    limit=st.integers(1, 6),
    descending=st.booleans(),
    habits=slow_ends,
    seed=st.integers(0, 1 << 32),
)
def test_pages_by_cursors_alone_miss_nothing_either(
    population: list[tuple[int, int]],
    limit: int,
    descending: bool,
    habits: dict[str, Any],
    seed: int,
) -> None:
    """However the calls move forward meanwhile, many of them created in the same instant."""
    dice = random.Random(seed)
    service = service_of(population, **habits)
    existed = set(service.calls)

    def between() -> None:
        for _ in range(dice.randint(0, 4) if service.calls else 0):
            service.move(dice.randint(0, 200), dice.choice(LIFE[3:]))
        if len(service.calls) < 60 and dice.random() < 0.5:
            service.add(dice.randint(8, 15))

    calls, _ = page_by_page(service, limit, descending=descending, between=between)
    ids = [call.id for call in calls]
    assert len(ids) == len(set(ids))
    assert existed <= set(ids)


@settings(max_examples=100, deadline=None)
@given(
    statuses=st.lists(st.integers(0, 4), max_size=40),
    limit=st.integers(1, 9),
    descending=st.booleans(),
    trailing=st.booleans(),
)
@example([2, 3, 3, 3, 3, 4, 3, 1, 1, 4, 0, 4, 1, 0, 1, 3, 4, 1, 3], 2, False, False)
@example([0, 1, 2], 1, True, True)
@example([0, 1, 2, 3], 1, False, True)
def test_a_page_by_cursor_costs_two_requests_a_status_at_the_most(
    statuses: list[int], limit: int, descending: bool, trailing: bool
) -> None:
    """Whatever the limit; each call created in an instant of its own."""
    service = service_of(list(enumerate(statuses)), trailing=trailing)
    calls, costs = page_by_page(service, limit, descending=descending)
    assert len(calls) == len(statuses)
    # To see that a status ends may take one request more, where an empty page says so.
    assert max(costs) <= (3 if trailing else 2) * len(LIFE)


@pytest.mark.parametrize("limit", [20, 100])
def test_a_long_queue_of_one_instant_does_not_hold_the_newest_back(limit: int) -> None:
    """As a batch job leaves it: nothing in it tells the direction, and other statuses do."""
    service = service_of([*[(0, 0)] * 3000, *[(second, 3) for second in range(1, 151)]])
    paging = merge(descending=True, limit=limit)
    while (page := paging.take()) is None:
        request = paging.next_request()
        assert request is not None
        paging.feed(service.answer(request, limit))
    assert len(page.items) == limit
    assert service.requests <= 2 * len(LIFE)


def test_statuses_whose_calls_share_one_instant_are_read_to_their_ends() -> None:
    """Nothing in them tells the direction, and no page of a later one is ever settled."""
    service = service_of([(0, status) for status in range(3)] * 7)
    paging = merge(limit=2)
    ids = []
    while True:
        while (page := paging.take()) is not None:
            ids += [call.id for call in page.items]
        request = paging.next_request()
        if request is None:
            break
        assert service.requests < 100, "one page is asked for again and again"
        paging.feed(service.answer(request, 2))
    assert sorted(ids) == sorted(service.calls)


@settings(max_examples=100, deadline=None)
@given(
    population=populations,
    limit=st.none() | st.integers(1, 60),
    descending=st.booleans(),
    trailing=st.booleans(),
)
@example([(second, 4 - second // 10) for second in range(50)], None, True, True)
@example([(second, 4 - second // 10) for second in range(50)], 1, True, True)
def test_a_walk_over_statuses_of_one_page_each_asks_for_no_page_twice(
    population: list[tuple[int, int]], limit: int | None, descending: bool, trailing: bool
) -> None:
    """Five requests, and one more for each status that ends with an empty page."""
    service = service_of(population, trailing=trailing)
    paging = merge(descending=descending, limit=limit, page_size=None if limit is None else 60)
    pages = drive(paging, service, lambda: 60)
    assert sum(len(page.items) for page in pages) == len(population)
    ends = {status for _, status in population} if trailing else ()
    assert service.requests == len(LIFE) + len(ends)


@settings(max_examples=100, deadline=None)
@given(statuses=st.lists(st.integers(0, 4), max_size=200), limit=st.integers(1, 20))
def test_a_walk_asks_for_what_it_holds_no_second_time(statuses: list[int], limit: int) -> None:
    """Small pages of the merged listing cost no more than large ones."""
    requests = []
    for each in (limit, 200):
        service = service_of(list(enumerate(statuses)))
        drive(merge(limit=each), service, lambda: 20)
        requests.append(service.requests)
    assert requests[0] <= requests[1] + len(LIFE)


def test_empty_pages_are_followed_as_long_as_they_bring_new_tokens() -> None:
    """What bounds them is the walk's bound on pages."""
    service = service_of([(0, 0), (1, 3)], empties=30)
    pages = drive(merge(), service, lambda: 5)
    assert [call.id.int for page in pages for call in page.items] == [1, 0]


def test_an_invalid_row_behind_all_that_is_left_comes_on_a_page_of_its_own() -> None:
    """All items beyond it were given from the far end before."""
    service = service_of([(second, 4) for second in range(1, 6)])
    far = StatusPosition((EPOCH + timedelta(seconds=2)).timestamp(), str(UUID(int=1)))
    cursor = MergeCursor(
        descending=True,
        position=None,
        names=("failed",),
        tokens=(None,),
        far=far,
        far_tokens=(None,),
    )
    paging = merge(("failed",), cursor=cursor)
    row: Any = InvalidRow(InvalidItem(0, None, DecodeError("no row")), "invalid:1")
    pages: list[tuple[Any, ...]] = []
    while (request := paging.next_request()) is not None:
        reply = service.answer(request, 2)
        if reply.value.next_page is None:
            reply = evolve(reply, value=Body((row, *reply.value.items), None))
        paging.feed(reply)
        while (page := paging.take()) is not None:
            pages.append(page.items)
    assert [item.id.int for page in pages[:-1] for item in page] == [4, 3, 2]
    (last,) = pages[-1]
    assert last.item is row.item
    assert paging.take() is None


def test_a_refusal_is_not_recovered_from() -> None:
    """An error of the service ends the walk."""
    assert merge().recover(BadRequest("no", status=400)) is False


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("abc", "service's own token", id="a service's token"),
        pytest.param("merge1.###", "service's own token", id="not base64"),
        pytest.param("merge1.e30", "service's own token", id="not a cursor"),
        pytest.param(
            MergeCursor(
                descending=True, position=None, names=("queued", "failed"), tokens=(None, "x")
            ).encode(),
            "belongs to the statuses queued, failed",
            id="other statuses",
        ),
        pytest.param(
            MergeCursor(descending=True, position=None, names=LIFE, tokens=(None,)).encode(),
            "service's own token",
            id="tokens missing",
        ),
    ],
)
def test_a_cursor_that_does_not_fit_is_refused(text: str, complaint: str) -> None:
    """With a sentence that says why."""
    with pytest.raises(ValueError, match=complaint):
        MergeCursor.decode(text, LIFE)


def test_feeding_before_asking_is_a_mistake_of_the_caller() -> None:
    """The strategy is driven in one order only."""
    reply: Reply[Body] = Reply(value=Body((), None))
    with pytest.raises(RuntimeError):
        merge().feed(reply)


def test_the_simulation_loses_nothing_by_itself() -> None:
    """A plain listing of one status is complete."""
    service = service_of([(second % 3, 1) for second in range(20)])
    single: list[Call] = [
        call
        for page in drive(merge(("uploaded", "failed")), service, lambda: 3)
        for call in page.items
    ]
    assert len(single) == 20
