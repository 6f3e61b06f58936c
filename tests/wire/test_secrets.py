"""Token, query and body: none of them shows in an error, an object or a log."""

import asyncio
import base64
import logging
import pickle

import pytest

from asyncops import (
    APIError,
    ChainloopClient,
    ConnectionFailed,
    DecodeError,
    ZooClient,
)
from asyncops.http.messages import Request, Response
from tests.wire.faultserver import FIN, FaultServer, answer, head
from tests.wire.kit import (
    PROMPT,
    QUERY,
    SECRETS,
    TOKEN,
    ask,
    assert_clean,
    failing,
    prompt_json,
    zoo,
)

ECHOES: dict[str, tuple[bytes, type[APIError | DecodeError]]] = {
    "in the message of an error": (
        answer(f'{{"message":"bad token {TOKEN}"}}'.encode(), status="400 No"),
        APIError,
    ),
    "in the code of an error": (
        answer(f'{{"message":"no","error_code":"{TOKEN}"}}'.encode(), status="400 No"),
        APIError,
    ),
    "in the request id of an error": (
        answer(f'{{"message":"no","request_id":"{TOKEN}"}}'.encode(), status="400 No"),
        APIError,
    ),
    "in a header of an error": (
        answer(b"{}", f"X-Api-Call-Id: {TOKEN}", f"X-Token: {TOKEN}", status="400 No"),
        APIError,
    ),
    "in the reason of an error": (
        answer(f'{{"message":"no","reason":"{TOKEN}"}}'.encode(), status="400 No"),
        APIError,
    ),
    "in the status line": (answer(b"{}", status=f"400 {TOKEN}"), APIError),
    "in an error page": (
        answer(f"<p>Authorization: Bearer {TOKEN}".encode(), status="502 No"),
        APIError,
    ),
    "alone in an error page": (answer(TOKEN.encode(), status="404 No"), APIError),
    "in a page that is no JSON": (
        answer(f"<p>you sent {TOKEN}".encode(), content_type="text/html"),
        DecodeError,
    ),
    "in a page that says it is JSON": (answer(f"you sent {TOKEN}".encode()), DecodeError),
    "in a content type": (answer(b"{}", content_type=f"text/{TOKEN}"), DecodeError),
    "in a field of the wrong type": (
        answer(b'{"items":[' + prompt_json(TOKEN) + b"]}"),
        DecodeError,
    ),
    "in the request id of what does not decode": (
        answer(b"?", f"X-Api-Call-Id: {TOKEN}"),
        DecodeError,
    ),
}


@pytest.mark.parametrize("name", ECHOES)
async def test_a_token_that_the_service_echoes_does_not_show(name: str) -> None:
    """Some gateways show the whole request in their error page."""
    raw, kind = ECHOES[name]
    async with FaultServer([[raw]]) as server, zoo(server) as client:
        with pytest.raises(kind) as caught:
            await ask(client)
    assert_clean(caught.value, [TOKEN])


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"bodysecret" * 900 + b"\r\n\r\n", id="long"),
        pytest.param(b"bodysecret querysecret " + TOKEN.encode() + b"\r\n\r\n", id="no HTTP"),
        pytest.param(head(f"X-Echo: {TOKEN}\0"), id="NUL"),
        pytest.param(head("Content-Length: bodysecret"), id="length"),
        pytest.param(head("Transfer-Encoding: chunked") + b"bodysecret\r\n", id="chunk"),
        pytest.param(head("Content-Length: 99") + b'{"bodysecret', id="cut"),
        pytest.param(
            head(f"Location: http://host.example/{QUERY}", status="302 Found"), id="redirect"
        ),
        pytest.param(head("Set-Cookie: bodysecret=\x01querysecret;;=;"), id="cookie"),
    ],
)
async def test_what_the_wire_says_does_not_show(raw: bytes) -> None:
    async with FaultServer([[raw, FIN]]) as server, zoo(server) as client:
        with pytest.raises(Exception, match=r"\w") as caught:
            await ask(client)
    assert_clean(caught.value)


async def test_logs_at_debug_are_kept_by_these_tests(logged: list[str]) -> None:
    """The search for secrets in logs, which every test here ends with, does see them."""
    asyncio.get_running_loop().set_debug(True)
    async with FaultServer([[FIN]]) as server, zoo(server) as client:
        await failing(ask(client), ConnectionFailed)
    logging.getLogger("aiohttp.client").debug("seen")
    assert "aiohttp.client seen" in logged


def shown(thing: object) -> list[str]:
    """All ways that a thing may get into a log, pickled and base64 included."""
    texts = [repr(thing), str(thing), f"{thing}", f"{thing!r:>9}", ascii(thing), repr([thing])]
    try:
        pickled = pickle.dumps(thing)
    except (TypeError, AttributeError, pickle.PicklingError) as error:
        return [*texts, repr(error)]
    return [*texts, pickled.decode("latin-1"), base64.b64encode(pickled).decode()]


@pytest.mark.parametrize("kind", [ZooClient, ChainloopClient])
def test_a_client_shows_no_token_and_is_not_pickled(
    kind: type[ZooClient | ChainloopClient],
) -> None:
    client = kind(TOKEN)
    for text in shown(client):
        assert TOKEN not in text
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(client)


async def test_no_object_of_a_walk_shows_the_token_or_the_query() -> None:
    """A page's items are the caller's own; everything around them keeps quiet."""
    body = f'{{"items":[],"next_page":"{QUERY}"}}'.encode()
    script = [[answer(body, f"X-Echo: {TOKEN} {QUERY}")]]
    async with FaultServer(script) as server, zoo(server) as client:
        pager = client.ml_prompts.list(limit=3, page_token="querysecret-0")
        page = await pager
        walk = aiter(pager)
        things = [client, pager, page, walk, walk.checkpoint, client.ml_prompts]
        await walk.aclose()
    for thing in things:
        texts = [repr(thing), str(thing), repr([thing])]
        for secret in SECRETS:
            assert not [text for text in texts if secret in text]
        assert TOKEN not in "".join(shown(thing)[6:])


def test_messages_show_neither_query_nor_headers_nor_body() -> None:
    request = Request(path="/ml-prompts", params=(("page_token", QUERY),))
    response = Response(
        status=200, headers={"Authorization": TOKEN}, body=f"bodysecret of {PROMPT}".encode()
    )
    for thing in (request, response):
        for text in (repr(thing), str(thing)):
            assert not [secret for secret in SECRETS if secret in text]
