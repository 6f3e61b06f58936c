"""Which answer each error becomes, and what of it nobody gets to see."""

from typing import Any
from uuid import UUID

import pytest

from asyncops import (
    AnswerTooLarge,
    APIError,
    AsyncOpsError,
    AttemptTimeout,
    Checkpoint,
    ConfigurationError,
    ConnectionFailed,
    DeadlineExceeded,
    DecodeError,
    DepthExceeded,
    PollPolicy,
    PoolTimeout,
    RateLimited,
    RepeatedToken,
    TooManyPages,
    TransportError,
    UnexpectedPage,
    WaitTimeout,
    ZooClient,
    errors,
)
from asyncops.errors import MayHaveStarted, OperationBlocked, OperationCancelled, OperationFailed
from asyncops.fastapi import Problem, problem_of
from asyncops.services.chainloop import AsyncOperation
from asyncops.testing import FakeServer
from tests.fastapi.kit import zoo_of

SECRET = "secret-9a8b7c"


def api(status: int) -> APIError:
    """An error of a service that tells too much wherever it can."""
    return APIError.of(status)(
        f"you sent {SECRET}",
        status=status,
        code=f"code {SECRET}",
        request_id=f"id {SECRET}",
        reason=SECRET,
        details=[SECRET],
        hint=SECRET,
    )


FAILED = OperationFailed(AsyncOperation(id="op-7", error_message=SECRET))

ANSWERS: list[tuple[AsyncOpsError, int]] = [
    (api(400), 422),
    (api(401), 502),
    (api(403), 502),
    (api(404), 404),
    (api(405), 502),
    (api(409), 409),
    (api(410), 410),
    (api(422), 422),
    (api(429), 429),
    (api(302), 502),
    (api(500), 502),
    (api(503), 502),
    (api(504), 502),
    (ConnectionFailed(SECRET), 502),
    (TransportError(SECRET), 502),
    (AnswerTooLarge(SECRET, limit=5), 502),
    (AttemptTimeout(SECRET), 504),
    (DeadlineExceeded(SECRET), 504),
    (PoolTimeout(SECRET), 503),
    (DecodeError(SECRET, path=SECRET, snippet=SECRET, problems=(SECRET,)), 502),
    (RepeatedToken(SECRET), 502),
    (UnexpectedPage(SECRET), 502),
    (DepthExceeded(SECRET), 502),
    (TooManyPages(SECRET), 502),
    (MayHaveStarted(SECRET), 502),
    (FAILED, 424),
    (OperationCancelled(FAILED.operation), 424),
    (OperationBlocked(FAILED.operation), 409),
    (WaitTimeout(SECRET), 504),
    (ConfigurationError(SECRET), 500),
    (AsyncOpsError(SECRET), 500),
]


def answer_to(error: Exception) -> Problem:
    problem = problem_of(error)
    assert problem is not None
    return problem


@pytest.mark.parametrize(
    ("error", "status"),
    [
        pytest.param(*row, id=f"{type(row[0]).__name__} {getattr(row[0], 'status', '')}")
        for row in ANSWERS
    ],
)
def test_each_error_has_its_answer_and_shows_nothing_of_the_service(
    error: AsyncOpsError, status: int
) -> None:
    """Fixed words; a code or an id that is no name is left out."""
    problem = answer_to(error)
    document = problem.document
    assert problem.status == document["status"] == status
    assert document["type"] == "about:blank"
    assert document["title"]
    assert document["detail"].endswith(".")
    assert SECRET not in str(document) + str(problem.headers)


def test_a_cancellation_is_told_from_a_failure() -> None:
    """By words of its own."""
    held = answer_to(OperationBlocked(FAILED.operation))
    assert "waits for a person" in held.detail
    assert held.members == {"operation_id": str(FAILED.operation.id)}
    assert "was cancelled" in answer_to(OperationCancelled(FAILED.operation)).detail
    assert "did not succeed" in answer_to(FAILED).detail


