"""Replicate: predictions of its models, and trainings."""

from datetime import datetime
from typing import ClassVar, Final

from attrs import field, frozen

from asyncops.kit import (
    Action,
    Client,
    Listing,
    ListOptions,
    NextURL,
    RateLimit,
    Resource,
    Sample,
    Service,
    WatchOptions,
    Window,
)
from asyncops.models import JSON, State, Status, Timestamp, Tracked


class PredictionStatus(Status):
    """Where a prediction or a training is."""

    STARTING = "starting", State.PENDING
    PROCESSING = "processing", State.RUNNING
    SUCCEEDED = "succeeded", State.SUCCEEDED
    FAILED = "failed", State.FAILED
    CANCELED = "canceled", State.CANCELLED
    ABORTED = "aborted", State.CANCELLED
    """Its deadline had passed before it could start."""


@frozen(kw_only=True)
class _Common(Tracked):
    id: str
    status: PredictionStatus
    model: str
    version: str
    source: str | None = None
    created_at: Timestamp
    started_at: Timestamp | None = None
    completed_at: Timestamp | None = None
    output: JSON = field(default=None, hash=False)
    logs: str | None = field(default=None, repr=False)
    metrics: JSON = field(default=None, hash=False)

    @property
    def kind(self) -> str:
        """The model."""
        return self.model

    @property
    def finished_at(self) -> datetime | None:
        """``completed_at``, under the name common to all services."""
        return self.completed_at


@frozen(kw_only=True)
class Prediction(_Common):
    """One prediction of a model.

    Attributes:
        version: The version of the model; ``"hidden"`` for Replicate's official models.
        output: The result, any JSON; ``None`` until there is one, and after it was removed.
        data_removed: Whether input, output and logs were removed, as they are after an hour.
        deadline: When it is cancelled if it has not ended by then.
        metrics: ``predict_time`` and other seconds, once it has ended.
    """

    error: str | None
    input: JSON = field(hash=False, repr=False)
    urls: JSON = field(hash=False, repr=False)
    data_removed: bool = False
    deadline: Timestamp | None = None
    deployment: str | None = None


@frozen(kw_only=True)
class Training(_Common):
    """One training of a model.

    Attributes:
        output: The new version and its weights; ``None`` until there are any.
    """

    error: str | None = None
    input: JSON = field(default=None, hash=False, repr=False)
    urls: JSON = field(default=None, hash=False, repr=False)


@frozen(kw_only=True)
class PredictionOptions(ListOptions):
    """The keyword arguments of ``replicate.predictions.list``.

    Attributes:
        source: ``"web"`` for predictions from the website, of which Replicate lists the last 14
            days alone.
        created_after: The earliest creation time.
        created_before: The latest creation time.
    """

    source: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None


@frozen(kw_only=True)
class PredictionInput:
    """What a prediction is started with.

    Attributes:
        version: The version of the model, or ``owner/name`` of an official one.
        input: What the model takes.
        webhook: The URL that Replicate calls about it.
    """

    version: str
    input: JSON
    webhook: str | None = None


@frozen(kw_only=True)
class TrainingInput:
    """What a training is started with.

    Attributes:
        model_owner: Whose model is trained.
        model_name: The model.
        version_id: Its version.
        destination: The model that becomes of it, as ``owner/name``.
        input: What the training takes.
        webhook: The URL that Replicate calls about it.
    """

    model_owner: str
    model_name: str
    version_id: str
    destination: str
    input: JSON
    webhook: str | None = None


# The removal of data is no change that a watch tells.
_CHANGES = ("status", "started_at", "completed_at", "error")
_SAMPLE = {
    "id": "gm3qorzdhgbfurvjtvhg6dckhu",
    "model": "acme/hello-world",
    "version": "5c7d5dc6dd8bf75c",
    "status": "succeeded",
    "input": {"text": "Alice"},
    "output": "hello Alice",
    "logs": "",
    "error": None,
    "source": "api",
    "metrics": {"predict_time": 1.2},
    "created_at": "2026-03-02T09:00:00.329Z",
    "started_at": "2026-03-02T09:00:00.375980Z",
    "completed_at": "2026-03-02T09:00:01.504128Z",
    "urls": {"get": "https://api.replicate.com/v1/predictions/gm3qorzdhgbfurvjtvhg6dckhu"},
}
_BY_STATE = {
    State.PENDING: {"status": "starting", "output": None},
    State.RUNNING: {"status": "processing", "output": None},
    State.FAILED: {"status": "failed", "output": None, "error": "CUDA out of memory"},
    State.CANCELLED: {"status": "canceled", "output": None},
}


class ReplicateClient(Client):
    """A client for Replicate's API: predictions and trainings.

    The token comes from ``token=`` or ``REPLICATE_API_TOKEN``, the address from ``base_url=`` or
    ``REPLICATE_BASE_URL``. See :class:`asyncops.client.BaseClient` for all arguments.
    """

    service: ClassVar[Service] = Service(
        name="replicate",
        title="Replicate",
        url="https://api.replicate.com/v1",
        token="REPLICATE_API_TOKEN",  # noqa: S106 - the variable's name
        rate_limit=RateLimit("RateLimit-Remaining", "RateLimit-Reset"),
    )
    predictions: Final = Resource(
        Prediction,
        Listing(
            "/predictions",
            "results",
            paging=NextURL("next"),
            window=Window("created_after", "created_before"),
        ),
        options=PredictionOptions,
        watch=WatchOptions,
        get="/predictions/{id}",
        start=Action("/predictions", body="json", options=PredictionInput, result=Prediction),
        cancel=Action("/predictions/{id}/cancel", result=Prediction),
        changes=_CHANGES,
        sample=Sample(item=_SAMPLE, by_state=_BY_STATE, finished="completed_at"),
    )
    trainings: Final = Resource(
        Training,
        Listing("/trainings", "results", paging=NextURL("next")),
        options=ListOptions,
        watch=WatchOptions,
        get="/trainings/{id}",
        start=Action(
            "/models/{model_owner}/{model_name}/versions/{version_id}/trainings",
            body="json",
            options=TrainingInput,
            result=Training,
        ),
        cancel=Action("/trainings/{id}/cancel", result=Training),
        changes=_CHANGES,
        sample=Sample(
            item={**_SAMPLE, "output": {"version": "acme/hello-world:5c7d"}},
            by_state=_BY_STATE,
            finished="completed_at",
        ),
    )
