"""Chainloop's models, field for field as its API describes them.

Its JSON is protobuf's, with keys in either spelling: a field at its zero value may be left out, an
unset string is ``""``, an unset time is null or absent. Source: Chainloop's API reference, "List
async operations".
"""

import math
from collections.abc import Mapping

from attrs import field, frozen

from asyncops.models import OpenEnum, State, Timestamp, state_of

__all__ = [
    "STATES",
    "STATUS_PREFIX",
    "AsyncOperation",
    "AsyncOperationStatus",
    "OffsetPagination",
    "OneOperation",
    "OperationsPage",
]

STATUS_PREFIX = "ASYNC_OPERATION_STATUS_"


class AsyncOperationStatus(OpenEnum):
    """Where an operation is. As an argument, the last word is enough: ``"failed"``."""

    UNSPECIFIED = "ASYNC_OPERATION_STATUS_UNSPECIFIED"
    PENDING = "ASYNC_OPERATION_STATUS_PENDING"
    RUNNING = "ASYNC_OPERATION_STATUS_RUNNING"
    COMPLETED = "ASYNC_OPERATION_STATUS_COMPLETED"
    FAILED = "ASYNC_OPERATION_STATUS_FAILED"


STATES: Mapping[AsyncOperationStatus, State] = {
    AsyncOperationStatus.PENDING: State.PENDING,
    AsyncOperationStatus.RUNNING: State.RUNNING,
    AsyncOperationStatus.COMPLETED: State.SUCCEEDED,
    AsyncOperationStatus.FAILED: State.FAILED,
}


@frozen(kw_only=True)
class AsyncOperation:
    """One operation. Strings that the service leaves unset are ``""``."""

    id: str = ""
    kind: str = ""
    status: AsyncOperationStatus = AsyncOperationStatus.UNSPECIFIED
    resource_type: str = ""
    resource_id: str = ""
    project_id: str = ""
    project_version_id: str = ""
    output: str = ""
    error_message: str = ""
    created_at: Timestamp | None = None
    started_at: Timestamp | None = None
    finished_at: Timestamp | None = None

    @property
    def state(self) -> State:
        """Where it is in its life, in words common to all services."""
        return state_of(self.status, STATES, prefix=STATUS_PREFIX)

    @property
    def error(self) -> str | None:
        """``error_message``, under the name common to all services; None when unset."""
        return self.error_message or None


@frozen(kw_only=True)
class OneOperation:
    """The body of ``GET /v1/operations/{id}``."""

    operation: AsyncOperation


@frozen(kw_only=True)
class OffsetPagination:
    """Where a page is in its listing, as it came."""

    total_count: int = 0
    page: int = 0
    total_pages: int = 0
    page_size: int = 0


@frozen(kw_only=True)
class OperationsPage:
    """The body of ``GET /v1/operations``."""

    operations: tuple[AsyncOperation, ...] = ()
    pagination: OffsetPagination = field(factory=OffsetPagination)

    @property
    def items(self) -> tuple[AsyncOperation, ...]:
        """The operations, under the name common to all pages."""
        return self.operations

    @property
    def number(self) -> int:
        """The page's number, as the service counts."""
        return self.pagination.page

    @property
    def page_size(self) -> int:
        """The page size that the service used; 0 where it does not say."""
        return self.pagination.page_size

    @property
    def total_count(self) -> int:
        """Operations in the whole listing."""
        return self.pagination.total_count

    @property
    def total_pages(self) -> int:
        """Pages in the whole listing; worked out where the service does not say."""
        said = self.pagination.total_pages
        return said or (math.ceil(self.total_count / self.page_size) if self.page_size else 0)
