"""Replicate's predictions: URLs of the next page, pages of a fixed size, a window."""

from datetime import datetime

from attrs import field, frozen

from asyncops.kit import (
    Action,
    Client,
    Listing,
    ListOptions,
    NextURL,
    Resource,
    Sample,
    Service,
    State,
    Status,
    Timestamp,
    Tracked,
    WatchOptions,
    Window,
)
from asyncops.models import JSON


class PredictionStatus(Status):
    """Where a prediction is."""

    STARTING = "starting", State.PENDING
    PROCESSING = "processing", State.RUNNING
    SUCCEEDED = "succeeded", State.SUCCEEDED
    FAILED = "failed", State.FAILED
    CANCELED = "canceled", State.CANCELLED


@frozen(kw_only=True)
class Prediction(Tracked):
    """One prediction of a model."""

    id: str
    model: str
    status: PredictionStatus
    created_at: Timestamp
    started_at: Timestamp | None = None
    completed_at: Timestamp | None = None
    error: str | None = None
    output: JSON = field(default=None, hash=False)

    @property
    def finished_at(self) -> Timestamp | None:
        """Replicate's ``completed_at``."""
        return self.completed_at


@frozen(kw_only=True)
class PredictionOptions(ListOptions):
    """Filters of predictions."""

    source: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None


@frozen(kw_only=True)
class PredictionInput:
    """What starts a prediction."""

    version: str
    input: JSON
    webhook: str | None = None


class ReplicateClient(Client):
    """Replicate: predictions of its models."""

    service = Service(
        name="replicate",
        title="Replicate",
        url="https://api.replicate.com",
        token="REPLICATE_API_TOKEN",
    )
    predictions = Resource(
        Prediction,
        Listing(
            "/v1/predictions",
            "results",
            paging=NextURL("next"),
            window=Window("created_after", "created_before"),
        ),
        get="/v1/predictions/{id}",
        options=PredictionOptions,
        watch=WatchOptions,
        start=Action("/v1/predictions", body="json", options=PredictionInput, result=Prediction),
        cancel=Action("/v1/predictions/{id}/cancel", result=Prediction),
        sample=Sample(
            item={
                "id": "gm3qorzdhgbfurvjtvhg6dckhu",
                "model": "replicate/hello-world",
                "status": "succeeded",
                "created_at": "2026-01-30T12:00:00Z",
                "started_at": "2026-01-30T12:00:01Z",
                "completed_at": "2026-01-30T12:00:02Z",
                "error": None,
            },
            finished="completed_at",
        ),
    )
