"""Asynchronous API calls, field for field as Zoo's API describes them.

Times are aware datetimes. ``input``, ``output`` and options are free-form JSON.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from attrs import field, frozen

from asyncops.models import JSON, OpenEnum, State, Status, Timestamp, Tracked


class CreatedAtSortMode(OpenEnum):
    """The two orders of a listing."""

    CREATED_AT_ASCENDING = "created_at_ascending"
    CREATED_AT_DESCENDING = "created_at_descending"


class ApiCallStatus(Status):
    """Where a call is, in the order of a life."""

    QUEUED = "queued", State.PENDING
    UPLOADED = "uploaded", State.PENDING
    IN_PROGRESS = "in_progress", State.RUNNING
    COMPLETED = "completed", State.SUCCEEDED
    FAILED = "failed", State.FAILED


Statuses = State | ApiCallStatus | str | Collection[State | ApiCallStatus | str]
"""One status or several: the service's own, states, or their texts."""


class AsyncApiCallType(OpenEnum):
    """What a call does."""

    FILE_CONVERSION = "file_conversion"
    FILE_VOLUME = "file_volume"
    FILE_CENTER_OF_MASS = "file_center_of_mass"
    FILE_MASS = "file_mass"
    FILE_DENSITY = "file_density"
    FILE_SURFACE_AREA = "file_surface_area"
    TEXT_TO_CAD = "text_to_cad"
    TEXT_TO_CAD_ITERATION = "text_to_cad_iteration"
    TEXT_TO_CAD_MULTI_FILE_ITERATION = "text_to_cad_multi_file_iteration"


class Lifecycle(Tracked):
    """What all of Zoo's operations say under names common to all services."""

    __slots__ = ()

    type: OpenEnum
    status: ApiCallStatus
    completed_at: Timestamp | None

    @property
    def kind(self) -> str:
        """``type``, under the name common to all services."""
        return self.type

    @property
    def finished_at(self) -> datetime | None:
        """``completed_at``, under the name common to all services."""
        return self.completed_at


@frozen(kw_only=True)
class CallRecord(Lifecycle):
    """What every asynchronous API call has that is fetched with its result."""

    id: UUID
    type: AsyncApiCallType
    status: ApiCallStatus
    created_at: Timestamp
    updated_at: Timestamp
    user_id: UUID
    started_at: Timestamp | None = None
    completed_at: Timestamp | None = None
    error: str | None = None


@frozen(kw_only=True)
class AsyncApiCall(Lifecycle):
    """One asynchronous API call, as the listing shows it.

    The listing leaves out converted files; ``operations.get(id)`` has them.
    """

    # Those of CallRecord, but not inherited: the slots of an object's own class are set faster.
    id: UUID
    type: AsyncApiCallType
    status: ApiCallStatus
    created_at: Timestamp
    updated_at: Timestamp
    user_id: UUID
    started_at: Timestamp | None = None
    completed_at: Timestamp | None = None
    error: str | None = None
    worker: str | None = None
    input: JSON = field(default=None, hash=False)
    output: JSON = field(default=None, hash=False)
    attempts: int | None = None
