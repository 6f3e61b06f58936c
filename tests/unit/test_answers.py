"""What an answer means: its content type, a service's error in either shape, a safe snippet."""

import json
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from asyncops.codec import api_error, decode_json, decode_response, decoder, snippet
from asyncops.errors import APIError, DecodeError, Forbidden, RateLimited, ServerError
from asyncops.messages import Response
from asyncops.zoo.models import MlPromptPage

TOKEN = "zoo-token-1"
NOW = 1_767_225_600.0


def answer(body: bytes | Any, status: int = 200, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status=status, headers=CIMultiDict(named), body=data)


def redact(text: str, token: str = TOKEN) -> str:
    return text.replace(token, "***")


def error(body: bytes | Any, status: int = 400, **headers: str) -> APIError:
    return api_error(
        answer(body, status, **headers),
        now=NOW,
        hints={403: "Ask for staff access."},
        redact=redact,
    )


class TestContentType:
    @pytest.mark.parametrize(
        "value",
        [
            "application/json",
            "Application/JSON",
            " application/json ",
            "application/json;charset=utf-8",
            "application/json; charset=latin-1",
            "application/problem+json",
            "application/vnd.zoo.v1+json; q=1",
            "text/json",
            "text/plain",
            "text/plain; charset=us-ascii",
            "json",
            "JSON; charset=utf-8",
            "model/gltf+json",
        ],
    )
    def test_json_is_utf8_whatever_charset_is_claimed(self, value: str) -> None:
        response = answer('"caf\u00e9"'.encode(), content_type=value)
        assert decode_response(response, decode_json) == "caf\u00e9"

    def test_a_missing_one_is_taken_for_json(self) -> None:
        assert decode_response(answer(b"[1]"), decode_json) == [1]

    @pytest.mark.parametrize(
        "value",
        [
            "",
            ";",
            "text/html",
            "text/html; charset=utf-8",
            "text/plainer",
            "text/x-json",
            "application/jsonp",
            "application/xml",
            "application/octet-stream",
            "jsonp",
            "multipart/form-data; boundary=application/json",
        ],
    )
    def test_any_other_is_one_decode_error_with_a_snippet(self, value: str) -> None:
        response = answer(b"<html>\n hello</html>", content_type=value, x_api_call_id="req-1")
        with pytest.raises(DecodeError, match="not JSON") as caught:
            decode_response(response, decode_json)
        assert caught.value.snippet == "<html> hello</html>"
        assert caught.value.request_id == "req-1"
        assert caught.value.__context__ is None

    @pytest.mark.parametrize("value", ["text/plain", "text/json", "json", "application/x+json"])
    def test_what_says_so_and_is_no_json_is_refused_all_the_same(self, value: str) -> None:
        for body in (b"<html>\n hello</html>", b"hello", b"", b"NaN"):
            with pytest.raises(DecodeError, match="not JSON"):
                decode_response(answer(body, content_type=value), decode_json)

    def test_a_body_that_is_refused_carries_the_request_id(self) -> None:
        response = answer(b"", content_type="application/json", x_request_id="req-2")
        with pytest.raises(DecodeError) as caught:
            decode_response(response, decode_json)
        assert caught.value.request_id == "req-2"

    @pytest.mark.parametrize(
        ("body", "content_type", "not_json"),
        [
            (b"", "application/json", True),
            (b" \n", "application/json", True),
            (b"<html>", "application/json", True),
            (b"<html>", "text/html", True),
            (b"upstream timed out", "application/json", True),
            (b"\xff\xfe", "application/json", True),
            (b'{"items": [', "application/json", True),
            (b"null", "application/json", False),
            (b"[]", "application/json", False),
            (b'{"items": 1}', "application/json", False),
            (b"[" * 100_000 + b"]" * 100_000, "application/json", False),
        ],
        ids=lambda value: str(value)[:24],
    )
    def test_a_body_that_is_no_json_is_told_from_json_of_another_shape(
        self, body: bytes, content_type: str, not_json: bool
    ) -> None:
        """A gateway's page may be gone the next time; another shape will not be."""
        with pytest.raises(DecodeError) as caught:
            decode_response(answer(body, content_type=content_type), decoder(MlPromptPage))
        assert caught.value.not_json is not_json


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
        assert error(b"", 302).status == 302


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
            answer(body, 400), now=NOW, hints={}, redact=lambda text: redact(text, token)
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


class TestSnippet:
    @given(st.text(), st.integers(1, 200))
    def test_it_is_one_short_line_of_printable_text(self, text: str, limit: int) -> None:
        shown = snippet(text.encode(), limit)
        assert len(shown) <= limit
        assert shown.isprintable()
        assert shown == shown.strip()

    @given(st.binary(max_size=2000))
    def test_any_bytes_have_one(self, body: bytes) -> None:
        assert len(snippet(body)) <= 100
        assert snippet(body).isprintable()

    def test_a_short_body_is_shown_whole_and_a_long_one_is_marked(self) -> None:
        assert snippet(b" a\r\n\tb  c\n") == "a b c"
        assert snippet(b"") == ""
        long = snippet(b"word " * 50)
        assert len(long) == 100
        assert long.endswith("\u2026")
        assert snippet(b"a" * 10, 10) == "a" * 10

    def test_what_a_terminal_would_act_on_is_not_passed_on(self) -> None:
        assert snippet(b"a\x1b[31mb\0c\xffd") == "a?[31mb?c\ufffdd"
