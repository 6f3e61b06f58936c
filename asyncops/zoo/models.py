"""Zoo's models, field for field as its API describes them.

Times are aware datetimes. ``input``, ``output`` and options are free-form JSON. Source: Zoo's
API reference, "List async operations", "List all ML prompts" and "Get a ML prompt".
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from attrs import field, frozen

from asyncops.models import JSON, OpenEnum, State, Timestamp, state_of

__all__ = [
    "STATES",
    "ApiCallStatus",
    "AsyncApiCall",
    "AsyncApiCallPage",
    "AsyncApiCallType",
    "CallRecord",
    "CreatedAtSortMode",
    "Lifecycle",
    "MlFeedback",
    "MlPrompt",
    "MlPromptMetadata",
    "MlPromptPage",
    "MlPromptType",
    "SourcePosition",
    "SourceRange",
    "SourceRangePrompt",
]


class CreatedAtSortMode(OpenEnum):
    """The two orders of a listing."""

    CREATED_AT_ASCENDING = "created_at_ascending"
    CREATED_AT_DESCENDING = "created_at_descending"


class ApiCallStatus(OpenEnum):
    """Where a call is, in the order of a life."""

    QUEUED = "queued"
    UPLOADED = "uploaded"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"


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


STATES: Mapping[ApiCallStatus, State] = {
    ApiCallStatus.QUEUED: State.PENDING,
    ApiCallStatus.UPLOADED: State.PENDING,
    ApiCallStatus.IN_PROGRESS: State.RUNNING,
    ApiCallStatus.COMPLETED: State.SUCCEEDED,
    ApiCallStatus.FAILED: State.FAILED,
}


class Lifecycle:
    """What all of Zoo's operations say under names common to all services."""

    __slots__ = ()

    status: ApiCallStatus
    completed_at: Timestamp | None

    @property
    def state(self) -> State:
        """Where it is in its life, in words common to all services."""
        return state_of(self.status, STATES)

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


@frozen(kw_only=True)
class AsyncApiCallPage:
    """The body of ``GET /async/operations``."""

    items: tuple[AsyncApiCall, ...]
    next_page: str | None = None


@frozen(kw_only=True)
class MlPromptPage:
    """The body of ``GET /ml-prompts``."""

    items: tuple[MlPrompt, ...]
    next_page: str | None = None
