"""What an error of the library means to whoever called the app: RFC 9457 problem details.

======================================  ======  ================================================
error                                   status  why
======================================  ======  ================================================
``ValueError``, ``TypeError`` of ours   422     an argument that asyncops itself refuses
``BadRequest``, ``Unprocessable``       422     the service refuses the arguments it was sent
``NotFound``                            404     there is no such thing
``Conflict``                            409     the thing is in another state
``Gone``                                410     it was there once; an old page token, mostly
``OperationFailed``                     424     the operation did not succeed: neither
                                                the caller's request nor the gateway is broken
``OperationCancelled``                  424     so it was, by somebody
``RateLimited``                         429     with ``Retry-After``, where the service said
``Unauthorized``, ``Forbidden``         502     the credential is the app's and not the caller's
``ServerError``, other ``APIError``     502     the service, or what is before it, failed
``ConnectionFailed``                    502     no whole answer arrived
``AnswerTooLarge``                      502     it is larger than the client's ``max_body``
``DecodeError``, ``PaginationError``    502     an answer arrived that makes no sense
``PoolTimeout``                         503     the app itself has no connection free
``AttemptTimeout``                      504     the service was too slow
``DeadlineExceeded``, ``WaitTimeout``   504     so was all that was tried, or the operation
``ConfigurationError``, all else        500     the app is set up wrongly: no detail is given
======================================  ======  ================================================

A service says 404 and 400 about the path and the query that the app sent. Where those do not come
from the caller, catch the error in the handler and say what is true there.

The words are fixed ones of this module: no header, query or body of a service, and nothing of a
credential, gets into an answer. What a service says in its own words goes to the log.
"""

import dis
import math
import re
from collections.abc import Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Any

from attrs import field, frozen

from asyncops import (
    AnswerTooLarge,
    APIError,
    AsyncOpsError,
    AttemptTimeout,
    BadRequest,
    ConfigurationError,
    Conflict,
    DeadlineExceeded,
    DecodeError,
    Forbidden,
    Gone,
    NotFound,
    OperationCancelled,
    OperationFailed,
    PaginationError,
    PoolTimeout,
    RateLimited,
    ServerError,
    TransportError,
    Unauthorized,
    Unprocessable,
    WaitTimeout,
)

__all__ = ["PROBLEM_TYPE", "Problem", "problem_of"]

PROBLEM_TYPE = "application/problem+json"

_CREDENTIAL = "The upstream service did not serve this application."
_TOO_SLOW = "The upstream service did not answer in time."

_ANSWERS: dict[type[BaseException], tuple[int, str]] = {
    BadRequest: (422, "The upstream service does not accept these arguments."),
    Unprocessable: (422, "The upstream service does not accept these arguments."),
    NotFound: (404, "The upstream service has no such thing."),
    Conflict: (409, "What this is about is in another state than the request needs."),
    Gone: (410, "The upstream service does not have this any more."),
    OperationCancelled: (424, "The operation that was waited for was cancelled."),
    OperationFailed: (424, "The operation that was waited for did not succeed."),
    RateLimited: (429, "The upstream service asks for fewer requests."),
    Unauthorized: (502, _CREDENTIAL),
    Forbidden: (502, _CREDENTIAL),
    ServerError: (502, "The upstream service failed."),
    APIError: (502, "The upstream service gave an unexpected answer."),
    DecodeError: (502, "The upstream service gave an answer that cannot be read."),
    PaginationError: (502, "The upstream service's pages do not lead to the end of the listing."),
    PoolTimeout: (503, "All connections to the upstream service are in use."),
    AttemptTimeout: (504, _TOO_SLOW),
    DeadlineExceeded: (504, _TOO_SLOW),
    AnswerTooLarge: (502, "The upstream service's answer is larger than this application reads."),
    TransportError: (502, "No whole answer of the upstream service arrived."),
    WaitTimeout: (504, "What was waited for had not ended when the time was up."),
    ConfigurationError: (500, "This application is not set up to answer that."),
    AsyncOpsError: (500, "This application could not answer that."),
}

# What a service calls its codes and its requests; anything longer or stranger is no such name.
_NAME = re.compile(r"[A-Za-z0-9._:-]{1,128}")

_LONGEST_DETAIL = 300

_RAISE = dis.opmap["RAISE_VARARGS"]


@frozen(kw_only=True)
class Problem:
    """An answer that says what went wrong.

    Attributes:
        status: HTTP status.
        detail: A sentence for people.
        members: Facts beside it: ``upstream_status``, ``code``, ``request_id``, ``retry_after``
            (seconds), ``operation_id``; each only where it is known.
    """

    status: int
    detail: str
    members: Mapping[str, Any] = field(factory=dict)

    @property
    def document(self) -> dict[str, Any]:
        """The JSON object. Its ``type`` is ``about:blank``: the status says what kind it is."""
        title = HTTPStatus(self.status).phrase
        return {
            "type": "about:blank",
            "title": title,
            "status": self.status,
            "detail": self.detail,
            **self.members,
        }

    @property
    def headers(self) -> dict[str, str]:
        """``Retry-After`` in whole seconds, where there is something to wait for."""
        wait = self.members.get("retry_after")
        return {} if wait is None else {"Retry-After": str(wait)}


def problem_of(error: BaseException) -> Problem | None:
    """What to answer where this error ended the work; None for errors that are not the library's.

    A ``ValueError`` or ``TypeError`` counts where the library raised it by itself, about an
    argument. One that comes up inside of it otherwise, as in a hook of the app's, is a bug.
    """
    if isinstance(error, AsyncOpsError):
        kind = next(each for each in type(error).__mro__ if each in _ANSWERS)
        status, detail = _ANSWERS[kind]
        return Problem(status=status, detail=detail, members=_members(error))
    if isinstance(error, ValueError | TypeError) and _is_raised_here(error.__traceback__):
        return Problem(status=422, detail=_shortened(str(error)))
    return None


def _is_raised_here(traceback: TracebackType | None) -> bool:
    """Whether a ``raise`` in asyncops is where it began, and not a call that failed there."""
    if traceback is None:
        return False
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    frame = traceback.tb_frame
    package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
    return package == "asyncops" and frame.f_code.co_code[traceback.tb_lasti] == _RAISE


def _members(error: AsyncOpsError) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    match error:
        case Unauthorized() | Forbidden():
            facts["request_id"] = _named(error.request_id)
        case APIError():
            facts["upstream_status"] = error.status
            facts["code"] = error.code if isinstance(error.code, int) else _named(error.code)
            facts["request_id"] = _named(error.request_id)
            if error.retry_after is not None and math.isfinite(error.retry_after):
                facts["retry_after"] = math.ceil(error.retry_after)
        case DecodeError():
            facts["request_id"] = _named(error.request_id)
        case PoolTimeout():
            facts["retry_after"] = 1
        case OperationFailed():
            facts["operation_id"] = str(error.operation.id)
    return {name: fact for name, fact in facts.items() if fact is not None}


def _named(value: str | None) -> str | None:
    return value if value is not None and _NAME.fullmatch(value) else None


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_DETAIL else f"{text[: _LONGEST_DETAIL - 1]}…"
