"""Anthropic: batches of messages."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Final

from attrs import field, frozen

from asyncops.kit import (
    Action,
    After,
    Auth,
    Client,
    Listing,
    ListOptions,
    RateLimit,
    Resource,
    Sample,
    Service,
    WatchOptions,
)
from asyncops.models import JSON, State, Status, Timestamp, Tracked, key


class BatchStatus(Status):
    """Where a batch is."""

    IN_PROGRESS = "in_progress", State.RUNNING
    CANCELING = "canceling", State.RUNNING
    ENDED = "ended", State.SUCCEEDED
    """Every end: ``request_counts`` tells which."""


@frozen(kw_only=True)
class RequestCounts:
    """How many requests came to which end; all are ``processing`` until the batch has ended."""

    processing: int = 0
    succeeded: int = 0
    errored: int = 0
    canceled: int = 0
    expired: int = 0


@frozen(kw_only=True)
class MessageBatch(Tracked):
    """One batch of messages.

    Attributes:
        archived_at: When its results were removed.
        results_url: Where its results are, as lines of JSON; ``None`` before its end.
    """

    id: str
    status: BatchStatus = key("processing_status")
    request_counts: RequestCounts
    created_at: Timestamp
    finished_at: Timestamp | None = key("ended_at", default=None)
    expires_at: Timestamp
    cancel_initiated_at: Timestamp | None = None
    archived_at: Timestamp | None = None
    results_url: str | None = None

    @property
    def state(self) -> State:
        """Cancelled if requests were, and failed if none succeeded."""
        counts = self.request_counts
        if not self.status.state.ended:
            return self.status.state
        if counts.canceled:
            return State.CANCELLED
        return State.SUCCEEDED if counts.succeeded else State.FAILED

    @property
    def started_at(self) -> datetime:
        """Its creation: Anthropic begins with a batch at once."""
        return self.created_at

    @property
    def error(self) -> str | None:
        """How many requests came to no answer."""
        errored, expired = self.request_counts.errored, self.request_counts.expired
        return f"{errored} requests failed, {expired} expired" if errored or expired else None


@frozen(kw_only=True)
class MessageBatchInput:
    """What a batch is started with.

    Attributes:
        requests: The requests, each as ``{"custom_id": ..., "params": ...}``; ``params`` are those
            of a message.
    """

    requests: Sequence[JSON] = field(hash=False)


_BATCHES = "/v1/messages/batches"
_SAMPLE = Sample(
    item={
        "id": "msgbatch_3",
        "type": "message_batch",
        "processing_status": "ended",
        "request_counts": {
            "processing": 0,
            "succeeded": 60,
            "errored": 0,
            "canceled": 0,
            "expired": 0,
        },
        "created_at": "2026-05-04T09:00:00.100435Z",
        "ended_at": "2026-05-04T09:04:10.220000Z",
        "expires_at": "2026-05-05T09:00:00.100435Z",
        "cancel_initiated_at": None,
        "archived_at": None,
        "results_url": f"https://api.anthropic.com{_BATCHES}/msgbatch_3/results",
    },
    by_state={
        State.RUNNING: {
            "processing_status": "in_progress",
            "request_counts": {"processing": 60, "succeeded": 0},
            "results_url": None,
        },
        State.FAILED: {"request_counts": {"succeeded": 0, "errored": 60}},
        State.CANCELLED: {
            "request_counts": {"succeeded": 20, "canceled": 40},
            "cancel_initiated_at": "2026-05-04T09:03:00.100435Z",
        },
    },
)


class AnthropicClient(Client):
    """A client for Anthropic's API: batches of messages.

    The token comes from ``token=`` or ``ANTHROPIC_API_KEY``, the address from ``base_url=`` or
    ``ANTHROPIC_BASE_URL``. See :class:`asyncops.client.BaseClient` for all arguments.
    """

    service: ClassVar[Service] = Service(
        name="anthropic",
        title="Anthropic",
        url="https://api.anthropic.com",
        token="ANTHROPIC_API_KEY",  # noqa: S106 - the variable's name
        auth=Auth(header="X-Api-Key", form="{}"),
        headers={"Anthropic-Version": "2023-06-01"},
        request_id=("Request-Id",),
        rate_limit=RateLimit(
            "Anthropic-RateLimit-Requests-Remaining",
            "Anthropic-RateLimit-Requests-Reset",
            "rfc3339",
        ),
    )
    batches: Final = Resource(
        MessageBatch,
        Listing(
            _BATCHES,
            "data",
            paging=After(param="after_id", last="last_id", before="before_id", most=1000),
        ),
        options=ListOptions,
        watch=WatchOptions,
        get=f"{_BATCHES}/{{id}}",
        start=Action(_BATCHES, body="json", options=MessageBatchInput, result=MessageBatch),
        cancel=Action(f"{_BATCHES}/{{id}}/cancel", result=MessageBatch),
        sample=_SAMPLE,
    )
