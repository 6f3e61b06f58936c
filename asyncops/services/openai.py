"""OpenAI: batches, fine-tuning jobs and their events."""

from datetime import datetime
from typing import ClassVar, Final

from attrs import field, frozen

from asyncops.kit import (
    Action,
    After,
    Client,
    Collection,
    Listing,
    ListOptions,
    RateLimit,
    Resource,
    Sample,
    Service,
    WatchOptions,
    Within,
)
from asyncops.models import JSON, EpochSeconds, OpenEnum, State, Status, Tracked, key


class BatchStatus(Status):
    """Where a batch is."""

    VALIDATING = "validating", State.PENDING
    IN_PROGRESS = "in_progress", State.RUNNING
    FINALIZING = "finalizing", State.RUNNING
    CANCELLING = "cancelling", State.RUNNING
    COMPLETED = "completed", State.SUCCEEDED
    """Requests of it may have failed all the same: ``request_counts`` tells."""
    FAILED = "failed", State.FAILED
    EXPIRED = "expired", State.FAILED
    CANCELLED = "cancelled", State.CANCELLED


@frozen(kw_only=True)
class BatchError:
    """What was wrong with a line of a batch."""

    code: str | None = None
    message: str | None = None
    param: str | None = None
    line: int | None = None


@frozen(kw_only=True)
class BatchErrors:
    """What was wrong with a batch."""

    data: tuple[BatchError, ...] | None = None


@frozen(kw_only=True)
class RequestCounts:
    """How many requests of a batch came to which end."""

    total: int
    completed: int
    failed: int


@frozen(kw_only=True)
class Batch(Tracked):
    """One batch of requests.

    Attributes:
        output_file_id: The file with the answers; there may be one though the batch failed.
        error_file_id: The file with the requests that failed.
    """

    id: str
    status: BatchStatus
    endpoint: str
    model: str | None = None
    errors: BatchErrors | None = None
    input_file_id: str
    output_file_id: str | None = None
    error_file_id: str | None = None
    completion_window: str
    request_counts: RequestCounts | None = None
    usage: JSON = field(default=None, hash=False)
    metadata: dict[str, str] | None = field(default=None, hash=False)
    created_at: EpochSeconds
    in_progress_at: EpochSeconds | None = None
    expires_at: EpochSeconds | None = None
    finalizing_at: EpochSeconds | None = None
    completed_at: EpochSeconds | None = None
    failed_at: EpochSeconds | None = None
    expired_at: EpochSeconds | None = None
    cancelling_at: EpochSeconds | None = None
    cancelled_at: EpochSeconds | None = None

    @property
    def kind(self) -> str:
        """The endpoint that the requests are for."""
        return self.endpoint

    @property
    def started_at(self) -> datetime | None:
        """``in_progress_at``, under the name common to all services."""
        return self.in_progress_at

    @property
    def finished_at(self) -> datetime | None:
        """The time of the end, whichever it was."""
        return self.completed_at or self.failed_at or self.expired_at or self.cancelled_at

    @property
    def error(self) -> str | None:
        """The messages of what was wrong."""
        found = (self.errors and self.errors.data) or ()
        return "; ".join(each.message for each in found if each.message) or None


class FineTuningStatus(Status):
    """Where a fine-tuning job is."""

    VALIDATING_FILES = "validating_files", State.PENDING
    QUEUED = "queued", State.PENDING
    RUNNING = "running", State.RUNNING
    PAUSED = "paused", State.BLOCKED
    """By somebody, until it is resumed."""
    SUCCEEDED = "succeeded", State.SUCCEEDED
    FAILED = "failed", State.FAILED
    CANCELLED = "cancelled", State.CANCELLED


@frozen(kw_only=True)
class FineTuningError:
    """Why a fine-tuning job failed."""

    code: str
    message: str
    param: str | None


@frozen(kw_only=True)
class Hyperparameters:
    """How a model is trained; ``"auto"`` leaves it to OpenAI."""

    batch_size: int | str | None = None
    learning_rate_multiplier: float | str | None = None
    n_epochs: int | str | None = None


@frozen(kw_only=True)
class FineTuningJob(Tracked):
    """One fine-tuning job.

    Attributes:
        fine_tuned_model: The name of the model, once it has been made.
        failure: Why it failed.
    """

    id: str
    status: FineTuningStatus
    model: str
    fine_tuned_model: str | None = None
    training_file: str
    validation_file: str | None = None
    result_files: tuple[str, ...] = ()
    hyperparameters: Hyperparameters | None = None
    method: JSON = field(default=None, hash=False)
    integrations: JSON = field(default=None, hash=False)
    seed: int | None = None
    trained_tokens: int | None = None
    organization_id: str
    metadata: dict[str, str] | None = field(default=None, hash=False)
    failure: FineTuningError | None = key("error", default=None)
    created_at: EpochSeconds
    estimated_finish: EpochSeconds | None = None
    finished_at: EpochSeconds | None = None

    @property
    def kind(self) -> str:
        """The model that is trained."""
        return self.model

    @property
    def started_at(self) -> datetime | None:
        """None: OpenAI does not tell it."""
        return None

    @property
    def error(self) -> str | None:
        """Why it failed, in OpenAI's words."""
        return None if self.failure is None else self.failure.message


