"""Numbered pages asked for ahead: one page more at the end tells whether a row can be missing."""

import warnings

import pytest

from asyncops.checkpoints import Checkpoint
from asyncops.errors import BadRequest, ListingMoved, ServerError
from asyncops.http.messages import Reply
from asyncops.paging.counted.consistency import ConsistencyCheck
from tests.laws.out_of_order import Body, Run, Service, rows_of, strategy_of


def rolling(service: Service, *, swaps: int = 1) -> Run:
    """Rows come and go at once, between two answers made in the opposite of their order."""
    run = Run(service, strategy_of(service, 4))
    run.ask()
    run.arrive(0)
    assert run.take()
    run.ask()
    run.arrive(1)
    for _ in range(swaps):
        service.insert(1)
        service.remove([len(service.rows) - 1])
    return run


def read_until_vouching(service: Service, resume: Checkpoint | None = None) -> Run:
    """All is read, quietly; the last request is under way."""
    run = Run(service, strategy_of(service, 4, resume=resume))
    while -1 not in run.under_way:
        run.ask()
        if -1 not in run.under_way:
            run.arrive(0)
            run.take()
    return run


class TestRollingRetention:
    def test_a_row_that_slipped_through_is_told_of(self) -> None:
        run = rolling(Service(rows_of(60)))
        assert run.to_end() is None
        assert not run.service.stayed <= set(run.rows)
        assert run.told

    @pytest.mark.parametrize("start", [1, 4])
    def test_also_by_a_walk_that_begins_in_the_middle(self, start: int) -> None:
        service = Service(rows_of(60))
        resume = Checkpoint(query="q", cursor=start)
        run = Run(service, strategy_of(service, 4, resume=resume))
        run.ask()
        run.arrive(0)
        assert run.take()
        run.ask()
        run.arrive(1)
        service.insert(1)
        service.remove([60])
        assert run.to_end() is None
        assert run.told

    def test_as_an_error_it_is_raised_by_take_and_again(self) -> None:
        run = rolling(Service(rows_of(60)))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(ListingMoved, match="added and removed"):
                while not run.strategy.done:
                    run.step()
            with pytest.raises(ListingMoved):
                run.strategy.take()
        assert not run.strategy.done
        assert run.strategy.ask() is None
        assert len(run.pages) == 12


class TestOneKindOfChange:
    def test_insertions_are_looked_for_where_they_pushed_the_first_rows(self) -> None:
        """Twelve new rows put the first page's middle row on the third page."""
        service = Service(rows_of(60))
        run = Run(service, strategy_of(service, 4))
        run.ask()
        run.arrive(0)
        service.insert(12)
        assert run.to_end() is None
        assert service.asked[-1] == 2
        assert not run.told

    def test_a_listing_that_moved_while_it_was_looked_at_is_looked_at_again(self) -> None:
        service = Service(rows_of(60))
        run = read_until_vouching(service)
        service.insert(12)
        run.arrive(0)
        assert not run.strategy.done
        assert run.to_end() is None
        assert service.asked[-2:] == [0, 2]
        assert not run.told

    def test_it_is_not_looked_at_a_third_time(self) -> None:
        service = Service(rows_of(60))
        run = read_until_vouching(service)
        service.insert(12)
        run.arrive(0)
        run.ask()
        service.insert(12)
        assert run.to_end() is None
        assert service.asked[-2:] == [0, 2]
        assert run.told

    def test_a_row_of_the_first_page_may_go_while_others_come(self) -> None:
        """The rows behind it have moved exactly as the count says."""
        service = Service(rows_of(60))
        run = read_until_vouching(service)
        service.remove([0])
        service.insert(1)
        assert run.to_end() is None
        assert not run.told

    def test_all_rows_may_go(self) -> None:
        service = Service(rows_of(60))
        run = read_until_vouching(service)
        service.remove([0] * 60)
        assert run.to_end() is None
        assert not run.told

    def test_where_no_row_of_the_first_page_is_left_nothing_can_be_told(self) -> None:
        service = Service(rows_of(60))
        run = read_until_vouching(service)
        service.remove([0] * 5)
        assert run.to_end() is None
        assert run.told

    def test_more_rows_than_at_first_were_insertions_even_if_they_are_gone(self) -> None:
        service = Service(rows_of(60))
        run = Run(service, strategy_of(service, 4))
        run.ask()
        run.arrive(0)
        service.insert(1)
        run.take()
        run.ask()
        run.arrive(0)
        service.remove([0, 59])
        assert run.to_end() is None
        assert run.told

    def test_in_the_middle_removals_behind_cannot_be_told_from_more(self) -> None:
        """Where the walk began, no row says whether others were added before it."""
        run = read_until_vouching(Service(rows_of(60)), Checkpoint(query="q", cursor=4))
        run.service.remove([59])
        assert run.to_end() is None
        assert run.told


