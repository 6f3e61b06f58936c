"""What all services' models share: open enums, states, the operation protocol, checkpoints."""

import copy
import json
import pickle
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops.chainloop import AsyncOperation, AsyncOperationStatus
from asyncops.models import (
    OpenEnum,
    Operation,
    Page,
    State,
    has_ended,
    known_time,
    word_of,
)
from asyncops.zoo import (
    ApiCallStatus,
    AsyncApiCall,
    AsyncApiCallType,
    CreatedAtSortMode,
    FileVolume,
    MlFeedback,
    MlPrompt,
    MlPromptType,
)

ENUMS: list[type[OpenEnum]] = [
    ApiCallStatus,
    AsyncApiCallType,
    AsyncOperationStatus,
    CreatedAtSortMode,
    MlFeedback,
    MlPromptType,
]
BORN = datetime(2026, 1, 1, tzinfo=UTC)
ENDED = datetime(2026, 1, 2, tzinfo=UTC)


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

    @pytest.mark.parametrize(
        ("status", "finished", "ended"),
        [
            ("pending", True, False),  # a known status decides alone
            ("completed", False, True),
            ("canceled", False, True),
            ("aborted", True, True),
            ("aborted", False, False),
        ],
    )
    def test_an_unknown_status_has_ended_once_there_is_an_end_time(
        self, status: str, finished: bool, ended: bool
    ) -> None:
        operation = AsyncOperation(
            status=AsyncOperationStatus(f"ASYNC_OPERATION_STATUS_{status.upper()}"),
            finished_at=datetime(2026, 7, 1, tzinfo=UTC) if finished else None,
        )
        assert has_ended(operation) is ended

    @pytest.mark.parametrize("year", [1, 9999])
    def test_an_end_time_that_nobody_set_is_none(self, year: int) -> None:
        unset = datetime(year, 1, 1, tzinfo=UTC)
        paused = AsyncOperationStatus("ASYNC_OPERATION_STATUS_PAUSED")
        assert not has_ended(AsyncOperation(status=paused, finished_at=unset))
        assert known_time(unset) is None

    def test_any_other_time_is_known(self) -> None:
        for year in (2, 1970, 2026, 9998):
            moment = datetime(year, 12, 31, tzinfo=UTC)
            assert known_time(moment) is moment
        assert known_time(None) is None

    def test_a_new_status_is_named_by_the_services_word(self) -> None:
        assert word_of(zoo_call("in_progress")) == "running"
        assert word_of(zoo_call("canceled")) == "cancelled"
        assert word_of(zoo_call("paused")) == "paused"

    def test_an_operation_that_says_nothing_is_of_unknown_state(self) -> None:
        assert AsyncOperation().state is State.UNKNOWN


def zoo_call(status: str) -> AsyncApiCall:
    return AsyncApiCall(
        id=UUID(int=1),
        status=ApiCallStatus(status),
        type=AsyncApiCallType.FILE_MASS,
        created_at=BORN,
        updated_at=BORN,
        user_id=UUID(int=2),
        completed_at=ENDED,
        error="e",
    )


def zoo_prompt(status: str) -> MlPrompt:
    return MlPrompt(
        id=UUID(int=1),
        user_id=UUID(int=2),
        prompt="p",
        type=MlPromptType.COPILOT,
        status=ApiCallStatus(status),
        model_version="1",
        created_at=BORN,
        updated_at=BORN,
        completed_at=ENDED,
        error="e",
    )


def zoo_output(status: str) -> FileVolume:
    return FileVolume(
        id=UUID(int=1),
        type=AsyncApiCallType.FILE_VOLUME,
        status=ApiCallStatus(status),
        created_at=BORN,
        updated_at=BORN,
        user_id=UUID(int=2),
        completed_at=ENDED,
        error="e",
        src_format="step",
        output_unit="cm3",
    )


def chainloop_operation() -> AsyncOperation:
    return AsyncOperation(id="1", created_at=BORN, finished_at=ENDED, error_message="e")


def facts(operation: Operation) -> tuple[object, ...]:
    """Typed to take any service's operation; the type checker holds that each one fits."""
    return (
        operation.state.ended,
        operation.created_at,
        operation.started_at,
        operation.finished_at,
        operation.error,
    )


def test_every_operation_has_the_common_facts_under_the_common_names() -> None:
    expected = (True, BORN, None, ENDED, "e")
    assert facts(zoo_call("failed")) == expected
    assert facts(zoo_prompt("failed")) == expected
    assert facts(zoo_output("failed")) == expected
    assert facts(chainloop_operation()) == (False, *expected[1:])


@pytest.mark.parametrize(
    "operation",
    [zoo_call("failed"), zoo_prompt("failed"), zoo_output("failed"), chainloop_operation()],
    ids=lambda operation: type(operation).__name__,
)
def test_every_operation_is_one_at_run_time_too(operation: object) -> None:
    assert isinstance(operation, Operation)


def test_an_unset_error_message_is_no_error() -> None:
    assert AsyncOperation(error_message="").error is None


def test_a_page_shows_neither_its_cursors_nor_its_headers() -> None:
    page = Page(items=(1,), cursor="here", next_cursor="there", headers={"X-Secret": "s"})
    text = repr(page)
    assert "here" not in text
    assert "there" not in text
    assert "X-Secret" not in text
    assert hash(page) == hash(Page(items=(1,), cursor="here", next_cursor="there"))
