"""The exception tree: its shape, its words, and that every error survives a pickle."""

import copy
import inspect
import pickle
from datetime import UTC, datetime
from uuid import UUID

import pytest

import asyncops
from asyncops import errors
from asyncops.checkpoints import Checkpoint
from asyncops.errors import (
    AnswerTooLarge,
    APIError,
    AsyncOpsError,
    DecodeError,
    OperationBlocked,
    OperationFailed,
    PoolTimeout,
    TransportError,
    WaitTimeout,
)
from asyncops.services.chainloop import AsyncOperation, AsyncOperationStatus
from asyncops.services.zoo import ApiCallStatus, AsyncApiCall, AsyncApiCallType

PARENTS = {
    "AsyncOpsError": "Exception",
    "ConfigurationError": "AsyncOpsError",
    "TransportError": "AsyncOpsError",
    "ConnectionFailed": "TransportError",
    "AttemptTimeout": "TransportError",
    "PoolTimeout": "AttemptTimeout",
    "DeadlineExceeded": "TransportError",
    "AnswerTooLarge": "TransportError",
    "APIError": "AsyncOpsError",
    "BadRequest": "APIError",
    "Unauthorized": "APIError",
    "Forbidden": "APIError",
    "NotFound": "APIError",
    "Conflict": "APIError",
    "Gone": "APIError",
    "Unprocessable": "APIError",
    "RateLimited": "APIError",
    "ServerError": "APIError",
    "MayHaveStarted": "AsyncOpsError",
    "DecodeError": "AsyncOpsError",
    "PaginationError": "AsyncOpsError",
    "RepeatedToken": "PaginationError",
    "UnexpectedPage": "PaginationError",
    "TooManyPages": "PaginationError",
    "DepthExceeded": "PaginationError",
    "OperationError": "AsyncOpsError",
    "OperationFailed": "OperationError",
    "OperationCancelled": "OperationFailed",
    "OperationBlocked": "OperationError",
    "WaitTimeout": "OperationError",
}

CALL = AsyncApiCall(
    id=UUID(int=7),
    status=ApiCallStatus.FAILED,
    type=AsyncApiCallType.FILE_MASS,
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    updated_at=datetime(2026, 1, 1, tzinfo=UTC),
    user_id=UUID(int=8),
    error="out of steel",
)


def example(kind: type[AsyncOpsError]) -> AsyncOpsError:
    """An error of this kind with every attribute set."""
    if issubclass(kind, APIError):
        return kind(
            "no such thing",
            status=418,
            code="E7",
            request_id="req-1",
            retry_after=2.5,
            reason="TEAPOT",
            details=[{"a": 1}],
            hint="Try tea.",
        )
    if issubclass(kind, AnswerTooLarge):
        return kind("larger than 5 bytes", limit=5, status="completed")
    if issubclass(kind, TransportError):
        return kind("lost", retryable=True, sent=False)
    if issubclass(kind, DecodeError):
        return kind("bad at $.id", path="$.id", snippet="{", problems=("p",), request_id="r")
    if issubclass(kind, OperationFailed | OperationBlocked):
        return kind(CALL)
    if issubclass(kind, WaitTimeout):
        return kind("not ended after 5 s", last=CALL)
    return kind("what went wrong")


def public_errors() -> dict[str, type[AsyncOpsError]]:
    return {
        name: value
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, AsyncOpsError)
    }


def test_the_tree_is_the_one_that_is_drawn() -> None:
    tree = {name: kind.__base__ for name, kind in public_errors().items()}
    assert {name: base and base.__name__ for name, base in tree.items()} == PARENTS


def test_the_drawing_in_the_docstring_names_every_class() -> None:
    assert errors.__doc__ is not None
    assert [name for name in PARENTS if name not in errors.__doc__] == []


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "BadRequest"),
        (401, "Unauthorized"),
        (403, "Forbidden"),
        (404, "NotFound"),
        (409, "Conflict"),
        (410, "Gone"),
        (422, "Unprocessable"),
        (429, "RateLimited"),
        (500, "ServerError"),
        (503, "ServerError"),
        (599, "ServerError"),
        (302, "APIError"),
        (402, "APIError"),
        (408, "APIError"),
        (499, "APIError"),
        (600, "APIError"),
    ],
)
def test_each_status_has_its_class(status: int, name: str) -> None:
    assert APIError.of(status).__name__ == name


