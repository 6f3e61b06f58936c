"""From the arguments of an action to a request, and from its answer to a result."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from asyncops.errors import DecodeError
from asyncops.http.messages import Reply
from asyncops.kit import Action, Header, UploadOptions, param
from asyncops.kit.acting import acting_of
from asyncops.kit.action import Accepted
from tests.kit.parts import Job, JobStatus

UPLOAD: Any = Action("/jobs", body="bytes", options=UploadOptions)
JSON_BODY = {"Content-Type": "application/json"}


@frozen(kw_only=True)
class Start:
    farm: str
    scene: str
    samples: int = 16
    draft: bool | None = None
    tags: tuple[str, ...] = param("settings.tags", default=())
    extra: dict[str, Any] | None = None
    due: datetime | None = param("settings.due", default=None)
    limit: int | None = None


@frozen(kw_only=True)
class Send(UploadOptions):
    farm: str
    scene: str
    samples: int = 16
    draft: bool | None = None
    tags: tuple[str, ...] = param("settings.tags", default=())


def request_of(action: Action[..., Any], *args: Any, **given: Any) -> Any:
    return acting_of(action, "plain").request("farm.jobs.start", {"id": "j1"}, args, given)


def test_options_are_a_json_body_but_for_those_in_the_path() -> None:
    action = Action("/{farm}/jobs", body="json", options=Start, headers={"X-Beta": "1"})
    sent = request_of(
        action,
        farm="a b",
        scene="s1",
        tags=("x", "y"),
        extra={"a": [1, {"b": None}]},
        due=datetime(2026, 1, 2, tzinfo=UTC),
        limit=3,
    )
    assert (sent.method, sent.path, sent.params) == ("POST", "/a%20b/jobs", ())
    assert sent.headers == {**JSON_BODY, "X-Beta": "1"}
    assert sent.body == (
        b'{"scene":"s1","samples":16,"settings":{"tags":["x","y"],"due":"2026-01-02T00:00:00Z"},'
        b'"extra":{"a":[1,{"b":null}]},"limit":3}'
    )
    assert not sent.safe


def test_a_body_holds_defaults_where_the_options_say_nothing_else() -> None:
    defaults = {"settings.due": None, "samples": 8, "state.type": "QUEUED"}
    action = Action("/{farm}/jobs", body="json", options=Start, defaults=defaults)
    assert request_of(action, farm="a", scene="s1").body == (
        b'{"settings":{"due":null,"tags":[]},"samples":16,"state":{"type":"QUEUED"},"scene":"s1"}'
    )
    alone: Action[[], Accepted] = Action("/jobs/{id}/state", body="json", defaults={"a.b": 1})
    assert request_of(alone).body == b'{"a":{"b":1}}'
    assert request_of(alone).headers == JSON_BODY


def test_options_are_a_form() -> None:
    sent = request_of(
        Action("/{farm}", body="form", options=Start), farm="a", scene="s 1&2", tags=("x",)
    )
    assert sent.headers == {"Content-Type": "application/x-www-form-urlencoded"}
    assert sent.body == b"scene=s+1%262&samples=16&settings.tags=x"


def test_options_are_parts() -> None:
    """Texts are sent as they are; all else is JSON."""
    action = Action("/{farm}", body="multipart", options=Start)
    sent = request_of(action, farm="a", scene='--"s"', tags=("x",), extra={"a": [1, None]})
    kind, _, boundary = sent.headers["Content-Type"].partition("; boundary=")
    assert (kind, sent.params) == ("multipart/form-data", ())
    head = b"Content-Disposition: form-data; name="
    assert sent.body.split(b"--" + boundary.encode() + b"\r\n")[1:] == [
        head + b'"scene"\r\n\r\n--"s"\r\n',
        head + b'"samples"\r\n\r\n16\r\n',
        head + b'"settings.tags"\r\n\r\n["x"]\r\n',
        head + b'"extra"\r\n\r\n{"a":[1,null]}\r\n--' + boundary.encode() + b"--\r\n",
    ]


def test_a_content_may_be_a_file(tmp_path: Path) -> None:
    path = tmp_path / "scene"
    path.write_bytes(b"content")
    sent = request_of(UPLOAD, path, on_upload=len)
    assert sent.body is None
    assert sent.upload is not None
    assert (sent.upload.size, sent.repeatable) == (7, True)
    assert (sent.params, sent.on_upload) == ((), len)


def test_options_are_a_query_beside_a_content() -> None:
    action = Action("/{farm}/{id}", method="PUT", body="bytes", options=Send)
    sent = request_of(action, b"\x00content", farm="a", scene="s1", tags=("x", "y"), draft=True)
    assert (sent.method, sent.path, sent.body) == ("PUT", "/a/j1", b"\x00content")
    assert sent.headers == {"Content-Type": "application/octet-stream"}
    assert sent.params == (
        ("scene", "s1"),
        ("samples", "16"),
        ("draft", "true"),
        ("settings.tags", "x"),
        ("settings.tags", "y"),
    )


def test_an_action_may_take_nothing() -> None:
    sent = request_of(Action("/jobs/{id}?force=true", method="DELETE"))
    assert (sent.method, sent.path, sent.body) == ("DELETE", "/jobs/j1", None)
    assert sent.params == (("force", "true"),)


@pytest.mark.parametrize(
    ("action", "args", "given", "message"),
    [
        (Action("/jobs"), (), {"scene": "x"}, r"farm.jobs.start\(\) got an .*'scene'"),
        (
            Action("/jobs"),
            (b"x",),
            {},
            r"^farm.jobs.start\(\): 0 positional arguments are taken, got 1",
        ),
        (UPLOAD, (), {}, r"^farm.jobs.start\(\): 1 positional arguments are taken, got 0"),
        (UPLOAD, ("x",), {}, "the content must be bytes, a Path.*, got str"),
        (UPLOAD, (b"x",), {"on_upload": "x"}, "on_upload must be a plain function"),
        (
            Action("/{farm}", options=Start),
            (),
            {"scene": "x"},
            r"^farm.jobs.start\(\): missing.*'farm'",
        ),
        (Action("/{farm}", options=Start), (), {"farm": None, "scene": "x"}, "farm must be a str"),
    ],
)
def test_a_wrong_argument_is_refused(
    action: Action[..., Any], args: tuple[Any, ...], given: dict[str, Any], message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        request_of(action, *args, **given)


@pytest.mark.parametrize("body", ["json", "form", "multipart", None])
def test_what_has_to_be_given_is_not_none(body: Any) -> None:
    """Nothing is sent: the service would refuse it, or start something else."""
    with pytest.raises(ValueError, match="scene must be given; it cannot be None"):
        request_of(Action("/{farm}", body=body, options=Start), farm="a", scene=None)


@pytest.mark.parametrize(
    ("place", "body", "headers", "found"),
    [
        ("id", {"id": 12}, {}, 12),
        ("job.id", {"job": {"id": "j1"}}, {}, "j1"),
        ("id", None, {}, None),
        ("id", {"id": True}, {}, None),
        ("id", {"id": {"x": 1}}, {}, None),
        (Header("Location"), None, {"Location": "https://farm.example/jobs/j%201/?x=y"}, "j 1"),
        (Header("Location"), None, {}, None),
    ],
)
def test_the_id_is_found_in_the_answer(
    place: Any, body: Any, headers: dict[str, str], found: Any
) -> None:
    acting = acting_of(Action("/jobs", id=place), "plain")
    reply = Reply(value=body, headers=headers, request_id="r1")
    assert acting.result(reply) == Accepted(id=found, request_id="r1")


def test_the_operation_is_the_answer_or_at_a_place_in_it() -> None:
    job = b'{"id": "j1", "status": "done", "created_at": "2026-01-02T00:00:00Z"}'
    acting = acting_of(Action("/jobs", result=Job, found="data.job"), "plain")
    operation = acting.decode(b'{"data": {"job": %b}}' % job)
    assert acting.result(Reply(value=operation)) is operation
    assert operation.status is JobStatus.DONE
    assert acting_of(Action("/jobs", result=Job), "plain").decode(job) == operation
    with pytest.raises(DecodeError, match=r"\$.data.job"):
        acting.decode(b'{"data": {"job": {}}}')


def test_an_empty_answer_is_no_error_where_nothing_is_expected() -> None:
    acting = acting_of(Action("/jobs"), "plain")
    assert acting.decode(b" ") is None
    assert acting.decode(b"[1]") == [1]
