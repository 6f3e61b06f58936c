"""One item by its id."""

from typing import Any

import pytest
from attrs import frozen

from asyncops.errors import DecodeError
from asyncops.http.messages import Request
from asyncops.kit import Timestamp, Tracked
from asyncops.kit.single import found_in, single_of
from asyncops.utils.checks import path_segment
from tests.kit.described.github import GitHubClient
from tests.kit.parts import Job, JobStatus, resource


@frozen
class Small:
    id: str
    long_name: int = 0


def test_a_request_is_filled_with_place_and_id() -> None:
    single = single_of(
        resource(get="/{farm}/jobs/{id}?full=1", hints={404: "x"}).description, "plain"
    )
    request = single.request({"farm": "a"}, "j1")
    assert request == Request(
        path="/a/jobs/j1",
        template="/{farm}/jobs/{id}",
        params=(("full", "1"),),
        hints={404: "x"},
        result=True,
    )
    assert single.check("id", "a/b") == "a%2Fb"


def test_the_id_may_be_another_field() -> None:
    single = single_of(resource(get="/jobs/{+id}", id="scene").description, "plain")
    assert single.check("id", "a/b") == "a/b"
    assert single_of(GitHubClient.runs.resource.description, "plain").check("id", 12) == "12"


@frozen(kw_only=True)
class Numbered(Tracked):
    number: int
    status: JobStatus
    created_at: Timestamp
    started_at: None = None
    finished_at: None = None
    error: None = None

    @property
    def id(self) -> int:
        return self.number


def test_the_id_may_be_a_property() -> None:
    check = single_of(resource(item=Numbered).description, "plain").check
    assert check("id", 12) == "12"
    with pytest.raises(ValueError, match="id must be a whole number such as 42"):
        check("id", "x12")


def test_ids_may_be_checked_by_hand() -> None:
    single = single_of(resource(check_id=path_segment).description, "plain")
    assert single.check is path_segment


def test_what_cannot_be_got_has_no_decoder() -> None:
    assert single_of(resource(get=None).description, "plain").decode is None


@pytest.mark.parametrize(
    ("place", "body"),
    [
        ("", b'{"id": "x"}'),
        ("item", b'{"item": {"id": "x"}}'),
        ("a.b", b'{"a": {"b": {"id": "x"}}}'),
        ("the-item", b'{"the-item": {"id": "x"}}'),
        ("class.from", b'{"class": {"from": {"id": "x"}}}'),
    ],
)
def test_the_item_is_found_at_its_place(place: str, body: bytes) -> None:
    assert found_in(place, Small, "plain")(body) == Small("x")


def test_the_dialect_of_the_service_is_spoken() -> None:
    decode = found_in("one", Small, "protobuf")
    assert decode(b'{"one": {"id": "x", "longName": "3"}}') == Small("x", 3)


def test_a_function_may_decode_the_whole_answer() -> None:
    def decode(body: bytes) -> Any:
        return body.decode()

    assert found_in("", decode, "plain")(b"text") == "text"


def test_an_error_names_the_whole_path() -> None:
    with pytest.raises(DecodeError, match=r"\$.a.b"):
        found_in("a.b", Job, "plain")(b'{"a": {"b": {}}}')
