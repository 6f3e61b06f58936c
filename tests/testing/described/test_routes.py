"""Which resource a request is for."""

import pytest

from asyncops.testing.described.routes import Route, require
from asyncops.testing.server.service import Asked, RefusedError


def asked(body: bytes = b"{}", **headers: str) -> Asked:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Asked(
        method="POST",
        url="http://farm.example/",
        path="/",
        raw_path="/",
        query=(),
        headers={"Content-Type": "application/json", **named},
        body=body,
    )


def test_a_path_and_a_query_hold_parameters() -> None:
    route = Route("GET", "/{farm}/jobs/{+id}?as={kind}")
    assert route.match("GET", "/a%20b/jobs/c/d", {"as": "x"}) == {
        "farm": "a b",
        "id": "c/d",
        "kind": "x",
    }
    assert route.match("GET", "/a/jobs/c", {}) is None
    assert route.match("POST", "/a/jobs/c", {"as": "x"}) is None


def test_a_body_holds_parameters() -> None:
    route = Route("POST", "/", body={"job.id": "{id}", "full": True})
    assert route.in_body(asked(b'{"job": {"id": 3}}')) == {"id": "3"}
    assert Route("POST", "/").in_body(asked(b"no JSON")) == {}
    for body, complaint in ((b"{}", "job.id must be given"), (b"[", "The body is no JSON")):
        with pytest.raises(RefusedError, match=complaint):
            route.in_body(asked(body))


def test_a_header_that_is_missing_is_named() -> None:
    require(asked(X_Api="2"), {"X-Api": "2"})
    with pytest.raises(RefusedError, match="The header X-Api must be '2'") as caught:
        require(asked(), {"X-Api": "2"})
    assert caught.value.status == 400
