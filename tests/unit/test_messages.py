"""Requests and answers as values."""

from multidict import CIMultiDict

from asyncops.messages import Reply, Request, Response


def test_adding_keeps_what_was_there_and_its_order() -> None:
    request = Request(path="/x", params=(("b", "1"),), hints={403: "h"})
    more = request.adding([("a", "2"), ("b", "3")])
    assert more.params == (("b", "1"), ("a", "2"), ("b", "3"))
    assert (more.method, more.path, more.hints) == ("GET", "/x", {403: "h"})
    assert request.params == (("b", "1"),)


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
