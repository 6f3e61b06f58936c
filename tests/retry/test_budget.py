"""The tokens that retries cost."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from asyncops.retry.budget import RetryQuota


class TestQuota:
    @given(
        st.integers(0, 1000),
        st.lists(st.tuples(st.booleans(), st.integers(0, 50))),
    )
    def test_it_is_never_below_nothing_nor_above_its_capacity(
        self, capacity: int, moves: Iterable[tuple[bool, int]]
    ) -> None:
        quota = RetryQuota(capacity)
        assert quota.tokens == capacity
        for takes, amount in moves:
            before = quota.tokens
            if takes:
                assert quota.take(amount) == (before >= amount)
                assert quota.tokens == (before - amount if before >= amount else before)
            else:
                quota.give_back(amount)
                assert quota.tokens == min(capacity, before + amount)
            assert 0 <= quota.tokens <= capacity
