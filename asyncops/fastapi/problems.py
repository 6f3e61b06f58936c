"""The app's answer to each error of the library: RFC 9457 problem details.

======================================  ======  ================================================
error                                   status  why
======================================  ======  ================================================
``ValueError``, ``TypeError`` of ours   422     an argument that asyncops refuses, or the
                                                description of a service
``BadRequest``, ``Unprocessable``       422     the service refuses the arguments it was sent
``NotFound``                            404     there is no such thing
``Conflict``                            409     the thing is in another state
``Gone``                                410     it is no longer there; often an old page token
``OperationFailed``                     424     the operation did not succeed: neither
                                                the caller's request nor the gateway is broken
``OperationCancelled``                  424     the operation was cancelled
``OperationBlocked``                    409     the operation waits for a person
``RateLimited``                         429     with ``Retry-After``, where the service said
``Unauthorized``, ``Forbidden``         502     the credential is the app's and not the caller's
``ServerError``, other ``APIError``     502     the service, or a gateway before it, failed
``ConnectionFailed``                    502     no whole answer arrived
``AnswerTooLarge``                      502     the answer is larger than ``max_body``
``DecodeError``, ``PaginationError``    502     an answer arrived that cannot be used
``MayHaveStarted``                      502     the answer to a start was lost
``PoolTimeout``                         503     the app itself has no connection free
``AttemptTimeout``                      504     the service was too slow
``DeadlineExceeded``, ``WaitTimeout``   504     all attempts, or the operation, took too long
``ConfigurationError``, all others      500     the app is set up wrongly: no detail is sent
======================================  ======  ================================================

A service answers 404 and 400 to the path and the query that the app sent. Where those do not come
from the caller, catch the error in the handler and give another answer.

The texts are fixed in this module: no header, query, body or credential gets into an answer. The
service's own words go to the log.
"""

import dis
import math
import re
from collections.abc import Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Any

from attrs import field, frozen

from asyncops import errors
from asyncops.errors import AsyncOpsError

PROBLEM_TYPE = "application/problem+json"

_CREDENTIAL = "The upstream service did not serve this application."
_TOO_SLOW = "The upstream service did not answer in time."
_TOO_LARGE = "The upstream service's answer is larger than this application reads."
_ENDLESS = "The upstream service's pages do not lead to the end of the listing."

_ANSWERS: dict[type[BaseException], tuple[int, str]] = {
    errors.BadRequest: (422, "The upstream service does not accept these arguments."),
    errors.Unprocessable: (422, "The upstream service does not accept these arguments."),
    errors.NotFound: (404, "The upstream service has no such thing."),
    errors.Conflict: (409, "What this is about is in another state than the request needs."),
    errors.Gone: (410, "The upstream service does not have this any more."),
    errors.OperationCancelled: (424, "The operation that was waited for was cancelled."),
    errors.OperationFailed: (424, "The operation that was waited for did not succeed."),
    errors.OperationBlocked: (409, "The operation that was waited for waits for a person."),
    errors.RateLimited: (429, "The upstream service asks for fewer requests."),
    errors.Unauthorized: (502, _CREDENTIAL),
    errors.Forbidden: (502, _CREDENTIAL),
    errors.ServerError: (502, "The upstream service failed."),
    errors.APIError: (502, "The upstream service gave an unexpected answer."),
    errors.DecodeError: (502, "The upstream service gave an answer that cannot be read."),
    errors.PaginationError: (502, _ENDLESS),
    errors.MayHaveStarted: (502, "The operation may have started; the upstream answer was lost."),
    errors.PoolTimeout: (503, "All connections to the upstream service are in use."),
    errors.AttemptTimeout: (504, _TOO_SLOW),
    errors.DeadlineExceeded: (504, _TOO_SLOW),
    errors.AnswerTooLarge: (502, _TOO_LARGE),
    errors.TransportError: (502, "No whole answer of the upstream service arrived."),
    errors.WaitTimeout: (504, "What was waited for had not ended when the time was up."),
    errors.ConfigurationError: (500, "This application is not set up to answer that."),
    AsyncOpsError: (500, "This application could not answer that."),
}

