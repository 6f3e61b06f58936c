"""Requests and answers as values."""

from urllib.parse import parse_qsl, quote, urlencode

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from asyncops.http.messages import Reply, Request, Response


def test_adding_keeps_what_was_there_and_its_order() -> None:
    request = Request(
        method="POST",
        path="/x",
        params=(("b", "1"),),
        headers={"X-One": "1"},
        body=b"{}",
        reads_only=True,
        hints={403: "h"},
        result=True,
    )
    more = request.with_params([("a", "2"), ("b", "3")])
    assert more.params == (("b", "1"), ("a", "2"), ("b", "3"))
    assert evolve(more, params=request.params) == request
    assert request.params == (("b", "1"),)


def test_a_request_without_a_query_is_its_path() -> None:
    assert Request(path="/a/b%20c").target == "/a/b%20c"


@given(st.lists(st.tuples(st.text(), st.text(min_size=1)), min_size=1))
def test_the_query_is_encoded_whole(params: list[tuple[str, str]]) -> None:
    """As the standard library would, so that whatever a value holds comes out again."""
    target = Request(path="/x", params=tuple(params)).target
    assert target == f"/x?{urlencode(params, quote_via=quote, safe='')}"
    assert parse_qsl(target.removeprefix("/x?"), strict_parsing=True) == params


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
def test_a_request_is_safe_by_its_method_or_by_declaration(method: str) -> None:
    assert Request(method=method, path="/x").safe == (method in {"GET", "HEAD"})
    assert Request(method=method, path="/x", reads_only=True).safe


def test_equal_requests_hash_alike_whatever_their_hints_and_headers() -> None:
    assert hash(Request(path="/x", hints={1: "a"})) == hash(Request(path="/x", hints={2: "b"}))
    assert hash(Request(path="/x", headers={"a": "b"})) == hash(Request(path="/x"))
    assert hash(Reply(value=1, headers={"a": "b"})) == hash(Reply(value=1))


def test_no_query_value_header_or_body_is_in_a_repr() -> None:
    secret = "do-not-show"
    headers = {"X-Echo": secret}
    shown = [
        Request(
            path="/x",
            params=(("page_token", secret),),
            headers=headers,
            body=secret.encode(),
            hints={403: secret},
        ),
        Response(status=200, headers=headers, body=secret.encode()),
        Reply(value=1, headers=headers),
    ]
    assert all(secret not in repr(each) for each in shown)
