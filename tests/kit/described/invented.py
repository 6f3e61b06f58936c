"""Three services that nobody has: a token, a last id, an offset in a body."""

from collections.abc import Collection
from datetime import datetime, timedelta

from attrs import frozen

from asyncops.kit import (
    After,
    ByStatus,
    Client,
    Header,
    Listing,
    ListOptions,
    Offset,
    Order,
    Resource,
    Service,
    State,
    Status,
    Timestamp,
    Token,
    Tracked,
    WatchOptions,
    Window,
    param,
)


class WorkStatus(Status):
    """Where work is."""

    QUEUED = "queued", State.PENDING
    RUNNING = "running", State.RUNNING
    DONE = "done", State.SUCCEEDED
    BROKEN = "broken", State.FAILED
    STOPPED = "stopped", State.CANCELLED


@frozen(kw_only=True)
class Work(Tracked):
    """A piece of work, alike in all three."""

    id: str
    status: WorkStatus
    created_at: Timestamp
    started_at: Timestamp | None = None
    finished_at: Timestamp | None = None
    error: str | None = None


@frozen(kw_only=True)
class TriggerOptions(ListOptions):
    """Filters of triggered runs."""

    status: WorkStatus | str | Collection[WorkStatus | str] | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None


class TriggerClient(Client):
    """Tokens in an object of the body; several statuses by comma; seven days unless told."""

    service = Service(
        name="trigger", title="Trigger", url="https://trigger.example", token="TRIGGER_TOKEN"
    )
    runs = Resource(
        Work,
        Listing(
            "/api/v1/runs",
            "data",
            paging=Token("pagination.next", "page[after]", size="page[size]", most=100),
            window=Window("filter[from]", "filter[to]", unfiltered=timedelta(days=7)),
            by_status=ByStatus("filter[status]", many="comma"),
        ),
        options=TriggerOptions,
        watch=WatchOptions,
        get="/api/v3/runs/{id}",
    )


@frozen(kw_only=True)
class BatchOptions(ListOptions):
    """Filters of batches."""

    order: str | None = None


class BatchClient(Client):
    """The id of the last item leads on; the order can be chosen."""

    service = Service(name="batch", title="Batch", url="https://batch.example", token="BATCH_TOKEN")
    batches = Resource(
        Work,
        Listing(
            "/v1/batches",
            "data",
            paging=After(most=100),
            order=Order(param="order", newest="desc", oldest="asc"),
        ),
        options=BatchOptions,
        watch=WatchOptions,
        get="/v1/batches/{id}",
    )


@frozen(kw_only=True)
class FlowOptions(ListOptions):
    """Filters of flows."""

    status: WorkStatus | str | Collection[WorkStatus | str] | None = None
    tags: Collection[str] = param("filter.tags.all", default=(), many="list")


class FlowClient(Client):
    """A listing by POST: an array with its total in a header, the offset in the body."""

    service = Service(name="flow", title="Flow", url="https://flow.example", token="FLOW_TOKEN")
    flows = Resource(
        Work,
        Listing(
            "/flows/filter",
            "",
            paging=Offset(
                param="page.offset", size="page.limit", total=Header("X-Total"), most=100
            ),
            by_status=ByStatus("filter.state.any", many="list"),
            method="POST",
        ),
        options=FlowOptions,
        watch=WatchOptions,
        get="/flows/{id}",
    )
