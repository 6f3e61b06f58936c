"""All errors of the library.

::

    AsyncOpsError
    ├── ConfigurationError          no token, plain http, closed client, other event loop
    ├── TransportError              no whole answer arrived
    │   ├── ConnectionFailed        refused, DNS, TLS, lost
    │   ├── AttemptTimeout          one attempt took too long
    │   │   └── PoolTimeout         no connection became free in time
    │   ├── DeadlineExceeded        the whole call took too long
    │   └── AnswerTooLarge          the answer is larger than max_body
    ├── APIError                    the service answered with an error
    │   ├── BadRequest 400   Unauthorized 401   Forbidden 403   NotFound 404
    │   ├── Conflict 409     Gone 410           Unprocessable 422
    │   ├── RateLimited 429
    │   └── ServerError 5xx
    ├── MayHaveStarted              sent to start an operation; the answer was lost
    ├── DecodeError                 an answer of an unexpected shape
    ├── PaginationError             the pages of a listing do not lead to its end
    │   └── RepeatedToken, UnexpectedPage, TooManyPages, DepthExceeded
    └── OperationError              the end of a wait
        ├── OperationFailed         the operation failed, or ended in an unknown status
        │   └── OperationCancelled
        ├── OperationBlocked        the operation waits for a person, with on_blocked="raise"
        └── WaitTimeout

``ListingMoved`` is a warning; the walk goes on.
Bad arguments raise ``ValueError`` or ``TypeError`` before anything is sent, and a description of a
service that cannot be right a ``DescriptionError``, which is a ``ValueError``.
An error that ends a walk carries the ``checkpoint`` to go on from.
"""

from typing import Any, Self

from asyncops.checkpoints import Checkpoint, WatchCheckpoint
from asyncops.models import Operation, State, has_ended, how_it_ended

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
    "DepthExceeded",
    "Forbidden",
    "Gone",
    "ListingMoved",
    "MayHaveStarted",
    "NotFound",
    "OperationBlocked",
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
    """The base of all errors of the library.

    ::

        try:
            async for call in zoo.operations.list(): ...
        except AsyncOpsError as error:
            if error.checkpoint is not None:
                path.write_text(error.checkpoint.to_json())

    Attributes:
        checkpoint: The position of the walk that this error ended; ``None`` outside of a walk.
        watch_checkpoint: The position of the watch that this error ended; ``None`` outside of a
            watch, and if the watch had not begun.
    """

    checkpoint: Checkpoint | None = None
    watch_checkpoint: WatchCheckpoint | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the state: most errors cannot be made again from their ``args`` alone."""
        return _restore, (type(self), self.args, self.__dict__.copy())


def _restore(
    kind: type[AsyncOpsError], args: tuple[object, ...], state: dict[str, object]
) -> AsyncOpsError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class ConfigurationError(AsyncOpsError):
    """The client is set up or used in a wrong way.

    Attributes:
        sent: Whether a part of a request may have reached the service, as the client was closed
            while the answer was under way.
    """

    def __init__(self, message: str, *, sent: bool = False) -> None:
        super().__init__(message)
        self.sent = sent


class TransportError(AsyncOpsError):
    """No whole answer arrived.

    Attributes:
        retryable: Whether sending the same request again may help.
        sent: Whether a part of the request may have reached the service.
    """

    def __init__(self, message: str, *, retryable: bool = False, sent: bool = True) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.sent = sent


class ConnectionFailed(TransportError):
    """The connection was refused, not found, not trusted, or lost."""


class AttemptTimeout(TransportError):
    """One attempt took longer than a limit of :class:`~asyncops.Timeout`."""


class PoolTimeout(AttemptTimeout):
    """No connection became free within ``Timeout.pool``; nothing was sent."""


class DeadlineExceeded(TransportError):
    """The call, with its retries, took longer than ``Timeout.deadline``."""


class AnswerTooLarge(TransportError):
    """An answer is larger than ``max_body`` and was not read. No operation has failed.

    Attributes:
        limit: The most bytes that are read.
        status: The status of the requested operation, in the service's word, if the beginning of
            the answer contains it.
    """

    def __init__(self, message: str, *, limit: int, status: str | None = None) -> None:
        super().__init__(message)
        self.limit = limit
        self.status = status


class APIError(AsyncOpsError):
    """The service answered with an error.

    ::

        except APIError as error:
            print(error.status, error.message, error.request_id)

    Attributes:
        status: HTTP status.
        code: The service's own code: Zoo's ``error_code``, Chainloop's gRPC number.
        message: The service's own words.
        request_id: The id by which the service's support finds the request.
        retry_after: The seconds that the service asks to wait, if any.
        reason: Chainloop's machine-readable reason, if any.
        details: Chainloop's ``details`` or ``metadata``, unchanged.
        hint: A sentence on the usual remedy, if there is one.
        sent: False if this request was not sent, since the service had answered another one with
            the request to wait for longer than this call may take.
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
        """Return the class for an HTTP status."""
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
    """404: the requested object does not exist."""


class Conflict(APIError):
    """409: the state of the object does not allow the request."""


