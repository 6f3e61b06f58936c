"""A service's error in either shape, and that no secret is in what is shown of it."""

import json
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from asyncops.errors import (
    APIError,
    BadRequest,
    DecodeError,
    Forbidden,
    NotFound,
    RateLimited,
    ServerError,
)
from asyncops.http.api_error import api_error, meaning_of
from asyncops.http.decoding import decode_json, decode_response
from asyncops.http.messages import Request, Response
from asyncops.http.places import Header, Link, Place
from asyncops.http.redaction import snippet
from asyncops.http.service import ErrorField, Service
from asyncops.retry.rate_headers import RateLimit

TOKEN = "zoo-token-1"
NOW = 1_767_225_600.0
SERVICE = Service(
    name="of-tests",
    title="Of Tests",
    url=None,
    token=None,
    rate_limit=RateLimit("X-Left", "X-Reset", also={403}),
)


def answer(body: bytes | Any, status: int = 200, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = CIMultiDict(named)
    request_id = given.get("X-Api-Call-Id") or given.get("X-Request-Id")
    return Response(status=status, headers=given, body=data, request_id=request_id)


def redact(text: str, token: str = TOKEN) -> str:
    return text.replace(token, "***")


def error(
    body: bytes | Any,
    status: int = 400,
    places: Mapping[ErrorField, Place] | None = None,
    /,
    **headers: str,
) -> APIError:
    return api_error(
        answer(body, status, **headers),
        request=Request(path="/runs"),
        service=evolve(SERVICE, errors=places or {}),
        now=NOW,
        hints={403: "Ask for staff access."},
        redact=redact,
    )


class TestServiceErrors:
    def test_zoos_shape(self) -> None:
        body = {"message": "bad token", "request_id": "r-1", "error_code": "token_bad"}
        found = error(body, 401, x_api_call_id="from-header")
        assert type(found).__name__ == "Unauthorized"
        assert (found.status, found.message, found.code) == (401, "bad token", "token_bad")
        assert (found.request_id, found.reason, found.details) == ("r-1", None, None)
        assert (found.hint, found.retry_after) == (None, None)

    def test_protobufs_spelling_of_an_error_says_the_same(self) -> None:
        one = error({"message": "m", "request_id": "r-1", "error_code": "bad"}, 400)
        other = error({"message": "m", "requestId": "r-1", "errorCode": "bad"}, 400)
        assert str(one) == str(other)
        assert (other.request_id, other.code) == ("r-1", "bad")

    def test_zoos_error_code_may_be_left_out(self) -> None:
        assert error({"message": "m", "request_id": "r"}).code is None

    def test_chainloops_shape(self) -> None:
        details = [{"@type": "type.example/x", "field": "page"}]
        found = error({"code": 3, "message": "page >= 1", "details": details}, 400)
        assert type(found).__name__ == "BadRequest"
        assert (found.code, found.message, found.details) == (3, "page >= 1", details)

    def test_chainloops_other_shape(self) -> None:
        body = {"code": 403, "message": "no", "reason": "FORBIDDEN", "metadata": {"a": "b"}}
        found = error(body, 403)
        assert (found.code, found.reason, found.details) == (403, "FORBIDDEN", {"a": "b"})

    @pytest.mark.parametrize("body", [b"", b"<html>502</html>", b"upstream error", b"\xff\xfe"])
    def test_no_json_is_said_with_a_snippet(self, body: bytes) -> None:
        found = error(body, 502, x_request_id="gw-1")
        assert type(found) is ServerError
        assert "no JSON in the answer" in str(found)
        assert found.request_id == "gw-1"

    @pytest.mark.parametrize("body", [[], [1], "text", 5, True, None, {}, {"msg": "no"}])
    def test_json_without_a_message_is_no_trouble(self, body: object) -> None:
        found = error(json.dumps(body).encode(), 500)
        assert found.message == "the answer gives no message"
        assert (found.code, found.reason, found.details) == (None, None, None)

    @pytest.mark.parametrize("value", [None, 5, 1.5, True, False, "", [], ["x"], {}, {"a": 1}])
    def test_fields_of_another_type_are_left_out(self, value: object) -> None:
        names = ("message", "request_id", "error_code", "code", "reason", "details", "metadata")
        found = error(dict.fromkeys(names, value), 418, x_api_call_id="from-header")
        assert found.message == "the answer gives no message"
        assert found.request_id == "from-header"
        assert found.reason is None
        assert found.code is None or type(found.code) in {int, str}
        assert "418" in str(found)

    @given(
        st.dictionaries(
            st.sampled_from(["message", "request_id", "error_code", "code", "reason", "details"]),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=3
            ),
        ),
        st.integers(300, 599),
    )
    def test_any_answer_gives_an_error_of_its_status(
        self, body: dict[str, object], status: int
    ) -> None:
        found = error(body, status)
        assert type(found) is APIError.of(status)
        assert str(found).startswith(f"{status}: ")
        assert found.details == body.get("details")

    @given(st.binary(), st.integers(300, 599))
    def test_any_bytes_give_an_error_of_their_status(self, body: bytes, status: int) -> None:
        assert error(body, status).status == status

    def test_a_hint_belongs_to_its_status(self) -> None:
        found = error({"message": "no"}, 403)
        assert type(found) is Forbidden
        assert found.hint == "Ask for staff access."
        assert str(found).endswith("Ask for staff access.")
        assert error({"message": "no"}, 404).hint is None

    def test_how_long_to_wait_is_read_from_the_headers(self) -> None:
        found = error({"message": "slow down"}, 429, retry_after="7")
        assert type(found) is RateLimited
        assert found.retry_after == 7.0
        dated = {"retry_after": "Thu, 01 Jan 2026 00:01:00 GMT"}
        assert error({}, 503, **dated).retry_after == 60.0
        assert error({}, 503, **dated, date="Thu, 01 Jan 2026 00:00:50 GMT").retry_after == 10.0
        assert error({}, 503, retry_after="never").retry_after is None

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_a_redirect_is_an_error_that_names_the_host_alone(self, status: int) -> None:
        place = "https://login.example.com/sso/secret-path?ticket=secret-query"
        found = error(b"", status, location=place)
        assert type(found) is APIError
        assert "login.example.com" in str(found)
        assert "secret" not in str(found)

    @pytest.mark.parametrize("place", ["", "/elsewhere", "http://[::1", "\ud800", "//", "?q"])
    def test_a_redirect_to_nowhere_is_an_error_too(self, place: str) -> None:
        assert error(b"", 302, location=place).status == 302

    @pytest.mark.parametrize("status", [300, 302, 304])
    def test_without_an_address_no_host_is_named(self, status: int) -> None:
        assert str(error(b"", status)) == f"{status}: a redirect without an address is not followed"


