"""The errors of aiohttp and of the system as errors of ours."""

import re
from collections.abc import Iterator

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong

from asyncops.errors import AttemptTimeout, ConnectionFailed, TransportError
from asyncops.http.addresses import Proxy
from asyncops.retry.policy import RETRIED_STATUSES

# The beginning of aiohttp's message.
_TOO_MANY_HEADERS = "Too many headers"
_CLOSED = "closed by the other side"
# What OpenSSL makes of an answer that is no TLS, by its version.
_NO_TLS = re.compile("WRONG_VERSION_NUMBER|RECORD_LAYER_FAILURE")
# With TLS 1.3 a server refuses a client's certificate, or that there is none, after the handshake.
_NO_CERTIFICATE = re.compile(r"\[SSL: \w+_ALERT_(\w*CERTIFICATE|UNKNOWN_CA)")


class Dropped(Exception):
    """Wraps the error of a lost connection: aiohttp would silently send the request again."""


def transport_error(error: BaseException, proxy: Proxy | None = None) -> TransportError:
    """Return our error for one of aiohttp or of the system, without any part of the request.

    Args:
        error: The error.
        proxy: The proxy of the request, if any.
    """
    cause = error.__cause__ if isinstance(error, Dropped) else error
    if isinstance(cause, _TLS_ERRORS):
        reason = _reason(cause)
        text = f"TLS with {cause.host} failed: {reason}{hint_of_tls(reason)}"
        return ConnectionFailed(text, sent=False)
    if isinstance(cause, aiohttp.ClientConnectorError):
        where = f"{cause.host}:{cause.port}"
        if isinstance(cause, aiohttp.ClientProxyConnectionError):
            where = f"the proxy {where}"
        return ConnectionFailed(
            f"cannot connect to {where}: {_reason(cause)}", retryable=True, sent=False
        )
    if isinstance(cause, TimeoutError):
        unsent = isinstance(cause, aiohttp.ConnectionTimeoutError)
        phase = "connecting" if unsent else "the answer"
        return AttemptTimeout(f"{phase} took too long", retryable=True, sent=not unsent)
    if isinstance(cause, aiohttp.ClientPayloadError):
        return ConnectionFailed("the answer ended too early", retryable=True)
    if isinstance(cause, aiohttp.ClientConnectionError | OSError):
        reason = _reason(cause)
        return ConnectionFailed(
            f"the connection was lost: {reason}", retryable=_NO_CERTIFICATE.search(reason) is None
        )
    if isinstance(cause, aiohttp.ClientHttpProxyError):
        return refused_by(proxy, cause.status)
    if isinstance(cause, aiohttp.ClientResponseError):
        return TransportError(_parse_problem(cause))
    return TransportError(f"the request could not be sent: {type(cause).__name__}")


def hint_of_tls(reason: str) -> str:
    """Return what OpenSSL's words for a failed handshake usually mean, if they do not say so."""
    return "; it may speak plain http at this port" if _NO_TLS.search(reason) else ""


def refused_by(proxy: Proxy | None, status: int) -> ConnectionFailed:
    """Return the error for a proxy that refused a request; the service has received nothing."""
    name = "the proxy" if proxy is None else f"the proxy {proxy.host}"
    if status == 407:
        said = "wants another user or password (407): proxy='http://user:password@host:port'"
    else:
        said = f"did not connect to the service (it answered {status})"
    return ConnectionFailed(f"{name} {said}", retryable=status in RETRIED_STATUSES, sent=False)


_TLS_ERRORS = (
    aiohttp.ClientConnectorCertificateError,
    aiohttp.ClientConnectorSSLError,
    aiohttp.ServerFingerprintMismatch,
)


def _reason(error: BaseException) -> str:
    """Return why a connection failed, from attributes that hold no part of the request."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return str(error.certificate_error)
    if isinstance(error, aiohttp.ClientConnectorError):
        return str(error.os_error) or _CLOSED
    if isinstance(error, aiohttp.ServerFingerprintMismatch):
        return "another certificate than the pinned one"
    return (error.strerror if isinstance(error, OSError) else None) or _CLOSED


def _parse_problem(error: aiohttp.ClientResponseError) -> str:
    """Return why an answer could not be parsed: its headers are too large, or it is no HTTP."""
    for cause in _causes(error):
        if isinstance(cause, LineTooLong):
            # args[0] is the line itself, args[1] the limit.
            return (
                f"the answer has a header line of more than {cause.args[1]} bytes, which is the "
                "limit; a session=aiohttp.ClientSession(max_line_size=..., max_field_size=...) "
                "of your own may allow more"
            )
        if isinstance(cause, HttpProcessingError) and cause.message.startswith(_TOO_MANY_HEADERS):
            return (
                "the answer has more headers than the limit, usually 128; a "
                "session=aiohttp.ClientSession(max_headers=...) of your own may allow more"
            )
    return "the answer is not well-formed HTTP"


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause = error.__cause__
    while cause is not None:
        yield cause
        cause = cause.__cause__
