"""Credentials of every kind: sent with each attempt, to one host alone, and shown nowhere."""

import asyncio
import hmac
import html
import json
import logging
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest
from attrs import define, field, frozen

from asyncops import APIError, ConfigurationError, DecodeError, Forbidden
from asyncops.client import BaseClient
from asyncops.http.auth import Auth, Basic
from asyncops.http.credential import Authentication
from asyncops.http.decoding import decoder
from asyncops.http.messages import Request
from asyncops.http.service import Service
from asyncops.http.signer import OutgoingRequest
from asyncops.http.upload import Upload
from asyncops.models import Timestamp
from tests.until import until
from tests.wire.faultserver import FIN, FaultServer, Seen, Step, Wait, answer
from tests.wire.kit import GET, assert_clean, client_of, fetch

PASSWORD = "bodysecret-p\xe4ss"
LOGIN = f"AC123:{PASSWORD}"
ENCODED = b64encode(LOGIN.encode()).decode()
FIXED = {"X-Version": "7"}
KEY = "AKID12345678:querysecret-key-1"
POST = Request(
    method="POST", path="/x", params=(("a", "b/c"),), headers={"X-Kind": "1"}, body=b"{}"
)


@define
class Hmac:
    """Signs method, URL, one header and body; keeps what it was given."""

    own: str = field(default="", repr=False)
    seen: list[OutgoingRequest] = field(factory=list)

    def sign(self, request: OutgoingRequest, credentials: str | None) -> Mapping[str, str]:
        self.seen.append(request)
        name, _, key = (credentials or self.own).partition(":")
        kind = request.headers.get("x-kind", "")
        text = f"{len(self.seen)} {request.method} {request.url} {kind} {request.body!r}"
        signature = hmac.digest(key.encode(), text.encode(), "sha256").hex()
        return {
            "Authorization": f"HMAC Credential={name}, Signature={signature}",
            "X-Nonce": f"nonce-{len(self.seen)}",
        }


WAYS: dict[str, tuple[Authentication, str, Mapping[str, str]]] = {
    "bearer": (Auth(), KEY, {"Authorization": f"Bearer {KEY}"}),
    "key": (Auth(header="X-Api-Key", form="{}"), KEY, {"X-Api-Key": KEY}),
    "scheme": (Auth(form="Token token={}"), KEY, {"Authorization": f"Token token={KEY}"}),
    "basic": (Basic(), LOGIN, {"Authorization": f"Basic {ENCODED}"}),
}