# A code or a request id of a service; anything longer or with other characters is left out.
_NAME = re.compile(r"[A-Za-z0-9._:-]{1,128}")

_LONGEST_DETAIL = 300

_RAISE = dis.opmap["RAISE_VARARGS"]

# These make what a description says of arguments: options, places, ids.
_CHECKERS = frozenset({"asyncops.kit.acting", "asyncops.kit.bound", "asyncops.kit.described"})


@frozen(kw_only=True)
class Problem:
    """The answer to an error.

    Attributes:
        status: HTTP status.
        detail: A sentence for people.
        members: More fields: ``upstream_status``, ``code``, ``request_id``, ``retry_after``
            (seconds), ``operation_id``; each only where it is known.
    """

    status: int
    detail: str
    members: Mapping[str, Any] = field(factory=dict)

    @property
    def document(self) -> dict[str, Any]:
        """The JSON object; its ``type`` is ``about:blank``, since the status names the kind."""
        kind = {"type": "about:blank", "title": HTTPStatus(self.status).phrase}
        return {**kind, "status": self.status, "detail": self.detail, **self.members}

    @property
    def headers(self) -> dict[str, str]:
        """``Retry-After`` in whole seconds, where waiting helps."""
        wait = self.members.get("retry_after")
        return {} if wait is None else {"Retry-After": str(wait)}


def problem_of(error: BaseException) -> Problem | None:
    """Return the answer to an error; ``None`` for an error that is not the library's.

    ``problem_of(NotFound("...", status=404))`` is a problem with status 404. A ``ValueError`` or
    ``TypeError`` is the library's where the library itself or the description of a service raised
    it, about an argument. Any other one, such as from a hook of the app, is a bug.
    """
    if isinstance(error, AsyncOpsError):
        kind = next(each for each in type(error).__mro__ if each in _ANSWERS)
        status, detail = _ANSWERS[kind]
        return Problem(status=status, detail=detail, members=_members(error))
    if isinstance(error, ValueError | TypeError) and _is_refusal(error.__traceback__):
        # The validators of attrs put more than the message into the error.
        return Problem(status=422, detail=_shortened(str(next(iter(error.args), ""))))
    return None


def _is_refusal(traceback: TracebackType | None) -> bool:
    """Whether a ``raise`` statement in asyncops is the origin, rather than a call that failed.

    Or one in the description of a service that was given an argument to check.
    """
    inner = ours = ""
    raises = False
    while traceback is not None:
        frame = traceback.tb_frame
        inner = str(frame.f_globals.get("__name__", ""))
        ours = inner if inner.partition(".")[0] == "asyncops" else ours
        raises = frame.f_code.co_code[traceback.tb_lasti] == _RAISE
        traceback = traceback.tb_next
    return raises and (ours == inner or ours in _CHECKERS)


def _members(error: AsyncOpsError) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    match error:
        case errors.Unauthorized() | errors.Forbidden():
            facts["request_id"] = _named(error.request_id)
        case errors.APIError():
            facts["upstream_status"] = error.status
            facts["code"] = error.code if isinstance(error.code, int) else _named(error.code)
            facts["request_id"] = _named(error.request_id)
            if error.retry_after is not None and math.isfinite(error.retry_after):
                facts["retry_after"] = math.ceil(error.retry_after)
        case errors.DecodeError():
            facts["request_id"] = _named(error.request_id)
        case errors.PoolTimeout():
            facts["retry_after"] = 1
        case errors.OperationFailed() | errors.OperationBlocked():
            facts["operation_id"] = str(error.operation.id)
    return {name: fact for name, fact in facts.items() if fact is not None}


def _named(value: str | None) -> str | None:
    return value if value is not None and _NAME.fullmatch(value) else None


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_DETAIL else f"{text[: _LONGEST_DETAIL - 1]}…"
