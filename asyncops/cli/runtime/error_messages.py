"""Messages for the errors of a command: one line, a hint, and the exit code."""

import errno
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from asyncops.cli.accounts.account import ACCOUNT_IN_USE, Account
from asyncops.cli.exit import ExitCode, Failure
from asyncops.cli.text.times import clock_time, span
from asyncops.errors import (
    AnswerTooLarge,
    APIError,
    AsyncOpsError,
    ConfigurationError,
    DecodeError,
    Forbidden,
    Gone,
    NotFound,
    OperationBlocked,
    OperationFailed,
    RateLimited,
    ServerError,
    TransportError,
    Unauthorized,
    WaitTimeout,
)

__all__ = ["details", "explain", "explain_here", "explained"]

_RESUME = "a list with --resume FILE can go on from where it stopped"
_LATER = "that is the service's own trouble: try again later"
_DOCTOR = "asyncops doctor says more"


def explain(error: BaseException, account: Account | None, now: datetime) -> Failure | None:
    """The failure to show for an error; `None` where only a bug can have caused it.

    Args:
        error: The error that ended the command.
        account: The account in use, if any.
        now: The present; aware.
    """
    match error:
        case Failure():
            return error
        case APIError():
            failure = _of_api(error, account, now)
        case AsyncOpsError():
            failure = _of_library(error, account)
        case OSError(errno=int()):
            return _of_system(error)
        case BaseExceptionGroup(exceptions=several):
            found = (explain(each, account, now) for each in several)
            return next((each for each in found if each is not None), None)
        case _:
            return None
    if error.checkpoint is not None and error.checkpoint.cursor is not None:
        failure.hint = f"{failure.hint}; {_RESUME}" if failure.hint else _RESUME
    return failure


def explain_here(error: BaseException, account: Account | None = None) -> Failure:
    """The failure to show for an error of an account; of the one in use, unless one is given."""
    account = account or ACCOUNT_IN_USE.get()
    return explain(error, account, datetime.now(UTC)) or Failure(str(error))


def explained(error: BaseException) -> str:
    """The words of an error of the account in use."""
    return str(explain_here(error))


def details(error: BaseException) -> Iterator[str]:
    """The details of an error and its causes, a line each, for ``-v``."""
    seen: BaseException | None = error
    while seen is not None:
        yield f"{type(seen).__module__}.{type(seen).__qualname__}: {seen}"
        if isinstance(seen, DecodeError):
            yield from (f"problem: {each}" for each in seen.problems)
            if seen.snippet:
                yield f"the answer began: {seen.snippet}"
        if isinstance(seen, APIError) and seen.reason:
            yield f"reason: {seen.reason}"
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)


def _of_api(error: APIError, account: Account | None, now: datetime) -> Failure:
    name = _name(account)
    said = _shortened(error.message)
    match error:
        case Unauthorized() if account is not None and not account.token:
            message = f"{name} wants a token: {said}"
            variable, service = account.client.service.token, account.client.service.name
            hint = f"set {variable}, or store one with asyncops login {service}"
        case Unauthorized():
            message = f"{name} does not accept the token{_from(account)}: {said}"
            hint = _new_token(account)
        case Forbidden():
            message = f"{name} does not allow this: {said}"
            hint = error.hint or "the token is good, but its account lacks the permission"
        case NotFound():
            message = f"{name} did not find it: {said}"
            hint = error.hint or "check the id, and whether it belongs to this account"
        case RateLimited(retry_after=None):
            message = f"{name} limits the rate of requests: {said}"
            hint = "try again later, with less --concurrency"
        case RateLimited(retry_after=float() as wait):
            until = clock_time((now + timedelta(seconds=wait)).astimezone(UTC), now)
            message = f"rate limited by {name} until {until} (in {span(wait)})"
            hint = "try again then, with less --concurrency"
        case ServerError():
            message, hint = f"{name} failed: {error.status}, {said}", _LATER
        case Gone():
            message = f"{name} no longer has it: {said}"
            hint = "a checkpoint may be too old to go on from: start over with a new file"
        case _:
            message = f"{name} refused the request: {error.status}, {said}"
            hint = error.hint or ""
    return Failure(
        f"{message}{_request(error.request_id)}", hint.rstrip(".") or None, ExitCode.SERVICE
    )


def _of_library(error: AsyncOpsError, account: Account | None) -> Failure:
    # The library's words name its arguments.
    text = _shortened(str(error).removesuffix(" (max_pages)").replace("max_body", "--max-body"))
    match error:
        case ConfigurationError():
            return Failure(text, None, ExitCode.WRONG_USE)
        case OperationFailed():
            return Failure(text, None, ExitCode.FAILED)
        case OperationBlocked() | WaitTimeout():
            return Failure(text, None, ExitCode.TIMED_OUT)
        case AnswerTooLarge():
            return Failure(
                f"{_name(account)}: {text}", "--max-body 1GiB reads it", ExitCode.SERVICE
            )
        case TransportError():
            return Failure(_network(str(error), account), _address(account), ExitCode.SERVICE)
        case DecodeError(request_id=request_id):
            # How to pass over the row is said in the words of the command line.
            fault, row, _ = str(error).partition("; list(on_invalid")
            message = f"{_name(account)} sent what cannot be understood: {_shortened(fault)}"
            help_ = "a newer asyncops may understand it; -v shows more of it"
            if row:
                help_ += "; list --on-invalid skip leaves such rows out"
            return Failure(f"{message}{_request(request_id)}", help_, ExitCode.SERVICE)
        case _:
            return Failure(f"{_name(account)}: {text}", None, ExitCode.SERVICE)


def _of_system(error: OSError) -> Failure:
    reason = error.strerror or str(error) or type(error).__name__
    where = f"{error.filename}: " if error.filename is not None else ""
    hint = "make room and run it again" if error.errno == errno.ENOSPC else None
    return Failure(f"{where}{reason}", hint, ExitCode.WRONG_USE)


def _name(account: Account | None) -> str:
    return "the service" if account is None else account.client.service.title


def _from(account: Account | None) -> str:
    return "" if account is None else f" from {account.token_source}"


def _request(request_id: str | None) -> str:
    return f" (request id {request_id})" if request_id else ""


def _new_token(account: Account | None) -> str:
    if account is None:
        return "make a new one"
    service = account.client.service
    if account.profile is not None and "keyring" in account.token_source:
        return f"store a new one with asyncops login {service.name} -p {account.profile}"
    return "make a new one and set it there"


def _network(text: str, account: Account | None) -> str:
    """The library's words, with the system's in plain ones, and with the host."""
    known = re.sub(r"\[Errno (\d+)\] [^:;]*\('[^']*', \d+[^)]*\)", _strerror, text)
    known = re.sub(r"\[Errno -?\d+\] |\[SSL: [A-Z0-9_]+\] | ?\(_ssl\.c:\d+\)", "", known)
    if account is None or (urlsplit(account.base_url).hostname or account.host) in known:
        return known
    return f"{account.host}: {known}"


def _strerror(match: re.Match[str]) -> str:
    return os.strerror(int(match[1])).lower()


def _address(account: Account | None) -> str:
    if account is None or account.url_source is None:
        return f"check the network; {_DOCTOR}"
    return f"check the network, and the address from {account.url_source}; {_DOCTOR}"


def _shortened(text: str, longest: int = 300) -> str:
    text = text.strip().rstrip(".")
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
