"""The live screen: what it shows, and that it always fits."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.text import Text
from wcwidth import wcwidth

from asyncops import ApiCallStatus, AsyncApiCallType, Change, ChangeKind, ConnectionFailed, Poll
from asyncops.cli.live.drawing import Canvas, drawn
from asyncops.cli.live.state import Rates, WatchState, sparkline, summary_of
from asyncops.models import State
from asyncops.services.chainloop import AsyncOperation, AsyncOperationStatus
from tests.cli.samples import NOON, call, operation
from tests.cli.test_text import HOSTILE

SECOND = timedelta(seconds=1)


def change(kind: ChangeKind, after: Any = None, seconds: float = 0, **more: Any) -> Change[Any]:
    given: dict[str, Any] = {"id": None if after is None else str(after.id), **more}
    return Change(kind=kind, after=after, seen_at=NOON + seconds * SECOND, **given)


def board_of(*changes: Change[Any], introduced: bool = False) -> WatchState:
    board = WatchState(title="Zoo operations", since=NOON, introduced=introduced)
    board.on_poll(Poll(number=3, elapsed=60, open=1, ended=0, next_in=5), NOON + 60 * SECOND)
    for each in changes:
        board.take(each)
    return board


def shown(board: WatchState, width: int = 80, height: int = 24, seconds: float = 60) -> str:
    canvas = Canvas(width=width, height=height)
    return "\n".join(line.plain for line in drawn(board, canvas, NOON + seconds * SECOND))


def numbered(number: int, **fields: Any) -> AsyncOperation:
    return operation(id=f"{number:08}-rest", **fields)


def ended(number: int, *, failed: bool = False, seconds: float = 0) -> Change[Any]:
    status = AsyncOperationStatus.FAILED if failed else AsyncOperationStatus.COMPLETED
    at = NOON + seconds * SECOND
    error = "the evidence could not be read" if failed else ""
    after = numbered(number, status=status, finished_at=at, error_message=error)
    return change(ChangeKind.FINISHED, after, seconds)


def test_operations_are_counted_by_their_states() -> None:
    running = AsyncOperationStatus.RUNNING
    board = board_of(
        *(change(ChangeKind.CREATED, numbered(number)) for number in range(5)),
        change(ChangeKind.UPDATED, numbered(0, status=running)),
        ended(1),
        ended(2, failed=True),
        change(ChangeKind.VANISHED, id=str(numbered(3).id), before=numbered(3)),
    )
    counts = "pending 1   running 1   succeeded 1   failed 1   vanished 1"
    assert counts in shown(board)
    assert board.states[State.SUCCEEDED] == 1


def test_a_cancellation_is_an_end_of_its_own() -> None:
    cancelled = numbered(1, status=AsyncOperationStatus("ASYNC_OPERATION_STATUS_CANCELLED"))
    board = board_of(change(ChangeKind.FINISHED, cancelled))
    text = shown(board)
    assert "succeeded 0   failed 0   cancelled 1" in text
    assert "cancelled   00000001" in text


def test_what_waits_for_a_person_is_counted_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AsyncOperationStatus.RUNNING, "state", State.BLOCKED)
    held = numbered(1, status=AsyncOperationStatus.RUNNING)
    text = shown(board_of(change(ChangeKind.CREATED, held)))
    assert "failed 0   blocked 1" in text
    assert "blocked     00000001" in text


def test_one_that_goes_on_is_open_again_and_ends_once_more() -> None:
    running = numbered(1, status=AsyncOperationStatus.RUNNING)
    board = board_of(ended(1, failed=True), change(ChangeKind.REOPENED, running))
    assert "running 1   succeeded 0   failed 1" in shown(board)
    assert "reopened    00000001" in shown(board)
    board.take(ended(1))
    assert "running 0   succeeded 1   failed 1" in shown(board)


def test_a_new_status_is_shown_by_the_services_word() -> None:
    paused = numbered(1, status=AsyncOperationStatus("ASYNC_OPERATION_STATUS_PAUSED"))
    text = shown(board_of(change(ChangeKind.CREATED, paused)))
    assert "unknown 1" in text
    assert text.count(" paused      00000001") == 2


def test_what_ended_before_it_was_seen_takes_two_lines_that_differ() -> None:
    failed = ended(1, failed=True)
    board = board_of(change(ChangeKind.CREATED, failed.after), failed)
    lines = [line for line in shown(board).splitlines() if "00000001" in line]
    assert [line.split()[1] for line in lines] == ["failed", "created"]


@pytest.mark.parametrize("year", [1, 9999])
def test_a_date_that_nobody_set_is_no_age(year: int) -> None:
    unset = NOON.replace(year=year)
    waits = change(ChangeKind.CREATED, numbered(1, created_at=unset), 30)
    done = AsyncOperationStatus.COMPLETED
    ends = change(ChangeKind.FINISHED, numbered(2, status=done, finished_at=unset), 55)
    text = shown(board_of(waits, ends))
    assert "   30s pending     00000001" in text.partition("Still waiting")[2]
    assert "peak 1 in 10s" in text


def test_what_was_there_before_is_counted_but_is_no_news() -> None:
    """A screen shows what is alive; that somebody began to watch is nothing that happened to it."""
    old = numbered(1, created_at=NOON - 600 * SECOND)
    text = shown(board_of(change(ChangeKind.CREATED, old)))
    assert "pending 1" in text
    assert "nothing has changed yet" in text
    assert "   11m pending     00000001 evidence_evaluation" in text


def test_what_was_there_before_is_news_where_that_was_asked_for() -> None:
    old = numbered(1, created_at=NOON - 600 * SECOND)
    board = board_of(change(ChangeKind.CREATED, old), introduced=True)
    assert "nothing has changed yet" not in shown(board)


def test_the_newest_changes_come_first_with_their_age_and_error() -> None:
    board = board_of(ended(1, seconds=20), ended(2, failed=True, seconds=48))
    lines = shown(board).splitlines()
    first = next(number for number, line in enumerate(lines) if line == "Newest changes") + 1
    assert lines[first].split() == [
        *("12s", "failed", "00000002", "evidence_evalua…"),
        *("the", "evidence", "could", "not", "be", "read"),
    ]
    assert lines[first + 1].split() == ["40s", "succeeded", "00000001", "evidence_evaluation"]


def test_a_narrow_screen_shows_the_error_in_place_of_the_kind() -> None:
    text = shown(board_of(ended(2, failed=True)), width=60)
    assert "the evidence could" in text
    assert "evidence_eval" not in text


def test_the_oldest_still_waiting_come_first() -> None:
    created = [NOON - seconds * SECOND for seconds in (30, 90, 60)]
    board = board_of(
        *(
            change(ChangeKind.CREATED, numbered(number, created_at=at))
            for number, at in enumerate(created)
        )
    )
    waiting = shown(board).partition("Still waiting, oldest first")[2]
    assert re.findall(r"0000000\d", waiting) == ["00000001", "00000002", "00000000"]


def test_a_wide_screen_shows_whole_ids() -> None:
    identifier = "f135d675-c44a-4e2e-9638-87d941fa1872"
    board = board_of(change(ChangeKind.CREATED, call()))
    assert identifier in shown(board, width=120)
    assert identifier not in shown(board)


def test_an_outage_is_a_banner_until_it_is_over() -> None:
    error = ConnectionFailed("cannot connect to api.zoo.dev")
    board = board_of(change(ChangeKind.INTERRUPTED, error=error))
    assert "polling again: cannot connect to api.zoo.dev" in shown(board, width=100)
    board.take(change(ChangeKind.RECOVERED))
    assert "polling again" not in shown(board)


def test_the_title_says_when_the_next_poll_is_due() -> None:
    assert "watched for 1m02s, poll 3, next in 3s" in shown(board_of(), seconds=62)
    assert "next now" in shown(board_of(), seconds=66)


def test_operations_known_from_an_earlier_run_are_not_forgotten() -> None:
    """A checkpoint says how many are alive, but not what they are."""
    text = shown(board_of())
    assert "not seen yet 1" in text
    assert "nothing that is known of" in text


def test_a_small_screen_keeps_the_counts() -> None:
    board = board_of(ended(1), ended(2, failed=True))
    assert "failed 1" in shown(board, width=40, height=12)
    assert "failed 1" in shown(board, width=40, height=4)
    assert shown(board, width=30, height=1) == "Zoo operations  watched for 1…"


def test_a_terminal_without_a_keyboard_is_not_told_of_a_key() -> None:
    lines = drawn(board_of(), Canvas(width=80, height=24, keys=False), NOON)
    assert lines[-1].plain == "Ctrl-C ends it"


def test_a_plain_terminal_gets_plain_characters() -> None:
    board = board_of(*(ended(number, seconds=number) for number in range(9)))
    canvas = Canvas(width=80, height=24, ascii_only=True)
    assert all(line.plain.isascii() for line in drawn(board, canvas, NOON + 60 * SECOND))


def test_the_failures_stand_in_the_colour_of_failure() -> None:
    board = board_of(ended(2, failed=True))
    lines = drawn(board, Canvas(width=80, height=24), NOON)
    line = next(line for line in lines if "00000002" in line.plain)
    assert "red" in {str(span.style) for span in line.spans}


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        pytest.param({}, {"status": ApiCallStatus.UPLOADED}, "uploaded", id="the service's own"),
        pytest.param({}, {"status": ApiCallStatus.IN_PROGRESS}, "running", id="another state"),
        pytest.param({}, {"type": AsyncApiCallType.FILE_VOLUME}, "updated", id="something else"),
    ],
)
def test_a_change_within_a_state_is_told_in_the_services_own_word(
    before: dict[str, Any], after: dict[str, Any], word: str
) -> None:
    told = change(ChangeKind.UPDATED, call(**after), before=call(**before))
    assert summary_of(told).word == word


def test_rates_are_counted_in_tens_of_seconds_and_in_minutes() -> None:
    rates = Rates()
    for seconds in (0, 1, 9, 10, 59, 60):
        rates.add(NOON + seconds * SECOND)
    now = NOON + 61 * SECOND
    assert rates.series(now, 7) == [3, 1, 0, 0, 0, 1, 1]
    assert rates.series(now, 3, bins=6) == [0, 5, 1]
    assert rates.series(now + timedelta(hours=1), 5) == [0] * 5


def test_rates_hold_no_more_than_six_hours() -> None:
    rates = Rates()
    for minute in range(60 * 24):
        rates.add(NOON + timedelta(minutes=minute))
    rates.add(NOON)
    now = NOON + timedelta(minutes=60 * 24 - 1)
    assert 350 <= sum(rates.series(now, 100_000)) <= 2160


def test_a_sparkline_is_tallest_where_most_happened_and_blank_where_nothing_did() -> None:
    assert sparkline([0, 1, 4, 8]) == " ▁▄█"
    assert sparkline([0, 0]) == "  "
    assert sparkline([1000, 1]) == "█▁"
    assert sparkline([0, 8], ascii_only=True) == " @"


def test_an_end_that_another_clock_puts_into_the_future_counts_as_now() -> None:
    at = NOON + timedelta(days=1)
    after = numbered(1, status=AsyncOperationStatus.COMPLETED, finished_at=at)
    board = board_of(change(ChangeKind.FINISHED, after, 1))
    assert "1 now, peak 1 in 10s" in shown(board, seconds=2)


MOMENTS = st.datetimes(
    min_value=datetime(1, 1, 2),  # noqa: DTZ001 - the zone is added
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=st.just(UTC),
)
OPERATIONS = st.builds(
    AsyncOperation,
    id=st.one_of(st.sampled_from("abc"), HOSTILE),
    kind=HOSTILE,
    status=st.sampled_from(
        [*AsyncOperationStatus, *map(AsyncOperationStatus, ("canceled", "paused", ""))]
    ),
    error_message=HOSTILE,
    created_at=st.none() | MOMENTS,
    finished_at=st.none() | MOMENTS,
)
CHANGES = st.one_of(
    st.builds(
        Change[Any],
        kind=st.sampled_from([ChangeKind.CREATED, ChangeKind.UPDATED, ChangeKind.FINISHED]),
        seen_at=MOMENTS,
        id=st.sampled_from("abcdef"),
        after=OPERATIONS,
    ),
    st.builds(
        Change[Any],
        kind=st.just(ChangeKind.VANISHED),
        seen_at=MOMENTS,
        id=st.sampled_from("abcdef"),
        before=OPERATIONS,
    ),
    st.builds(
        Change[Any],
        kind=st.sampled_from([ChangeKind.INTERRUPTED, ChangeKind.RECOVERED]),
        seen_at=MOMENTS,
        error=st.none() | st.builds(ConnectionFailed, HOSTILE),
    ),
)


def cells(line: Text) -> int:
    return sum(map(wcwidth, line.plain))


def acting(lines: Iterable[Text]) -> bool:
    """Whether anything in them would do something to a terminal."""
    return any(unicodedata.category(each)[0] == "C" for line in lines for each in line.plain)


@settings(deadline=None)
@given(
    st.lists(CHANGES, max_size=30),
    st.integers(1, 160),
    st.integers(1, 50),
    st.booleans(),
    MOMENTS,
)
def test_whatever_happens_the_screen_fits_the_terminal(
    changes: list[Change[Any]], width: int, height: int, ascii_only: bool, now: datetime
) -> None:
    board = board_of(*changes)
    lines = drawn(board, Canvas(width=width, height=height, ascii_only=ascii_only), now)
    assert len(lines) <= height
    assert all(cells(line) <= width for line in lines)
    assert not acting(lines)


def test_several_watches_share_a_screen() -> None:
    """Each change says whose it is; polls are told as one, and an outage is that of its watch."""
    board = WatchState(title="zoo.operations chainloop.operations", since=NOON)
    for name, open_, due in (("zoo.operations", 1, 5), ("chainloop.operations", 2, 3)):
        poll = Poll(number=open_, elapsed=60, open=open_, ended=0, next_in=due)
        board.on_poll(poll, NOON + 60 * SECOND, name)
    assert board.poll is not None
    assert (board.poll.open, board.poll.next_in) == (3, 3)
    for name in ("zoo.operations", "chainloop.operations"):
        board.take(change(ChangeKind.CREATED, numbered(7), seconds=5), name)
    assert board.open == 2
    text = shown(board, width=120)
    assert "zoo.operations " in text
    assert "chainloop.operations " in text
    board.take(change(ChangeKind.INTERRUPTED, error=ConnectionFailed("no route")), "zoo.operations")
    board.take(change(ChangeKind.RECOVERED), "chainloop.operations")
    assert "no route" in shown(board)
    board.take(change(ChangeKind.RECOVERED), "zoo.operations")
    assert board.trouble is None
    board.take(ended(7, seconds=50), "zoo.operations")
    assert board.open == 1
