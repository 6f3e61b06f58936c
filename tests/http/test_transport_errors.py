"""Every error that aiohttp has, through the one place where they become ours."""

import errno
import ssl
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from aiohttp import client_exceptions
from aiohttp.client_reqrep import ConnectionKey
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from asyncops import APIError, TransportError
from asyncops.http.transport_errors import Dropped, transport_error
from tests.wire.kit import BODY, QUERY, TOKEN, assert_clean

ADDRESS = URL.build(
    scheme="https",
    host="api.example.com",
    path="/ml-prompts",
    query={"page_token": QUERY},
)
HEADERS = CIMultiDictProxy(CIMultiDict({"Authorization": f"Bearer {TOKEN}"}))
REQUEST = aiohttp.RequestInfo(ADDRESS, "GET", HEADERS, ADDRESS)
KEY = ConnectionKey("api.example.com", 443, True, True, None, None, 1)
SAID = f"{ADDRESS} {TOKEN} {BODY}"

RECIPES: dict[type[BaseException], tuple[Any, ...]] = {
    aiohttp.ClientResponseError: (REQUEST, ()),
    aiohttp.ClientConnectorCertificateError: (KEY, ssl.SSLCertVerificationError("not trusted")),
    aiohttp.ClientConnectorSSLError: (KEY, ssl.SSLError(1, "wrong version")),
    aiohttp.ClientConnectorError: (KEY, OSError(errno.ECONNREFUSED, "refused")),
    client_exceptions.UnixClientConnectorError: ("/run/x", KEY, OSError(errno.ENOENT, "none")),
    aiohttp.ServerFingerprintMismatch: (b"a", b"b", "api.example.com", 443),
    aiohttp.ClientOSError: (errno.EPIPE, "broken pipe"),
    aiohttp.ClientConnectionResetError: (errno.ECONNRESET, "reset"),
    aiohttp.ServerDisconnectedError: (SAID,),
    aiohttp.InvalidURL: (SAID, SAID),
}


def subclasses(kind: type[BaseException]) -> Iterator[type[BaseException]]:
    yield kind
    for each in kind.__subclasses__():
        yield from subclasses(each)


def all_kinds() -> list[type[BaseException]]:
    exported = {getattr(client_exceptions, name) for name in client_exceptions.__all__}
    below = {each for kind in exported for each in subclasses(kind)}
    own = {each for each in below if each.__module__.partition(".")[0] == "aiohttp"}
    return sorted(own, key=lambda kind: kind.__name__)


def made(kind: type[BaseException]) -> BaseException:
    """An instance that holds all that a real one could."""
    recipe = next((RECIPES[base] for base in kind.__mro__ if base in RECIPES), (SAID,))
    if issubclass(kind, aiohttp.ClientResponseError):
        return kind(*recipe, status=400, message=SAID, headers=HEADERS)
    return kind(*recipe)


def raised(kind: type[BaseException]) -> BaseException:
    """The same, with what it was raised from."""
    error = made(kind)
    error.__cause__ = ValueError(SAID)
    error.__context__ = error.__cause__
    return error


def test_the_walk_finds_what_aiohttp_exports() -> None:
    kinds = all_kinds()
    assert len(kinds) >= len(client_exceptions.__all__)
    assert {client_exceptions.UnixClientConnectorError, aiohttp.TooManyRedirects} <= set(kinds)


@pytest.mark.parametrize("kind", all_kinds(), ids=lambda kind: kind.__name__)
def test_each_error_becomes_ours_and_holds_nothing_of_the_request(
    kind: type[BaseException],
) -> None:
    error = transport_error(raised(kind))
    assert isinstance(error, TransportError)
    assert not isinstance(error, APIError)
    assert error.__cause__ is None
    assert error.__context__ is None
    assert_clean(error)
    for text in (str(error), repr(error), repr(vars(error))):
        assert "ml-prompts" not in text
        assert "Authorization" not in text


SYSTEM = [
    TimeoutError(SAID),
    TimeoutError(),
    OSError(errno.ENETUNREACH, "unreachable"),
    OSError(SAID),
    ConnectionResetError(),
    BrokenPipeError(errno.EPIPE, "broken pipe"),
    ConnectionAbortedError(errno.ECONNABORTED, "aborted"),
]


@pytest.mark.parametrize("error", SYSTEM, ids=repr)
def test_the_systems_errors_become_ours_and_may_be_tried_again(error: OSError) -> None:
    ours = transport_error(error)
    assert ours.retryable
    assert_clean(ours)


@pytest.mark.parametrize(
    "kind", [each for each in all_kinds() if issubclass(each, ssl.CertificateError | ssl.SSLError)]
)
def test_tls_is_never_tried_again(kind: type[BaseException]) -> None:
    error = transport_error(raised(kind))
    assert (error.retryable, error.sent) == (False, False)
    assert "TLS" in str(error)


def test_a_connection_that_is_closed_in_the_handshake_is_told_in_words() -> None:
    """The error of asyncio has none then."""
    error = transport_error(aiohttp.ClientConnectorError(KEY, ConnectionResetError()))
    assert str(error) == "cannot connect to api.example.com:443: closed by the other side"


@pytest.mark.parametrize(
    "reason",
    ["TLSV13_ALERT_CERTIFICATE_REQUIRED", "SSLV3_ALERT_BAD_CERTIFICATE", "TLSV1_ALERT_UNKNOWN_CA"],
)
def test_a_server_that_refuses_our_certificate_is_not_asked_again(reason: str) -> None:
    """With TLS 1.3 it says so only after the handshake, instead of an answer."""
    said = ssl.SSLError(1, f"[SSL: {reason}] told (_ssl.c:2580)")
    said.reason = reason
    lost = aiohttp.ClientOSError(*said.args)
    lost.__cause__ = said
    dropped = Dropped()
    dropped.__cause__ = lost
    error = transport_error(dropped)
    assert (error.retryable, error.sent) == (False, True)
    assert reason in str(error)