class Gone(APIError):
    """410: the requested object, such as an old page token, does not exist any more."""


class Unprocessable(APIError):
    """422: the request is well-formed but not valid."""


class RateLimited(APIError):
    """429: too many requests, or another status that means the same; see ``retry_after``."""


class ServerError(APIError):
    """5xx: the service or its gateway failed."""


_NOT_IMPLEMENTED = 501

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


class MayHaveStarted(AsyncOpsError):
    """A request to start an operation was sent, and its answer was lost or cannot be read.

    ::

        try:
            run = await service.runs.start(model="m1")
        except MayHaveStarted as error:
            log.warning("look for the run before starting it again: %s", error.error)

    Such a request is never sent again by itself, as a second operation might start.

    Attributes:
        error: The error that came instead of an answer.
    """

    def __init__(self, message: str, *, error: AsyncOpsError | None = None) -> None:
        super().__init__(message)
        self.error = error

    @classmethod
    def after(cls, error: AsyncOpsError) -> Self | None:
        """Return the error for a failed start; ``None`` if the operation cannot have started."""
        match error:
            case TransportError(sent=True) | ConfigurationError(sent=True) | DecodeError():
                pass
            case ServerError(status=status, sent=True) if status != _NOT_IMPLEMENTED:
                pass
            case APIError(status=303, sent=True):
                # See Other: what was asked for is done, and is to be read elsewhere.
                pass
            case _:
                return None
        return cls(
            "the operation may have started, as the request was sent and its answer was lost: "
            f"{error}",
            error=error,
        )


class DecodeError(AsyncOpsError):
    """An answer arrived whole but has an unexpected shape.

    Attributes:
        path: The JSON path of the first bad field, such as ``$.items[3].created_at``.
        snippet: The beginning of the body, with the parts masked that look secret.
        problems: All problems, each as ``message at path``.
        request_id: The id by which the service's support finds the request, if any.
        not_json: Whether the body is not JSON at all, but empty or a gateway's page, for instance.
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
    """The service returned a page token for the second time: the pages form a cycle."""


class UnexpectedPage(PaginationError):
    """The answer is for another page, or of another page size, than requested."""


class TooManyPages(PaginationError):
    """The listing has more pages than ``max_pages``."""


class DepthExceeded(PaginationError):
    """The listing goes on, but the service gives no more than its first so many items.

    A filter, such as one by creation time, makes the listing shorter.
    """


class ListingMoved(UserWarning):
    """Rows moved between numbered pages during the walk, and some of them may be missing.

    Attributes:
        checkpoint: The position of the walk, if the warning is raised as an error.
    """

    checkpoint: Checkpoint | None = None


class OperationError(AsyncOpsError):
    """A wait for an operation did not end in its success."""


class OperationFailed(OperationError):
    """The operation has ended, but not in success; :meth:`of` chooses the class.

    ::

        try:
            call = await zoo.operations.wait(call_id)
        except OperationFailed as error:
            print(error.operation.error)

    Attributes:
        operation: The operation; of several, the first that failed.
        operations: All operations of the wait, in their last known state.
    """

    def __init__(self, operation: Operation, operations: tuple[Operation, ...] = ()) -> None:
        text = f"operation {operation.id} {how_it_ended(operation)}"
        if len(operations) > 1:
            ended = [each for each in operations if has_ended(each)]
            failed = sum(each.state is not State.SUCCEEDED for each in ended)
            text += f" ({failed} of {len(operations)} operations did not succeed)"
        super().__init__(text)
        self.operation = operation
        self.operations: tuple[Operation, ...] = operations or (operation,)

    @staticmethod
    def of(operation: Operation, operations: tuple[Operation, ...] = ()) -> "OperationFailed":
        """Return the error for an operation that has ended, but not in success."""
        kind = OperationCancelled if operation.state is State.CANCELLED else OperationFailed
        return kind(operation, operations)


class OperationCancelled(OperationFailed):
    """The operation was cancelled before its end."""


class OperationBlocked(OperationError):
    """The operation waits for a person, and the wait was told not to: ``on_blocked="raise"``.

    ::

        try:
            run = await service.runs.wait(run_id, on_blocked="raise")
        except OperationBlocked as error:
            ask_for_approval(error.operation.id)

    The operation has not ended: the same wait can be begun again.

    Attributes:
        operation: The operation; of several, the first that is blocked.
        operations: All operations of the wait, in their last known state.
    """

    def __init__(self, operation: Operation, operations: tuple[Operation, ...] = ()) -> None:
        super().__init__(f"operation {operation.id} is blocked: it waits for a person")
        self.operation = operation
        self.operations: tuple[Operation, ...] = operations or (operation,)


class WaitTimeout(OperationError):
    """The operation had not ended when the time of the wait was up.

    Attributes:
        last: The operation in its last known state, or a tuple of operations if the wait was for
            all of a resource; ``None`` if no poll was answered.
    """

    def __init__(
        self, message: str, *, last: Operation | tuple[Operation, ...] | None = None
    ) -> None:
        super().__init__(message)
        self.last = last
