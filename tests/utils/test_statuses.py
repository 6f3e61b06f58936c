"""The argument ``status``."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops import ApiCallStatus, AsyncOperationStatus, State, Status
from asyncops.utils.statuses import (
    filtered_statuses,
    has_unfinished,
    in_order,
    known_status,
    known_words,
    statuses_of,
)

FAILED = AsyncOperationStatus.FAILED


def named(status: Any) -> frozenset[AsyncOperationStatus]:
    return statuses_of(status, AsyncOperationStatus)


@pytest.mark.parametrize(
    "status",
    ["failed", "FAILED", "async_operation_status_failed", FAILED, State.FAILED, ["failed"]],
)
def test_one_status_has_many_spellings(status: Any) -> None:
    assert named(status) == {FAILED}


def test_several_are_their_union_and_none_is_none() -> None:
    assert named(["failed", State.RUNNING]) == {FAILED, AsyncOperationStatus.RUNNING}
    assert named("succeeded") == {AsyncOperationStatus.COMPLETED}
    assert named(None) == frozenset()


def test_a_status_that_is_new_to_this_release_is_asked_for_as_it_is() -> None:
    assert named("paused") == {AsyncOperationStatus("paused")}
    assert named("unknown") == {AsyncOperationStatus("unknown")}


@pytest.mark.parametrize(
    ("status", "text"),
    [
        ("faild", "did you mean 'failed'"),
        ("fialed", "did you mean 'failed'"),
        ("failed,completed", "name each status by itself"),
        ([], "at least one status"),
        (State.CANCELLED, "stands for no status"),
        (State.UNKNOWN, r"stands for no status .* are State\.PENDING, State\.RUNNING, State\.SUCC"),
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_refused(status: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        named(status)
    with pytest.raises(TypeError):
        named(5)


@pytest.mark.parametrize("status", [5, b"failed", {"failed": 1}, ["failed", None]], ids=str)
def test_what_is_no_status_is_refused_by_its_type(status: Any) -> None:
    with pytest.raises(TypeError, match=r"status must be a string, got (int|byt|dic|Non)"):
        named(status)


def test_the_known_ones_are_listed_without_their_prefix() -> None:
    assert FAILED.word == "failed"
    assert "'pending', 'running'" in known_words(AsyncOperationStatus)


@pytest.mark.parametrize("text", ["failed", "FAILED", "Failed", "ASYNC_OPERATION_STATUS_FAILED"])
def test_chainloops_last_word_is_enough(text: str) -> None:
    assert known_status(text, AsyncOperationStatus) is FAILED
    assert known_status(FAILED, AsyncOperationStatus) is FAILED


@pytest.mark.parametrize("text", ["", "ASYNC_OPERATION_STATUS_", "operation", "status_failed"])
def test_chainloops_possible_values_are_told_in_short(text: str) -> None:
    with pytest.raises(ValueError, match="'pending', 'running', 'completed', 'failed'"):
        known_status(text, AsyncOperationStatus)


@given(st.permutations([*ApiCallStatus, *map(ApiCallStatus, ("paused", "canceled", "retried"))]))
def test_what_has_ended_comes_last_and_what_is_new_after_what_is_known(
    statuses: list[ApiCallStatus],
) -> None:
    assert in_order(statuses, ApiCallStatus) == (
        "queued",
        "uploaded",
        "in_progress",
        "paused",
        "retried",
        "completed",
        "failed",
        "canceled",
    )


@pytest.mark.parametrize(
    ("status", "words", "unfinished"),
    [
        (None, (), True),
        ("unspecified", (), True),
        ("failed", ("failed",), False),
        (["failed", "completed"], ("completed", "failed"), False),
        ("running", ("running",), True),
        (["failed", "running"], ("running", "failed"), True),
        ("paused", ("paused",), True),
    ],
    ids=str,
)
def test_a_filter_keeps_its_statuses_in_the_order_of_a_life(
    status: Any, words: tuple[str, ...], unfinished: bool
) -> None:
    chosen = filtered_statuses(status, AsyncOperationStatus)
    assert tuple(each.word for each in chosen) == words
    assert has_unfinished(chosen) == unfinished


class Phase(Status):
    OPEN = "open", State.RUNNING
    OVER = "over", State.UNKNOWN
    FAILED = "failed", State.FAILED


def test_a_status_of_which_the_service_does_not_tell_the_state_is_a_filter() -> None:
    """GitHub's ``completed`` is one: only the conclusion says how."""
    assert filtered_statuses("over", Phase) == (Phase.OVER,)
    assert filtered_statuses("unspecified", AsyncOperationStatus) == ()
