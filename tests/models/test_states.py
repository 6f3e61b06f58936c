"""Open enums, states, and statuses with their states."""

import copy
import json
import pickle
from typing import Any

import msgspec
import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from asyncops.models.states import OpenEnum, State, Status, Tracked
from asyncops.services.chainloop import AsyncOperation, AsyncOperationStatus
from asyncops.services.zoo import (
    ApiCallStatus,
    AsyncApiCallType,
    CreatedAtSortMode,
    MlFeedback,
    MlPromptType,
)
from tests.models.operations import zoo_call, zoo_output, zoo_prompt


class RunStatus(Status):
    QUEUED = "queued", State.PENDING
    ON_HOLD = "on_hold"
    DONE = "done", State.SUCCEEDED


ENUMS: list[type[OpenEnum]] = [
    ApiCallStatus,
    AsyncApiCallType,
    AsyncOperationStatus,
    CreatedAtSortMode,
    MlFeedback,
    MlPromptType,
    RunStatus,
]


def new_value(kind: type[OpenEnum]) -> st.SearchStrategy[str]:
    return st.text().filter(lambda text: text not in list(kind))


class TestOpenEnum:
    @given(st.data())
    @pytest.mark.parametrize("kind", ENUMS)
    def test_an_unknown_value_is_kept_and_is_its_string(
        self, kind: type[OpenEnum], data: st.DataObject
    ) -> None:
        text = data.draw(new_value(kind))
        member = kind(text)
        assert isinstance(member, kind)
        assert member == text == member.value == member.name == str(member)
        assert hash(member) == hash(text)
        assert member == kind(text)
        assert not member.known

    @given(st.data())
    @pytest.mark.parametrize("kind", ENUMS)
    def test_an_unknown_value_survives_pickle_copy_and_json(
        self, kind: type[OpenEnum], data: st.DataObject
    ) -> None:
        member = kind(data.draw(st.one_of(new_value(kind), st.sampled_from(list(kind)))))
        for back in (
            pickle.loads(pickle.dumps(member)),  # noqa: S301
            copy.deepcopy(member),
            msgspec.json.decode(msgspec.json.encode(member), type=kind),
        ):
            assert type(back) is kind
            assert back == member
            assert back.known == member.known
        assert json.loads(json.dumps(member)) == member.value

    @pytest.mark.parametrize("kind", ENUMS)
    def test_an_unknown_value_does_not_join_the_list(self, kind: type[OpenEnum]) -> None:
        before = list(kind), len(kind), dict(kind.__members__)
        kind("never heard of")
        assert (list(kind), len(kind), dict(kind.__members__)) == before
        assert all(member.known for member in kind)

    @pytest.mark.parametrize("kind", ENUMS)
    def test_a_known_value_is_the_one_member(self, kind: type[OpenEnum]) -> None:
        assert all(kind(member.value) is member for member in kind)
        assert all(pickle.loads(pickle.dumps(member)) is member for member in kind)  # noqa: S301

    @pytest.mark.parametrize("value", [None, 7, 1.5, b"failed", ["failed"], True])
    def test_what_is_no_string_is_refused(self, value: Any) -> None:
        with pytest.raises(ValueError, match="is not a valid"):
            ApiCallStatus(value)

    def test_values_of_different_spelling_differ(self) -> None:
        assert ApiCallStatus("FAILED") != ApiCallStatus.FAILED
        assert not ApiCallStatus("FAILED").known