SHAPES: dict[str, tuple[Any, str, str | int | None]] = {
    "OpenAI": ({"error": {"message": "m", "type": "t", "code": None}}, "m", "t"),
    "OpenAI with a code": ({"error": {"message": "m", "type": "t", "code": "c"}}, "m", "c"),
    "Anthropic": ({"type": "error", "error": {"type": "t", "message": "m"}}, "m", "t"),
    "Google": ({"error": {"code": 7, "message": "m", "status": "DENIED"}}, "m", 7),
    "AssemblyAI": ({"error": "m"}, "m", None),
    "OAuth": ({"error": "c", "error_description": "m"}, "m", None),
    "Replicate": ({"title": "t", "detail": "m", "status": 404}, "m", None),
    "Terraform": ({"errors": [{"status": "404", "title": "m"}]}, "m", None),
    "Terraform with a detail": ({"errors": [{"title": "t", "detail": "m"}]}, "m", None),
    "GraphQL": ({"errors": [{"message": "m", "code": "c"}]}, "m", "c"),
    "a list of texts": ({"errors": ["m", "n"]}, "m", None),
    "Salesforce": ([{"errorCode": "c", "message": "m"}], "m", "c"),
    "FastAPI": ({"detail": [{"loc": ["query"], "msg": "m", "type": "t"}]}, "m", None),
    "Airflow": ({"detail": {"reason": "m", "message": "look at the log"}}, "m", None),
    "Prefect": ({"exception_message": "x", "exception_detail": [{"msg": "m"}]}, "m", None),
    "Prefect without a detail": ({"exception_message": "m"}, "m", None),
    "a problem without a detail": ({"type": "about:blank", "title": "m"}, "m", None),
    "AWS": ({"__type": "c", "Message": "m"}, "m", "c"),
    "Kubernetes": ({"kind": "Status", "message": "m", "reason": "r", "code": 404}, "m", 404),
    "Twilio": ({"code": 20404, "message": "m", "more_info": "u", "status": 404}, "m", 20404),
}


