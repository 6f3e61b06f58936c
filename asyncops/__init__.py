"""Async client for services that run long operations: list them, fetch them, follow them.

The names below are all that most programs need; each service's models are in ``asyncops.zoo``
and ``asyncops.chainloop``.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from asyncops.version import VERSION

if TYPE_CHECKING:
    from asyncops.accounts import FanOut, fan_out
    from asyncops.chainloop import AsyncOperation, AsyncOperationStatus, ChainloopClient
    from asyncops.changes import Change, ChangeKind
    from asyncops.durations import Durations
    from asyncops.errors import (
        AnswerTooLarge,
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
        OperationCancelled,
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
    from asyncops.invalid import InvalidItem
    from asyncops.iterating import Walk
    from asyncops.many import Many
    from asyncops.many_waits import WaitMany, wait_many
    from asyncops.models import Checkpoint, Operation, Page, State
    from asyncops.pager import Pager
    from asyncops.pending import Pending
    from asyncops.plain import to_dict, to_json
    from asyncops.polling import Look, PollPolicy
    from asyncops.progress import WalkReport
    from asyncops.retry import RetryPolicy
    from asyncops.shards import Shard
    from asyncops.sorting import Merge, merge
    from asyncops.summary import Summarizer, Summary, summarize
    from asyncops.throttle import RateLimiter
    from asyncops.throughput import Throughput
    from asyncops.transport import Timeout
    from asyncops.watch_checkpoint import WatchCheckpoint
    from asyncops.watching import Watch
    from asyncops.zoo import ApiCallStatus, AsyncApiCall, AsyncApiCallType, MlPrompt, ZooClient

__version__ = VERSION

__all__ = [
    "APIError",
    "AnswerTooLarge",
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
    "InvalidItem",
    "ListingMoved",
    "Look",
    "Many",
    "Merge",
    "MlPrompt",
    "NotFound",
    "Operation",
    "OperationCancelled",
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
    "Shard",
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
    "to_dict",
    "to_json",
    "wait_many",
]

# Loaded when they are asked for first, so that start-up is short: for programs that use a part of
# it, and for every run of pytest, since that loads the plugin in asyncops.testing.
_HOMES = {
    "FanOut": "asyncops.accounts",
    "fan_out": "asyncops.accounts",
    "AsyncOperation": "asyncops.chainloop",
    "AsyncOperationStatus": "asyncops.chainloop",
    "ChainloopClient": "asyncops.chainloop",
    "Change": "asyncops.changes",
    "ChangeKind": "asyncops.changes",
    "Durations": "asyncops.durations",
    "APIError": "asyncops.errors",
    "AnswerTooLarge": "asyncops.errors",
    "AsyncOpsError": "asyncops.errors",
    "AttemptTimeout": "asyncops.errors",
    "BadRequest": "asyncops.errors",
    "ConfigurationError": "asyncops.errors",
    "Conflict": "asyncops.errors",
    "ConnectionFailed": "asyncops.errors",
    "DeadlineExceeded": "asyncops.errors",
    "DecodeError": "asyncops.errors",
    "Forbidden": "asyncops.errors",
    "Gone": "asyncops.errors",
    "ListingMoved": "asyncops.errors",
    "NotFound": "asyncops.errors",
    "OperationCancelled": "asyncops.errors",
    "OperationError": "asyncops.errors",
    "OperationFailed": "asyncops.errors",
    "PaginationError": "asyncops.errors",
    "PoolTimeout": "asyncops.errors",
    "RateLimited": "asyncops.errors",
    "RepeatedToken": "asyncops.errors",
    "ServerError": "asyncops.errors",
    "TooManyPages": "asyncops.errors",
    "TransportError": "asyncops.errors",
    "Unauthorized": "asyncops.errors",
    "UnexpectedPage": "asyncops.errors",
    "Unprocessable": "asyncops.errors",
    "WaitTimeout": "asyncops.errors",
    "InvalidItem": "asyncops.invalid",
    "Many": "asyncops.many",
    "WaitMany": "asyncops.many_waits",
    "wait_many": "asyncops.many_waits",
    "Checkpoint": "asyncops.models",
    "Operation": "asyncops.models",
    "Page": "asyncops.models",
    "State": "asyncops.models",
    "Pager": "asyncops.pager",
    "Walk": "asyncops.iterating",
    "Pending": "asyncops.pending",
    "to_dict": "asyncops.plain",
    "to_json": "asyncops.plain",
    "Look": "asyncops.polling",
    "PollPolicy": "asyncops.polling",
    "WalkReport": "asyncops.progress",
    "RetryPolicy": "asyncops.retry",
    "Shard": "asyncops.shards",
    "Merge": "asyncops.sorting",
    "merge": "asyncops.sorting",
    "Summarizer": "asyncops.summary",
    "Summary": "asyncops.summary",
    "summarize": "asyncops.summary",
    "RateLimiter": "asyncops.throttle",
    "Throughput": "asyncops.throughput",
    "Timeout": "asyncops.transport",
    "WatchCheckpoint": "asyncops.watch_checkpoint",
    "Watch": "asyncops.watching",
    "ApiCallStatus": "asyncops.zoo",
    "AsyncApiCall": "asyncops.zoo",
    "AsyncApiCallType": "asyncops.zoo",
    "MlPrompt": "asyncops.zoo",
    "ZooClient": "asyncops.zoo",
}
_MODULES = ("chainloop", "errors", "zoo")


if not TYPE_CHECKING:  # a checker would take any name for granted

    def __getattr__(name: str) -> object:
        if name in _MODULES:
            return import_module(f"asyncops.{name}")
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(_HOMES[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return __all__
