"""Requests and answers as values."""

from urllib.parse import parse_qsl, quote, urlencode

from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from asyncops.messages import Reply, Request, Response


def test_adding_keeps_what_was_there_and_its_order() -> None:
    request = Request(path="/x", params=(("b", "1"),), hints={403: "h"})
    more = request.adding([("a", "2"), ("b", "3")])
    assert more.params == (("b", "1"), ("a", "2"), ("b", "3"))
    assert (more.method, more.path, more.hints) == ("GET", "/x", {403: "h"})
    assert request.params == (("b", "1"),)


def test_a_request_without_a_query_is_its_path() -> None:
    assert Request(path="/a/b%20c").target == "/a/b%20c"


@given(st.lists(st.tuples(st.text(), st.text(min_size=1)), min_size=1))
def test_the_query_is_encoded_whole(params: list[tuple[str, str]]) -> None:
    """As the standard library would, so that whatever a value holds comes out again."""
    target = Request(path="/x", params=tuple(params)).target
    assert target == f"/x?{urlencode(params, quote_via=quote, safe='')}"
    assert parse_qsl(target.removeprefix("/x?"), strict_parsing=True) == params


def test_equal_requests_hash_alike_whatever_their_hints() -> None:
    assert hash(Request(path="/x", hints={1: "a"})) == hash(Request(path="/x", hints={2: "b"}))
    assert hash(Reply(value=1, headers={"a": "b"})) == hash(Reply(value=1))


def test_no_query_value_header_or_body_is_in_a_repr() -> None:
    secret = "do-not-show"
    headers = {"X-Echo": secret}
    shown = [
        Request(path="/x", params=(("page_token", secret),), hints={403: secret}),
        Response(status=200, headers=headers, body=secret.encode()),
        Reply(value=1, headers=headers),
    ]
    assert all(secret not in repr(each) for each in shown)


def answer(**headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status=200, headers=CIMultiDict(named), body=b"")


def test_the_request_id_is_zoos_or_a_gateways() -> None:
    assert answer(x_api_call_id="zoo").request_id == "zoo"
    assert answer(X_Request_Id="gateway").request_id == "gateway"
    assert answer(x_api_call_id="zoo", x_request_id="gateway").request_id == "zoo"
    assert answer(x_api_call_id="", x_request_id="gateway").request_id == "gateway"
    assert answer().request_id is None
