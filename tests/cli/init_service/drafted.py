"""RenderFarm: a first draft, made from an OpenAPI description."""

from datetime import datetime

from attrs import frozen

from asyncops.kit import (
    Auth,
    ByStatus,
    Client,
    Listing,
    ListOptions,
    Resource,
    Service,
    State,
    Status,
    Timestamp,
    Token,
    Tracked,
    WatchOptions,
    Window,
    Within,
    key,
    param,
)


class JobStatus(Status):
    QUEUED = "queued", State.PENDING
    RENDERING = "rendering", State.RUNNING
    ON_HOLD = "on-hold", State.BLOCKED
    DONE = "done", State.SUCCEEDED
    BROKEN = "broken", State.FAILED
    CANCELLED = "cancelled", State.CANCELLED
    ODD = "odd", State.RUNNING  # check: what it means


@frozen(kw_only=True)
class Job(Tracked):
    id: str
    status: JobStatus = key("state")
    created_at: Timestamp = key("createdAt")
    started_at: Timestamp | None = key("startedAt", default=None)
    finished_at: Timestamp | None = key("ended", default=None)
    error: str | None = None  # check: it is no text
    class_: str | None = key("class", default=None)
    limit_: int | None = key("limit", default=None)
    # check: left out, as no plain values: frames


@frozen
class Place:
    team_id: str


@frozen(kw_only=True)
class JobOptions(ListOptions):
    status: JobStatus | str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    filter_scene: str | None = param("filter[scene]")
    labels: tuple[str, ...]


@frozen(kw_only=True)
class JobWatchOptions(WatchOptions):
    labels: tuple[str, ...]


class RenderFarmClient(Client):
    service = Service(
        name="render-farm",
        title="RenderFarm",
        url="https://farm.example/api",
        token="RENDER_FARM_TOKEN",
        auth=Auth(header="X-Farm-Key", form="{}"),  # check: the form
    )
    render_jobs = Within(
        Place,
        Resource(
            Job,
            Listing(
                "/v1/teams/{team_id}/render-jobs",
                "jobs",
                paging=Token("meta.nextPageToken", "page-token", size="limit", most=50),
                order=None,  # check: Order() if the newest come first
                window=Window("created_after"),  # check: how times are written
                by_status=ByStatus("state"),  # check: many=
            ),
            options=JobOptions,
            watch=JobWatchOptions,
            get="/v1/teams/{team_id}/render-jobs/{id}",
            found="job",
        ),
    )
