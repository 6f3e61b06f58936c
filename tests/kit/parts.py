"""Parts of a description that is right, to make wrong ones of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from asyncops.kit import (
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
)

SERVICE = Service(name="farm", title="Renderfarm", url="https://farm.example", token="FARM_TOKEN")


class JobStatus(Status):
    """Where a job is."""

    WAITING = "waiting", State.PENDING
    DONE = "done", State.SUCCEEDED
    BROKEN = "broken", State.FAILED


@frozen(kw_only=True)
class Job(Tracked):
    """One job."""

    id: str
    status: JobStatus
    created_at: Timestamp
    started_at: Timestamp | None = None
    finished_at: Timestamp | None = None
    error: str | None = None
    scene: str = ""


@frozen(kw_only=True)
class AllOptions(ListOptions):
    """The fields that belong to parts of the listing, and one filter."""

    status: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    scene: str | None = None


LISTING: Mapping[str, Any] = {"path": "/jobs", "items": "jobs", "paging": Token()}
FIELDS: Mapping[str, Any] = {
    "item": Job,
    "options": ListOptions,
    "watch": WatchOptions,
    "get": "/jobs/{id}",
}


def listing(**changes: Any) -> Listing:
    """A listing that is right, but for the changes."""
    return Listing(**{**LISTING, **changes})


def resource(*, of: type[Any] = Resource, without: str = "", **changes: Any) -> Any:
    """A resource that is right, but for the changes and for a field that it lacks."""
    fields = {"listing": listing(), **FIELDS, **changes}
    fields.pop(without, None)
    return of(**fields)


def client(**attributes: Any) -> type[Client]:
    """The class of a client with these attributes."""
    return type("FarmClient", (Client,), {"service": SERVICE, **attributes})