class TestRateLimits:
    def test_a_status_that_means_a_limit_is_one_where_the_headers_say_so(self) -> None:
        found = error({"message": "m"}, 403, x_left="0", x_reset="30")
        assert type(found) is RateLimited
        # The remedy of a 403 is none of a limit.
        assert (found.status, found.retry_after, found.hint) == (403, 30.0, None)

    def test_otherwise_it_means_what_it_means_elsewhere(self) -> None:
        found = error({"message": "m"}, 403, x_left="1", x_reset="30")
        assert type(found) is Forbidden
        assert found.retry_after is None

    def test_a_429_waits_until_the_reset(self) -> None:
        assert error({}, 429, x_left="0", x_reset="30").retry_after == 30.0
        assert error({}, 503, x_left="0", x_reset="30").retry_after is None


class TestPlaces:
    @pytest.mark.parametrize(("body", "message", "code"), SHAPES.values(), ids=SHAPES)
    def test_the_usual_shapes_are_found(
        self, body: Any, message: str, code: str | int | None
    ) -> None:
        found = error(body)
        assert (found.message, found.code) == (message, code)

    def test_a_place_that_is_declared_goes_instead_of_the_usual_ones(self) -> None:
        body = {"message": "usual", "code": 1, "request_id": "usual", "why": {"text": "m", "n": 9}}
        places: dict[ErrorField, Place] = {
            "message": "why.text",
            "code": "why.n",
            "request_id": Header("X-Trace"),
        }
        found = error(body, 400, places, x_trace="r-1", x_request_id="r-2")
        assert (found.message, found.code, found.request_id) == ("m", 9, "r-1")

    @pytest.mark.parametrize("value", [None, "", [], {"a": 1}, True, 1.5])
    def test_a_declared_place_without_a_word_says_that_the_error_is_anothers(
        self, value: object
    ) -> None:
        body = {"error": {"message": "m", "code": "c"}, "request_id": "r", "x": value}
        places: dict[ErrorField, Place] = {"message": "x", "code": "x", "request_id": "x"}
        found = error(body, 400, places, x_request_id="header")
        assert found.message == "the answer gives no message"
        assert (found.code, found.request_id) == (None, "header")

    def test_a_place_may_be_a_header_or_a_link(self) -> None:
        places: dict[ErrorField, Place] = {"message": Header("X-Why"), "code": Link("about")}
        found = error({}, 400, places, x_why=f"no {TOKEN}", link=f"</{TOKEN}>; rel=about")
        assert (found.message, found.code) == ("no ***", "/***")

    def test_an_id_in_the_body_goes_before_one_of_the_headers(self) -> None:
        assert error({"requestId": "body"}, 400, x_request_id="header").request_id == "body"

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda tree: (
                st.lists(tree, max_size=2)
                | st.dictionaries(
                    st.sampled_from(
                        ["message", "error", "errors", "detail", "title", "code", "type"]
                    ),
                    tree,
                )
            ),
        )
    )
    def test_any_tree_gives_an_error_with_a_message(self, tree: Any) -> None:
        found = error(tree)
        assert found.message
        assert isinstance(found.message, str)
        assert found.code is None or type(found.code) in {int, str}


