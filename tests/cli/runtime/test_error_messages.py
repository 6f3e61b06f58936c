"""What each error means to the user: its words, its hint, its exit code."""

import errno
from datetime import UTC, datetime

import pytest

from asyncops.checkpoints import Checkpoint
from asyncops.cli.accounts.profiles import Entry
from asyncops.cli.connect import ACCOUNT_IN_USE, Account
from asyncops.cli.options.fields import Settings
from asyncops.cli.resources import SERVICES
from asyncops.cli.runtime.error_messages import explain
from asyncops.cli.runtime.run import execute
from asyncops.cli.shell import ExitCode
from asyncops.errors import (
    AnswerTooLarge,
    APIError,
    AsyncOpsError,
    AttemptTimeout,
    ConfigurationError,
    ConnectionFailed,
    DeadlineExceeded,
    DecodeError,
    OperationFailed,
    PaginationError,
    TooManyPages,
    TransportError,
    WaitTimeout,
)
from asyncops.services.zoo import ApiCallStatus
from tests.cli.samples import call

NOW = datetime(2026, 11, 22, 14, 3, 20, tzinfo=UTC)
ACCOUNT = Account(
    client=SERVICES["zoo"],
    token="very-secret-token",
    token_source="the variable ZOO_API_TOKEN",
)


def refused(status: int, **more: object) -> APIError:
    fields: dict[str, object] = {"request_id": "r-1", "hint": None, "retry_after": None, **more}
    hint, wait = fields["hint"], fields["retry_after"]
    return APIError.of(status)(
        "The words.",
        status=status,
        request_id=str(fields["request_id"]),
        hint=None if hint is None else str(hint),
        retry_after=wait if isinstance(wait, float) else None,
    )


def raising(error: BaseException, account: Account | None = None) -> int:
    async def command() -> int:
        ACCOUNT_IN_USE.set(account)
        raise error

    return execute(command(), Settings())


SERVICE_ERRORS = [
    (
        refused(401),
        "Zoo does not accept the token from the variable ZOO_API_TOKEN: The words",
        "set",
    ),
    (refused(403, hint="Staff only."), "Zoo does not allow this: The words", "Staff only."),
    (refused(403), "Zoo does not allow this: The words", "lacks the permission"),
    (refused(404), "Zoo did not find it: The words", "Check the id"),
    (refused(410), "Zoo no longer has it: The words", "too old to go on from"),
    (refused(422), "Zoo refused the request: 422, The words", "r-1"),
    (refused(429), "Zoo limits the rate of requests: The words", "--concurrency"),
    (refused(503), "Zoo failed: 503, The words", "try again later"),
]


