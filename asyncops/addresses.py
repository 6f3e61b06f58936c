"""Where a token may be sent."""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from attrs import field, frozen

from asyncops.errors import ConfigurationError

__all__ = ["Proxy", "check_base_url", "check_proxy", "is_loopback", "shown"]

# Stricter than urlsplit, which takes control characters, and text around an address in brackets.
_BASE_URL = re.compile(
    r"https?://(?:[A-Za-z0-9._%-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?(?:/[!-\[\]-~]*)?", re.IGNORECASE
)


def check_base_url(url: str, *, allow_insecure: bool = False) -> str:
    """A base URL that a token may be sent to, without a slash at its end.

    Raises:
        ValueError: It is no http(s) URL with a host, or has a user, query or fragment.
        ConfigurationError: It is plain http to another machine.
    """
    if not isinstance(url, str):
        raise TypeError(f"base_url must be a string, got {type(url).__name__}")
    if "@" in url or "?" in url or "#" in url:
        raise ValueError(f"base_url must not hold a user, a query or a fragment, got {shown(url)}")
    host = host_of(url)
    if host is None:
        raise ValueError(f"base_url must look like 'https://api.example.com', got {shown(url)}")
    if url.lower().startswith("http:") and not (allow_insecure or is_loopback(host)):
        raise ConfigurationError(
            f"the token would travel in the clear over plain http to {host}; use https, "
            "or pass allow_insecure=True if you mean it"
        )
    return url.rstrip("/")


def host_of(url: str) -> str | None:
    """The host of an http(s) URL without user, query and fragment; None where it is none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        # An empty or endless label would be found out only while connecting.
        (host or "").encode("idna")
    except ValueError:
        return None
    return None if not _BASE_URL.fullmatch(url) or not host or port == 0 else host


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: by its address, or a name below ``localhost`` (RFC 6761)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@frozen
class Proxy:
    """A proxy to go by.

    Attributes:
        url: Its address, with a user and a password where it wants them.
        host: Its host alone.
        hints: What to say, by status, of answers that may be its own: of those to plain requests,
            as through a tunnel only the service's come.
    """

    url: str = field(repr=False)
    host: str
    hints: Mapping[int, str] = field(factory=dict, hash=False)


# A user and a password, as they are written in a URL.
_LOGIN = re.compile(r"(?i)(https?://)([!-.0-9:;=A-Z_a-z~]+@)?([^@/?#]+)/?")


def check_proxy(proxy: str | None, base_url: str, *, allow_insecure: bool = False) -> Proxy | None:
    """A proxy by which a token may be sent to a service; None where none was given.

    Args:
        proxy: Its http(s) URL.
        base_url: Where the service is, as :func:`check_base_url` gives it.
        allow_insecure: Whether the token may travel in the clear.

    Raises:
        ValueError: It is no http(s) URL of a host; user and password are not shown.
        ConfigurationError: The service is spoken to over plain http, and the proxy is another
            machine, which the token would travel to in the clear.
    """
    if proxy is None:
        return None
    if not isinstance(proxy, str):
        raise TypeError(f"proxy must be a URL, got {type(proxy).__name__}")
    parts = _LOGIN.fullmatch(proxy)
    host = host_of(parts[1] + parts[3]) if parts else None
    if parts is None or host is None:
        raise ValueError(
            "proxy must look like 'http://user:password@proxy.example.com:3128', "
            f"got {shown(proxy)}"
        )
    if not _can_be_sent(parts[2] or ""):
        raise ValueError(
            "proxy must have a user without ':', and user and password of Latin-1 characters, "
            "percent-encoded as UTF-8 where a URL wants that"
        )
    plain = base_url.lower().startswith("http:")
    if plain and not (allow_insecure or is_loopback(host)):
        raise ConfigurationError(
            f"the token would travel in the clear to the proxy {host}, as the service is spoken to "
            "over plain http; use https, or pass allow_insecure=True if you mean it"
        )
    said = f"It came by way of the proxy {host}"
    return Proxy(proxy, host, dict.fromkeys((502, 503, 504), said) if plain else {})


def _can_be_sent(login: str) -> bool:
    """Whether aiohttp can make a header of it; its own errors would show it, and come late."""
    try:
        text = unquote(login, errors="strict")
        text.encode("latin-1")
    except UnicodeError:
        return False
    return ":" not in unquote(login.partition(":")[0])


_LONGEST = 100
_USER = re.compile(r"(?s)^([A-Za-z][A-Za-z0-9+.-]*://)?.*@")
# What follows may be a secret; so may a long run without a dot, such as a token in the wrong place.
_PORT = re.compile(r"(//[^/:@\[\]]*:)(?![0-9]{1,5}(?:/|$))[^/]+")
_QUERY = re.compile(r"(?s)([?#]).+")
_RUN = re.compile(r"[A-Za-z0-9+_=-]{25,}")


def shown(url: str) -> str:
    """An address as it was given, in quotes, with what may be secret in it masked."""
    text = _QUERY.sub(r"\1***", _USER.sub(r"\1***@", url))
    text = _RUN.sub("***", _PORT.sub(r"\1***", text))
    return repr(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}\u2026")
