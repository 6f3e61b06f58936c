"""How many requests may be in flight, who is next, and what may be given as a rate."""

import asyncio
import random
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops.errors import ConfigurationError, PoolTimeout
from asyncops.throttle import AdaptiveLimit, RateLimiter, Slots, rate_limiter

PATIENT = 60.0


class TestAdaptiveLimit:
    @given(
        st.integers(1, 100),
        st.lists(st.tuples(st.booleans(), st.integers(0, 3), st.integers(1, 100))),
    )
    def test_the_limit_stays_between_one_and_its_ceiling(
        self, ceiling: int, answers: list[tuple[bool, int, int]]
    ) -> None:
        limit = AdaptiveLimit(ceiling)
        for good, age, in_flight in answers:
            before, epoch = limit.limit, max(0, limit.epoch - age)
            if good:
                limit.served(epoch)
                assert limit.limit in {before, before + 1}
            else:
                limit.refused(epoch, in_flight)
                assert limit.limit <= before
            assert 1 <= limit.limit <= ceiling
            assert limit.reduced == (limit.limit < ceiling)

    @given(st.integers(2, 100), st.integers(1, 100))
    def test_a_burst_of_refusals_halves_once(self, in_flight: int, refusals: int) -> None:
        limit = AdaptiveLimit(100)
        epoch = limit.epoch
        for already_back in range(min(refusals, in_flight)):
            limit.refused(epoch, in_flight - already_back)
        assert limit.limit == in_flight // 2

    def test_what_goes_out_after_a_halving_can_halve_again(self) -> None:
        limit = AdaptiveLimit(100)
        seen = []
        for _ in range(9):
            limit.refused(limit.epoch, limit.limit)
            seen.append(limit.limit)
        assert seen == [50, 25, 12, 6, 3, 1, 1, 1, 1]

    def test_a_straggler_in_flight_beyond_the_limit_does_not_raise_it(self) -> None:
        limit = AdaptiveLimit(100)
        limit.refused(0, 20)
        limit.refused(1, 90)
        assert limit.limit == 5

    @given(st.integers(2, 100))
    def test_each_round_of_good_answers_adds_one(self, ceiling: int) -> None:
        limit = AdaptiveLimit(ceiling)
        limit.refused(0, ceiling)
        while limit.reduced:
            before = limit.limit
            for _ in range(before):
                assert limit.limit == before
                limit.served(limit.epoch)
            assert limit.limit == before + 1
        limit.served(limit.epoch)
        assert limit.limit == ceiling

    def test_good_answers_to_what_went_out_before_the_halving_do_not_count(self) -> None:
        limit = AdaptiveLimit(100)
        limit.refused(0, 4)
        for _ in range(50):
            limit.served(0)
        assert limit.limit == 2

    def test_a_refusal_begins_the_round_anew(self) -> None:
        limit = AdaptiveLimit(100)
        limit.refused(0, 8)
        for _ in range(3):
            limit.served(1)
        limit.refused(1, 4)
        limit.served(2)
        assert limit.limit == 2
        limit.served(2)
        assert limit.limit == 3


async def settle() -> None:
    """Let all that is ready run."""
    for _ in range(10):
        await asyncio.sleep(0)


