"""Numbered pages asked for ahead: what a change, a failure and an early page come to."""

import warnings

import pytest

from asyncops.checkpoints import Checkpoint
from asyncops.errors import BadRequest, ListingMoved, ServerError, UnexpectedPage
from asyncops.http.messages import Reply
from asyncops.paging.counted.concurrent import ConcurrentNumbered
from asyncops.paging.strategy import EarlyPage
from tests.laws.out_of_order import Body, Run, Service, rows_of, strategy_of


def reading(service: Service, most: int = 4, *, ordered: bool = True) -> Run:
    """The first page is read, and as many as possible are under way."""
    strategy: ConcurrentNumbered[str] = strategy_of(service, most, ordered=ordered)
    run = Run(service, strategy)
    run.ask()
    run.arrive(0)
    assert run.take()
    run.ask()
    return run


class TestChanges:
    def test_an_answer_from_before_an_insertion_is_asked_for_again(self) -> None:
        """Pages 2 to 4 lack the row that page 1 pushed out: all three, side by side."""
        service = Service(rows_of(60))
        run = reading(service)
        for _ in range(3):
            run.arrive(1)
        service.insert(1)
        run.arrive(0)
        run.ask()
        assert list(run.under_way) == [2, 3, 4, 5]
        assert run.to_end() is None
        assert run.rows == rows_of(60)
        assert len(service.asked) == 13 + 3 + 1
        assert not run.told

    def test_an_answer_from_after_an_insertion_is_taken(self) -> None:
        service = Service(rows_of(60))
        run = reading(service)
        run.arrive(0)
        service.insert(1)
        assert run.to_end() is None
        assert run.rows == rows_of(60)
        assert service.asked == [*range(13), 0]
        assert not run.told

    def test_a_removal_is_gone_after_once_it_is_certain(self) -> None:
        """Page 2 is asked for again to be sure, then page 1, then page 2 as part of the walk.

        At the end, page 0 says that nothing was inserted.
        """
        service = Service(rows_of(60))
        run = reading(service)
        run.arrive(0)
        service.remove([0])
        assert run.to_end() is None
        assert run.rows == rows_of(60)
        assert sorted(service.asked) == sorted([*range(12), 2, 1, 2, 0])
        assert not run.told

    def test_one_removal_is_not_gone_after_twice(self) -> None:
        """Answers from before and after it come by turns; those from before are dropped."""
        service = Service(rows_of(60))
        run = reading(service, 8)
        run.make_answer(7)
        run.make_answer(5)
        run.make_answer(3)
        run.make_answer(1)
        run.make_answer(0)
        service.remove([0])
        while not run.strategy.done:
            run.ask()
            run.make_answer(0)
            run.deliver(-1)
            run.take()
        assert run.rows == rows_of(60)
        assert len(run.pages) == 12 + 1

    def test_pages_that_were_skipped_take_up_no_room(self) -> None:
        """Insertions put what was not read 7 pages on, too far to read what lies between."""
        seen = tuple(rows_of(20)[10:])
        resume = Checkpoint(query="q", cursor=4, seen=seen, total_count=200, page_size=5)
        service = Service(rows_of(200))
        run = Run(service, strategy_of(service, 4, resume=resume))
        run.ask()
        run.arrive(0)
        assert run.take()
        run.ask()
        service.insert(40)
        for _ in range(4):
            run.arrive(0)
        run.ask()
        assert list(run.under_way) == [12, 13, 14, 15]
        assert run.to_end() is None
        assert run.rows == rows_of(200)[20:]


