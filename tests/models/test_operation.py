"""The operation protocol, and facts that are worked out of an operation."""

from datetime import UTC, datetime

import pytest

from asyncops.models.operation import (
    HasKind,
    Operation,
    has_ended,
    kind_of,
    known_time,
    status_word,
    times_of,
)
from asyncops.services.chainloop import AsyncOperation, AsyncOperationStatus
from tests.models.operations import BORN, ENDED, zoo_call, zoo_output, zoo_prompt


class TestEnds:
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

    def test_the_number_0_is_no_time(self) -> None:
        zero = datetime(1970, 1, 1, tzinfo=UTC)
        assert known_time(zero) is None
        assert known_time(zero.replace(microsecond=1)) is not None

    def test_any_other_time_is_known(self) -> None:
        for year in (2, 1970, 2026, 9998):
            moment = datetime(year, 12, 31, tzinfo=UTC)
            assert known_time(moment) is moment
        assert known_time(None) is None

    def test_a_new_status_is_named_by_the_services_word(self) -> None:
        assert status_word(zoo_call("in_progress")) == "running"
        assert status_word(zoo_call("canceled")) == "cancelled"
        assert status_word(zoo_call("paused")) == "paused"


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


def test_a_kind_is_told_where_a_service_has_kinds() -> None:
    call, prompt, bare = zoo_call("failed"), zoo_prompt("failed"), object()
    assert isinstance(call, HasKind)
    assert [kind_of(each) for each in (call, prompt, chainloop_operation(), bare, None)] == [
        "file_mass",
        "copilot",
        "",
        "",
        "",
    ]
    assert type(kind_of(call)) is str
    assert not isinstance(bare, HasKind)


@pytest.mark.parametrize(
    ("status", "finished"),
    [("failed", ENDED), ("completed", ENDED), ("in_progress", None), ("to_come", ENDED)],
)
def test_what_goes_on_has_not_finished(status: str, finished: datetime | None) -> None:
    """Even if it bears the time of an earlier end; an unknown status has ended by that time."""
    assert times_of(zoo_call(status)) == (BORN, None, finished)
