"""How far one status was read, and its watermark."""

import pytest

from asyncops import RepeatedToken
from asyncops.http.messages import Request
from asyncops.paging.statuses.stream import END, START, StatusStream, first_to_ask
from asyncops.paging.styles import Token

REQUEST = Request(path="/")


def two() -> tuple[StatusStream, StatusStream]:
    queued = StatusStream("queued", REQUEST, Token())
    return queued, StatusStream("running", REQUEST, Token(), after=queued)


def token_of(request: Request) -> str | None:
    return dict(request.params).get("page_token")


def test_the_first_status_is_trusted_as_far_as_it_was_read() -> None:
    queued, running = two()
    assert (queued.rank, running.rank) == (0, 1)
    assert token_of(queued.ask()) is None
    queued.feed("t", [1.0, 4.0])
    assert (queued.reach, queued.watermark) == (4.0, 4.0)
    assert token_of(queued.ask()) == "t"
    queued.feed(None, [5.0])
    assert (queued.reach, queued.watermark) == (END, END)


def test_a_later_status_is_trusted_as_far_as_the_earlier_one_was_when_it_was_asked() -> None:
    queued, running = two()
    queued.ask()
    queued.feed("q", [1.0, 3.0])
    running.ask()
    running.feed("r", [2.0, 9.0])
    assert running.watermark == 3.0
    assert running.ran_ahead
    # So its page is asked for again.
    assert token_of(running.ask()) is None


def test_the_earlier_status_is_asked_first_where_the_later_one_would_gain_too_little() -> None:
    queued, running = two()
    assert first_to_ask(running) is queued
    queued.ask()
    queued.feed("q", [1.0, 3.0])
    assert first_to_ask(running) is running
    assert first_to_ask(queued) is queued


def test_a_token_that_comes_back_is_an_error() -> None:
    queued, _ = two()
    queued.ask()
    queued.feed("t", [1.0])
    queued.ask()
    with pytest.raises(RepeatedToken):
        queued.feed("t", [2.0])


def test_a_walk_goes_on_with_the_page_that_holds_the_place() -> None:
    queued, _ = two()
    for token, keys in (("a", [1.0, 2.0]), ("b", [3.0, 4.0]), ("c", [5.0, 6.0])):
        queued.ask()
        queued.feed(token, keys)
    assert queued.pages_beyond(3.0) == 1
    assert queued.restart_token(2.0, beyond=False) is None
    assert queued.restart_token(2.0, beyond=True) == "a"
    assert queued.restart_token(5.0, beyond=False) == "b"


def test_a_rewind_forgets_what_was_read_and_begins_where_it_was_told_to() -> None:
    queued, _ = two()
    queued.begin("here")
    queued.ask()
    queued.feed("there", [1.0])
    queued.rewind()
    assert (queued.reach, queued.watermark) == (START, START)
    assert token_of(queued.ask()) == "here"


def test_what_has_been_read_to_its_end_is_not_asked_for_while_the_last_page_comes_again() -> None:
    queued, running = two()
    queued.ask()
    queued.feed("q", [1.0, 3.0])
    running.ask()
    running.feed(None, [9.0])
    queued.ask()
    queued.feed(None, [4.0])
    running.ask()
    assert first_to_ask(running) is running
