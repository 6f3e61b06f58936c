"""Datasets of an organization, and the conversions of their files."""

from datetime import datetime
from uuid import UUID

from attrs import field, frozen

from asyncops.models import JSON, OpenEnum, State, Status, Timestamp, Tracked, key


class OrgDatasetStatus(OpenEnum):
    """What a dataset is doing."""

    ACTIVE = "active"
    PAUSED = "paused"
    DELETING = "deleting"
    ERRORED = "errored"


class StorageProvider(OpenEnum):
    """Where the files of a dataset are."""

    S3 = "s3"
    ZOO_MANAGED = "zoo_managed"


@frozen(kw_only=True)
class OrgDataset:
    """A dataset of the organization. Its ``name`` may change; its ``id`` does not."""

    id: UUID
    status: OrgDatasetStatus
    created_at: Timestamp
    updated_at: Timestamp
    org_id: UUID
    name: str
    description: str | None = None
    source_uri: str
    storage_provider: StorageProvider
    access_role_arn: str
    lookup_enabled: bool
    require_raw_kcl_similarity_score_for_success: bool
    last_sync_error: str | None = None
    last_sync_error_at: Timestamp | None = None


class ConversionSortMode(OpenEnum):
    """The orders of the conversions."""

    CREATED_AT_ASCENDING = "created_at_ascending"
    CREATED_AT_DESCENDING = "created_at_descending"
    STATUS_ASCENDING = "status_ascending"
    STATUS_DESCENDING = "status_descending"
    PHASE_ASCENDING = "phase_ascending"
    PHASE_DESCENDING = "phase_descending"
    UPDATED_AT_ASCENDING = "updated_at_ascending"
    UPDATED_AT_DESCENDING = "updated_at_descending"


class DatasetConversionStatus(Status):
    """Where a conversion is, and what it failed for."""

    QUEUED = "queued", State.PENDING
    IN_PROGRESS = "in_progress", State.RUNNING
    SUCCESS = "success", State.SUCCEEDED
    CANCELED = "canceled", State.CANCELLED
    ERROR_USER = "error_user", State.FAILED
    ERROR_GEOMETRY_MISMATCH = "error_geometry_mismatch", State.FAILED
    ERROR_EXECUTION = "error_execution", State.FAILED
    ERROR_CONNECTION = "error_connection", State.FAILED
    ERROR_UNSUPPORTED = "error_unsupported", State.FAILED
    ERROR_INTERNAL = "error_internal", State.FAILED


class DatasetConversionPhase(OpenEnum):
    """The step of a conversion, in the order of the work."""

    QUEUED = "queued"
    ZOO_GENERATED_ORIGINAL_METADATA = "zoo_generated_original_metadata"
    SNAPSHOT_ORIGINAL = "snapshot_original"
    USER_PROVIDED_METADATA = "user_provided_metadata"
    MANUAL_KCL_OVERRIDE = "manual_kcl_override"
    CONVERT_RAW_KCL = "convert_raw_kcl"
    ZOO_GENERATED_RAW_KCL_METADATA = "zoo_generated_raw_kcl_metadata"
    SNAPSHOT_RAW_KCL = "snapshot_raw_kcl"
    SALON = "salon"
    ZOO_GENERATED_SALON_KCL_METADATA = "zoo_generated_salon_kcl_metadata"
    SNAPSHOT_SALON_KCL = "snapshot_salon_kcl"
    COMPLETED = "completed"


@frozen(kw_only=True)
class DatasetConversion(Tracked):
    """The conversion of one file of a dataset to KCL, as the listing shows it.

    Attributes:
        completed_at: When it came to its present status, whichever that is.
        raw_kcl_similarity_score: How near the first KCL is to the file: 1.0 is the same shape.
        salon_kcl_similarity_score: How near the polished KCL is to the first one.
    """

    id: UUID
    status: DatasetConversionStatus
    phase: DatasetConversionPhase
    created_at: Timestamp
    updated_at: Timestamp
    started_at: Timestamp | None = None
    completed_at: Timestamp | None = None
    dataset_id: UUID
    file_path: str
    file_size: int
    file_etag: str
    status_message: str | None = None
    importer_version: str | None = None
    manual_kcl_override_active: bool
    manual_kcl_override_updated_at: Timestamp | None = None
    raw_kcl_similarity_score: float | None = None
    salon_kcl_similarity_score: float | None = None
    metadata: JSON = field(default=None, hash=False)

    @property
    def finished_at(self) -> datetime | None:
        """``completed_at`` of a conversion that has ended."""
        return self.completed_at if self.state.ended else None

    @property
    def error(self) -> str | None:
        """``status_message`` of a conversion that failed."""
        return self.status_message if self.state is State.FAILED else None


@frozen(kw_only=True)
class SnapshotImage:
    """A picture of a model."""

    mime_type: str
    data: bytes = key("data_base64", repr=False)


@frozen(kw_only=True)
class DatasetConversionDetails(DatasetConversion):
    """The same with what came of it, as ``conversions.get(id)`` gives it."""

    output: str | None = field(default=None, repr=False)
    raw_kcl_output: str | None = field(default=None, repr=False)
    salon_kcl_output: str | None = field(default=None, repr=False)
    manual_kcl_override: str | None = field(default=None, repr=False)
    original_snapshot_images: tuple[SnapshotImage, ...]
    raw_kcl_snapshot_images: tuple[SnapshotImage, ...]
    salon_kcl_snapshot_images: tuple[SnapshotImage, ...]
