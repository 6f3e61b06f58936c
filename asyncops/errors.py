"""Every error of the library.

::

    AsyncOpsError
    ├── ConfigurationError          no token, plain http, closed client, other event loop
    ├── TransportError              no whole answer arrived
    │   ├── ConnectionFailed        refused, DNS, TLS, lost
    │   ├── AttemptTimeout          one attempt took too long
    │   │   └── PoolTimeout         it waited too long for a free connection
    │   ├── DeadlineExceeded        the whole call took too long
    │   └── AnswerTooLarge          it is larger than max_body
    ├── APIError                    the service answered with an error
    │   ├── BadRequest 400   Unauthorized 401   Forbidden 403   NotFound 404
    │   ├── Conflict 409     Gone 410           Unprocessable 422
    │   ├── RateLimited 429
    │   └── ServerError 5xx
    ├── DecodeError                 an answer that is not what the service promises
    ├── PaginationError             a listing that cannot be followed
    │   └── RepeatedToken, UnexpectedPage, TooManyPages
    └── OperationError              an operation that was waited for
        ├── OperationFailed     also for an end in a status that this release does not know
        │   └── OperationCancelled
        └── WaitTimeout

``ListingMoved`` is a warning: the walk goes on.
Bad arguments are ``ValueError`` or ``TypeError``, raised before anything is sent.
An error that ends a walk carries the ``checkpoint`` to go on from.
"""

from typing import Any, Self

from asyncops.models import Checkpoint, Operation, State, has_ended, how_it_ended
from asyncops.watch_checkpoint import WatchCheckpoint

__all__ = [
    "APIError",
    "AnswerTooLarge",
    "AsyncOpsError",
    "AttemptTimeout",
    "BadRequest",
    "ConfigurationError",
    "Conflict",
    "ConnectionFailed",
    "DeadlineExceeded",
    "DecodeError",
    "Forbidden",
    "Gone",
    "ListingMoved",
    "NotFound",
    "OperationCancelled",
    "OperationError",
    "OperationFailed",
    "PaginationError",
    "PoolTimeout",
    "RateLimited",
    "RepeatedToken",
    "ServerError",
    "TooManyPages",
    "TransportError",
    "Unauthorized",
    "UnexpectedPage",
    "Unprocessable",
    "WaitTimeout",
]


