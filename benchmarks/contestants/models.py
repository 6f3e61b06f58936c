"""The fields of our models and of their pages, as others declare them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from attrs import frozen
from pydantic import AwareDatetime, BaseModel

__all__ = ["AttrsOperations", "AttrsPage", "AttrsPrompt", "PydanticPage"]


class Status(StrEnum):
    """The values of ``ApiCallStatus``."""

    QUEUED = "queued"
    UPLOADED = "uploaded"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"


class Type(StrEnum):
    """The values of ``AsyncApiCallType``."""

    FILE_CONVERSION = "file_conversion"
    FILE_VOLUME = "file_volume"
    FILE_CENTER_OF_MASS = "file_center_of_mass"
    FILE_MASS = "file_mass"
    FILE_DENSITY = "file_density"
    FILE_SURFACE_AREA = "file_surface_area"
    TEXT_TO_CAD = "text_to_cad"
    TEXT_TO_CAD_ITERATION = "text_to_cad_iteration"
    TEXT_TO_CAD_MULTI_FILE_ITERATION = "text_to_cad_multi_file_iteration"


class PydanticCall(BaseModel):
    """As pydantic reads it."""

    id: UUID
    type: Type
    status: Status
    created_at: AwareDatetime
    updated_at: AwareDatetime
    user_id: UUID
    started_at: AwareDatetime | None = None
    completed_at: AwareDatetime | None = None
    error: str | None = None
    worker: str | None = None
    input: Any = None
    output: Any = None
    attempts: int | None = None


class PydanticPage(BaseModel):
    """A page of them."""

    items: tuple[PydanticCall, ...]
    next_page: str | None = None


@frozen(kw_only=True)
class AttrsCall:
    """As msgspec reads it, by itself."""

    id: UUID
    type: Type
    status: Status
    created_at: datetime
    updated_at: datetime
    user_id: UUID
    started_at: datetime | None = None
    completed_at: datetime | None = None
    error: str | None = None
    worker: str | None = None
    input: Any = None
    output: Any = None
    attempts: int | None = None


@frozen(kw_only=True)
class AttrsPage:
    """A page of them."""

    items: tuple[AttrsCall, ...]
    next_page: str | None = None


@frozen(kw_only=True)
class AttrsPrompt:
    """The fields of ``MlPrompt``, as msgspec reads them by itself."""

    id: UUID
    user_id: UUID
    prompt: str
    type: Type
    status: Status
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None = None
    completed_at: datetime | None = None
    feedback: str | None = None
    model_version: str | None = None
    kcl_version: str | None = None
    output_file: str | None = None
    metadata: Any = None


class OperationStatus(StrEnum):
    """The values of ``AsyncOperationStatus``."""

    UNSPECIFIED = "ASYNC_OPERATION_STATUS_UNSPECIFIED"
    PENDING = "ASYNC_OPERATION_STATUS_PENDING"
    RUNNING = "ASYNC_OPERATION_STATUS_RUNNING"
    COMPLETED = "ASYNC_OPERATION_STATUS_COMPLETED"
    FAILED = "ASYNC_OPERATION_STATUS_FAILED"


@frozen(kw_only=True)
class AttrsOperation:
    """The fields of ``AsyncOperation``, as msgspec reads them by itself."""

    id: str = ""
    kind: str = ""
    status: OperationStatus = OperationStatus.UNSPECIFIED
    resource_type: str = ""
    resource_id: str = ""
    project_id: str = ""
    project_version_id: str = ""
    output: str = ""
    error_message: str = ""
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None


@frozen(kw_only=True)
class AttrsPagination:
    """How many pages there are."""

    total_pages: int


@frozen(kw_only=True)
class AttrsOperations:
    """A page of operations."""

    operations: tuple[AttrsOperation, ...]
    pagination: AttrsPagination
