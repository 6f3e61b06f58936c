"""Paths and actions: what is refused when the client's class is made."""

from typing import Annotated, Any

import pytest
from attrs import define, frozen

from asyncops.kit import (
    Action,
    DescriptionError,
    FromSuffix,
    Get,
    Header,
    ListOptions,
    Lookup,
    UploadOptions,
    WatchOptions,
)
from asyncops.kit.checks.paths import check_paths
from asyncops.kit.checks.subject import Subject
from tests.kit.parts import FIELDS, Job, client, listing, resource


@define
class MutableStart:
    scene: str


@frozen(kw_only=True)
class Start:
    scene: str


@frozen(kw_only=True)
class OptionalProject(ListOptions):
    project: str | None = None


@frozen(kw_only=True)
class ByProject(ListOptions):
    project: str


CONTENTS: Any = "contents"


@frozen(kw_only=True)
class Sourced:
    source: Annotated[str, FromSuffix("content")]


@frozen(kw_only=True)
class Misread:
    kind: Annotated[str, FromSuffix(CONTENTS)]


XML: Any = "xml"
BYTES: Any = "bytes"
GET: Any = "GET"
LIST: Any = ["{id}"]


@frozen(kw_only=True)
class WatchByProject(WatchOptions):
    project: str


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"listing": listing(path="/{project}/jobs")}, r"listing: \{project\} is a field neither of"),
    ({"listing": listing(path="/jobs/{id")}, r"listing: a parameter is written \{name\}"),
    ({"listing": listing(path="/jobs/{id}")}, r"listing: \{id\} is a field neither"),
    ({"results": "/results"}, r"results: there is no class of verbs .* without start and cancel"),
    (
        {"results": "/results", "start": Action("/jobs"), "cancel": Action("/jobs/{id}/stop")},
        r"results: the path has no \{id\}: '/results' is always the same",
    ),
    ({"get": "/jobs"}, r"get: the path has no \{id\}: '/jobs' is always the same"),
    ({"get": Get("/jobs", body={"a": "id"})}, r"get: neither the path nor the body has an \{id\}"),
    ({"get": Get("/jobs", body={"a": "{job}"})}, r"get: body: \{job\} is a field neither.*are id"),
    ({"get": Get("/jobs", body={"a[": "{id}"})}, "get: body: 'a.' is no place"),
    ({"get": Get("/jobs", body=LIST)}, "get: body: it must be a mapping, got list"),
    ({"get": Get("/jobs/{id}", headers={"X A": "b"})}, "get: headers: headers: a key must be"),
    ({"get": 5}, "get: it must be a path or a Get, got int"),
    ({"get": "jobs/{id}"}, "get: the path must begin with one slash"),
    ({"get": "//jobs/{id}"}, "get: the path must begin with one slash"),
    ({"get": "/jobs/{id}#top"}, "get: the path must hold neither # nor white space"),
    ({"get": "/{owner}/jobs/{id}"}, r"get: \{owner\} is a field neither.*known are id"),
    ({"get": None, "found": "job"}, "found: it is about the answer to get: give get="),
    ({"get": None, "result": Job}, "result: it is about the answer to get: give get="),
    ({"get": None, "optional_get": True}, "optional_get: the listing stands in for get="),
    (
        {
            "listing": listing(path="/{project}/jobs"),
            "options": ByProject,
            "watch": WatchByProject,
            "optional_get": True,
        },
        "optional_get: the listing that stands in for get= needs project, which get does not take",
    ),
    ({"options": ByProject, "optional_get": True}, "optional_get: .* needs project, which get"),
    ({"found": "jobs[x]"}, "found: 'jobs.x.' is no place in an answer"),
    ({"start": "/jobs"}, "start: it must be an Action, got str"),
    ({"start": Action("/{farm}/jobs")}, r"start: \{farm\} is a field neither.*none here"),
    ({"start": Action("/jobs", options=MutableStart)}, "start: options: MutableStart can be ch"),
    ({"start": Action("/jobs", defaults={"a": 1})}, "start: defaults: they stand in a JSON body"),
    ({"cancel": Action("/{id}", accepted={"a[": ("x",)})}, "cancel: accepted: .*no place"),
    ({"cancel": Action("/{id}", accepted={"a": "x"})}, r"cancel: accepted: a needs .*\('ok',\)"),
    ({"cancel": Action("/{id}", accepted={"a": ()})}, r"cancel: accepted: a needs .*\('ok',\)"),
    ({"cancel": Action("/{id}", accepted={"a": [1]}, result=Job)}, "leave out one of the two"),
    ({"start": Action("/jobs", body=XML)}, "start: body must be 'bytes', 'json', 'form'"),
    ({"start": Action("/jobs", body=BYTES)}, "start: options: with body='bytes' it must be Upl"),
    ({"start": Action("/jobs", body=BYTES, options=Start)}, "start: options: .*; got 'Start'"),
    ({"start": Action("/jobs", options=UploadOptions)}, "start: options: .* with no other body"),
    ({"start": Action("/jobs", options=Sourced)}, "start: options: source: FromSuffix.'content'"),
    ({"start": Action("/jobs", options=Misread)}, "start: options: kind: .* got 'contents'"),
    ({"start": Action("/jobs", method=GET)}, "start: method must be 'POST', 'PUT'.*got 'GET'"),
    ({"start": Action("/jobs", result=dict)}, "start: result: dict must be a frozen attrs class"),
    ({"start": Action("/jobs", found="job")}, "start: found: .*: give result=, or leave it out"),
    (
        {"cancel": Action("/jobs/{id}", headers={"X-A": "b\n"})},
        "cancel: headers: .*X-A",
    ),
    (
        {"start": Action("/jobs", headers={"X A": "b"})},
        "start: headers: headers: a key must be the name",
    ),
    (
        {"start": Action("/jobs", headers={"Content-Length": "3"})},
        "start: headers: headers must not have 'Content-Length': the client writes it",
    ),
    ({"start": Action("/jobs", headers={"Authorization": "b"})}, "start: headers: Authorization"),
    ({"start": Action("/jobs", found="a[")}, "start: found: .*no place"),
    ({"start": Action("/jobs", id="a[")}, "start: id: .*no place"),
    (
        {"cancel": Action("/jobs", body="json", defaults={"a": "{farm}"})},
        r"cancel: defaults: \{farm\} is a field neither",
    ),
    ({"cancel": Action("/jobs/stop")}, r"cancel: the path has no \{id\}"),
    ({"listing": listing(path="/{project}/jobs"), "options": OptionalProject}, "leave out its de"),
    (
        {"listing": listing(path="/{project}/jobs"), "options": ByProject},
        "watch: the options class has no field project, a part of the listing's path: add it",
    ),
]


@pytest.mark.parametrize(("fields", "message"), WRONG, ids=[row[-1] for row in WRONG])
def test_a_wrong_path_is_refused_with_field_and_fix(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(DescriptionError, match=f"FarmClient.jobs: .*{message}"):
        client(jobs=resource(**fields))


def test_paths_that_are_right_are_taken() -> None:
    made = client(
        jobs=resource(
            options=ByProject,
            watch=WatchByProject,
            listing=listing(path="/{project}/jobs"),
            start=Action("/jobs/{scene}", options=Start, id=Header("Location")),
            cancel=Action("/jobs/{id}", method="DELETE"),
            found="data.job",
        ),
        tasks=Lookup(Job, get="/tasks?id={id}"),
        slashes=resource(get="/v2/{+id}"),
    )
    subject = Subject("FarmClient.jobs", vars(made)["jobs"].description)
    assert check_paths(subject) == {"project", "scene", "id"}


def test_the_place_must_leave_the_name_of_the_id() -> None:
    description = resource(**FIELDS).description
    with pytest.raises(DescriptionError, match="place: the field id would be mistaken"):
        check_paths(Subject("FarmClient.jobs", description, {"id"}))
