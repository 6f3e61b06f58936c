"""Numbered pages asked for ahead: the laws, whatever the order of the answers.

Here no other limit is left out than the one that the module states: rows that were added and are
gone again, while older ones go, between two answers accepted in the opposite of the order that they
were made in.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncops.checkpoints import Checkpoint
from asyncops.errors import ServerError
from tests.laws.out_of_order import COUNTINGS, Run, Service, rows_of, strategy_of

SERVICES = st.builds(
    Service,
    rows=st.integers(0, 60).map(rows_of),
    max_size=st.integers(1, 9),
    counting=st.sampled_from(COUNTINGS),
)
LEFT_OUT = st.frozensets(st.sampled_from(["total_pages", "total_count", "page_size"]))
# Left alone, Hypothesis draws short ones, over before many requests meet.
TAPES = st.sampled_from([0, 50, 200]).flatmap(
    lambda least: st.binary(min_size=least, max_size=2 * least + 20).map(list)
)
MOST = st.integers(1, 8)


class TestQuietListings:
    @given(SERVICES, LEFT_OUT, TAPES, MOST, st.booleans())
    def test_each_page_is_asked_for_once_and_comes_in_order(
        self,
        service: Service,
        left_out: frozenset[str],
        tape: list[int],
        most: int,
        ordered: bool,
    ) -> None:
        service.left_out = left_out
        run = Run(service, strategy_of(service, most, ordered=ordered), iter(tape))
        assert run.to_end() is None
        assert [row for page in run.pages for row in page.items] == service.rows
        assert sorted(run.rows) == sorted(service.rows)
        assert [page.cursor for page in run.pages] == list(
            range(service.base, service.base + len(run.pages))
        )
        assert [page.next_cursor for page in run.pages[:-1]] == [
            page.cursor for page in run.pages[1:]
        ]
        assert run.pages[-1].next_cursor is None
        refused = service.counting == "refusing"
        assert len(service.asked) == len(run.pages) + refused + run.checked
        assert not run.told
        assert run.checked <= (most > 1 and len(run.pages) > 2)
        assert ordered <= (len(run.ready_pages) == len(run.pages))

    @given(SERVICES, TAPES, MOST, st.booleans(), st.integers(0, 14))
    def test_a_walk_begun_in_the_middle_reads_exactly_the_rest(
        self, service: Service, tape: list[int], most: int, ordered: bool, start: int
    ) -> None:
        resume = Checkpoint(query="q", cursor=start)
        run = Run(service, strategy_of(service, most, ordered=ordered, resume=resume), iter(tape))
        assert run.to_end() is None
        rest = service.rows[max(0, start - service.base) * service.size :]
        assert [row for page in run.pages for row in page.items] == rest
        assert len(service.asked) - len(run.pages) - run.checked in {0, 1}
        assert not run.told

    @pytest.mark.parametrize("counting", COUNTINGS)
    @pytest.mark.parametrize("ordered", [True, False])
    def test_500_pages_at_16_take_as_many_round_trips_as_they_must(
        self, counting: str, ordered: bool
    ) -> None:
        service = Service(rows_of(2_500), counting=counting)
        run = Run(service, strategy_of(service, 16, ordered=ordered))
        trips = 0
        while not run.strategy.done:
            run.ask()
            trips += 1
            for _ in range(len(run.under_way)):
                run.make_answer(0)
                run.deliver(-1)
            while run.take():
                pass
        assert trips == 1 + -(-499 // 16) + (counting == "refusing") + 1
        assert len(service.asked) == 500 + (counting == "refusing") + 1
        assert run.rows == service.rows or not ordered
        assert (len(run.pages), run.busiest) == (500, 16)

    @pytest.mark.parametrize(("missing", "busiest"), [("total_pages", 5), ("total_count", 1)])
    def test_without_a_total_of_rows_pages_come_one_at_a_time(
        self, missing: str, busiest: int
    ) -> None:
        service = Service(rows_of(30), left_out=frozenset({missing}))
        run = Run(service, strategy_of(service, 8))
        assert run.to_end() is None
        assert (run.rows, run.busiest) == (service.rows, busiest)

    def test_pages_that_are_not_taken_keep_others_from_being_asked_for(self) -> None:
        """Four are accepted and wait to be taken, and four that have come wait for room."""
        service = Service(rows_of(60))
        run = Run(service, strategy_of(service, 4))
        for _ in range(8):
            run.ask()
            run.arrive(0)
        run.ask()
        assert service.asked == list(range(8))
        assert not run.under_way
        assert run.take()
        run.ask()
        assert list(run.under_way) == [8]


class TestRowsThatMove:
    @settings(max_examples=600, deadline=None)
    @given(SERVICES, TAPES, MOST, st.booleans(), st.sampled_from(["+", "-", "+-"]))
    def test_a_row_that_stayed_comes_exactly_once(
        self, service: Service, tape: list[int], most: int, ordered: bool, changing: str
    ) -> None:
        run = Run(service, strategy_of(service, most, ordered=ordered), iter(tape), changing)
        assert run.to_end() is None
        assert len(run.rows) == len(set(run.rows))
        assert service.stayed <= set(run.rows) or run.told or run.undetectable
        # The strategy's patience is for removals, and not used up by answers that came late.
        removals = sum(change < 0 for change in service.changes)
        both = removals and max(service.changes) > 0
        unknown = service.stayed.isdisjoint(rows_of(service.size))
        hidden = (removals and unknown) or run.moved_while_looking
        assert not run.told or removals > 8 or both or hidden

    @settings(max_examples=300, deadline=None)
    @given(SERVICES, TAPES, st.integers(2, 8), st.booleans(), st.integers(0, 8))
    def test_under_rolling_retention_a_row_that_stayed_comes_or_is_told_of(
        self, service: Service, tape: list[int], most: int, ordered: bool, start: int
    ) -> None:
        """A row in, the oldest out: the count never changes."""
        given_out = service.rows[: start * service.size]
        resume = Checkpoint(query="q", cursor=start + service.base) if start else None
        run = Run(
            service, strategy_of(service, most, ordered=ordered, resume=resume), iter(tape), "="
        )
        assert run.to_end() is None
        assert service.stayed <= {*given_out, *run.rows} or run.told

    @settings(max_examples=400, deadline=None)
    @given(
        SERVICES,
        TAPES,
        MOST,
        st.booleans(),
        st.sampled_from(["+", "-", "+-"]),
        st.integers(1, 8),
        st.integers(2, 30),
    )
    def test_a_resumed_walk_gives_exactly_the_rest(
        self,
        service: Service,
        tape: list[int],
        most: int,
        ordered: bool,
        changing: str,
        start: int,
        kept: int,
    ) -> None:
        given_out = service.rows[: start * service.size]
        seen = given_out[-kept * service.size :]
        resume = Checkpoint(
            query="q",
            cursor=start + service.base,
            seen=tuple(seen),
            total_count=len(service.rows) or None,
            page_size=service.size,
        )
        strategy = strategy_of(service, most, ordered=ordered, resume=resume)
        run = Run(service, strategy, iter(tape), changing)
        # The listing moves between the two walks as well.
        run.change()
        assert run.to_end() is None
        found = given_out + run.rows
        assert service.stayed <= set(found) or run.told or run.undetectable
        assert set(seen).isdisjoint(run.rows)
        assert len(run.rows) == len(set(run.rows))

    @settings(max_examples=400, deadline=None)
    @given(SERVICES, TAPES, MOST, st.booleans(), st.sampled_from(["+", "-", "+-"]))
    def test_a_change_wastes_few_requests(
        self, service: Service, tape: list[int], most: int, ordered: bool, changing: str
    ) -> None:
        rows = len(service.rows)
        run = Run(service, strategy_of(service, most, ordered=ordered), iter(tape), changing)
        assert run.to_end() is None
        polls = 2 if run.checked else 0
        wasted = len(service.asked) - len(run.pages) - (service.counting == "refusing") - polls
        assert wasted <= len(service.changes) * (most + 2)
        rows += sum(max(0, change) for change in service.changes)
        again = sum(-(-max(0, -change) // service.size) + 1 for change in service.changes)
        assert len(run.pages) <= max(1, -(-rows // service.size)) + again


class TestFailures:
    @given(SERVICES, TAPES, MOST, st.booleans(), st.data())
    def test_a_failed_page_ends_it_after_exactly_the_pages_before_it(
        self, service: Service, tape: list[int], most: int, ordered: bool, data: st.DataObject
    ) -> None:
        last = service.base + max(1, service.pages) - 1
        failing = data.draw(st.integers(service.base, last))
        error = ServerError("down", status=503)
        service.failing[failing] = error
        if service.counting == "clamping" and failing == 1:
            service.failing[0] = error
        run = Run(service, strategy_of(service, most, ordered=ordered), iter(tape))
        assert run.to_end() is error
        assert [page.cursor for page in run.pages] == list(range(service.base, failing))
        assert not run.strategy.done
        assert run.strategy.ask() is None
        assert failing not in run.under_way
        assert service.asked.count(failing) <= 1
        with pytest.raises(ServerError) as again:
            run.strategy.take()
        assert again.value is error

    @settings(max_examples=300, deadline=None)
    @given(SERVICES, TAPES, MOST, st.booleans(), st.integers(0, 14), st.sampled_from(["+", "-"]))
    def test_a_failure_in_a_moving_listing_is_raised_or_forgotten(
        self,
        service: Service,
        tape: list[int],
        most: int,
        ordered: bool,
        failing: int,
        changing: str,
    ) -> None:
        error = ServerError("down", status=503)
        service.failing[failing] = error
        if service.counting == "clamping" and failing == 1:
            service.failing[0] = error
        run = Run(service, strategy_of(service, most, ordered=ordered), iter(tape), changing)
        assert run.to_end() in {None, error}
        assert failing not in [page.cursor for page in run.pages]
