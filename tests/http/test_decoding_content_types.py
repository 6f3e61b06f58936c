"""Which content types are JSON."""

import json
from typing import Any

import pytest
from multidict import CIMultiDict

from asyncops.errors import DecodeError
from asyncops.http.decoding import decode_json, decode_response, decoder
from asyncops.http.messages import Request, Response
from tests.http.page_shapes import MlPromptPage

DELETE = Request(method="DELETE", path="/jobs/7")


def answer(body: bytes | Any, status: int = 200, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = CIMultiDict(named)
    request_id = given.get("X-Api-Call-Id") or given.get("X-Request-Id")
    return Response(status=status, headers=given, body=data, request_id=request_id)


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
            "application/x-amz-json-1.0",
            "application/x-amz-json-1.1; charset=utf-8",
        ],
    )
    def test_json_is_utf8_whatever_charset_is_claimed(self, value: str) -> None:
        response = answer('"caf\u00e9"'.encode(), content_type=value)
        assert decode_response(response, decode_json) == "caf\u00e9"

    def test_a_missing_one_is_taken_for_json(self) -> None:
        assert decode_response(answer(b"[1]"), decode_json) == [1]

    @pytest.mark.parametrize("value", ["text/html; charset=utf-8", "", "application/octet-stream"])
    @pytest.mark.parametrize("body", [b'{"a": 1}', b" \r\n[]"])
    def test_what_was_done_is_read_whatever_its_content_type_says(
        self, value: str, body: bytes
    ) -> None:
        response = answer(body, content_type=value)
        assert decode_response(response, decode_json, request=DELETE) == json.loads(body)
        with pytest.raises(DecodeError, match="not JSON"):
            decode_response(response, decode_json)

    def test_a_credential_in_it_does_not_show(self) -> None:
        """Nor in lower case, in which content types are compared."""
        response = answer(b"", content_type="text/Secret-Token")
        with pytest.raises(DecodeError) as caught:
            decode_response(
                response, decode_json, redact=lambda text: text.replace("Secret-Token", "***")
            )
        assert str(caught.value) == "the answer is 'text/***', not JSON: ''"

    @pytest.mark.parametrize("body", [b"{{ template }}", b"[section]\nkey=1", b"null", b'"text"'])
    def test_what_only_begins_like_one_is_not(self, body: bytes) -> None:
        with pytest.raises(DecodeError, match="not JSON"):
            decode_response(answer(body, content_type="text/html"), decode_json, request=DELETE)

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
