"""A service whose operations are started in several ways, by files, and whose results are files."""

from typing import Annotated, Any

from attrs import frozen

from asyncops.kit import (
    Action,
    Client,
    FromSuffix,
    Group,
    Lookup,
    Sample,
    Service,
    State,
    Timestamp,
    Tracked,
    UploadOptions,
    files,
)
from asyncops.models import OpenEnum
from tests.cli.farm import Phase

__all__ = ["ScanClient"]


class Format(OpenEnum):
    """What scans are."""

    MESH = "mesh"
    CLOUD = "cloud"


@frozen(kw_only=True)
class Scan(Tracked):
    """What becomes of a scan."""

    id: str
    status: Phase
    created_at: Timestamp
    started_at: Timestamp | None = None
    finished_at: Timestamp | None = None
    error: str | None = None


@frozen(kw_only=True)
class Repaired(Scan):
    """A scan without holes. It is a file."""

    content: dict[str, str] | None = files()


@frozen(kw_only=True)
class Counted(Scan):
    """The number of points."""

    points: int | None = None


@frozen(kw_only=True)
class Input(UploadOptions):
    """What all take.

    Attributes:
        source: What the scan is.
        json: Whether it is checked.
    """

    source: Annotated[Format | str, FromSuffix("content", also={"pts": "cloud"})]
    json: bool | None = None


@frozen(kw_only=True)
class RepairInput(Input):
    """What a repair takes.

    Attributes:
        target: What the result is.
    """

    target: Annotated[str, FromSuffix("result")]


def _sample(done: dict[str, Any]) -> Sample:
    item: dict[str, Any] = {"id": "s1", "status": "done", "created_at": "2026-01-01T00:00:00Z"}
    by_state = {
        State.SUCCEEDED: {"status": "done", **done},
        State.FAILED: {"status": "broken", "error": "no points"},
    }
    return Sample(
        item={**item, "started_at": None, "finished_at": None, "error": None}, by_state=by_state
    )


_REPAIRED = _sample({"content": {"repaired.mesh": "m\n"}})
_GET = "/scans/{id}"


class Scans(Group):
    """Scans."""

    repair = Lookup(
        Repaired,
        get=_GET,
        start=Action("/repair/{target}", body="bytes", options=RepairInput, result=Repaired),
        sample=_REPAIRED,
    )
    split = Lookup(
        Repaired,
        get=_GET,
        start=Action("/split", body="bytes", options=Input),
        sample=_sample({"content": {"a.mesh": "a", "b.mesh": "b"}}),
    )
    count = Lookup(
        Counted,
        get=_GET,
        start=Action("/count", body="bytes", options=Input, result=Counted),
        sample=_sample({"points": 21}),
    )
    all = Lookup(Repaired, get=_GET, sample=_REPAIRED)
    other = Lookup(Scan, get="/others/{id}", start=Action("/others", result=Scan))


class ScanClient(Client):
    """Scans of all sorts."""

    service = Service(name="scan", title="Scans", url=None, token="SCAN_TOKEN")
    scans = Scans()
