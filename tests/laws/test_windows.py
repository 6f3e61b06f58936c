"""A listing that is filtered by creation: a walk is the rows, whatever the service refuses."""

import warnings
from collections import Counter, deque
from contextlib import aclosing
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from asyncops import APIError, Checkpoint, DepthExceeded, ListingMoved, NotFound
from asyncops.paging.styles import Offset, Pages, Token
from asyncops.utils.moments import TimeRange
from tests.laws.windowed import CURSORS, MOMENTS, Row, Style, Windowed, named, services

# Numbered pages in no order always warn that removals cannot be told.
pytestmark = pytest.mark.filterwarnings("ignore::asyncops.errors.ListingMoved")


def ids(rows: list[Row]) -> list[str]:
    return [row.id for row in rows]


def same(found: list[str], service: Windowed) -> None:
    """Each row once, and in the order that is declared."""
    assert Counter(found) == Counter(service.rows)
    if service.descending is not None:
        times = [service.times[row] for row in found]
        assert times == sorted(times, reverse=service.descending)


async def walk_through(service: Windowed) -> tuple[list[str], list[Checkpoint]]:
    """The rows of a walk, and the places in front of each and behind the last."""
    walk = aiter(service.pager())
    places, whole = [walk.checkpoint], list[str]()
    async for row in walk:
        whole.append(row.id)
        places.append(Checkpoint.from_json(walk.checkpoint.to_json()))
    return whole, places


FIRST = st.integers(0, 5)
"""The first of the places from which a walk goes on: from there on, every sixth."""


async def goes_on(
    service: Windowed, whole: list[str], places: list[Checkpoint], first: int
) -> None:
    """From each place that is tried, a walk is the rows that were still to come."""
    for number in range(first, len(places), 6):
        found = ids(await service.pager(resume=places[number]).collect())
        assert Counter(whole[:number] + found) == Counter(whole)


def capped(depth: int) -> st.SearchStrategy[Style]:
    """Styles whose listings have no more rows than ``depth``."""
    signs: list[dict[str, Any]] = [{"total": "total"}, {"more": "more"}, {"ends": "empty page"}]
    styles = [kind(depth=depth, size=None, **sign) for kind in (Pages, Offset) for sign in signs]
    return st.sampled_from(styles)


def crowded(service: Windowed, most: int) -> bool:
    """Whether so many rows may come with a range that is as short as ranges can be."""
    margin = 4 * service.resolution
    times = service.times.values()
    return any(sum(abs(each - at) <= margin for each in times) >= most for at in times)


@settings(max_examples=40)
@given(services(capped(20)))
async def test_a_cap_on_depth_is_got_round(service: Windowed) -> None:
    try:
        found = ids(await service.pager().collect())
    except DepthExceeded:
        assert crowded(service, 20 - service.size)
    else:
        same(found, service)


@settings(max_examples=15)
@given(services(capped(12)), FIRST)
async def test_a_walk_round_a_cap_goes_on_after_any_item(service: Windowed, first: int) -> None:
    assume(not crowded(service, 12 - service.size))
    whole, places = await walk_through(service)
    await goes_on(service, whole, places, first)