def test_of_never_leaves_the_class_it_is_asked_of() -> None:
    assert errors.NotFound.of(500) is errors.NotFound
    assert errors.NotFound.of(404) is errors.NotFound


@pytest.mark.parametrize("name", PARENTS)
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_every_error_survives_a_pickle_whole(name: str, protocol: int) -> None:
    error = example(public_errors()[name])
    error.checkpoint = Checkpoint(query="/x#1", cursor="t", seen=("a",))
    error.add_note("seen on a Monday")
    back = pickle.loads(pickle.dumps(error, protocol))  # noqa: S301
    assert type(back) is type(error)
    assert str(back) == str(error)
    assert back.args == error.args
    assert vars(back) == vars(error)


@pytest.mark.parametrize("name", PARENTS)
def test_every_error_can_be_copied(name: str) -> None:
    error = example(public_errors()[name])
    assert vars(copy.copy(error)) == vars(copy.deepcopy(error)) == vars(error)


@pytest.mark.parametrize(
    ("error", "may_have"),
    [
        (TransportError("lost"), True),
        (TransportError("refused", sent=False), False),
        (DecodeError("no JSON"), True),
        (errors.ServerError("bad gateway", status=502), True),
        (errors.ServerError("not implemented", status=501), False),
        (errors.RateLimited("slow down", status=429), False),
        (errors.NotFound("no such path", status=404), False),
        (errors.APIError("a redirect to the started one", status=303), True),
        (errors.APIError("a redirect to another address", status=307), False),
        (errors.ConfigurationError("closed"), False),
        (errors.ConfigurationError("closed", sent=True), True),
    ],
)
def test_what_may_have_started_is_what_was_sent_and_not_refused(
    error: AsyncOpsError, *, may_have: bool
) -> None:
    found = errors.MayHaveStarted.after(error)
    assert (found is not None) == may_have
    if found is not None:
        back = pickle.loads(pickle.dumps(found))  # noqa: S301
        assert (str(back), repr(back.error)) == (str(found), repr(error))
        assert str(error) in str(found)


def test_a_checkpoint_is_none_outside_a_walk() -> None:
    assert all(example(kind).checkpoint is None for kind in public_errors().values())


def test_an_api_error_says_all_that_support_asks_for() -> None:
    text = str(example(APIError))
    for part in ("418", "no such thing", "E7", "req-1", "2.5", "Try tea."):
        assert part in text


def test_an_api_error_without_extras_is_short() -> None:
    assert str(APIError("nothing here", status=404)) == "404: nothing here"


def test_zero_is_a_code_and_a_wait_worth_saying() -> None:
    text = str(APIError("x", status=429, code=0, retry_after=0.0))
    assert "code 0" in text
    assert "retry after 0" in text


def test_transport_errors_are_taken_for_sent_and_final_unless_said() -> None:
    error = PoolTimeout("x")
    assert (error.retryable, error.sent) == (False, True)


def test_a_failed_operation_says_which_and_why() -> None:
    error = OperationFailed(CALL)
    assert error.operation is CALL
    assert str(CALL.id) in str(error)
    assert "out of steel" in str(error)


def test_a_failed_operation_without_a_reason_says_so() -> None:
    silent = AsyncOperation(id="op-1", status=AsyncOperationStatus.FAILED)
    assert "no reason given" in str(OperationFailed(silent))


def test_a_wait_that_never_saw_its_operation_has_none() -> None:
    assert WaitTimeout("x").last is None


def test_every_error_is_exported_from_its_module_and_from_the_package() -> None:
    assert sorted([*public_errors(), "ListingMoved"]) == errors.__all__
    assert set(errors.__all__) <= set(dir(asyncops))


def test_the_names_are_the_same_objects_everywhere() -> None:
    assert all(getattr(asyncops, name) is getattr(errors, name) for name in errors.__all__)
