"""Apify's runs of actors: offsets, several statuses at once, oldest first unless asked."""

from datetime import datetime

from attrs import frozen

from asyncops.kit import (
    Action,
    ByStatus,
    Client,
    Listing,
    ListOptions,
    Offset,
    Order,
    Resource,
    Sample,
    Service,
    State,
    Status,
    Timestamp,
    Tracked,
    WatchOptions,
    Window,
    key,
)


class RunStatus(Status):
    """Where a run is."""

    READY = "READY", State.PENDING
    RUNNING = "RUNNING", State.RUNNING
    TIMING_OUT = "TIMING-OUT", State.RUNNING
    ABORTING = "ABORTING", State.RUNNING
    SUCCEEDED = "SUCCEEDED", State.SUCCEEDED
    FAILED = "FAILED", State.FAILED
    TIMED_OUT = "TIMED-OUT", State.FAILED
    ABORTED = "ABORTED", State.CANCELLED


@frozen(kw_only=True)
class Run(Tracked):
    """One run of an actor."""

    id: str
    actor: str = key("actId")
    status: RunStatus
    created_at: Timestamp = key("startedAt")
    started_at: Timestamp | None = None
    finished_at: Timestamp | None = key("finishedAt", default=None)
    error: str | None = key("statusMessage", default=None)


@frozen(kw_only=True)
class RunOptions(ListOptions):
    """Filters of runs."""

    status: RunStatus | str | tuple[RunStatus | str, ...] | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None


class ApifyClient(Client):
    """Apify: runs of actors."""

    service = Service(name="apify", title="Apify", url="https://api.apify.com", token="APIFY_TOKEN")
    runs = Resource(
        Run,
        Listing(
            "/v2/actor-runs",
            "data.items",
            paging=Offset(
                total="data.total", number="data.offset", used_size="data.limit", most=1000
            ),
            order=Order(param="desc", newest="1", oldest=None),
            window=Window("startedAfter", "startedBefore"),
            by_status=ByStatus(many="comma"),
        ),
        options=RunOptions,
        watch=WatchOptions,
        get="/v2/actor-runs/{id}",
        found="data",
        cancel=Action("/v2/actor-runs/{id}/abort", result=Run, found="data"),
        sample=Sample(
            item={
                "id": "r4kPzu0vWq",
                "actId": "crawl3r",
                "status": "SUCCEEDED",
                "statusMessage": None,
                "startedAt": "2026-01-22T19:33:08.125Z",
                "finishedAt": "2026-01-22T19:35:41.900Z",
            },
            created="startedAt",
            started=None,
            finished="finishedAt",
            error="statusMessage",
        ),
    )
