"""OGC API - Processes, Part 1: jobs, on any server that speaks the standard."""

from collections.abc import Mapping
from typing import ClassVar, Final

from attrs import field, frozen

from asyncops.kit import (
    Action,
    Client,
    Header,
    Listing,
    ListOptions,
    NextURL,
    Resource,
    Sample,
    Service,
    WatchOptions,
)
from asyncops.models import JSON, State, Status, Timestamp, Tracked, key


class JobStatus(Status):
    """Where a job is."""

    ACCEPTED = "accepted", State.PENDING
    RUNNING = "running", State.RUNNING
    SUCCESSFUL = "successful", State.SUCCEEDED
    FAILED = "failed", State.FAILED
    DISMISSED = "dismissed", State.CANCELLED


@frozen(kw_only=True)
class JobLink:
    """A link from a job, such as to its results."""

    href: str
    rel: str | None = None
    type: str | None = None
    hreflang: str | None = None
    title: str | None = None


@frozen(kw_only=True)
class Job(Tracked):
    """The execution of a process, without the standard's ``type``, which is always ``process``.

    Attributes:
        id: The standard's ``jobID``.
        process_id: The process.
        message: What the job does, or why it failed.
        progress: How much of it is done, in percent.
    """

    id: str = key("jobID")
    process_id: str | None = key("processID", default=None)
    status: JobStatus
    message: str | None = None
    progress: int | None = None
    created_at: Timestamp | None = key("created", default=None)
    started_at: Timestamp | None = key("started", default=None)
    finished_at: Timestamp | None = key("finished", default=None)
    updated_at: Timestamp | None = key("updated", default=None)
    links: tuple[JobLink, ...] = ()

    @property
    def kind(self) -> str:
        """The process, under the name common to all services."""
        return self.process_id or ""

    @property
    def error(self) -> str | None:
        """The message of a job that failed."""
        return self.message if self.state is State.FAILED else None


@frozen(kw_only=True)
class Execution:
    """What a job is started with.

    Attributes:
        process_id: The process, as ``/processes`` lists it.
        inputs: Its inputs by their names.
        outputs: How each output is wanted, by its name; ``None`` means all, as the process likes.
        response: ``"raw"`` or ``"document"``: how the results are written.
    """

    process_id: str
    inputs: Mapping[str, JSON] = field(factory=dict, hash=False)
    outputs: Mapping[str, JSON] | None = field(default=None, hash=False)
    response: str | None = None


class OgcClient(Client):
    """A client for a server of OGC API - Processes, such as pygeoapi.

    The address comes from ``base_url=`` or ``OGC_BASE_URL``, with the path of the API in it; the
    token from ``token=`` or ``OGC_TOKEN``. Without one, requests carry none.
    See :class:`asyncops.client.BaseClient` for all arguments.
    """

    service: ClassVar[Service] = Service(
        name="ogc",
        title="OGC API - Processes",
        url=None,
        token="OGC_TOKEN",  # noqa: S106 - the variable's name
        optional_token=True,
        errors={"message": "description", "code": "type"},
    )
    jobs: Final = Resource(
        Job,
        # The standard names no order. Its filters are left out: pygeoapi takes them, and gives all.
        Listing("/jobs", "jobs", paging=NextURL("links[rel=next].href", size="limit"), order=None),
        options=ListOptions,
        watch=WatchOptions,
        get="/jobs/{id}",
        start=Action(
            "/processes/{process_id}/execution",
            body="json",
            options=Execution,
            id=Header("Location"),
            headers={"Prefer": "respond-async"},
        ),
        cancel=Action("/jobs/{id}", method="DELETE", result=Job),
        results="/jobs/{id}/results",
        sample=Sample(
            item={
                "jobID": "8d0f6a52-3c1b-4e7d-a9b8-6f2e1c5d7a04",
                "type": "process",
                "processID": "buffer",
                "status": "successful",
                "message": "Job complete",
                "progress": 100,
                "created": "2026-05-04T09:00:00Z",
                "started": "2026-05-04T09:00:20Z",
                "finished": "2026-05-04T09:04:10Z",
            },
            results={"area": 12.5},
            by_state={State.FAILED: {"status": "failed", "message": "there is no such layer"}},
            error="message",
        ),
    )
