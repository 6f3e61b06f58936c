"""Messages for the errors of a command: one line, a hint, and the exit code."""

import os
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from asyncops import errors
from asyncops.cli.connect import ACCOUNT_IN_USE, Account
from asyncops.cli.shell import ExitCode, Failure, of_system
from asyncops.cli.text import clock_time, span

_RESUME = "a list with --resume FILE can go on from where it stopped"
# The words for an answer, and the remedy where the error knows none; the first kind that fits.
_ANSWERS: Mapping[type[errors.APIError], tuple[str, str]] = {
    errors.Unauthorized: ("{name} does not accept the token: {said}", "make a new one"),
    errors.Forbidden: (
        "{name} does not allow this: {said}",
        "the token is good, but its account lacks the permission",
    ),
    errors.NotFound: (
        "{name} did not find it: {said}",
        "check the id, and whether it belongs to this account",
    ),
    errors.RateLimited: (
        "{name} limits the rate of requests: {said}",
        "try again later, with less --concurrency",
    ),
    errors.ServerError: (
        "{name} failed: {status}, {said}",
        "that is the service's own trouble: try again later",
    ),
    errors.Gone: (
        "{name} no longer has it: {said}",
        "a checkpoint may be too old to go on from: start over with a new file",
    ),
    errors.APIError: ("{name} refused the request: {status}, {said}", ""),
}
# These have nothing to do with the service's answer.
_OWN_CODES: Mapping[type[errors.AsyncOpsError], ExitCode] = {
    errors.ConfigurationError: ExitCode.WRONG_USE,
    errors.OperationFailed: ExitCode.FAILED,
    errors.OperationBlocked: ExitCode.TIMED_OUT,
    errors.WaitTimeout: ExitCode.TIMED_OUT,
}


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
        case errors.APIError():
            failure = _of_api(error, account, now)
        case errors.AsyncOpsError():
            failure = _of_library(error, account)
        case OSError(errno=int()):
            return of_system(error)
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
        if isinstance(seen, errors.DecodeError):
            yield from (f"problem: {each}" for each in seen.problems)
            if seen.snippet:
                yield f"the answer began: {seen.snippet}"
        if isinstance(seen, errors.APIError) and seen.reason:
            yield f"reason: {seen.reason}"
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)


def _of_api(error: errors.APIError, account: Account | None, now: datetime) -> Failure:
    words, hint = next(said for kind, said in _ANSWERS.items() if isinstance(error, kind))
    hint = error.hint or hint
    if isinstance(error, errors.Unauthorized) and account is not None:
        words, hint = _of_token(account)
    elif isinstance(error, errors.RateLimited) and error.retry_after is not None:
        words = f"rate limited by {{name}} {_until(error.retry_after, now)}"
        hint = "try again then, with less --concurrency"
    said = {"name": _name(account), "said": _shortened(error.message), "status": error.status}
    message = f"{words.format_map(said)}{_request(error.request_id)}"
    return Failure(message, hint.rstrip(".") or None, ExitCode.SERVICE)


def _until(seconds: float, now: datetime) -> str:
    try:
        end = clock_time(now + timedelta(seconds=seconds), now)
    except (OverflowError, ValueError):
        # A service may ask to wait until after the calendar ends.
        return f"for {span(seconds)}"
    return f"until {end} (in {span(seconds)})"


def _of_token(account: Account) -> tuple[str, str]:
    service = account.client.service
    login = f"asyncops login {service.name}"
    if account.finds_credentials:
        return "{name} does not accept the credentials found on this machine: {said}", "renew them"
    if not account.token:
        return "{name} wants a token: {said}", f"set {service.token}, or store one with {login}"
    hint = "make a new one and set it there"
    if account.profile is not None and account.entry.keyring:
        hint = f"store a new one with {login} -p {account.profile}"
    return f"{{name}} does not accept the token from {account.token_source}: {{said}}", hint


def _of_library(error: errors.AsyncOpsError, account: Account | None) -> Failure:
    # The library's words name its arguments.
    text = _shortened(str(error).removesuffix(" (max_pages)").replace("max_body", "--max-body"))
    for kind, code in _OWN_CODES.items():
        if isinstance(error, kind):
            return Failure(text, None, code)
    hint, name = None, _name(account)
    match error:
        case errors.AnswerTooLarge():
            hint = "--max-body 1GiB reads it"
        case errors.TransportError():
            source = None if account is None else account.url_source
            address = f", and the address from {source}" if source else ""
            hint = f"check the network{address}; asyncops doctor says more"
            return Failure(_network(str(error), account), hint, ExitCode.SERVICE)
        case errors.DecodeError(request_id=request_id):
            # How to pass over the row is said in the words of the command line.
            fault, row, _ = str(error).partition("; list(on_invalid")
            text = f"{_shortened(fault)}{_request(request_id)}"
            name = f"{name} sent what cannot be understood"
            hint = "a newer asyncops may understand it; -v shows more of it"
            hint += "; list --on-invalid skip leaves such rows out" if row else ""
    return Failure(f"{name}: {text}", hint, ExitCode.SERVICE)


def _name(account: Account | None) -> str:
    return "the service" if account is None else account.client.service.title


def _request(request_id: str | None) -> str:
    return f" (request id {request_id})" if request_id else ""


def _network(text: str, account: Account | None) -> str:
    """The library's words, with the system's in plain ones, and with the host."""
    failed = r"\[Errno (\d+)\] [^:;]*\('[^']*', \d+[^)]*\)"
    known = re.sub(failed, lambda found: os.strerror(int(found[1])).lower(), text)
    known = re.sub(r"\[Errno -?\d+\] |\[SSL: [A-Z0-9_]+\] | ?\(_ssl\.c:\d+\)", "", known)
    if account is None or (urlsplit(account.base_url).hostname or account.host) in known:
        return known
    return f"{account.host}: {known}"


def _shortened(text: str, longest: int = 300) -> str:
    text = text.strip().rstrip(".")
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