@pytest.mark.parametrize("descending", [True, False, None])
async def test_more_rows_of_one_instant_than_the_depth_end_with_the_place(
    descending: bool | None,
) -> None:
    times = named([1000.0 * (n // 5) for n in range(15)] + [7500.0] * 30)
    style = Pages(total="total", depth=20, size=None)
    service = Windowed(style, times, descending=descending)
    found: list[str] = []
    with pytest.raises(DepthExceeded) as caught:
        async for row in service.pager():
            found.append(row.id)  # noqa: PERF401 - those before the error count
    assert len(set(found)) == len(found) >= 20
    assert caught.value.checkpoint is not None


@pytest.mark.parametrize("n", [1, 2])
async def test_with_several_requests_they_end_with_the_place_too(n: int) -> None:
    style = Offset(total="total", depth=2, size=None)
    service = Windowed(style, named([7500.0] * 3 + [1.0]), descending=None, size=1)
    with pytest.raises(DepthExceeded) as caught:
        async with service.pager().concurrent(n, ordered=False) as walk:
            async for _ in walk:
                pass
    assert caught.value.checkpoint is not None


@pytest.mark.parametrize("apart", [5.0, 60.0, 3600.0])
async def test_a_cap_that_each_instant_nearly_fills_is_got_round(apart: float) -> None:
    """Rows of the neighbouring instant may be all that the service gives of a range."""
    times = named([apart * (n // 18) for n in range(95)])
    style = Pages(total="total", depth=20, size=None)
    service = Windowed(style, times, descending=None, size=5)
    same(ids(await service.pager().collect()), service)
    async with service.pager().concurrent(4, ordered=False) as walk:
        same([row.id async for row in walk], service)


@pytest.mark.parametrize("n", [1, 2])
async def test_a_part_that_is_cut_after_its_pages_were_given_is_read_on(n: int) -> None:
    """The pages of one part are ready while another one is read."""
    times = named([0.0] * 17 + [1.0] * 6 + [9.0 * n for n in range(1, 21)])
    style = Pages(total="total", depth=20, size=None)
    service = Windowed(style, times, descending=None, resolution=1e-6, size=1)
    async with service.pager().concurrent(n, ordered=False) as walk:
        same([row.id async for row in walk], service)


async def test_in_order_a_cap_costs_one_request_for_each_part() -> None:
    """Nothing is read twice but what shares the second of the last row."""
    style = Pages(more="more", total="total", depth=40, size=None)
    service = Windowed(style, named([10.0 * n for n in range(200)]), size=10)
    same(ids(await service.pager().collect()), service)
    assert len(service.requests) <= 20 + 5 + 1


@settings(max_examples=25)
@given(services(st.sampled_from(CURSORS)), st.sets(st.integers(1, 12), max_size=3))
async def test_a_token_that_is_refused_is_gone_on_from_by_time(
    service: Windowed, when: set[int]
) -> None:
    assume(not crowded(service, service.size))

    def expire(request: int) -> None:
        service.expired += request in when

    service.between = expire
    same(ids(await service.pager().collect()), service)


@settings(max_examples=15)
@given(services(st.just(Token("next", "token"))), FIRST)
async def test_a_checkpoint_outlives_its_token(service: Windowed, first: int) -> None:
    assume(service.descending is not None)
    whole, places = await walk_through(service)
    service.expired += 1
    await goes_on(service, whole, places, first)


@settings(max_examples=40)
@given(services(st.sampled_from(CURSORS)), st.integers(1, 12), st.integers(1, 4))
@example(Windowed(CURSORS[0], named([4.0, 3.5, 3.0, 2.0, 1.0]), size=1), 1, 2)
async def test_a_token_that_is_refused_once_a_walk_has_gone_on_repeats_no_row(
    service: Windowed, fails: int, expires: int
) -> None:
    """The rows in front of the place where it went on are asked for again with those behind it."""
    assume(service.descending is not None)
    found, outages = list[str](), {fails}

    def between(request: int) -> None:
        service.expired += request == fails + expires
        if request in outages:
            outages.remove(request)
            raise APIError.of(503)("The service is down.", status=503)

    service.between = between
    place: Checkpoint | None = None
    try:
        async for row in service.pager():
            found.append(row.id)
    except APIError as error:
        place = error.checkpoint
    if outages:
        assert place is None
    else:
        assert place is not None
        place = Checkpoint.from_json(place.to_json())
        found += ids(await service.pager(resume=place).collect())
    same(found, service)


async def test_a_refusal_without_a_token_is_an_error() -> None:
    service = Windowed(Token("next", "token"), named([1.0, 2.0]))

    def refuse(_: int) -> None:
        raise APIError.of(404)("There is no such listing.", status=404)

    service.between = refuse
    with pytest.raises(NotFound):
        await service.pager().collect()


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("removed", [0, 1])
async def test_rows_that_become_visible_late_end_no_walk(descending: bool, removed: int) -> None:
    """Though they were created before rows already seen, or their page is read again."""
    style = Pages(total="total", depth=20, size=None)
    service = Windowed(style, named([10.0 * n for n in range(60)]), descending=descending, size=5)
    # In front of all, and in the range that the walk goes on with by time.
    stayed, late = set(service.rows), {3: service.times[service.rows[0]], 7: 300.0}

    def change(request: int) -> None:
        if request in late:
            times = named([late[request] + n for n in range(40)])
            service.times |= {f"late{request}{row}": at for row, at in times.items()}
            service.gone |= set(service.rows[:removed])

    service.between = change
    found = ids(await service.pager().collect())
    assert len(found) == len(set(found))
    assert stayed - service.gone <= set(found)


WITHOUT_TOTAL: list[Style] = [
    Pages(more="more", size=None),
    Pages(ends="empty page", size=None),
    Offset(more="more", size=None),
    Offset(ends="empty page", size=None),
]


@settings(max_examples=60)
@given(services(st.sampled_from(WITHOUT_TOTAL)), st.data())
async def test_without_a_total_rows_that_move_cost_none_that_stayed(
    service: Windowed, data: st.DataObject
) -> None:
    """Rows are removed and added between any two requests, or become visible late.

    The walk may warn where a page has less than three times the rows that may come again.
    """
    service.size += data.draw(st.sampled_from([0, 5]))
    full = crowded(service, service.size // 3 + 1)
    assume(service.descending is not None)
    changes = data.draw(st.lists(st.tuples(st.integers(1, 8), st.integers(0, 60)), max_size=5))
    stayed, late = set(service.rows), data.draw(MOMENTS)

    def change(request: int) -> None:
        for at, row in changes:
            if at == request and row < len(service.times):
                service.gone.add(sorted(service.times)[row])
            elif at == request:
                service.times[f"new{row}"] = 20_000.0 + row
                service.times[f"late{row}"] = late + row

    service.between = change
    n, ordered = data.draw(st.sampled_from([1, 1, 3, 8])), data.draw(st.booleans())
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ListingMoved)
        async with service.pager().concurrent(n, ordered=ordered) as walk:
            found = [row.id async for row in walk]
    assert len(found) == len(set(found))
    assert stayed - service.gone <= set(found) or told
    assert full or changes or not told


@pytest.mark.parametrize("style", WITHOUT_TOTAL)
@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("rows", [5, 6])
@pytest.mark.parametrize("at", range(1, 6))
@pytest.mark.parametrize("before", range(6))
async def test_a_last_page_of_one_moment_hides_no_row(
    style: Style, descending: bool, rows: int, at: int, before: int
) -> None:
    """A row of five that share a moment goes, as the page behind them is asked for."""
    others = [1e4 + 9 * n if descending else 9.0 * n for n in range(before)]
    service = Windowed(style, named(others + [500.0] * rows), descending=descending, size=5)

    def change(request: int) -> None:
        if request == at:
            service.gone.add(service.rows[before])

    service.between = change
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ListingMoved)
        found = ids(await service.pager().collect())
    assert len(found) == len(set(found))
    assert set(service.rows) <= set(found) or told


@pytest.mark.parametrize("times", [[0.0], [1.0, 1.0], [500.0] * 5, [9.0 * n for n in range(23)]])
@pytest.mark.parametrize("descending", [True, False])
async def test_a_listing_that_does_not_move_costs_one_look_more_and_no_warning(
    times: list[float], descending: bool
) -> None:
    service = Windowed(Pages(ends="empty page", size=None), named(times), descending, size=5)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ListingMoved)
        same(ids(await service.pager().collect()), service)
    assert len(service.requests) <= len(times) // 3 + 4


@settings(max_examples=40)
@given(
    services(st.sampled_from([*WITHOUT_TOTAL, CURSORS[0]]) | capped(20)),
    st.dictionaries(st.integers(0, 44), st.booleans(), max_size=12),
    st.sampled_from([1, 1, 3]),
)
async def test_a_row_without_a_time_is_told_of_and_costs_no_other(
    service: Windowed, broken: dict[int, bool], n: int
) -> None:
    """Once, if it has an id."""
    assume(not crowded(service, 20 - service.size))
    names = sorted(service.times)
    service.broken = {names[n]: has_id for n, has_id in broken.items() if n < len(names)}
    told: list[Any] = []
    pager = service.pager(on_invalid=lambda item: told.append(item.raw))
    async with pager.concurrent(n, ordered=service.descending is not None) as walk:
        found = [row.id async for row in walk]
    assert Counter(found) == Counter(row for row in service.rows if row not in service.broken)
    known = Counter(str(each.get("id", each.get("nr"))) for each in told)
    assert known.keys() == service.broken.keys()
    assert all(known[row] == 1 for row, has_id in service.broken.items() if has_id)


@pytest.mark.parametrize("style", WITHOUT_TOTAL)
@pytest.mark.parametrize("descending", [True, False])
async def test_pages_of_rows_without_a_time_do_not_stop_a_walk(
    style: Style, descending: bool
) -> None:
    service = Windowed(style, named([9.0 * n for n in range(20)]), descending, size=2)
    service.broken = {f"r{number:02}": True for number in range(7, 14)}
    told: list[Any] = []
    found = await service.pager(on_invalid=told.append).collect()
    assert Counter(ids(found)) == Counter(service.rows) - Counter(service.broken)
    assert len(told) == len(service.broken)


@settings(max_examples=20)
@given(services(st.sampled_from(WITHOUT_TOTAL)), FIRST)
async def test_without_a_total_a_walk_goes_on_after_any_item(service: Windowed, first: int) -> None:
    whole, places = await walk_through(service)
    same(whole, service)
    await goes_on(service, whole, places, first)


@settings(max_examples=40)
@given(services(st.sampled_from([*WITHOUT_TOTAL, *CURSORS])))
async def test_a_service_that_ignores_the_filter_is_walked_in_the_usual_way(
    service: Windowed,
) -> None:
    service.honours = False

    def expire(request: int) -> None:
        service.expired += request == 2

    service.between = expire
    assume(service.descending is not None or not isinstance(service.style, Token))
    same(ids(await service.pager().collect()), service)


@settings(max_examples=25)
@given(
    services(st.sampled_from([*WITHOUT_TOTAL, *CURSORS]) | capped(40)),
    st.integers(2, 9),
    st.booleans(),
    st.data(),
)
async def test_ranges_side_by_side_are_the_walk(
    service: Windowed, n: int, ordered: bool, data: st.DataObject
) -> None:
    """In order or not; a walk goes on after any item, side by side or not, and so does that one."""
    assume(not crowded(service, 12))
    ordered = ordered and service.descending is not None
    walked, places = list[str](), list[Checkpoint]()
    async with service.pager().concurrent(n, ordered=ordered) as walk:
        places.append(walk.checkpoint)
        async for row in walk:
            walked.append(row.id)
            places.append(Checkpoint.from_json(walk.checkpoint.to_json()))
    assert Counter(walked) == Counter(service.rows)
    if ordered:
        same(walked, service)
    number = data.draw(st.integers(0, len(walked)))
    found, place = walked[:number], places[number]
    for most in (number + data.draw(st.integers(1, 12)), None):
        pager = service.pager(resume=place)
        aside = pager.concurrent(n, ordered=ordered)
        async with aside if data.draw(st.booleans()) else aclosing(aiter(pager)) as walk:
            async for row in walk:
                found.append(row.id)
                place = Checkpoint.from_json(walk.checkpoint.to_json())
                if len(found) == most:
                    break
    assert Counter(found) == Counter(walked)


async def test_a_walk_that_goes_on_side_by_side_knows_how_many_rows_a_page_has() -> None:
    """Nothing else tells that two pages of one row are not all that the service gives."""
    style = Pages(more="more", size=None, depth=40)
    service = Windowed(style, {"r0": 0.0, "r1": 0.0}, descending=None, size=1)
    found, place = list[str](), None
    for _ in range(3):
        async with service.pager(resume=place).concurrent(2, ordered=False) as walk:
            if (row := await anext(walk, None)) is not None:
                found.append(row.id)
            place = walk.checkpoint
    assert sorted(found) == ["r0", "r1"]


@pytest.mark.parametrize("taken", range(1, 9))
@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize("kind", [Pages, Offset])
async def test_without_an_order_a_row_that_goes_between_two_walks_hides_no_other(
    kind: Any, n: int, taken: int
) -> None:
    """Each range is gone back in, to a page that joins those read before."""
    style, times = kind(total="total", size=None, depth=40), [100.0 * k for k in range(9)]
    service = Windowed(style, named(times), descending=None, size=2)
    rows = service.rows
    async with service.pager().concurrent(n, ordered=False) as walk:
        found = [(await anext(walk)).id for _ in range(taken)]
        place = Checkpoint.from_json(walk.checkpoint.to_json())
    service.gone.add(found[0])
    async with service.pager(resume=place).concurrent(n, ordered=False) as walk:
        found += [row.id async for row in walk]
    assert sorted(found) == sorted(rows)


@settings(max_examples=40)
@given(services(st.sampled_from([*WITHOUT_TOTAL, *CURSORS])), st.integers(2, 9), st.booleans())
async def test_side_by_side_a_filter_that_is_ignored_costs_no_row(
    service: Windowed, n: int, ordered: bool
) -> None:
    service.honours = False
    ordered = ordered and service.descending is not None
    async with service.pager().concurrent(n, ordered=ordered) as walk:
        found = [row.id async for row in walk]
    assert Counter(found) == Counter(service.rows)


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("skewed", [True, False])
async def test_no_request_waits_while_one_range_has_all_of_the_rows(
    ordered: bool, descending: bool, skewed: bool
) -> None:
    """Skewed: nine of ten rows within a hundredth of the time. Rounds of eight requests each."""
    wide, narrow = (100, 900) if skewed else (1000, 0)
    times = [1000.0 * n for n in range(wide)] + [37_000.0 + n for n in range(narrow)]
    service = Windowed(Token("next", "token"), named(times), descending=descending, size=10)
    start, found, rounds = Checkpoint(query="rows"), list[str](), 0
    strategy = service.listing(TimeRange()).concurrent(start, 8, ordered, False)
    while not strategy.done:
        asked = [each for each in (strategy.ask() for _ in range(8)) if each is not None]
        rounds += 1
        for key, request in asked:
            strategy.feed(key, service.read(request))
        while (page := strategy.take()) is not None:
            found += [row.id for row in page.items]
    if ordered:
        same(found, service)
    assert Counter(found) == Counter(service.rows)
    assert rounds <= (40 if ordered else 25), "a hundred pages, eight at once"


@pytest.mark.parametrize("together", [1, 16])
@pytest.mark.parametrize("descending", [True, False])
def test_each_answer_leads_to_another_request_at_once(descending: bool, together: int) -> None:
    """In order: answers come one by one, or many of them before the consumer has its turn."""
    times = [1000.0 * row for row in range(1600)]
    service = Windowed(Token("next", "token"), named(times), descending=descending, size=5)
    strategy = service.listing(TimeRange()).concurrent(Checkpoint(query="rows"), 16, True, False)
    under_way, found, idle, requests = deque[Any](), list[str](), 0, 0

    def ask() -> None:
        while len(under_way) < 16 and (asked := strategy.ask()) is not None:
            under_way.append(asked)

    ask()
    while not strategy.done:
        for _ in range(min(together, len(under_way))):
            key, request = under_way.popleft()
            strategy.feed(key, service.read(request))
            requests += 1
            ask()
            idle += 16 - len(under_way)
        while (page := strategy.take()) is not None:
            found += [row.id for row in page.items]
        ask()
    same(found, service)
    assert requests <= 1.15 * len(times) / service.size
    assert idle < requests, "more than one of sixteen"
