"""Zoo's models, field for field as its API describes them.

Times are aware datetimes. ``input``, ``output`` and options are free-form JSON. Source: Zoo's
API reference, "List async operations", "List all ML prompts" and "Get a ML prompt".
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from attrs import field, frozen

from asyncops.models import JSON, OpenEnum, State, Status, Timestamp, Tracked

__all__ = [
    "ApiCallStatus",
    "AsyncApiCall",
    "AsyncApiCallType",
    "CallRecord",
    "CreatedAtSortMode",
    "Lifecycle",
    "MlFeedback",
    "MlPrompt",
    "MlPromptMetadata",
    "MlPromptType",
    "SourcePosition",
    "SourceRange",
    "SourceRangePrompt",
    "Statuses",
]


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


class MlPromptType(OpenEnum):
    """What a prompt asks for."""

    TEXT_TO_CAD = "text_to_cad"
    TEXT_TO_KCL = "text_to_kcl"
    TEXT_TO_KCL_ITERATION = "text_to_kcl_iteration"
    TEXT_TO_KCL_MULTI_FILE_ITERATION = "text_to_kcl_multi_file_iteration"
    COPILOT = "copilot"


class MlFeedback(OpenEnum):
    """What a person thought of an answer."""

    THUMBS_UP = "thumbs_up"
    THUMBS_DOWN = "thumbs_down"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Lifecycle(Tracked):
    """What all of Zoo's operations say under names common to all services."""

    __slots__ = ()

    type: AsyncApiCallType | MlPromptType
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
    """What every asynchronous API call has, listed or fetched with its result."""

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
class AsyncApiCall(CallRecord):
    """One asynchronous API call, as the listing shows it.

    The listing leaves out converted files; ``operations.get(id)`` has them.
    """

    worker: str | None = None
    input: JSON = field(default=None, hash=False)
    output: JSON = field(default=None, hash=False)
    attempts: int | None = None


@frozen(kw_only=True)
class SourcePosition:
    """A place in a source file, as the service counts."""

    line: int
    column: int


@frozen(kw_only=True)
class SourceRange:
    """From one place in a source file to another."""

    start: SourcePosition
    end: SourcePosition


@frozen(kw_only=True)
class SourceRangePrompt:
    """What was asked of one range of a source file."""

    prompt: str
    range: SourceRange
    file: str | None = None


@frozen(kw_only=True)
class MlPromptMetadata:
    """What a prompt about existing code was given."""

    code: str | None = None
    original_source_code: str | None = None
    upstream_conversation_id: str | None = None
    source_ranges: tuple[SourceRangePrompt, ...] | None = None


@frozen(kw_only=True)
class MlPrompt(Lifecycle):
    """One prompt to a model, with what became of it."""

    id: UUID
    user_id: UUID
    prompt: str
    type: MlPromptType
    status: ApiCallStatus
    model_version: str
    created_at: Timestamp
    updated_at: Timestamp
    started_at: Timestamp | None = None
    completed_at: Timestamp | None = None
    conversation_id: UUID | None = None
    error: str | None = None
    feedback: MlFeedback | None = None
    kcl_version: str | None = None
    output_file: str | None = None
    project_name: str | None = None
    seconds: int | None = None
    metadata: MlPromptMetadata | None = None
