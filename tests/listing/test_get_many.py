"""Many ids at once: bounds, order, errors, and ends."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from typing import Any

import pytest
from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st

from asyncops import AsyncOpsError, ConfigurationError, NotFound, ServerError
from asyncops.listing.get_many import GetMany
from tests.laws.rows import others, steps


@define(eq=False)
class Desk:
    """Answers ids, each after some turns of the loop.

    Attributes:
        turns: How many, by id; 1 for all others.
        missing: Ids that are not there.
        stall: Ids that are never answered.
        failure: What happens to the ids in ``failing``.
    """

    turns: dict[int, int] = field(factory=dict)
    missing: set[int] = field(factory=set)
    stall: set[int] = field(factory=set)
    failure: BaseException | None = None
    failing: set[int] = field(factory=lambda: set(range(10)))
    asked: list[int] = field(factory=list)
    under_way: int = 0
    most: int = 0

    async def get(self, spelling: str) -> str:
        number = int(spelling)
        self.asked.append(number)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            if number in self.stall:
                await asyncio.Event().wait()
            await steps(self.turns.get(number, 1))
        finally:
            self.under_way -= 1
        if self.failure is not None and number in self.failing:
            raise self.failure
        if number in self.missing:
            raise NotFound("no such thing", status=404)
        return f"result {number}"

    def many(
        self,
        ids: Iterable[int] | AsyncIterable[int],
        concurrency: int = 3,
        *,
        ordered: bool = False,
    ) -> GetMany[int, str]:
        return GetMany(ids, self.get, check=spelled, concurrency=concurrency, ordered=ordered)


def spelled(name: str, number: int) -> str:
    if number < 0:
        raise ValueError(f"{name} must not be negative")
    return str(number)


class Source:
    """Ids that come one by one, and the number of those taken."""

    def __init__(self, ids: Iterable[int], failure: Exception | None = None) -> None:
        self._ids = ids
        self._failure = failure
        self.taken = self.opened = self.closed = 0

    async def __aiter__(self) -> AsyncIterator[int]:
        self.opened += 1
        try:
            for each in self._ids:
                await asyncio.sleep(0)
                self.taken += 1
                yield each
            if self._failure is not None:
                raise self._failure
        finally:
            try:
                await asyncio.sleep(0)
            finally:
                self.closed += 1


async def taken_from(many: GetMany[int, str]) -> list[tuple[int, str | AsyncOpsError]]:
    async with many as results:
        return [pair async for pair in results]


@given(
    ids=st.lists(st.integers(0, 9), max_size=25),
    turns=st.dictionaries(st.integers(0, 9), st.integers(0, 7)),
    missing=st.sets(st.integers(0, 9), max_size=3),
    concurrency=st.integers(1, 6),
    ordered=st.booleans(),
    lazy=st.booleans(),
    pauses=st.lists(st.integers(0, 4), min_size=1, max_size=5),
)
def test_every_occurrence_of_an_id_gets_its_own_answer_within_the_bounds(
    *,
    ids: list[int],
    turns: dict[int, int],
    missing: set[int],
    concurrency: int,
    ordered: bool,
    lazy: bool,
    pauses: list[int],
) -> None:
    """Results or errors, in order where wanted; nothing is asked for far ahead of the consumer."""

    async def check() -> None:
        desk = Desk(turns, missing)
        source = Source(ids)
        pairs: list[tuple[int, str | AsyncOpsError]] = []
        async with desk.many(source if lazy else ids, concurrency, ordered=ordered) as results:
            async for pair in results:
                pairs.append(pair)
                await steps(pauses[len(pairs) % len(pauses)])
                assert len(desk.asked) - len(pairs) <= 2 * concurrency
                assert source.taken - len(pairs) <= 2 * concurrency
        if ordered:
            assert [each for each, _ in pairs] == ids
        for each, result in pairs:
            if each in missing:
                assert isinstance(result, NotFound)
            else:
                assert result == f"result {each}"
        assert sorted(each for each, _ in pairs) == sorted(desk.asked) == sorted(ids)
        assert desk.most <= concurrency
        assert not others()

    asyncio.run(check())


@given(
    after=st.integers(0, 60),
    concurrency=st.integers(1, 5),
    ordered=st.booleans(),
    lazy=st.booleans(),
    stall=st.sets(st.integers(0, 20), max_size=2),
)
def test_a_cancellation_at_any_moment_ends_every_task_and_closes_the_source(
    after: int, concurrency: int, ordered: bool, lazy: bool, stall: set[int]
) -> None:
    """Awaited: nothing is left when the cancelled task is over."""

    async def check() -> None:
        desk = Desk(stall=stall)
        source = Source(range(20))
        ids: Iterable[int] | Source = source if lazy else range(20)
        task = asyncio.ensure_future(taken_from(desk.many(ids, concurrency, ordered=ordered)))
        await steps(after)
        done = task.done()
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled() is not done
        assert not others()
        assert desk.under_way == 0
        assert source.closed == source.opened

    asyncio.run(check())


async def test_no_more_are_under_way_than_a_client_has_connections() -> None:
    """Those beyond would only run out of patience for one."""
    desk = Desk()
    async with desk.many(range(300), 250) as results:
        assert len([each async for each in results]) == 300
    assert desk.most == 100


@pytest.mark.parametrize("concurrency", [1, 4])
async def test_as_many_as_allowed_are_under_way(concurrency: int) -> None:
    """Not fewer."""
    desk = Desk(stall=set(range(10)))
    async with desk.many(range(10), concurrency):
        await steps(5)
        assert desk.under_way == concurrency
    assert desk.under_way == 0


async def test_results_come_as_they_are_there_unless_order_is_wanted() -> None:
    """A slow one holds back nobody, or all behind it."""
    pairs = await taken_from(Desk({0: 9}).many(range(3)))
    assert [each for each, _ in pairs] == [1, 2, 0]
    pairs = await taken_from(Desk({0: 9}).many(range(3), ordered=True))
    assert [each for each, _ in pairs] == [0, 1, 2]


@pytest.mark.parametrize("ordered", [False, True])
@pytest.mark.parametrize("lazy", [False, True])
async def test_a_consumer_at_work_holds_no_more_than_twice_the_concurrency(
    ordered: bool, lazy: bool
) -> None:
    """However long it takes."""
    desk = Desk()
    source = Source(range(50))
    async with desk.many(source if lazy else range(50), 4, ordered=ordered) as results:
        await steps(200)
        assert len(desk.asked) == 8
        assert source.taken == (8 if lazy else 0)
        await anext(results)
        await steps(200)
        assert len(desk.asked) == 9
        assert source.taken == (9 if lazy else 0)


@pytest.mark.parametrize(
    "leave", [pytest.param(None, id="break"), pytest.param(ZeroDivisionError(), id="exception")]
)
async def test_leaving_early_ends_the_tasks_and_closes_the_source(leave: Exception | None) -> None:
    """Whichever way the body is left."""
    desk = Desk(stall={3, 4, 5})
    source = Source(range(50))

    async def body() -> None:
        async with desk.many(source, 3) as results:
            async for _ in results:
                if leave is not None:
                    raise leave
                break

    if leave is None:
        await body()
    else:
        with pytest.raises(ZeroDivisionError):
            await body()
    assert not others()
    assert desk.under_way == 0
    assert source.closed == 1


async def test_an_async_generator_is_closed_even_if_nothing_was_taken_from_it() -> None:
    """It may have been half used before."""
    source = Source(range(9))
    ids = aiter(source)
    assert await anext(ids) == 0
    async with Desk().many(ids):
        pass
    assert source.closed == 1


async def test_an_async_iterator_without_a_close_serves_as_well() -> None:
    """Not only generators."""

    class Three(AsyncIterator[int]):
        left = 3

        async def __anext__(self) -> int:
            self.left -= 1
            if self.left < 0:
                raise StopAsyncIteration
            return self.left

    assert sorted(each for each, _ in await taken_from(Desk().many(Three()))) == [0, 1, 2]


@pytest.mark.parametrize("ordered", [False, True])
async def test_what_the_source_raises_comes_after_the_results_of_its_ids(ordered: bool) -> None:
    """Nothing that was asked for is lost."""
    source = Source(range(5), ServerError("down", status=503))
    taken: list[int] = []

    async def consume() -> None:
        async with Desk({1: 9}).many(source, 3, ordered=ordered) as results:
            async for each, _ in results:
                taken.append(each)

    with pytest.raises(ServerError, match="down"):
        await consume()
    assert sorted(taken) == [0, 1, 2, 3, 4]


async def test_an_id_that_is_not_valid_is_named_by_its_position() -> None:
    """At once, or when an async source comes to it."""
    desk = Desk()
    with pytest.raises(ValueError, match=r"ids\[2\] must not be negative"):
        desk.many([4, 5, -1, 7])
    assert desk.asked == []
    with pytest.raises(ValueError, match=r"ids\[2\] must not be negative"):
        await taken_from(desk.many(Source([4, 5, -1, 7])))
    assert sorted(desk.asked) == [4, 5]


@pytest.mark.parametrize(
    ("ids", "concurrency", "complaint"),
    [
        pytest.param("12", 3, "several ids, got one str", id="a string"),
        pytest.param(12, 3, "several ids, got one int", id="one id"),
        pytest.param([], 0, "concurrency must be at least 1", id="concurrency 0"),
        pytest.param([], "3", "concurrency must be a whole number", id="concurrency in quotes"),
    ],
)
def test_bad_arguments_are_refused_at_once(
    ids: list[int], concurrency: int, complaint: str
) -> None:
    """With a sentence that helps."""
    with pytest.raises((TypeError, ValueError), match=complaint):
        Desk().many(ids, concurrency)


def test_whether_the_order_is_kept_is_true_or_false() -> None:
    wrong: Any = "no"
    with pytest.raises(TypeError, match="ordered must be True or False, got str"):
        Desk().many([1], ordered=wrong)


@pytest.mark.parametrize("lazy", [False, True])
async def test_no_ids_give_no_results(lazy: bool) -> None:
    """And no error."""
    assert await taken_from(Desk().many(Source([]) if lazy else [])) == []


@pytest.mark.parametrize(
    "failure",
    [
        pytest.param(ConfigurationError("this client is closed"), id="configuration"),
        pytest.param(ZeroDivisionError("a bug"), id="not ours"),
        pytest.param(asyncio.CancelledError(), id="cancelled from outside"),
    ],
)
@pytest.mark.parametrize("ordered", [False, True])
@pytest.mark.parametrize("lazy", [False, True])
async def test_what_no_other_id_would_survive_ends_the_walk(
    failure: BaseException, ordered: bool, lazy: bool
) -> None:
    """Raised, also a second time, though other ids are never answered."""
    desk = Desk(failure=failure, stall={1})
    ids: Iterable[int] | Source = Source(range(9)) if lazy else range(9)
    expected = AsyncOpsError if isinstance(failure, asyncio.CancelledError) else type(failure)
    async with desk.many(ids, 2, ordered=ordered) as results:
        for _ in range(2):
            with pytest.raises(expected):
                await anext(results)
    assert not others()


async def test_after_an_error_that_ends_the_walk_no_more_ids_are_asked_for() -> None:
    """What is there already may still be taken."""
    desk = Desk({1: 9}, failure=ConfigurationError("closed"), failing={0})
    async with desk.many(range(9), 2) as results:
        with pytest.raises(ConfigurationError):
            await anext(results)
        await steps(20)
        assert await anext(results) == (1, "result 1")
        await steps(20)
        assert desk.asked == [0, 1]


async def test_a_source_is_read_and_closed_by_one_task() -> None:
    """As a generator needs it that holds a timeout or a task group."""
    tasks: list[object] = []

    async def source() -> AsyncIterator[int]:
        try:
            for number in range(9):
                tasks.append(asyncio.current_task())
                yield number
        finally:
            tasks.append(asyncio.current_task())

    async with Desk().many(source()) as results:
        await anext(results)
        await steps(20)
    assert len(tasks) == 2 * 3 + 1 + 1
    assert len(set(tasks)) == 1


async def test_it_is_iterated_inside_of_its_async_with_only() -> None:
    """Outside it would look as if nothing more came."""
    many = Desk().many(range(3))
    with pytest.raises(ConfigurationError, match="enter this"):
        await anext(many)
    async with many as results:
        await anext(results)
        with pytest.raises(ConfigurationError, match="only once"):
            await many.__aenter__()
    with pytest.raises(ConfigurationError, match="was left"):
        await anext(results)
    with pytest.raises(ConfigurationError, match="only once"):
        await many.__aenter__()


async def test_who_waits_while_it_is_left_is_told() -> None:
    """A task that iterates must not wait forever."""
    desk = Desk(stall={0})
    async with desk.many([0]) as results:
        waiting = asyncio.ensure_future(anext(results))
        await steps(3)
    with pytest.raises(ConfigurationError, match="was left"):
        await waiting


async def test_at_its_end_it_stays_at_its_end() -> None:
    """Asked again, it gives no more."""
    async with Desk().many([0]) as results:
        assert [each async for each, _ in results] == [0]
        assert await anext(results, None) is None


@pytest.mark.parametrize("ordered", [False, True])
async def test_a_wait_that_times_out_costs_no_result(ordered: bool) -> None:
    """The next one to ask gets what comes."""
    desk = Desk({0: 30})
    async with desk.many([0], ordered=ordered) as results:
        for _ in range(4):
            waiting = asyncio.ensure_future(anext(results))
            await steps(5)
            waiting.cancel()
            await asyncio.wait([waiting])
        assert await anext(results) == (0, "result 0")


@given(
    consumers=st.integers(2, 4),
    ordered=st.booleans(),
    turns=st.dictionaries(st.integers(0, 19), st.integers(0, 6)),
)
def test_several_tasks_may_share_the_results(
    consumers: int, ordered: bool, turns: dict[int, int]
) -> None:
    """Each result goes to one of them, and all of them see the end."""

    async def check() -> None:
        async with Desk(turns).many(range(20), 4, ordered=ordered) as results:

            async def consume() -> list[int]:
                return [each async for each, _ in results]

            parts = await asyncio.gather(*(consume() for _ in range(consumers)))
            assert sorted(each for part in parts for each in part) == list(range(20))

    asyncio.run(check())


async def test_whoever_waits_for_its_turn_gets_it_though_the_one_before_takes_no_more() -> None:
    """Two results in order, each for another task, while a third is never there."""
    desk = Desk({0: 9}, stall={2})
    async with desk.many(range(3), ordered=True) as results:
        pairs = await asyncio.gather(anext(results), anext(results))
    assert [each for each, _ in pairs] == [0, 1]


async def test_the_next_id_is_asked_for_before_a_result_is_taken() -> None:
    """Results that come together would else leave all but one request waiting for the consumer."""
    desk = Desk()
    async with desk.many(range(50), 4) as results:
        await steps(1)
        assert desk.asked == [0, 1, 2, 3]
        await steps(1)
        assert desk.asked == list(range(8))
        assert await anext(results) == (0, "result 0")