class AsyncOpsError(Exception):
    """Base of every error that the library raises by itself.

    Attributes:
        checkpoint: Where the walk stood that this error ended; None outside a walk.
        watch_checkpoint: Where the watch stood that this error ended; None outside a watch, and
            where it had not begun.
    """

    checkpoint: Checkpoint | None = None
    watch_checkpoint: WatchCheckpoint | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by state, since most errors take keyword arguments."""
        return _restore, (type(self), self.args, self.__dict__.copy())


def _restore(
    kind: type[AsyncOpsError], args: tuple[object, ...], state: dict[str, object]
) -> AsyncOpsError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class ConfigurationError(AsyncOpsError):
    """The client cannot work as it is set up or used."""


class TransportError(AsyncOpsError):
    """No whole answer arrived.

    Attributes:
        retryable: Whether sending the same request again may help.
        sent: Whether any of the request may have reached the service.
    """

    def __init__(self, message: str, *, retryable: bool = False, sent: bool = True) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.sent = sent


class ConnectionFailed(TransportError):
    """The connection was refused, not found, not trusted or lost."""


class AttemptTimeout(TransportError):
    """One attempt took longer than ``Timeout`` allows."""


class PoolTimeout(AttemptTimeout):
    """No connection of this client became free in time; nothing was sent."""


class DeadlineExceeded(TransportError):
    """The call, retries included, took longer than ``Timeout.deadline``."""


class AnswerTooLarge(TransportError):
    """An answer is larger than ``max_body`` and was not read; no operation failed by that.

    Attributes:
        limit: The most bytes that would have been read.
        status: The status of the single operation that was asked for, in the service's word, where
            the beginning of the answer told it.
    """

    def __init__(self, message: str, *, limit: int, status: str | None = None) -> None:
        super().__init__(message)
        self.limit = limit
        self.status = status


class APIError(AsyncOpsError):
    """The service answered with an error.

    Attributes:
        status: HTTP status.
        code: The service's own code: Zoo's ``error_code``, Chainloop's gRPC number.
        message: The service's own words.
        request_id: What the service's support asks for.
        retry_after: Seconds that the service asked to wait, if it did.
        reason: Chainloop's machine-readable reason, if given.
        details: Chainloop's ``details`` or ``metadata``, as they came.
        hint: A sentence on what usually helps, if there is one.
        sent: False where this request never went out: the service's answer to another one, to
            wait for so long, already said what would come of it.
    """

    sent: bool = True

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str | int | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        reason: str | None = None,
        details: Any = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.request_id = request_id
        self.retry_after = retry_after
        self.reason = reason
        self.details = details
        self.hint = hint

    def __str__(self) -> str:
        facts = [
            f"{name} {value}"
            for name, value in (
                ("code", self.code),
                ("retry after", self.retry_after),
                ("request id", self.request_id),
            )
            if value is not None
        ]
        text = f"{self.status}: {self.message}"
        if facts:
            text += f" ({', '.join(facts)})"
        return f"{text}. {self.hint}" if self.hint else text

    @classmethod
    def of(cls, status: int) -> type[Self]:
        """The class for an HTTP status."""
        kind = _BY_STATUS.get(status)
        if kind is None:
            kind = ServerError if 500 <= status < 600 else APIError
        return kind if issubclass(kind, cls) else cls


class BadRequest(APIError):
    """400: the service does not accept these parameters."""


class Unauthorized(APIError):
    """401: the token is missing, wrong or expired."""


class Forbidden(APIError):
    """403: the token is good but may not do this."""


class NotFound(APIError):
    """404: no such thing."""


class Conflict(APIError):
    """409: the thing is in another state than the request needs."""


class Gone(APIError):
    """410: it was there once; an old page token, for instance."""


class Unprocessable(APIError):
    """422: well-formed, but not valid."""


class RateLimited(APIError):
    """429: too many requests; see ``retry_after``."""


class ServerError(APIError):
    """5xx: the service or its gateway failed."""


_BY_STATUS: dict[int, type[APIError]] = {
    400: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    422: Unprocessable,
    429: RateLimited,
}


class DecodeError(AsyncOpsError):
    """An answer arrived whole but is not what the service promises.

    Attributes:
        path: JSON path of the first bad field, such as ``$.items[3].created_at``.
        snippet: The beginning of the body, shortened, with what looks secret masked.
        problems: Every problem found, each as ``message at path``.
        request_id: What the service's support asks for, if the answer said.
        not_json: Whether the body is no JSON at all, such as a gateway's page or nothing. False
            where it is JSON of another shape.
    """

    def __init__(
        self,
        message: str,
        *,
        path: str = "$",
        snippet: str = "",
        problems: tuple[str, ...] = (),
        request_id: str | None = None,
        not_json: bool = False,
    ) -> None:
        super().__init__(message)
        self.path = path
        self.snippet = snippet
        self.problems = problems
        self.request_id = request_id
        self.not_json = not_json


class PaginationError(AsyncOpsError):
    """The pages of a listing do not lead to its end."""


class RepeatedToken(PaginationError):
    """The service handed out a page token that was used before: a circle."""


class UnexpectedPage(PaginationError):
    """The answer is for another page, or of another size, than was asked for."""


class TooManyPages(PaginationError):
    """The listing goes on past the bound on pages (``max_pages``)."""


class ListingMoved(UserWarning):
    """Rows moved between numbered pages and could not be followed; some may be missing.

    Attributes:
        checkpoint: Where the walk stood, where the warning is raised as an error.
    """

    checkpoint: Checkpoint | None = None


class OperationError(AsyncOpsError):
    """What came of waiting for an operation."""


class OperationFailed(OperationError):
    """The operation has ended, and not well: use :meth:`of` for the class that fits.

    Attributes:
        operation: The operation as it was last seen; of several, the first that failed.
        operations: All that were waited for together, as they were last seen.
    """

    def __init__(self, operation: Operation, operations: tuple[Operation, ...] = ()) -> None:
        text = f"operation {operation.id} {how_it_ended(operation)}"
        if len(operations) > 1:
            failed = sum(has_ended(each) and not _succeeded(each) for each in operations)
            text += f" ({failed} of {len(operations)} operations did not succeed)"
        super().__init__(text)
        self.operation = operation
        self.operations: tuple[Operation, ...] = operations or (operation,)

    @staticmethod
    def of(operation: Operation, operations: tuple[Operation, ...] = ()) -> "OperationFailed":
        """The error for an operation that has ended, but not in success."""
        kind = OperationCancelled if operation.state is State.CANCELLED else OperationFailed
        return kind(operation, operations)


class OperationCancelled(OperationFailed):
    """Somebody cancelled the operation before it was done."""


def _succeeded(operation: Operation) -> bool:
    return operation.state is State.SUCCEEDED


class WaitTimeout(OperationError):
    """What was waited for had not ended when the time was up.

    Attributes:
        last: The operation as it was last seen, or a tuple of them where the wait was for all
            operations of a resource; None if no look was answered.
    """

    def __init__(
        self, message: str, *, last: Operation | tuple[Operation, ...] | None = None
    ) -> None:
        super().__init__(message)
        self.last = last