class TestFailures:
    def test_a_failure_beyond_the_end_is_forgotten(self) -> None:
        service = Service(rows_of(25))
        service.failing[4] = ServerError("down", status=503)
        run = reading(service)
        run.arrive(3)
        service.remove([20] * 5)
        assert run.to_end() is None
        assert run.rows == rows_of(20)

    def test_nothing_behind_a_failed_page_is_asked_for_or_given_early(self) -> None:
        service = Service(rows_of(60))
        service.failing[2] = ServerError("down", status=503)
        run = reading(service, ordered=False)
        run.arrive(1)
        run.arrive(1)
        assert not run.take()
        run.ask()
        assert list(run.under_way) == [1, 4]
        run.arrive(0)
        assert run.take()
        with pytest.raises(ServerError):
            run.take()
        assert [page.cursor for page in run.ready_pages] == [0, 1]

    @pytest.mark.parametrize("ordered", [True, False])
    @pytest.mark.parametrize(("field_of_body", "value"), [("number", 7), ("page_size", 4)])
    def test_an_answer_that_does_not_fit_is_an_error_in_its_turn(
        self, ordered: bool, field_of_body: str, value: int
    ) -> None:
        service = Service(rows_of(60))
        run = reading(service, ordered=ordered)
        body = service.answer(run.under_way.pop(2))
        assert isinstance(body, Body)
        fields = {"number": body.number, "page_size": body.page_size, field_of_body: value}
        run.strategy.feed(
            2, Reply(value=Body(body.items, total_count=60, total_pages=12, version=0, **fields))
        )
        assert not run.take()
        run.arrive(0)
        assert run.take()
        with pytest.raises(UnexpectedPage):
            run.strategy.take()
        assert run.rows == rows_of(10)

    def test_a_400_on_a_page_that_is_gone_teaches_nothing_of_where_pages_begin(self) -> None:
        """It comes while page 0 is asked for because the end hangs on that."""
        service = Service(rows_of(20))
        seen = tuple(rows_of(5))
        resume = Checkpoint(query="q", cursor=1, seen=seen, total_count=20, page_size=5)
        run = Run(service, strategy_of(service, 4, resume=resume))
        run.ask()
        run.arrive(0)
        assert run.take()
        run.ask()
        assert list(run.under_way) == [2, 3]
        service.remove([15] * 5)
        service.failing[3] = BadRequest("page: there are 3", status=400)
        while 0 not in run.under_way:
            run.arrive([name != 3 for name in run.under_way].index(True))
            run.take()
            run.ask()
        run.arrive(0)
        assert run.to_end() is None
        assert run.rows == rows_of(15)[5:]
        assert service.asked == [1, 2, 1, 2, 3, 0, 0]

    def test_a_warning_made_an_error_is_raised_in_its_turn(self) -> None:
        resume = Checkpoint(query="q", cursor=4, seen=("18", "19"), total_count=60, page_size=5)
        service = Service(rows_of(30))
        run = Run(service, strategy_of(service, 4, resume=resume))
        run.ask()
        run.make_answer(0)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            run.deliver(0)
            with pytest.raises(ListingMoved):
                run.strategy.take()


class TestEarly:
    def test_a_page_ahead_of_its_turn_comes_at_once_and_again_in_its_turn(self) -> None:
        service = Service(rows_of(15))
        run = reading(service, ordered=False)
        run.arrive(1)
        assert run.take()
        assert isinstance(run.ready_pages[-1], EarlyPage)
        assert (run.ready_pages[-1].cursor, run.ready_pages[-1].items) == (
            2,
            tuple(rows_of(15)[10:]),
        )
        assert not run.take()
        assert run.to_end() is None
        assert [page.cursor for page in run.pages] == [0, 1, 2]
        assert sorted(run.rows) == sorted(service.rows)

    def test_a_page_of_another_count_waits_for_its_turn(self) -> None:
        service = Service(rows_of(15))
        run = reading(service, ordered=False)
        service.insert(1)
        run.arrive(1)
        assert not run.take()

    def test_rows_that_were_given_before_are_left_out(self) -> None:
        """The rows of page 1 have been pushed onto page 2."""
        service = Service(rows_of(60))
        run = reading(service, ordered=False)
        run.arrive(0)
        assert run.take()
        service.insert(7)
        run.arrive(0)
        assert run.take()
        run.arrive(1)
        assert run.take()
        early = run.ready_pages[-1]
        assert (isinstance(early, EarlyPage), early.cursor) == (True, 4)
        assert early.items == tuple(rows_of(20)[13:18])

    def test_rows_without_an_identity_wait_for_their_turn(self) -> None:
        run = reading(Service([*rows_of(5), *[""] * 55]), ordered=False)
        run.arrive(1)
        assert run.take()
        assert isinstance(run.ready_pages[-1], EarlyPage)
        assert run.ready_pages[-1].items == ()
        assert run.to_end() is None
        assert run.rows == [*rows_of(5), *[""] * 55]

    def test_as_many_pages_as_are_allowed_wait_for_a_slow_one(self) -> None:
        """Page 1 does not come; the four behind it do, and no more are asked for."""
        service = Service(rows_of(60))
        run = reading(service, ordered=False)
        while len(run.under_way) > 1:
            run.arrive(1)
            assert run.take()
            run.ask()
        assert [page.cursor for page in run.ready_pages] == [0, 2, 3, 4, 5]
        assert run.to_end() is None
        assert sorted(run.rows) == sorted(rows_of(60))


class TestWhatIsLeft:
    def test_it_shrinks_with_each_page_and_is_nothing_while_the_end_is_in_doubt(self) -> None:
        """Begun in the middle, where a full last page is the last only if pages begin at 0."""
        service = Service(rows_of(20))
        paging = strategy_of(service, 1, resume=Checkpoint(query="q", cursor=1)).paging
        left = []
        while (request := paging.next_request()) is not None:
            left.append(paging.remaining)
            body = service.answer(request)
            assert isinstance(body, Body)
            paging.feed(Reply(value=body))
        left.append(paging.remaining)
        assert service.asked == [1, 2, 3, 0]
        assert [list(each) for each in left] == [[], [2, 3], [3], [], []]

    def test_an_answer_that_sends_the_walk_back_says_how_many_pages_are_left(self) -> None:
        service = Service(rows_of(60))
        run = reading(service, 1)
        assert run.strategy.paging.remaining == range(1, 12)
        service.remove([35] * 25)
        run.arrive(0)
        assert run.strategy.paging.remaining == range(7)