class Level(OpenEnum):
    """How grave an event is."""

    INFO = "info"
    WARN = "warn"
    ERROR = "error"


@frozen(kw_only=True)
class FineTuningEvent:
    """What a fine-tuning job has reported.

    Attributes:
        type: ``"message"``, or ``"metrics"`` with the numbers in ``data``.
    """

    id: str
    created_at: EpochSeconds
    level: Level
    message: str
    type: str | None = None
    data: JSON = field(default=None, hash=False)


@frozen
class FineTuningPlace:
    """Where the events of one fine-tuning job are."""

    fine_tuning_job_id: str


@frozen(kw_only=True)
class BatchInput:
    """What a batch is started with.

    Attributes:
        input_file_id: The file of requests, which was uploaded before.
        endpoint: The endpoint of all requests, such as ``/v1/responses``.
        completion_window: How long it may take; OpenAI knows ``24h`` alone.
        metadata: Texts of your own, by name.
    """

    input_file_id: str
    endpoint: str
    completion_window: str = "24h"
    metadata: JSON = None


@frozen(kw_only=True)
class FineTuningInput:
    """What a fine-tuning job is started with.

    Attributes:
        model: The model to train.
        training_file: The file of examples, which was uploaded before.
        validation_file: A file of other examples.
        suffix: A part of the new model's name.
        method: How to train, with its hyperparameters.
        integrations: Where to report to.
        seed: Makes the training repeatable.
        metadata: Texts of your own, by name.
    """

    model: str
    training_file: str
    validation_file: str | None = None
    suffix: str | None = None
    method: JSON = None
    integrations: JSON = None
    seed: int | None = None
    metadata: JSON = None


_JOBS = "/fine_tuning/jobs"
_BATCH_SAMPLE = Sample(
    item={
        "id": "batch_abc",
        "object": "batch",
        "endpoint": "/v1/responses",
        "input_file_id": "file-in",
        "output_file_id": "file-out",
        "completion_window": "24h",
        "status": "completed",
        "request_counts": {"total": 100, "completed": 95, "failed": 5},
        "metadata": None,
        "created_at": 1772445600,
        "in_progress_at": 1772445610,
        "completed_at": 1772449100,
    },
    by_state={
        State.PENDING: {"status": "validating", "output_file_id": None},
        State.RUNNING: {"status": "in_progress", "output_file_id": None},
        State.FAILED: {"status": "failed", "errors": {"data": [{"message": "No such model."}]}},
    },
    started="in_progress_at",
    finished="completed_at",
)
_JOB_SAMPLE = Sample(
    item={
        "id": "ftjob-abc",
        "object": "fine_tuning.job",
        "status": "succeeded",
        "model": "made-up-model",
        "fine_tuned_model": "ft:made-up-model:org::1",
        "training_file": "file-train",
        "hyperparameters": {"n_epochs": "auto", "batch_size": 8},
        "organization_id": "org-1",
        "created_at": 1772445600,
        "finished_at": 1772449999,
        "error": None,
    },
    by_state={
        State.FAILED: {
            "status": "failed",
            "error": {"code": "no_examples", "message": "The file is empty.", "param": None},
        }
    },
    error="error.message",
)
_EVENT_SAMPLE = Sample(
    item={
        "id": "ftevent-abc",
        "object": "fine_tuning.job.event",
        "created_at": 1772445700,
        "level": "info",
        "message": "Created fine-tuning job",
        "type": "message",
    }
)


class OpenAIClient(Client):
    """A client for OpenAI's API: batches and fine-tuning jobs.

    The token comes from ``token=`` or ``OPENAI_API_KEY``, the address from ``base_url=`` or
    ``OPENAI_BASE_URL``. See :class:`asyncops.client.BaseClient` for all arguments.
    """

    service: ClassVar[Service] = Service(
        name="openai",
        title="OpenAI",
        url="https://api.openai.com/v1",
        token="OPENAI_API_KEY",  # noqa: S106 - the variable's name
        rate_limit=RateLimit(
            "X-RateLimit-Remaining-Requests", "X-RateLimit-Reset-Requests", "duration"
        ),
    )
    batches: Final = Resource(
        Batch,
        Listing("/batches", "data", paging=After(most=100)),
        options=ListOptions,
        watch=WatchOptions,
        get="/batches/{id}",
        start=Action("/batches", body="json", options=BatchInput, result=Batch),
        cancel=Action("/batches/{id}/cancel", result=Batch),
        sample=_BATCH_SAMPLE,
    )
    fine_tuning_jobs: Final = Resource(
        FineTuningJob,
        Listing(_JOBS, "data", paging=After()),
        options=ListOptions,
        watch=WatchOptions,
        get=f"{_JOBS}/{{id}}",
        start=Action(_JOBS, body="json", options=FineTuningInput, result=FineTuningJob),
        cancel=Action(f"{_JOBS}/{{id}}/cancel", result=FineTuningJob),
        sample=_JOB_SAMPLE,
    )
    fine_tuning_events: Final = Within(
        FineTuningPlace,
        Collection(
            FineTuningEvent,
            Listing(f"{_JOBS}/{{fine_tuning_job_id}}/events", "data", paging=After()),
            options=ListOptions,
            sample=_EVENT_SAMPLE,
        ),
    )
