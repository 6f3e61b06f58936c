"""Async client for services that run long operations: list them, fetch them, follow them.

The names below are all that most programs need; each service's models are in ``asyncops.zoo``
and ``asyncops.chainloop``.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from asyncops.chainloop import AsyncOperation, AsyncOperationStatus, ChainloopClient
from asyncops.errors import (
    APIError,
    AsyncOpsError,
    AttemptTimeout,
    BadRequest,
    ConfigurationError,
    Conflict,
    ConnectionFailed,
    DeadlineExceeded,
    DecodeError,
    Forbidden,
    Gone,
    ListingMoved,
    NotFound,
    OperationError,
    OperationFailed,
    PaginationError,
    PoolTimeout,
    RateLimited,
    RepeatedToken,
    ServerError,
    TooManyPages,
    TransportError,
    Unauthorized,
    UnexpectedPage,
    Unprocessable,
    WaitTimeout,
)
from asyncops.models import Checkpoint, Operation, Page, State
from asyncops.retry import RetryPolicy
from asyncops.throttle import RateLimiter
from asyncops.transport import Timeout
from asyncops.version import VERSION
from asyncops.zoo import ApiCallStatus, AsyncApiCall, AsyncApiCallType, MlPrompt, ZooClient

if TYPE_CHECKING:
    from asyncops.accounts import FanOut, fan_out
    from asyncops.changes import Change, ChangeKind
    from asyncops.durations import Durations
    from asyncops.many import Many
    from asyncops.many_waits import WaitMany, wait_many
    from asyncops.pager import Pager, Walk
    from asyncops.pending import Pending
    from asyncops.polling import Look, PollPolicy
    from asyncops.progress import WalkReport
    from asyncops.sorting import Merge, merge
    from asyncops.summary import Summarizer, Summary, summarize
    from asyncops.throughput import Throughput
    from asyncops.watch_checkpoint import WatchCheckpoint
    from asyncops.watching import Watch

__version__ = VERSION

__all__ = [
    "APIError",
    "ApiCallStatus",
    "AsyncApiCall",
    "AsyncApiCallType",
    "AsyncOperation",
    "AsyncOperationStatus",
    "AsyncOpsError",
    "AttemptTimeout",
    "BadRequest",
    "ChainloopClient",
    "Change",
    "ChangeKind",
    "Checkpoint",
    "ConfigurationError",
    "Conflict",
    "ConnectionFailed",
    "DeadlineExceeded",
    "DecodeError",
    "Durations",
    "FanOut",
    "Forbidden",
    "Gone",
    "ListingMoved",
    "Look",
    "Many",
    "Merge",
    "MlPrompt",
    "NotFound",
    "Operation",
    "OperationError",
    "OperationFailed",
    "Page",
    "Pager",
    "PaginationError",
    "Pending",
    "PollPolicy",
    "PoolTimeout",
    "RateLimited",
    "RateLimiter",
    "RepeatedToken",
    "RetryPolicy",
    "ServerError",
    "State",
    "Summarizer",
    "Summary",
    "Throughput",
    "Timeout",
    "TooManyPages",
    "TransportError",
    "Unauthorized",
    "UnexpectedPage",
    "Unprocessable",
    "WaitMany",
    "WaitTimeout",
    "Walk",
    "WalkReport",
    "Watch",
    "WatchCheckpoint",
    "ZooClient",
    "__version__",
    "fan_out",
    "merge",
    "summarize",
    "wait_many",
]

# What many programs have no use for is loaded when it is asked for first: start-up is short.
_LATER = {
    "FanOut": "asyncops.accounts",
    "fan_out": "asyncops.accounts",
    "Change": "asyncops.changes",
    "ChangeKind": "asyncops.changes",
    "Durations": "asyncops.durations",
    "Many": "asyncops.many",
    "Pager": "asyncops.pager",
    "Walk": "asyncops.pager",
    "Pending": "asyncops.pending",
    "Look": "asyncops.polling",
    "PollPolicy": "asyncops.polling",
    "WalkReport": "asyncops.progress",
    "Merge": "asyncops.sorting",
    "merge": "asyncops.sorting",
    "Summarizer": "asyncops.summary",
    "Summary": "asyncops.summary",
    "summarize": "asyncops.summary",
    "Throughput": "asyncops.throughput",
    "WaitMany": "asyncops.many_waits",
    "wait_many": "asyncops.many_waits",
    "WatchCheckpoint": "asyncops.watch_checkpoint",
    "Watch": "asyncops.watching",
}


if not TYPE_CHECKING:  # a checker would take any name for granted

    def __getattr__(name: str) -> object:
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_LATER[name]), name)


def __dir__() -> list[str]:
    return __all__
