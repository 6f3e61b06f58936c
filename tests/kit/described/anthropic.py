"""Anthropic's batches of messages: the id of the last item; counts tell how a batch has ended."""

from attrs import frozen

from asyncops.kit import (
    Action,
    After,
    Auth,
    Client,
    Listing,
    ListOptions,
    Resource,
    Sample,
    Service,
    State,
    Status,
    Timestamp,
    Tracked,
    WatchOptions,
    key,
)


class BatchStatus(Status):
    """Where a batch is; ``ended`` covers every end."""

    IN_PROGRESS = "in_progress", State.RUNNING
    CANCELING = "canceling", State.RUNNING
    ENDED = "ended", State.SUCCEEDED


@frozen(kw_only=True)
class Counts:
    """How many requests of a batch came to which end."""

    processing: int = 0
    succeeded: int = 0
    errored: int = 0
    canceled: int = 0
    expired: int = 0


@frozen(kw_only=True)
class Batch(Tracked):
    """One batch of messages."""

    id: str
    status: BatchStatus = key("processing_status")
    counts: Counts = key("request_counts")
    created_at: Timestamp
    started_at: Timestamp | None = None
    finished_at: Timestamp | None = key("ended_at", default=None)
    results_url: str | None = None

    @property
    def state(self) -> State:
        """Failed where no request succeeded, and cancelled where some were."""
        if not self.status.state.ended or self.counts.succeeded:
            return self.status.state
        return State.CANCELLED if self.counts.canceled else State.FAILED

    @property
    def error(self) -> str | None:
        """How many requests came to no answer."""
        lost = self.counts.errored + self.counts.expired
        return f"{lost} requests errored or expired" if lost else None


class AnthropicClient(Client):
    """Anthropic: batches of messages."""

    service = Service(
        name="anthropic",
        title="Anthropic",
        url="https://api.anthropic.com",
        token="ANTHROPIC_API_KEY",
        auth=Auth(header="x-api-key", form="{}"),
        headers={"anthropic-version": "2023-06-01"},
        request_id=("request-id",),
    )
    batches = Resource(
        Batch,
        Listing(
            "/v1/messages/batches",
            "data",
            paging=After(param="after_id", last="last_id", before="before_id", most=1000),
        ),
        options=ListOptions,
        watch=WatchOptions,
        get="/v1/messages/batches/{id}",
        cancel=Action("/v1/messages/batches/{id}/cancel", result=Batch),
        sample=Sample(
            item={
                "id": "msgbatch_01",
                "processing_status": "ended",
                "request_counts": {"processing": 0, "succeeded": 3, "errored": 1},
                "created_at": "2026-01-22T19:33:08.125432Z",
                "ended_at": "2026-01-22T20:01:00.000001Z",
                "results_url": None,
            },
            by_state={
                State.RUNNING: {"processing_status": "in_progress", "ended_at": None},
                State.FAILED: {"request_counts": {"succeeded": 0, "errored": 4}},
                State.CANCELLED: {"request_counts": {"succeeded": 0, "errored": 0, "canceled": 4}},
            },
            status="processing_status",
            started=None,
            finished="ended_at",
            error=None,
        ),
    )