class TestSlots:
    async def test_a_slot_is_had_at_once_while_there_is_one(self) -> None:
        slots = Slots(2, PATIENT)
        await slots.take()
        await slots.take()
        third = asyncio.create_task(slots.take())
        await settle()
        assert not third.done()
        slots.give_back()
        await third

    async def test_who_came_first_is_served_first(self) -> None:
        slots, served = Slots(1, PATIENT), list[int]()

        async def use(number: int) -> None:
            await slots.take()
            served.append(number)
            await asyncio.sleep(0)
            slots.give_back()

        await asyncio.gather(*map(use, range(20)))
        assert served == list(range(20))

    async def test_nobody_overtakes_the_queue(self) -> None:
        slots = Slots(1, PATIENT)
        await slots.take()
        first = asyncio.create_task(slots.take())
        await settle()
        slots.give_back()
        late = asyncio.create_task(slots.take())
        await settle()
        assert (first.done(), late.done()) == (True, False)
        slots.give_back()
        await late

    async def test_after_a_429_only_half_go_out(self) -> None:
        slots = Slots(8, PATIENT)
        for _ in range(8):
            await slots.take()
        waiting = [asyncio.create_task(slots.take()) for _ in range(8)]
        for _ in range(8):
            slots.answered(0, 429)
            slots.give_back()
        await settle()
        assert sum(task.done() for task in waiting) == 4
        for _ in range(4):
            slots.answered(slots.epoch, 200)
            slots.give_back()
        await settle()
        assert all(task.done() for task in waiting)

    @pytest.mark.parametrize("status", [500, 503])
    async def test_a_server_in_trouble_does_not_raise_the_limit(self, status: int) -> None:
        slots = Slots(4, PATIENT)
        await slots.take()
        slots.answered(0, 429)
        for _ in range(20):
            slots.answered(1, status)
        waiting = asyncio.create_task(slots.take())
        await settle()
        assert not waiting.done()
        slots.answered(1, 404)
        await waiting

    async def test_a_full_pool_is_waited_for_so_long(self) -> None:
        slots = Slots(1, 0.005)
        await slots.take()
        with pytest.raises(PoolTimeout, match=r"within 0\.005 s; 1 are in use") as caught:
            await slots.take()
        assert not caught.value.sent
        slots.give_back()
        await slots.take()

    async def test_a_reduced_limit_is_not_a_full_pool(self) -> None:
        """Its queue may be waited in for longer, until the pool has been whole for so long."""
        slots = Slots(2, 0.01)
        await slots.take()
        await slots.take()
        waiting = asyncio.create_task(slots.take())
        slots.answered(0, 429)
        await asyncio.sleep(0.03)
        assert not waiting.done()
        slots.answered(1, 200)
        began = asyncio.get_running_loop().time()
        with pytest.raises(PoolTimeout):
            await waiting
        assert asyncio.get_running_loop().time() - began >= 0.009

    async def test_a_call_that_is_cancelled_as_its_turn_comes_passes_it_on(self) -> None:
        slots = Slots(1, PATIENT)
        await slots.take()
        first, second = (asyncio.create_task(slots.take()) for _ in range(2))
        await settle()
        slots.give_back()
        first.cancel()
        await second
        assert first.cancelled()

    async def test_a_call_that_is_cancelled_as_its_time_runs_out_gives_nothing_back(self) -> None:
        slots = Slots(1, PATIENT)
        await slots.take()
        waiting = asyncio.create_task(slots.take())
        await settle()
        (turn,) = slots._queue
        slots._expire(turn)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert slots._in_use == 1

    @given(st.integers(0, 2**32), st.integers(1, 6))
    def test_random_cancels_lose_no_slot_and_no_turn(self, seed: int, capacity: int) -> None:
        asyncio.run(_storm(random.Random(seed), capacity))


async def _storm(rng: random.Random, capacity: int) -> None:
    slots = Slots(capacity, PATIENT)

    async def use() -> None:
        await slots.take()
        epoch = slots.epoch
        try:
            assert slots._in_use <= capacity
            for _ in range(rng.randrange(3)):
                await asyncio.sleep(0)
            slots.answered(epoch, rng.choice([200, 200, 200, 404, 429, 500]))
        finally:
            slots.give_back()

    tasks = [asyncio.create_task(use()) for _ in range(40)]
    for _ in range(30):
        await asyncio.sleep(0)
        rng.choice(tasks).cancel()
    outcomes = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
    assert all(each is None or isinstance(each, asyncio.CancelledError) for each in outcomes)
    assert (slots._in_use, len(slots._queue)) == (0, 0)


class Free:
    """A limiter that never holds anything back."""

    async def acquire(self) -> None:
        """Return at once."""


class TestRateLimiter:
    def test_none_is_no_limit_and_a_limiter_is_itself(self) -> None:
        limiter = Free()
        assert rate_limiter(None) is None
        assert rate_limiter(limiter) is limiter

    @pytest.mark.parametrize(
        "rate", [0, -1, 0.0, float("nan"), float("inf"), -float("inf"), 10**400, 5e-324]
    )
    def test_a_rate_is_finite_and_above_nothing(self, rate: float) -> None:
        with pytest.raises(ValueError, match="rate_limit must be finite and above 0"):
            rate_limiter(rate)

    @pytest.mark.parametrize("value", [True, "5", b"5", [5], object(), Free])
    def test_other_things_are_no_rate(self, value: object) -> None:
        with pytest.raises(TypeError, match="rate_limit must be a number of requests per second"):
            rate_limiter(value)  # type: ignore[arg-type]

    @pytest.mark.parametrize("rate", [5, 0.25, 1e6])
    async def test_a_rate_lets_one_out_at_once(self, rate: float) -> None:
        limiter = rate_limiter(rate)
        assert isinstance(limiter, RateLimiter)
        await asyncio.wait_for(limiter.acquire(), 0.05)

    async def test_requests_are_spaced_evenly(self) -> None:
        limiter, loop = rate_limiter(500), asyncio.get_running_loop()
        assert limiter is not None
        began = loop.time()
        for number in range(10):
            await limiter.acquire()
            assert loop.time() - began >= number / 500 - 1e-6

    def test_what_is_missing_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "aiolimiter", None)
        with pytest.raises(ConfigurationError, match=r"pip install 'asyncops\[rate\]'"):
            rate_limiter(5)
