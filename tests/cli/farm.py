"""A service that is not asyncops' own, registered as its distribution would register it."""

from datetime import datetime
from enum import Enum

from attrs import frozen

from asyncops.kit import (
    Action,
    ByStatus,
    Client,
    Listing,
    ListOptions,
    Lookup,
    Pages,
    Resource,
    Service,
    State,
    Status,
    Timestamp,
    Token,
    Tracked,
    UploadOptions,
    WatchOptions,
    Window,
    Within,
    files,
    param,
)
from tests.testing.contracts.farms import Org

__all__ = ["Build", "FarmClient", "NeedyClient", "NumberedClient", "Phase"]


class Phase(Status):
    """Where a run is."""

    QUEUED = "queued", State.PENDING
    RUNNING = "running", State.RUNNING
    DONE = "done", State.SUCCEEDED
    BROKEN = "broken", State.FAILED


class Quality(Enum):
    """How well something is rendered."""

    DRAFT = "draft"
    FINAL = "final"


@frozen(kw_only=True)
class Run(Tracked):
    """One run of a workflow."""

    id: int
    status: Phase
    branch: str
    created_at: Timestamp
    started_at: Timestamp | None = None
    finished_at: Timestamp | None = None
    error: str | None = None


@frozen
class Repository:
    """Where runs are."""

    owner: str
    repo: str


@frozen(kw_only=True)
class RunOptions(ListOptions):
    """The filters of runs.

    Attributes:
        branch: Only runs of this branch. Others are left out.
        labels: Only runs with these labels.
        quality: Only runs of this quality.
        resume_id: Only runs that go on with this one.
        json: Only runs that write JSON.
    """

    status: Phase | str | None = None
    branch: str | None = None
    labels: tuple[str, ...] = param("labels", default=(), many="comma")
    quality: Quality | None = None
    resume_id: int | None = None
    json: bool | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None


@frozen(kw_only=True)
class RunWatchOptions(WatchOptions):
    """The filters of what is watched.

    Attributes:
        branch: Only runs of this branch.
    """

    branch: str | None = None


@frozen(kw_only=True)
class Render:
    """What starts a render.

    Attributes:
        scene: The scene to render.
        samples: How often each pixel is asked for.
        options: Anything else.
    """

    scene: str
    samples: int = 16
    options: dict[str, object] | None = None


@frozen(kw_only=True)
class Upload(UploadOptions):
    """What stands beside an upload."""

    name: str


class FarmClient(Client):
    """A renderfarm: runs, renders and scenes."""

    service = Service(name="farm", title="Renderfarm", url=None, token="FARM_TOKEN")
    runs = Within(
        Repository,
        Resource(
            Run,
            Listing(
                "/repos/{owner}/{repo}/runs",
                "runs",
                paging=Pages(total="total", most=100),
                window=Window("created", form="{}..{}"),
                by_status=ByStatus(),
            ),
            options=RunOptions,
            watch=RunWatchOptions,
            get="/repos/{owner}/{repo}/runs/{id}",
            cancel=Action("/repos/{owner}/{repo}/runs/{id}/cancel"),
        ),
    )
    cloud_renders = Lookup(
        Run,
        get="/renders/{id}",
        start=Action("/renders", body="json", options=Render, result=Run),
    )
    uploads = Lookup(
        Run,
        get="/uploads/{id}",
        start=Action("/uploads", body="bytes", options=Upload),
        cancel=Action("/uploads/{id}", method="DELETE", result=Run),
    )
    org = Org()


@frozen(kw_only=True)
class BranchOptions(ListOptions):
    """The filters of runs that are listed by their branch alone."""

    branch_name: str


@frozen(kw_only=True)
class BranchWatchOptions(WatchOptions):
    """The filters of what is watched of one branch."""

    branch_name: str


class NeedyClient(Client):
    """A service that lists nothing without a filter."""

    service = Service(name="needy", title="Needy", url=None, token=None)
    runs = Resource(
        Run,
        Listing("/runs", "runs", paging=Token(), order=None),
        options=BranchOptions,
        watch=BranchWatchOptions,
        get="/runs/{id}",
    )


@frozen(kw_only=True)
class Build(Tracked):
    """A build, which is asked for by its number."""

    id: str
    status: Phase
    created_at: Timestamp
    number: int
    started_at: Timestamp | None = None
    finished_at: Timestamp | None = None
    error: str | None = None
    logs: dict[str, str] | None = files()


class NumberedClient(Client):
    """A service that knows its builds by other names than those by which it is asked for them."""

    service = Service(name="numbered", title="Numbered", url=None, token=None)
    builds = Resource(
        Build,
        Listing("/builds", "builds", paging=Pages(total="total", most=100)),
        options=ListOptions,
        watch=WatchOptions,
        get="/builds/{id}",
        cancel=Action("/builds/{id}/cancel"),
        id="number",
    )
