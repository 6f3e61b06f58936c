"""A listing that can only be followed from page to page, as a concurrent walk sees it."""

import pytest
from attrs import define, field

from asyncops import AsyncOpsError, BadRequest, Page, ServerError
from asyncops.http.messages import Reply, Request
from asyncops.paging.strategy import OneAtATime

REQUEST = Request(path="/")


@define
class Way:
    """Pages of one number each; a refusal may teach how to ask."""

    left: int
    learns: bool = False
    _ready: list[Page[int]] = field(factory=list)

    def next_request(self) -> Request | None:
        return REQUEST if self.left else None

    def feed(self, reply: Reply[int]) -> None:
        self.left -= 1
        self._ready.append(Page(items=(reply.value,)))

    def take(self) -> Page[int] | None:
        return self._ready.pop() if self._ready else None

    def recover(self, _: AsyncOpsError, /) -> bool:
        return self.learns


def test_one_request_is_under_way_at_a_time_and_each_page_is_taken_first() -> None:
    strategy = OneAtATime(Way(2))
    for number in range(2):
        assert strategy.ask() == (0, REQUEST)
        assert strategy.ask() is None
        strategy.feed(0, Reply(value=number))
        assert strategy.ask() is None
        assert not strategy.done
        page = strategy.take()
        assert page is not None
        assert page.items == (number,)
        assert strategy.take() is None
    assert strategy.ask() is None
    assert strategy.done


def test_a_failure_is_raised_in_its_turn_and_nothing_is_asked_for_any_more() -> None:
    strategy = OneAtATime(Way(2, learns=True))
    strategy.ask()
    strategy.fail(0, BadRequest("learned", status=400))
    assert strategy.take() is None
    assert strategy.ask() is not None
    strategy = OneAtATime(Way(2))
    strategy.ask()
    strategy.fail(0, ServerError("down", status=503))
    assert strategy.ask() is None
    with pytest.raises(ServerError):
        strategy.take()


@define
class Blocked(Way):
    """It knows what to ask for next only when no page is ready."""

    def next_request(self) -> Request | None:
        return None if self._ready else super().next_request()

    def feed(self, reply: Reply[int]) -> None:
        for _ in range(2):
            super().feed(reply)
            self.left += 1
        self.left -= 1


def test_pages_that_are_ready_are_no_end() -> None:
    strategy, taken = OneAtATime(Blocked(2)), 0
    while not strategy.done:
        if strategy.ask() is not None:
            strategy.feed(0, Reply(value=1))
        taken += strategy.take() is not None
    assert taken == 4