@pytest.mark.parametrize("session", ["own", "given", "with a login of its own"])
@pytest.mark.parametrize(("way", "token", "headers"), WAYS.values(), ids=WAYS)
async def test_a_token_is_sent_in_its_way_and_no_other(
    way: Authentication,
    token: str,
    headers: Mapping[str, str],
    session: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login theirs password theirs\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    async with FaultServer([[answer()]]) as server, AsyncExitStack() as stack:
        given = None
        if session != "own":
            given = aiohttp.ClientSession(trust_env=session != "given")
            await stack.enter_async_context(given)
        client = await stack.enter_async_context(
            client_of(server, token, options={"session": given}, auth=way, headers=FIXED)
        )
        await fetch(client, POST)
    (seen,) = server.seen
    sent = credential_of(seen)
    if session == "with a login of its own" and "Authorization" not in headers:
        assert sent.pop("Authorization") == f"Basic {b64encode(b'theirs:theirs').decode()}"
    assert sent == headers
    assert seen.header("X-Version") == "7"
    assert seen.header("X-Kind") == "1"
    assert seen.header("Accept") == "application/json"


async def test_the_token_of_the_environment_serves_every_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OF_TESTS_TOKEN", LOGIN)

    class Client(BaseClient):
        service = Service(
            name="of-tests", title="Of Tests", url=None, token="OF_TESTS_TOKEN", auth=Basic()
        )

    async with FaultServer([[answer()]]) as server:
        monkeypatch.setenv("OF_TESTS_BASE_URL", server.url)
        async with Client() as client:
            await fetch(client)
    assert server.seen[0].header("Authorization") == f"Basic {ENCODED}"


async def test_a_service_without_a_token_is_sent_none() -> None:
    for authentication in (Auth(), None):
        async with (
            FaultServer([[answer()]]) as server,
            client_of(server, None, auth=authentication, headers=FIXED) as client,
        ):
            await fetch(client)
        (seen,) = server.seen
        assert seen.header("Authorization") is None
        assert seen.header("X-Version") == "7"


async def test_each_attempt_is_signed_anew_over_the_whole_request() -> None:
    down = answer(b"{}", status="503 Down")
    listing = Request(
        method="POST",
        path="/x",
        params=POST.params,
        headers=POST.headers,
        body=POST.body,
        reads_only=True,
    )
    signer = Hmac()
    async with (
        FaultServer([[down], [FIN], [answer()]]) as server,
        client_of(server, KEY, auth=signer, headers=FIXED) as client,
    ):
        await fetch(client, listing)
        url = f"{server.url}/x?a=b%2Fc"
    assert [(each.method, each.url, each.body) for each in signer.seen] == [
        ("POST", url, b"{}")
    ] * 3
    for name in ("X-Kind", "x-version", "accept", "User-Agent"):
        assert {each.headers.get(name) for each in signer.seen} == {server.seen[0].header(name)}
    again = Hmac()
    for seen, request in zip(server.seen, signer.seen, strict=True):
        signed = again.sign(request, KEY)
        assert {name: seen.header(name) for name in signed} == signed
    assert len({seen.header("Authorization") for seen in server.seen}) == 3


async def test_a_signer_may_have_credentials_of_its_own() -> None:
    signer = Hmac(own=KEY)
    async with (
        FaultServer([[answer()]]) as server,
        client_of(server, None, auth=signer, headers=FIXED) as client,
    ):
        await fetch(client)
    expected = Hmac().sign(signer.seen[0], KEY)
    assert server.seen[0].header("Authorization") == expected["Authorization"]


@define
class Broken:
    name: str
    end: str = ""

    def sign(self, request: OutgoingRequest, credentials: str | None) -> Mapping[str, str]:
        del request
        return {self.name: f"{credentials}{self.end}"}


@pytest.mark.parametrize(
    "signer", [Broken("X-Signature", "\r\nX-Evil: 1"), Broken("Content-Length"), Broken("Host")]
)
async def test_what_a_signer_cannot_give_is_said_before_anything_is_sent(signer: Broken) -> None:
    async with (
        FaultServer([[answer()]]) as server,
        client_of(server, KEY, auth=signer, headers=FIXED) as client,
    ):
        with pytest.raises(ConfigurationError, match="the signer must return") as caught:
            await fetch(client)
    assert_clean(caught.value)
    assert server.requests == 0


async def test_content_that_is_read_while_it_is_sent_is_not_signed() -> None:
    """Nothing is asked for, taken or sent: neither the token nor a piece of the content."""
    touched: list[str] = []

    async def content() -> AsyncIterator[bytes]:
        touched.append("content")
        yield b"a"

    async def token() -> str:
        touched.append("token")
        return KEY

    upload = Upload.of(content())
    assert isinstance(upload, Upload)
    post = Request(method="POST", path="/x", upload=upload)
    async with (
        FaultServer([[answer()]]) as server,
        client_of(server, token, auth=Hmac()) as client,
    ):
        with pytest.raises(ConfigurationError, match=r"signed as a whole.*give the content as byt"):
            await fetch(client, post)
    assert (touched, server.requests) == ([], 0)


RENEWED: dict[str, tuple[Authentication, str, str]] = {
    "bearer": (Auth(), "old-token-1", "new-token-2"),
    "key": (Auth(header="X-Api-Key", form="{}"), "old-token-1", "new-token-2"),
    "basic": (Basic(), "user:old-password", "user:new-password"),
    "signature": (Hmac(), "AKID:old-key", "AKID:new-key"),
}


@pytest.mark.parametrize(("way", "old", "new"), RENEWED.values(), ids=RENEWED)
async def test_a_401_asks_for_a_new_token_in_every_way(
    way: Authentication, old: str, new: str
) -> None:
    tokens = iter([old, new])

    async def token() -> str:
        return next(tokens)

    refused = answer(b"{}", status="401 No")
    async with (
        FaultServer([[refused], [answer()]]) as server,
        client_of(server, token, auth=way, headers=FIXED) as client,
    ):
        await fetch(client, POST)
    assert [seen.body for seen in server.seen] == [b"{}"] * 2
    one, two = (credential_of(seen) for seen in server.seen)
    if isinstance(way, Auth | Basic):
        assert (one, two) == (way.headers(old), way.headers(new))
    else:
        assert one != two


def credential_of(seen: Seen) -> dict[str, str]:
    """The headers of a request that hold its credential."""
    names = ("Authorization", "X-Api-Key")
    return {name: value for name in names if (value := seen.header(name)) is not None}


def echo_in_message(text: str) -> Step:
    return answer(json.dumps({"message": f"you sent {text}"}).encode(), status="403 No")


def echo_in_page(text: str) -> Step:
    page = f"<pre>{html.escape(text)}</pre>".encode()
    return answer(page, status="403 No", content_type="text/html")


def echo_in_headers(text: str) -> Step:
    return answer(b"{}", f"X-Request-Id: {text}", status="403 No")


def echo_in_code(text: str) -> Step:
    body = {"message": "no", "code": text, "details": [{text: text}], "reason": text}
    return answer(json.dumps(body, ensure_ascii=False).encode(), status="403 No")


def echo_in_good_answer(text: str) -> Step:
    return answer(json.dumps({"at": text}).encode())


ECHOES = (echo_in_message, echo_in_page, echo_in_headers, echo_in_code, echo_in_good_answer)


@frozen
class Moment:
    """What an answer should be, and never is."""

    at: Timestamp


@pytest.mark.parametrize("echo", ECHOES)
@pytest.mark.parametrize("part", ["value", "token", "last word"])
@pytest.mark.parametrize("name", [*WAYS, "signature"])
async def test_no_credential_that_a_service_echoes_shows(
    name: str, part: str, echo: Callable[[str], Step], caplog: pytest.LogCaptureFixture
) -> None:
    """Whole, the token alone, or one word of a signature."""
    way, token, _ = WAYS.get(name, (Hmac(), KEY, {}))
    secrets: list[str] = []

    def script(seen: Seen) -> Sequence[Step]:
        (value,) = credential_of(seen).values()
        word = value.rpartition("=")[2] if name == "signature" else value.split()[-1]
        secrets.extend([value, word, token, token.partition(":")[2]])
        return [echo({"value": value, "token": token, "last word": word}[part])]

    caplog.set_level(logging.DEBUG)
    async with (
        FaultServer(script) as server,
        client_of(server, token, auth=way, headers=FIXED) as client,
    ):
        with pytest.raises((Forbidden, DecodeError)) as caught:
            await client.fetch(GET, decode=decoder(Moment))
        things = [repr(client), repr(client.service), str(client)]
    assert_clean(caught.value, secrets)
    shown = "".join([*things, *caplog.messages, repr(vars(caught.value))])
    assert not [secret for secret in secrets if secret in shown]


async def test_a_late_answer_shows_no_signature_of_its_own_request() -> None:
    """Many others were sent since."""
    held: list[str] = []

    def script(seen: Seen) -> Sequence[Step]:
        if seen.number > 1:
            return [answer()]
        held.append(credential_of(seen)["Authorization"])
        return [Wait(lambda: until(lambda: server.requests == 31)), echo_in_message(held[0])]

    async with (
        FaultServer(script) as server,
        client_of(server, KEY, auth=Hmac(), headers=FIXED) as client,
    ):
        late = asyncio.create_task(fetch(client))
        await server.until(lambda: bool(held))
        for _ in range(30):
            await fetch(client)
        with pytest.raises(Forbidden) as caught:
            await late
    assert_clean(caught.value, [*held, held[0].rpartition("=")[2]])


@pytest.mark.parametrize(("way", "token"), [*((way, token) for way, token, _ in WAYS.values())])
async def test_a_redirect_takes_no_credential_to_another_host(
    way: Authentication, token: str
) -> None:
    async with FaultServer([[answer()]]) as other:
        redirect = answer(b"", f"Location: {other.url}/x?key={token[:5]}", status="302 Found")
        async with (
            FaultServer([[redirect]]) as server,
            client_of(server, token, auth=way, headers=FIXED) as client,
        ):
            with pytest.raises(APIError, match="is not followed"):
                await fetch(client)
    assert (server.requests, other.requests) == (1, 0)


def test_plain_http_is_refused_for_every_credential_and_allowed_without_one() -> None:
    class Open(BaseClient):
        service = Service(name="open", title="Open", url=None, token=None)

    class Signed(BaseClient):
        service = Service(name="signed", title="Signed", url=None, token=None, auth=Hmac(KEY))

    assert Open(base_url="http://example.com").base_url == "http://example.com"
    with pytest.raises(ConfigurationError, match="plain http to example"):
        Signed(base_url="http://example.com")


def test_a_service_without_a_public_address_says_how_to_give_one() -> None:
    class Open(BaseClient):
        service = Service(name="my-open", title="Open", url=None, token=None)

    with pytest.raises(ConfigurationError) as caught:
        Open()
    assert str(caught.value) == "no address of Open: pass base_url=... or set MY_OPEN_BASE_URL"