def test_every_error_of_the_library_has_been_decided_on() -> None:
    """By a row of its own or that of a kind that it is of."""
    kinds = {getattr(errors, name) for name in errors.__all__}
    decided = {kind for error, _ in ANSWERS for kind in type(error).__mro__}
    assert {kind for kind in kinds if issubclass(kind, AsyncOpsError)} <= decided


def test_what_helps_a_support_case_is_given() -> None:
    error = errors.ServerError("x", status=503, code="E_DOWN", request_id="req-1", retry_after=2.1)
    assert answer_to(error).members == {
        "upstream_status": 503,
        "code": "E_DOWN",
        "request_id": "req-1",
        "retry_after": 3,
    }
    assert answer_to(errors.NotFound("x", status=404, code=5)).members["code"] == 5
    assert answer_to(DecodeError("x", request_id="req-2")).members == {"request_id": "req-2"}
    assert answer_to(FAILED).members == {"operation_id": "op-7"}


@pytest.mark.parametrize("kind", [errors.Unauthorized, errors.Forbidden])
def test_a_refused_credential_is_not_hinted_at(kind: type[APIError]) -> None:
    """Not by its status, not by its code."""
    error = kind("x", status=401, code="token_expired", request_id="req-1")
    document = answer_to(error).document
    assert document["title"] == "Bad Gateway"
    assert document["request_id"] == "req-1"
    assert not {"upstream_status", "code"} & document.keys()
    for word in ("token", "credential", "auth", "401"):
        assert word not in str(document).lower()


@pytest.mark.parametrize(
    ("seconds", "header"),
    [(0.0, "0"), (0.001, "1"), (1.0, "1"), (1.2, "2"), (1e9, "1000000000"), (None, None)],
)
def test_retry_after_is_whole_seconds_rounded_up(seconds: float | None, header: str | None) -> None:
    problem = answer_to(RateLimited("x", status=429, retry_after=seconds))
    assert problem.headers.get("Retry-After") == header


def test_a_wait_without_end_is_no_wait() -> None:
    problem = answer_to(RateLimited("x", status=429, retry_after=float("inf")))
    assert problem.headers == {}


async def test_arguments_that_the_library_refuses_are_the_callers() -> None:
    """Wherever in the library they are checked."""
    async with ZooClient("t") as zoo:
        with pytest.raises(ValueError, match="UUID") as by_call:
            await zoo.operations.get("../etc")
        with pytest.raises(ValueError, match="sort_by") as by_listing:
            zoo.operations.list(sort_by="lost")
    with pytest.raises(ValueError, match="checkpoint") as by_checkpoint:
        Checkpoint.from_json("{")
    with pytest.raises(ValueError, match="initial") as by_settings:
        PollPolicy(initial=-1)
    for caught in (by_call, by_listing, by_checkpoint, by_settings):
        problem = answer_to(caught.value)
        assert problem.status == 422
        assert problem.detail == str(caught.value)


def test_a_long_argument_is_not_sent_back_whole() -> None:
    with pytest.raises(ValueError, match="sort_by") as caught:
        ZooClient("t").operations.list(sort_by="x" * 5000)
    assert len(answer_to(caught.value).detail) == 300


def test_what_the_app_or_python_raises_is_a_bug_and_no_problem() -> None:
    def in_the_app() -> None:
        raise ValueError("a bug")

    for bug in (in_the_app, lambda: int("x"), lambda: UUID("x")):
        with pytest.raises(ValueError) as caught:  # noqa: PT011 - any
            bug()
        assert problem_of(caught.value) is None
    assert problem_of(ValueError("never raised")) is None
    assert problem_of(KeyError("other")) is None


async def test_a_hook_that_the_library_cannot_call_is_a_bug_of_the_app(
    fake_server: FakeServer,
) -> None:
    """It fails in the library's own frame, though not because the library decided to."""

    def takes_nothing() -> None:
        return None

    hook: Any = takes_nothing
    async with zoo_of(fake_server)() as zoo:
        with pytest.raises(TypeError, match="positional argument") as caught:
            await zoo.operations.list(on_page=hook).collect()
    assert str(caught.traceback[-1].path).endswith("progress.py")
    assert problem_of(caught.value) is None