@pytest.mark.parametrize(("error", "start", "hint"), SERVICE_ERRORS)
def test_an_error_of_the_service_is_a_line_with_the_request_id_and_a_hint(
    error: APIError, start: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert raising(error, ACCOUNT) == 4
    out, err = capsys.readouterr()
    (line,) = err.splitlines()
    assert out == ""
    assert line.startswith(f"asyncops: {start}")
    assert " (request id r-1)" in line
    assert hint.lower() in line.lower()
    assert line.endswith((".", ")"))
    assert ACCOUNT.token not in err


def test_a_rate_limit_says_until_when() -> None:
    failure = explain(refused(429, retry_after=40.0), ACCOUNT, NOW)
    assert failure is not None
    until = datetime(2026, 11, 22, 14, 4, 0, tzinfo=UTC).astimezone()
    assert (
        failure.message == f"rate limited by Zoo until {until:%H:%M:%S} (in 40s) (request id r-1)"
    )


@pytest.mark.parametrize("seconds", [251_700_000_000.0, 1e12, 1e30])
def test_a_rate_limit_past_the_calendar_says_for_how_long(seconds: float) -> None:
    failure = explain(refused(429, retry_after=seconds), ACCOUNT, NOW)
    assert failure is not None
    days = int(seconds) // 86_400
    assert failure.message.startswith(f"rate limited by Zoo for {days}d")


LIBRARY_ERRORS = [
    (ConfigurationError("this client is closed"), 2, "this client is closed"),
    (OperationFailed(call(status=ApiCallStatus.FAILED, error="no disk")), 1, "failed: no disk"),
    (WaitTimeout("operation x was still running after 3.0 s"), 3, "was still running"),
    (AttemptTimeout("the answer took too long"), 4, "api.zoo.dev: the answer took too long"),
    (DeadlineExceeded("the call took longer than 120 s"), 4, "api.zoo.dev: the call took"),
    (AnswerTooLarge("the answer is large", limit=5), 4, "large. --max-body 1GiB reads it."),
    (TransportError("the answer is not well-formed HTTP"), 4, "api.zoo.dev: the answer is not"),
    (TooManyPages("the listing goes on"), 4, "Zoo: the listing goes on"),
    (
        DecodeError("Expected `str`, got `int` at $.items[3].id", request_id="r-2"),
        4,
        "understood: Expected `str`, got `int` at $.items[3].id (request id r-2). A newer",
    ),
]


@pytest.mark.parametrize(("error", "code", "words"), LIBRARY_ERRORS)
def test_an_error_of_the_library_is_a_line_and_a_code_of_its_own(
    error: AsyncOpsError, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert raising(error, ACCOUNT) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line


CONNECTIONS = [
    (
        "cannot connect to api.zoo.dev:443: [Errno 111] Connect call failed ('10.0.0.1', 443)",
        "cannot connect to api.zoo.dev:443: connection refused",
    ),
    (
        "cannot connect to api.zoo.dev:443: [Errno 111] Connect call failed ('::1', 443, 0, 0)",
        "cannot connect to api.zoo.dev:443: connection refused",
    ),
    (
        "cannot connect to api.zoo.dev:443: [Errno -2] Name or service not known",
        "cannot connect to api.zoo.dev:443: Name or service not known",
    ),
    (
        "TLS with api.zoo.dev failed: [SSL: CERTIFICATE_VERIFY_FAILED] self-signed (_ssl.c:1006)",
        "TLS with api.zoo.dev failed: self-signed",
    ),
    (
        "the connection was lost: Connection reset",
        "api.zoo.dev: the connection was lost: Connection",
    ),
]


@pytest.mark.parametrize(("text", "shown"), CONNECTIONS)
def test_a_connection_that_failed_names_the_host_in_plain_words(text: str, shown: str) -> None:
    failure = explain(ConnectionFailed(text), ACCOUNT, NOW)
    assert failure is not None
    assert failure.message.startswith(shown)
    assert str(failure).endswith(". Check the network; asyncops doctor says more.")


def test_an_address_of_ones_own_is_named_as_a_possible_cause() -> None:
    account = Account(
        client=SERVICES["zoo"],
        token="t",
        token_source="the keyring",
        entry=Entry(base_url="http://127.0.0.1:9", keyring=True),
        profile="work",
    )
    failure = explain(ConnectionFailed("no"), account, NOW)
    assert str(failure).startswith(
        "127.0.0.1:9: no. Check the network, and the address from profile"
    )
    refusal = explain(refused(401), account, NOW)
    assert str(refusal).endswith("Store a new one with asyncops login zoo -p work.")


def test_an_error_in_the_middle_of_a_walk_says_how_to_go_on() -> None:
    error = PaginationError("a circle")
    error.checkpoint = Checkpoint(query="q", cursor="c")
    assert str(explain(error, ACCOUNT, NOW)).endswith(
        "A list with --resume FILE can go on from where it stopped."
    )
    error.checkpoint = Checkpoint(query="q")
    assert "--resume" not in str(explain(error, ACCOUNT, NOW))


def test_without_an_account_the_service_has_no_name() -> None:
    assert str(explain(refused(401), None, NOW)).startswith(
        "the service does not accept the token:"
    )


def test_a_system_error_names_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert raising(OSError(errno.EACCES, "Permission denied", "out.csv")) == ExitCode.WRONG_USE
    assert capsys.readouterr().err == "asyncops: out.csv: Permission denied\n"
    assert raising(OSError(errno.ENOSPC, "No space left on device")) == ExitCode.WRONG_USE
    assert "make room" in capsys.readouterr().err.lower()
