"""How many requests may be in flight, and who is next."""

import asyncio
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops.errors import PoolTimeout
from asyncops.retry.connection_limit import AdaptiveLimit, ConnectionLimit

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
            assert 1 <= limit.threshold <= ceiling
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

    @given(st.integers(1, 100), st.integers(1, 100), st.integers(1, 3))
    def test_half_of_the_level_that_was_refused_is_had_again_soon(
        self, ceiling: int, in_flight: int, refusals: int
    ) -> None:
        """The limit doubles with each round up to there, and adds one with each behind it."""
        limit = AdaptiveLimit(ceiling)
        in_flight = min(in_flight, ceiling)
        for _ in range(refusals):
            limit.refused(limit.epoch, in_flight)
        while limit.limit < limit.threshold:
            round_to = min(2 * limit.limit, limit.threshold)
            for _ in range(round_to - limit.limit):
                limit.served(limit.epoch)
            assert limit.limit == round_to
        before = limit.limit
        for _ in range(before - 1):
            limit.served(limit.epoch)
        assert limit.limit == before
        limit.served(limit.epoch)
        assert limit.limit == min(before + 1, ceiling)

    @pytest.mark.parametrize("refusals", [1, 2, 5])
    def test_429s_to_a_lone_call_hold_the_next_burst_back_for_a_few_answers(
        self, refusals: int
    ) -> None:
        """However often it was refused: that one at a time is too much says nothing of bursts."""
        limit = AdaptiveLimit(100)
        for _ in range(refusals):
            limit.refused(limit.epoch, 1)
        assert (limit.limit, limit.threshold) == (1, 50)
        for _ in range(49):
            limit.served(limit.epoch)
        assert limit.limit == 50

    def test_a_refusal_on_the_way_up_lowers_the_way(self) -> None:
        limit = AdaptiveLimit(100)
        limit.refused(0, 20)
        assert (limit.limit, limit.threshold) == (10, 50)
        for _ in range(10):
            limit.served(1)
        limit.refused(1, 20)
        assert (limit.limit, limit.threshold) == (10, 25)

    @given(st.integers(1, 100), st.integers(1, 20))
    def test_a_service_that_bears_so_many_is_found_out_by_a_refusal_per_halving(
        self, ceiling: int, bears: int
    ) -> None:
        """Bursts without end, each as large as may be, of which too large ones are refused."""
        limit, refused, served = AdaptiveLimit(ceiling), 0, 0
        while served < 50:
            if limit.limit > bears:
                refused += 1
                limit.refused(limit.epoch, limit.limit)
                continue
            served += 1
            for _ in range(limit.limit):
                limit.served(limit.epoch)
        # Seven halvings lead from 100 to 1; after that, one per try to have one more.
        assert refused <= 7 + served

    def test_a_refusal_begins_the_round_anew(self) -> None:
        limit = AdaptiveLimit(8)
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
        slots = ConnectionLimit(2, PATIENT)
        await slots.take()
        await slots.take()
        third = asyncio.create_task(slots.take())
        await settle()
        assert not third.done()
        slots.give_back()
        await third

    async def test_who_came_first_is_served_first(self) -> None:
        slots, served = ConnectionLimit(1, PATIENT), list[int]()

        async def use(number: int) -> None:
            await slots.take()
            served.append(number)
            await asyncio.sleep(0)
            slots.give_back()

        await asyncio.gather(*map(use, range(20)))
        assert served == list(range(20))

    async def test_nobody_overtakes_the_queue(self) -> None:
        slots = ConnectionLimit(1, PATIENT)
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
        slots = ConnectionLimit(8, PATIENT)
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
        slots = ConnectionLimit(4, PATIENT)
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
        slots = ConnectionLimit(1, 0.005)
        await slots.take()
        with pytest.raises(PoolTimeout, match=r"within 0\.005 s; 1 are in use") as caught:
            await slots.take()
        assert not caught.value.sent
        slots.give_back()
        await slots.take()

    async def test_a_reduced_limit_is_not_a_full_pool(self) -> None:
        """Its queue may be waited in for longer, until the pool has been whole for so long."""
        slots = ConnectionLimit(2, 0.01)
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
        slots = ConnectionLimit(1, PATIENT)
        await slots.take()
        first, second = (asyncio.create_task(slots.take()) for _ in range(2))
        await settle()
        slots.give_back()
        first.cancel()
        await second
        assert first.cancelled()

    async def test_a_call_that_is_cancelled_as_its_time_runs_out_gives_nothing_back(self) -> None:
        slots = ConnectionLimit(1, PATIENT)
        await slots.take()
        waiting = asyncio.create_task(slots.take())
        await settle()
        slots._timeout = 0.0
        slots._expire()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert slots._in_use == 1

    async def test_every_one_of_a_queue_runs_out_of_patience_on_its_own_time(self) -> None:
        slots, loop = ConnectionLimit(1, 0.02), asyncio.get_running_loop()
        await slots.take()

        async def waited(before: float) -> float:
            await asyncio.sleep(before)
            began = loop.time()
            with pytest.raises(PoolTimeout):
                await slots.take()
            return loop.time() - began

        for each in await asyncio.gather(*map(waited, [0, 0, 0.005, 0.01])):
            assert each >= 0.019

    async def test_one_by_one_the_next_slot_is_given_when_the_last_one_was_used(self) -> None:
        slots = ConnectionLimit(3, PATIENT)
        slots.one_by_one = True
        await slots.take()
        waiting = [asyncio.create_task(slots.take()) for _ in range(3)]
        for sent in range(3):
            await settle()
            assert [task.done() for task in waiting] == [n < sent for n in range(3)]
            slots.rate_passed()
        await settle()
        assert not waiting[2].done()
        slots.give_back()
        await waiting[2]

    async def test_a_queue_behind_one_that_waits_for_the_rate_is_not_a_full_pool(self) -> None:
        """Only the time in which all connections are in use counts, and all of it."""
        slots, loop = ConnectionLimit(1, 0.02), asyncio.get_running_loop()
        slots.one_by_one = True
        await slots.take()
        waiting = asyncio.create_task(slots.take())
        await asyncio.sleep(0.04)
        assert not waiting.done()
        began = loop.time()
        slots.rate_passed()
        with pytest.raises(PoolTimeout):
            await waiting
        assert loop.time() - began >= 0.019

    async def test_a_429_counts_what_has_gone_out(self) -> None:
        """Not the one that waits for the rate."""
        slots = ConnectionLimit(8, PATIENT)
        slots.one_by_one = True
        for _ in range(4):
            await slots.take()
            slots.rate_passed()
        await slots.take()
        slots.answered(0, 429)
        assert slots._limit.limit == 2

    @given(st.integers(0, 2**32), st.integers(1, 6), st.booleans())
    def test_random_cancels_lose_no_slot_and_no_turn(
        self, seed: int, capacity: int, one_by_one: bool
    ) -> None:
        asyncio.run(_storm(random.Random(seed), capacity, one_by_one))


async def _storm(rng: random.Random, capacity: int, one_by_one: bool) -> None:
    slots = ConnectionLimit(capacity, PATIENT)
    slots.one_by_one = one_by_one
    unsent = 0

    async def wait_for_rate() -> None:
        nonlocal unsent
        unsent += 1
        try:
            assert unsent == 1
            await asyncio.sleep(0)
        finally:
            unsent -= 1
            slots.rate_passed()

    async def use() -> None:
        await slots.take()
        try:
            if one_by_one:
                await wait_for_rate()
            epoch = slots.epoch
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
