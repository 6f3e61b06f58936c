"""Bodies that arrive whole and are not what was promised."""

import pytest

from asyncops import (
    DecodeError,
)
from tests.wire.faultserver import FaultServer, answer, head
from tests.wire.kit import PROMPT, ask, failing, prompt_json, zoo

PAGE = b'{"items":[],"next_page":"next"}'


WRONG = {
    "nothing": (b"", "application/json"),
    "a space": (b" ", "application/json"),
    "null": (b"null", "application/json"),
    "an array": (b"[]", "application/json"),
    "a string": (b'"items"', "application/json"),
    "HTML": (b"<!doctype html><title>Sign in</title>", "text/html; charset=utf-8"),
    "HTML that says it is JSON": (b"<!doctype html>", "application/json"),
    "JSON that says it is HTML": (PAGE, "text/html"),
    "JSON that says it is XML": (PAGE, "application/xml"),
    "no media type": (PAGE, ";;;"),
    "invalid UTF-8": (b'{"items":[],"note":"\xff"}', "application/json"),
    "a lone surrogate in UTF-8": (b'{"items":[],"note":"\xed\xa0\x80"}', "application/json"),
    "Latin-1 that says it is UTF-8": (
        '{"items":[],"note":"é"}'.encode("latin-1"),
        "application/json; charset=utf-8",
    ),
    "Latin-1 that says so": (
        '{"items":[],"note":"é"}'.encode("latin-1"),
        "application/json; charset=iso-8859-1",
    ),
    "a BOM": (b"\xef\xbb\xbf" + PAGE, "application/json"),
    "UTF-16": (PAGE.decode().encode("utf-16"), "application/json; charset=utf-16"),
    "UTF-16 without a BOM": (PAGE.decode().encode("utf-16-le"), "application/json"),
    "two documents": (PAGE + PAGE, "application/json"),
    "half a document": (PAGE[:-5], "application/json"),
    "NaN": (b'{"items":[],"next_page":NaN}', "application/json"),
    "100,000 deep": (b'{"items":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "application/json"),
    # As deep as the stack is from Python 3.14 on, which 100,000 levels of these do not fill.
    "1,000,000 deep where nobody looks": (
        b'{"items":[],"note":' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}",
        "application/json",
    ),
    "an integer for a string": (b'{"items":[{"id":7}]}', "application/json"),
    # A number may be a token: it is sent back as it came.
    "a flag for a token": (b'{"items":[],"next_page":true}', "application/json"),
    "an object for an array": (b'{"items":{}}', "application/json"),
    "items left out": (b"{}", "application/json"),
    "null for an item": (b'{"items":[null]}', "application/json"),
}


@pytest.mark.parametrize(("body", "content_type"), WRONG.values(), ids=WRONG.keys())
async def test_what_was_not_promised_is_one_error_with_a_short_snippet(
    body: bytes, content_type: str
) -> None:
    script = [[answer(body, "X-Api-Call-Id: call-7", content_type=content_type)]]
    async with FaultServer(script) as server, zoo(server) as client:
        error = await failing(ask(client), DecodeError)
    assert len(error.snippet) <= 100
    assert len(str(error)) < 500
    assert error.request_id == "call-7"
    assert server.requests == 1


async def test_no_content_is_an_error_where_there_must_be_some() -> None:
    script = [[head(status="204 No Content", content_type="")]]
    async with FaultServer(script) as server, zoo(server) as client:
        await failing(ask(client), DecodeError)
    assert server.requests == 1


@pytest.mark.parametrize("charset", ["iso-8859-1", "utf-16", "no-such-charset", '"'])
async def test_json_is_utf_8_whatever_the_charset_says(charset: str) -> None:
    body = prompt_json(str(PROMPT), project_name="naïve ☃")
    script = [[answer(body, content_type=f"application/json; charset={charset}")]]
    async with FaultServer(script) as server, zoo(server) as client:
        assert (await client.ml_prompts.get(PROMPT)).project_name == "naïve ☃"


@pytest.mark.parametrize(
    "content_type",
    ["Application/JSON", "application/problem+json", "text/json", "text/plain", "json", ""],
)
async def test_what_may_be_json_is_read(content_type: str) -> None:
    script = [[answer(PAGE, content_type=content_type)]]
    async with FaultServer(script) as server, zoo(server) as client:
        assert (await ask(client)).next_cursor == "next"


def call_json(given: bytes) -> bytes:
    item = (
        b'{"id":"%(id)b","status":"queued","type":"file_mass","user_id":"%(id)b",'
        b'"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z","input":%(in)b}'
    )
    return b'{"items":[' + item % {b"id": str(PROMPT).encode(), b"in": given} + b"]}"


EXACT = {
    b"9223372036854775808": 2**63,
    b"18446744073709551617": 2**64 + 1,
    b"-1" + b"0" * 40: -(10**40),
}


@pytest.mark.parametrize(("text", "value"), EXACT.items())
async def test_a_large_integer_in_free_form_json_is_exact(text: bytes, value: int) -> None:
    script = [[answer(call_json(b'{"n":' + text + b"}"))]]
    async with FaultServer(script) as server, zoo(server) as client:
        page = await client.operations.list(status="queued")
    assert page.items[0].input == {"n": value}


@pytest.mark.parametrize(
    "given",
    [b"NaN", b"Infinity", b"1e400", b"[" * 100_000 + b"]" * 100_000, b"7" * 5000, b"01", b"+1"],
    ids=["NaN", "Infinity", "1e400", "deep", "digits", "leading zero", "sign"],
)
async def test_free_form_json_that_is_none_is_an_error(given: bytes) -> None:
    async with FaultServer([[answer(call_json(given))]]) as server, zoo(server) as client:
        await failing(client.operations.list(status="queued").collect(), DecodeError)


async def test_of_two_equal_keys_the_last_one_counts() -> None:
    body = b'{"items":[],"next_page":"first","next_page":"last"}'
    async with FaultServer([[answer(body)]]) as server, zoo(server) as client:
        assert (await ask(client)).next_cursor == "last"


async def test_a_wrong_type_is_named_by_its_path() -> None:
    body = b'{"items":[' + prompt_json(str(PROMPT)) + b"," + prompt_json("7", seconds="9") + b"]}"
    async with FaultServer([[answer(body)]]) as server, zoo(server) as client:
        error = await failing(ask(client), DecodeError)
    assert error.path.startswith("$.items[1].")
    assert len(error.problems) == 2