class TestSecrets:
    @pytest.mark.parametrize(
        "field", ["message", "request_id", "error_code", "code", "reason", "details", "metadata"]
    )
    def test_an_echoed_token_is_not_in_what_an_error_shows(self, field: str) -> None:
        found = error({field: f"you sent {TOKEN}"}, 400)
        shown = [str(found), repr(found), *traceback.format_exception(found)]
        assert TOKEN not in "".join(shown)

    @pytest.mark.parametrize("name", ["x_api_call_id", "x_request_id"])
    def test_a_token_echoed_in_a_header_is_not_shown(self, name: str) -> None:
        assert TOKEN not in str(error(b"{}", 400, **{name: TOKEN}))

    @pytest.mark.parametrize("field", ["message", "request_id", "error_code", "reason"])
    @pytest.mark.parametrize(
        "spell", [str, lambda text: text.replace("/", "\\/")], ids=["plain", "slashes too"]
    )
    def test_nor_is_one_that_json_writes_in_escapes(
        self, field: str, spell: Callable[[str], str]
    ) -> None:
        token = 'zoo/"token"\\1/2'
        body = spell(json.dumps({field: f"you sent {token}"})).encode()
        found = api_error(
            answer(body, 400),
            request=Request(path="/runs"),
            service=SERVICE,
            now=NOW,
            hints={},
            redact=lambda text: redact(text, token),
        )
        assert token not in f"{found} {found.reason}"

    def test_an_echoed_token_in_a_body_that_is_no_json_is_not_shown(self) -> None:
        found = error(f"<p>you sent {TOKEN}</p>".encode(), 400)
        assert TOKEN not in f"{found} {found!r}"

    @pytest.mark.parametrize(
        ("content_type", "body"),
        [
            ("text/html", f"<p>you sent {TOKEN}</p>"),
            ("application/json", f"you sent {TOKEN}"),
            ("application/json", f'{{"sent": "{TOKEN}"}} and more'),
            (f"text/{TOKEN}", "<p>"),
        ],
    )
    def test_an_echoed_token_in_an_answer_that_cannot_be_read_is_not_shown(
        self, content_type: str, body: str
    ) -> None:
        response = answer(body.encode(), content_type=content_type, x_api_call_id=TOKEN)
        with pytest.raises(DecodeError) as caught:
            decode_response(response, decode_json, redact=redact)
        error = caught.value
        shown = [*traceback.format_exception(error), repr(error), str(vars(error))]
        assert TOKEN not in "".join(shown)

    def test_an_answer_that_can_be_read_keeps_what_looks_like_the_token(self) -> None:
        body = {"sent": TOKEN}
        assert decode_response(answer(body), decode_json, redact=redact) == body

    @pytest.mark.parametrize(
        "text",
        [
            "Authorization: Bearer {}",
            "bearer {}",
            "BEARER  {} and more",
            '{{"token": "{}"}}',
            "{{'access_token':'{}'}}",
            "?token={}&x=1",
            "password = {}",
            "secret: {}",
            "api_key={}",
            "Api-Key: {}",
        ],
    )
    def test_a_short_secret_is_masked_by_what_stands_before_it(self, text: str) -> None:
        assert "hunter2" not in snippet(text.format("hunter2").encode())

    @pytest.mark.parametrize(
        "secret",
        [
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
            "api-0123456789abcdef0123456789abcdef",
            "QWxhZGRpbjpvcGVuIHNlc2FtZQ==QWxhZGRpbg",
            "x" * 24,
        ],
    )
    def test_a_long_run_is_masked_wherever_it_stands(self, secret: str) -> None:
        assert secret not in snippet(f"<p>{secret}</p>".encode())
        assert snippet(secret.encode()) == "***"

    @pytest.mark.parametrize("padding", range(360, 400, 3))
    def test_a_secret_that_the_window_cuts_in_two_is_not_shown_by_half(self, padding: int) -> None:
        secret = "abcdefghij-klmnopqrst-uvwxyz-0123456789"
        text = "p" * padding + " " + secret
        assert "abcdefghij" not in snippet(text.encode())


class TestCodes:
    """Services that answer 400 to nearly everything, and tell by a code what it means."""

    SERVICE = evolve(
        SERVICE,
        errors={"code": "__type"},
        codes={"JobNotFound": 404, "Throttling": 429},
        rate_limit=None,
    )

    def error(self, body: Any, status: int = 400, **headers: str) -> APIError:
        return api_error(
            answer(body, status, **headers),
            request=Request(path="/runs"),
            service=self.SERVICE,
            now=NOW,
            hints={400: "Look at the arguments.", 404: "Look at the list."},
            redact=redact,
        )

    @pytest.mark.parametrize("code", ["JobNotFound", "com.example.farm#JobNotFound"])
    def test_a_code_says_what_an_error_means(self, code: str) -> None:
        found = self.error({"__type": code, "message": "no such job"})
        assert type(found) is NotFound
        assert (found.status, found.code, found.hint) == (400, code, "Look at the list.")

    def test_a_limit_is_one_though_its_status_is_another(self) -> None:
        found = self.error({"__type": "Throttling"}, retry_after="7")
        assert type(found) is RateLimited
        assert found.retry_after == 7
        assert meaning_of(answer({"__type": "Throttling"}, 400), self.SERVICE, NOW) == 429

    @pytest.mark.parametrize("body", [{"__type": "Other"}, {"code": "Throttling"}, b"no JSON", []])
    def test_what_no_code_tells_is_what_its_status_says(self, body: Any) -> None:
        found = self.error(body)
        assert (type(found), found.hint) == (BadRequest, "Look at the arguments.")

    def test_an_error_of_the_server_stays_one(self) -> None:
        assert type(self.error({"__type": "JobNotFound"}, 500)) is ServerError
