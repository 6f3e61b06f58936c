"""Async client for services that run long operations: list them, fetch them, follow them.

The names below are all that most programs need; each service's models are in ``asyncops.zoo``
and ``asyncops.chainloop``.
"""

from asyncops.accounts import FanOut, fan_out
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
from asyncops.many import Many
from asyncops.models import Checkpoint, Operation, Page, State
from asyncops.pager import Pager, Walk
from asyncops.retry import RetryPolicy
from asyncops.sorting import Merge, merge
from asyncops.throttle import RateLimiter
from asyncops.transport import Timeout
from asyncops.version import VERSION
from asyncops.zoo import ApiCallStatus, AsyncApiCall, AsyncApiCallType, MlPrompt, ZooClient

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
    "Checkpoint",
    "ConfigurationError",
    "Conflict",
    "ConnectionFailed",
    "DeadlineExceeded",
    "DecodeError",
    "FanOut",
    "Forbidden",
    "Gone",
    "ListingMoved",
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
    "PoolTimeout",
    "RateLimited",
    "RateLimiter",
    "RepeatedToken",
    "RetryPolicy",
    "ServerError",
    "State",
    "Timeout",
    "TooManyPages",
    "TransportError",
    "Unauthorized",
    "UnexpectedPage",
    "Unprocessable",
    "WaitTimeout",
    "Walk",
    "ZooClient",
    "__version__",
    "fan_out",
    "merge",
]
