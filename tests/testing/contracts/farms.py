"""Descriptions of all sorts that their contracts hold for."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from attrs import frozen

from asyncops.kit import (
    Action,
    After,
    Auth,
    Basic,
    ByStatus,
    Client,
    Collection,
    Group,
    Header,
    Link,
    Listing,
    ListOptions,
    Lookup,
    NextURL,
    Offset,
    Order,
    Pages,
    RateLimit,
    Resource,
    Sample,
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
    param,
)
from asyncops.models import EpochSeconds, key

__all__ = [
    "CountedClient",
    "CursorsClient",
    "HeadersClient",
    "NestedClient",
    "PostingClient",
    "SortedClient",
]


class Phase(Status):
    """Where a job is."""

    QUEUED = "queued", State.PENDING
    HELD = "held", State.BLOCKED
    RUNNING = "running", State.RUNNING
    DONE = "done", State.SUCCEEDED
    BROKEN = "broken", State.FAILED
    STOPPED = "stopped", State.CANCELLED


@frozen(kw_only=True)
class Job(Tracked):
    """One job."""

    id: str
    status: Phase
    created_at: Timestamp
    started_at: Timestamp | None = None
    finished_at: Timestamp | None = None
    error: str | None = None
    scene: str = ""


@frozen(kw_only=True)
class JobOptions(ListOptions):
    """The filters of jobs."""

    status: str | tuple[str, ...] | None = None
    scene: str | None = param("filter[scene]")
    created_after: datetime | None = None
    created_before: datetime | None = None


@frozen(kw_only=True)
class JobStatusOptions(ListOptions):
    """One filter."""

    status: str | tuple[str, ...] | None = None


@frozen(kw_only=True)
class StatusOptions(JobStatusOptions):
    """A filter that must be given, besides."""

    project: str


@frozen(kw_only=True)
class ProjectWatchOptions(WatchOptions):
    """The filter of what is watched."""

    project: str


def _service(name: str, **changes: Any) -> Service:
    token = f"{name.upper()}_TOKEN"
    fields: dict[str, Any] = {"name": name, "title": name, "url": None, "token": token}
    return Service(**{**fields, **changes})


class SortedClient(Client):
    """Tokens, both orders, one status a listing, a filter that must be given."""

    service = _service("sorted", rate_limit=RateLimit("X-Left", "X-Reset", times="epoch"))
    jobs = Resource(
        Job,
        Listing(
            "/jobs",
            "items",
            paging=Token("next_page", "page_token", size="limit"),
            order=Order(param="sort_by", newest="created_desc", oldest="created_asc"),
            by_status=ByStatus(required=True),
        ),
        options=StatusOptions,
        watch=ProjectWatchOptions,
        get="/jobs/{id}",
    )


@frozen(kw_only=True)
class Batch(Tracked):
    """One batch, whose id is a number and whose times are seconds."""

    id: int
    status: Phase = key("state")
    created_at: EpochSeconds
    started_at: EpochSeconds | None = None
    finished_at: EpochSeconds | None = key("ended_at", default=None)
    error: str | None = key("why", default=None)


class CursorsClient(Client):
    """The id of the last item, oldest first; and a URL in a header, with the array as the body."""

    service = _service("cursors", auth=Auth(header="X-Api-Key", form="{}"), headers={"X-V": "1"})
    batches = Resource(
        Batch,
        Listing(
            "/batches",
            "data",
            paging=After(size="limit", most=20),
            order=Order(newest_first=False),
            window=Window("from", "to", times="seconds", resolution=timedelta(seconds=1)),
            by_status=ByStatus("state", many="comma"),
        ),
        options=JobOptions,
        watch=WatchOptions,
        get="/batches/{id}",
        found="batch",
        cancel=Action("/batches/{id}/cancel", result=Batch, found="batch"),
        reopens=True,
    )
    jobs = Resource(
        Job,
        Listing("/jobs", paging=NextURL(Link())),
        options=ListOptions,
        watch=WatchOptions,
        get="/jobs/one?id={id}",
        start=Action("/jobs", id=Header("Location")),
    )


class PostingClient(Client):
    """A listing by POST, and a login."""

    service = _service("posting", auth=Basic(), errors={"message": "error.text"})
    jobs = Resource(
        Job,
        Listing(
            "/jobs/search",
            "data.jobs",
            paging=Token("data.next", "page.token", size="page.limit"),
            method="POST",
            by_status=ByStatus("filter.status", many="list"),
        ),
        options=StatusOptions,
        watch=ProjectWatchOptions,
        get="/jobs/{id}",
    )


@frozen
class Place:
    """Where jobs are."""

    team: str
    project: int


class HeadersClient(Client):
    """Pages that are told in headers, at a place, with a window; ended jobs may go on."""

    service = _service("headers", auth=None, token=None, request_id=("X-Trace",))
    jobs = Within(
        Place,
        Resource(
            Job,
            Listing(
                "/teams/{team}/projects/{project}/jobs",
                paging=Token(Header("X-Next"), "cursor", size="per_page", more=Header("X-More")),
                window=Window("created", form="{}..{}"),
                by_status=ByStatus(many="repeat"),
            ),
            options=JobOptions,
            watch=WatchOptions,
            get="/teams/{team}/projects/{project}/jobs/{id}",
            reopens=True,
            sample=Sample(
                item={
                    "id": "job-1",
                    "status": "done",
                    "created_at": "2026-01-01T00:00:00Z",
                    "started_at": "2026-01-01T00:00:01Z",
                    "finished_at": "2026-01-01T00:00:02Z",
                },
                by_state={State.FAILED: {"status": "broken", "error": "no light"}},
            ),
        ),
    )


class CountedClient(Client):
    """Counted pages in every order: offsets by POST, numbers told in headers, numbers from 0."""

    service = _service("counted")
    posted = Resource(
        Job,
        Listing(
            "/posted/search",
            "data",
            paging=Offset(param="page.offset", size="page.limit", total="meta.total"),
            method="POST",
            order=Order(newest_first=False),
        ),
        options=ListOptions,
        watch=WatchOptions,
        get="/posted/{id}",
    )
    told = Resource(
        Job,
        Listing(
            "/told",
            paging=Pages(
                total=Header("X-Total"), pages=Header("X-Pages"), number=Header("X-Page"), most=20
            ),
            order=Order(),
            by_status=ByStatus(many="comma"),
        ),
        options=JobStatusOptions,
        watch=WatchOptions,
        get="/told/{id}",
    )
    zeroth = Resource(
        Job,
        Listing(
            "/zeroth",
            "jobs",
            paging=Pages(first=0, size="size", pages="pages", used_size="size", most=20),
            order=Order(),
        ),
        options=ListOptions,
        watch=WatchOptions,
        get="/zeroth/{id}",
    )
    rising = Resource(
        Job,
        Listing(
            "/rising",
            "jobs",
            paging=Pages(total="total", most=20),
            order=Order(newest_first=False),
        ),
        options=ListOptions,
        watch=WatchOptions,
        get="/rising/{id}",
    )
    unsorted = Resource(
        Job,
        Listing("/unsorted", "jobs", paging=Pages(total="total", most=20), order=None),
        options=ListOptions,
        watch=WatchOptions,
        get="/unsorted/{id}",
    )


@frozen(kw_only=True)
class Part:
    """Part of a scene, without a life."""

    id: int
    name: str
    created_at: Timestamp


class Parts(Group):
    """What lies below a scene."""

    parts = Collection(
        Part,
        Listing("/scenes/{scene_id}/parts", "parts", paging=After(last="last")),
        options=ListOptions,
    )


class Org(Group):
    """The resources of an organization."""

    scenes = Collection(
        Part,
        Listing("/scenes", "scenes", paging=Token(), order=None),
        options=ListOptions,
        get="/scenes/{id}",
        within=Parts("scene_id"),
    )


@frozen(kw_only=True)
class Render:
    """What starts a render."""

    scene: str
    layers: Sequence[str]
    due: datetime


@frozen(kw_only=True)
class Scan(UploadOptions):
    """What stands beside the file of a scan."""

    scene: str


class NestedClient(Client):
    """Items without a life in groups and below each other, and operations without a listing."""

    service = _service("nested")
    org = Org()
    renders = Lookup(
        Job,
        get="/renders/{id}",
        start=Action("/renders", body="json", options=Render, result=Job),
        cancel=Action("/renders/{id}", method="DELETE"),
    )
    scans = Lookup(
        Job,
        get="/scans/{id}",
        start=Action("/scans", body="bytes", options=Scan, result=Job),
    )