class TestWhatCannotBeChecked:
    def test_a_failure_is_told_of_and_no_error_of_the_walk(self) -> None:
        service = Service(rows_of(60))
        run = read_until_vouching(service)
        service.failing[0] = ServerError("down", status=503)
        assert run.to_end() is None
        assert (run.told, run.rows) == (True, service.rows)

    def test_a_refusal_teaches_nothing(self) -> None:
        service = Service(rows_of(60))
        run = read_until_vouching(service)
        service.failing[0] = BadRequest("page: must be at least 1", status=400)
        assert run.to_end() is None
        assert run.told
        assert run.strategy.paging.base.first == 0

    def test_another_page_size_tells_nothing(self) -> None:
        run = read_until_vouching(Service(rows_of(60)))
        body = run.service.answer(run.under_way.pop(-1))
        assert isinstance(body, Body)
        with pytest.warns(ListingMoved):
            run.strategy.feed(
                -1,
                Reply(
                    value=Body(
                        body.items,
                        number=0,
                        page_size=4,
                        total_count=60,
                        total_pages=15,
                        version=0,
                    )
                ),
            )
        assert not run.take()
        assert run.strategy.done

    def test_rows_without_an_identity_are_not_looked_for(self) -> None:
        service = Service([""] * 60)
        run = Run(service, strategy_of(service, 4))
        assert run.to_end() is None
        assert (run.told, len(service.asked)) == (True, 12)

    def test_as_an_error_that_too_is_raised_by_take(self) -> None:
        service = Service([""] * 60)
        run = Run(service, strategy_of(service, 4))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(ListingMoved, match="identity"):
                while not run.strategy.done:
                    run.step()
        assert len(run.pages) == 12

    def test_a_page_size_that_is_not_said_is_that_of_the_first_page(self) -> None:
        service = Service(rows_of(60), left_out=frozenset({"page_size"}))
        run = Run(service, strategy_of(service, 4))
        run.ask()
        run.arrive(0)
        service.insert(12)
        assert run.to_end() is None
        assert service.asked[-1] == 2
        assert not run.told


class TestNothingToVouchFor:
    @pytest.mark.parametrize(("rows", "most"), [(60, 1), (10, 8), (3, 8), (0, 8)])
    def test_no_page_more_is_asked_for(self, rows: int, most: int) -> None:
        """One at a time, and where the second page is the last."""
        service = Service(rows_of(rows))
        run = Run(service, strategy_of(service, most))
        assert run.to_end() is None
        assert len(service.asked) == len(run.pages) == max(1, rows // 5)


def test_a_walk_whose_answers_came_in_their_order_needs_no_check() -> None:
    service = Service(rows_of(10))
    paging = strategy_of(service, 1).paging
    check = ConsistencyCheck(paging)
    assert (check.begun, check.done) == (False, True)
    request = paging.next_request()
    assert request is not None
    body = service.answer(request)
    assert isinstance(body, Body)
    paging.feed(Reply(value=body))
    check.follow(body, paging.take())
    assert (check.begun, check.done) == (True, True)
    check.needed = True
    assert not check.done
