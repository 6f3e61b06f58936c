"""Chainloop's models, field for field as its API describes them.

Its JSON is protobuf's, with keys in either spelling: a field at its zero value may be left out, an
unset string is ``""``, an unset time is null or absent. Source: Chainloop's API reference, "List
async operations".
"""

from collections.abc import Collection

from attrs import frozen

from asyncops.models import State, Status, Timestamp, Tracked


class AsyncOperationStatus(Status):
    """Where an operation is. As an argument, the last word is enough: ``"failed"``."""

    UNSPECIFIED = "ASYNC_OPERATION_STATUS_UNSPECIFIED", State.UNKNOWN
    PENDING = "ASYNC_OPERATION_STATUS_PENDING", State.PENDING
    RUNNING = "ASYNC_OPERATION_STATUS_RUNNING", State.RUNNING
    COMPLETED = "ASYNC_OPERATION_STATUS_COMPLETED", State.SUCCEEDED
    FAILED = "ASYNC_OPERATION_STATUS_FAILED", State.FAILED


Statuses = State | AsyncOperationStatus | str | Collection[State | AsyncOperationStatus | str]
"""One status or several: the service's own, states, or their texts."""


@frozen(kw_only=True)
class AsyncOperation(Tracked):
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
    def error(self) -> str | None:
        """``error_message``, under the name common to all services; None when unset."""
        return self.error_message or None