class TestState:
    def test_only_the_three_ends_are_ends(self) -> None:
        ends = [State.SUCCEEDED, State.FAILED, State.CANCELLED]
        assert [state for state in State if state.ended] == ends

    @pytest.mark.parametrize(
        ("status", "state"),
        [
            ("queued", State.PENDING),
            ("uploaded", State.PENDING),
            ("in_progress", State.RUNNING),
            ("completed", State.SUCCEEDED),
            ("failed", State.FAILED),
            ("paused", State.UNKNOWN),
            ("canceled", State.CANCELLED),
            ("Cancelled", State.CANCELLED),
            ("not_cancelled", State.UNKNOWN),
        ],
    )
    def test_zoo_statuses(self, status: str, state: State) -> None:
        assert zoo_call(status).state is state
        assert zoo_prompt(status).state is state
        assert zoo_output(status).state is state

    @pytest.mark.parametrize(
        ("status", "state"),
        [
            ("UNSPECIFIED", State.UNKNOWN),
            ("PENDING", State.PENDING),
            ("RUNNING", State.RUNNING),
            ("COMPLETED", State.SUCCEEDED),
            ("FAILED", State.FAILED),
            ("CANCELLED", State.CANCELLED),
            ("CANCELED", State.CANCELLED),
            ("PAUSED", State.UNKNOWN),
        ],
    )
    def test_chainloop_statuses(self, status: str, state: State) -> None:
        kind = AsyncOperationStatus(f"ASYNC_OPERATION_STATUS_{status}")
        assert AsyncOperation(status=kind).state is state

    def test_an_operation_that_says_nothing_is_of_unknown_state(self) -> None:
        assert AsyncOperation().state is State.UNKNOWN


class TestStatus:
    def test_the_order_of_the_members_is_the_order_of_a_life(self) -> None:
        assert [*ApiCallStatus] == ["queued", "uploaded", "in_progress", "completed", "failed"]
        assert [each.state.ended for each in ApiCallStatus] == [False, False, False, True, True]

    def test_a_member_without_a_state_is_unknown(self) -> None:
        assert RunStatus.ON_HOLD.known
        assert [each.state for each in RunStatus] == [
            State.PENDING,
            State.UNKNOWN,
            State.SUCCEEDED,
        ]

    @pytest.mark.parametrize("status", [RunStatus.DONE, RunStatus("paused"), RunStatus("canceled")])
    def test_the_state_survives_pickle_copy_and_json(self, status: RunStatus) -> None:
        for back in (
            pickle.loads(pickle.dumps(status)),  # noqa: S301
            copy.deepcopy(status),
            msgspec.json.decode(msgspec.json.encode(status), type=RunStatus),
        ):
            assert (back, back.state, back.known) == (status, status.state, status.known)

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            (["JOB_STATE_QUEUED", "JOB_STATE_DONE"], ["queued", "done"]),
            (["queue", "queued"], ["queue", "queued"]),
            (["run_", "run_done"], ["run_", "run_done"]),
            (["run_done"], ["run_done"]),
            (["Run_A", "run_b"], ["a", "b"]),
        ],
    )
    def test_a_word_is_a_status_without_what_all_of_them_begin_with(
        self, values: list[str], words: list[str]
    ) -> None:
        make: Any = Status
        kind = make("Made", {f"M{at}": (value, State.PENDING) for at, value in enumerate(values)})
        assert [status.word for status in kind] == words

    def test_the_word_of_a_new_status_is_without_it_too(self) -> None:
        assert AsyncOperationStatus("ASYNC_OPERATION_STATUS_PAUSED").word == "paused"
        assert AsyncOperationStatus("Paused").word == "paused"


@frozen(kw_only=True)
class Run(Tracked):
    status: RunStatus


@frozen(kw_only=True)
class Build(Run):
    blocked: bool = False

    @property
    def state(self) -> State:
        return State.RUNNING if self.blocked else self.status.state


class TestTracked:
    def test_the_state_is_that_of_the_status(self) -> None:
        assert [Run(status=each).state for each in RunStatus] == [each.state for each in RunStatus]

    def test_an_item_may_tell_its_state_by_more(self) -> None:
        assert Build(status=RunStatus.DONE).state is State.SUCCEEDED
        assert Build(status=RunStatus.DONE, blocked=True).state is State.RUNNING


def test_whether_the_enum_names_the_state_is_told() -> None:
    """A status without a state is told from one whose state is unknown to the service."""
    assert RunStatus.DONE.is_stated
    assert not RunStatus.ON_HOLD.is_stated
    assert AsyncOperationStatus.UNSPECIFIED.is_stated
    assert not RunStatus("paused").is_stated
