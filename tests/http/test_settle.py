"""From objects of the classes on the wire to objects of the models."""

import pickle
from datetime import UTC, datetime
from typing import Any

import attrs
import msgspec
import pytest
from attrs import Factory, frozen

from asyncops import to_dict
from asyncops.errors import DecodeError
from asyncops.http.decoding import decoder
from asyncops.http.settle import is_settled, settler
from asyncops.http.wire_shape import wire_shape
from asyncops.models import (
    EpochMillis,
    EpochSeconds,
    State,
    Status,
    Tracked,
    UtcTimestamp,
    key,
)

START = datetime(1970, 1, 1, tzinfo=UTC)


@frozen(kw_only=True)
class Run:
    """A model that holds models of its own class."""

    id: int
    status: str = key("state")
    created_at: EpochSeconds = key("created", default=START)
    children: "tuple[Run, ...]" = ()
    parent: "Run | None" = None


def test_what_is_read_is_an_object_of_the_model() -> None:
    body = b'{"id": 1, "state": "done", "created": 1.5, "children": [{"id": 2, "state": "x"}], '
    run = decoder(Run)(body + b'"parent": {"id": 3, "state": "y", "parent": null}}')
    moment = datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)
    child, parent = Run(id=2, status="x"), Run(id=3, status="y")
    assert run == Run(id=1, status="done", created_at=moment, children=(child,), parent=parent)
    assert {type(each) for each in (run, *run.children, run.parent)} == {Run}
    assert hash(run.children[0]) == hash(child)
    assert pickle.loads(pickle.dumps(run)) == run  # noqa: S301
    assert attrs.evolve(run, status="new").status == "new"
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(run, "status", "new")  # noqa: B010 - a checker would refuse the plain way
    assert list(to_dict(run)) == ["id", "status", "created_at", "children", "parent"]
    assert to_dict(run)["created_at"] == "1970-01-01T00:00:01.500000Z"


class JobStatus(Status):
    WAITS = "waits", State.PENDING
    DONE = "done", State.SUCCEEDED


@frozen(kw_only=True)
class Job(Tracked):
    id: str
    status: JobStatus = key("state")
    error_text: str | None = key("error", default=None)

    @property
    def error(self) -> str:
        """In words of its own."""
        return f"it broke: {self.error_text}"


def test_a_key_may_have_the_name_of_a_property() -> None:
    """As ``state`` and ``error``, which mean the same for every service."""
    job = decoder(Job)(b'{"id": "1", "state": "done", "status": 7, "error": "disk"}')
    assert (job.status, job.state) == (JobStatus.DONE, State.SUCCEEDED)
    assert job.error == "it broke: disk"
    assert to_dict(job) == {"id": "1", "status": "done", "error_text": "disk"}


def test_models_in_any_container_are_read() -> None:
    several: Any = decoder(dict[str, tuple[Run, ...]])(b'{"a": [{"id": 1, "state": "x"}]}')
    assert several == {"a": (Run(id=1, status="x"),)}
    assert decoder(list[EpochMillis])(b"[1000]") == [datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)]


def test_in_protobufs_json_a_key_has_two_spellings_and_a_number_may_be_in_quotes() -> None:
    @frozen(kw_only=True)
    class Job:
        id: int = key("job_id")
        ended: EpochMillis | None = key("end_time", default=None)
        local: UtcTimestamp | None = None
        by_name: dict[str, EpochSeconds] = Factory(dict)

    decode = decoder(Job, json="protobuf")
    expected = Job(id=7, ended=START.replace(second=1), by_name={"a": START})
    for body in (
        b'{"jobId": "7", "endTime": "1000", "byName": {"a": "0"}}',
        b'{"job_id": 7, "end_time": 1000, "by_name": {"a": 0}}',
        # The second reading: the first does not know null for a value that is left out.
        b'{"job_id": "7", "endTime": "1000", "by_name": {"a": "0"}, "local": null, "jobId": null}',
    ):
        assert decode(body) == expected
    assert decode(b"{}") == Job(id=0)
    with pytest.raises(DecodeError, match="seconds since 1970") as caught:
        decode(b'{"endTime": "9223372036854775807"}')
    assert caught.value.path == "$.ended"


def test_objects_with_a_time_out_of_range_are_not_settled() -> None:
    settle = settler(Run)
    assert settle is not None
    rows = [{"id": 1, "state": "x", "created": moment} for moment in (1, 1e20)]
    shape = wire_shape(Run)
    read = [msgspec.convert(row, shape) for row in rows]
    assert is_settled(settle, read[:1])
    assert read[0] == Run(id=1, status="x", created_at=START.replace(second=1))
    assert not is_settled(settle, read)
