"""The URLs that a token may be sent to."""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from attrs import field, frozen

from asyncops.errors import ConfigurationError

# Stricter than urlsplit, which allows control characters, and text around an address in brackets.
_BASE_URL = re.compile(
    r"https?://(?:[A-Za-z0-9._%-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?(?:/[!-\[\]-~]*)?", re.IGNORECASE
)


def check_base_url(url: str, *, name: str = "base_url", allow_insecure: bool = False) -> str:
    """Return a base URL that a token may be sent to, without a slash at its end.

    Raises:
        ValueError: The URL is not http(s) with a host, or has a user, query or fragment.
        ConfigurationError: The URL is plain http to another machine.
    """
    if not isinstance(url, str):
        raise TypeError(f"{name} must be a string, got {type(url).__name__}")
    if "@" in url or "?" in url or "#" in url:
        raise ValueError(f"{name} must not hold a user, a query or a fragment, got {shown(url)}")
    host = host_of(url)
    if host is None:
        raise ValueError(f"{name} must look like 'https://api.example.com', got {shown(url)}")
    if url.lower().startswith("http:") and not (allow_insecure or is_loopback(host)):
        raise ConfigurationError(
            f"the token would travel in the clear over plain http to {host}; use https, "
            "or pass allow_insecure=True if you mean it"
        )
    return url.rstrip("/")


def host_of(url: str) -> str | None:
    """Return the host of an http(s) URL without user, query and fragment; ``None`` for others."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not _BASE_URL.fullmatch(url) or not host or port == 0 or not _has_good_labels(host):
        return None
    return host


def _has_good_labels(host: str) -> bool:
    """Return whether no label is empty or too long, which would be an error while connecting."""
    *labels, last = host.split(".")
    # The codec "idna" would say the same, but its import takes a while.
    return all(0 < len(label) < 64 for label in labels) and len(last) < 64


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, by its address or its name (RFC 6761)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@frozen
class Proxy:
    """The proxy of a client.

    Attributes:
        url: Its URL, with its login if it needs one.
        host: Its host.
        hints: A sentence, by status, on error answers that may be the proxy's own. Through a
            tunnel (https) only the service's answers come, and there are none.
    """

    url: str = field(repr=False)
    host: str
    hints: Mapping[int, str] = field(factory=dict, hash=False)


# With the login that a URL may hold.
_PROXY_URL = re.compile(r"(?i)(https?://)([!-.0-9:;=A-Z_a-z~]+@)?([^@/?#]+)/?")


def check_proxy(proxy: str | None, base_url: str, *, allow_insecure: bool = False) -> Proxy | None:
    """Return the proxy for a service.

    Args:
        proxy: The http(s) URL of the proxy; ``None`` for none.
        base_url: The URL of the service, from :func:`check_base_url`.
        allow_insecure: Whether the token may travel unencrypted.

    Raises:
        ValueError: ``proxy`` is not the http(s) URL of a host; the message shows no login.
        ConfigurationError: The token would travel unencrypted to a proxy on another machine, since
            the URL of the service is plain http.
    """
    if proxy is None:
        return None
    if not isinstance(proxy, str):
        raise TypeError(f"proxy must be a URL, got {type(proxy).__name__}")
    parts = _PROXY_URL.fullmatch(proxy)
    host = host_of(parts[1] + parts[3]) if parts else None
    if parts is None or host is None:
        raise ValueError(
            "proxy must look like 'http://user:password@proxy.example.com:3128', "
            f"got {shown(proxy)}"
        )
    if not _is_encodable(parts[2] or ""):
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
    hint = f"It came by way of the proxy {host}"
    return Proxy(proxy, host, dict.fromkeys((502, 503, 504), hint) if plain else {})


def _is_encodable(login: str) -> bool:
    """Return whether aiohttp can put a login in a header; its own errors come late and show it."""
    try:
        text = unquote(login, errors="strict")
        text.encode("latin-1")
    except UnicodeError:
        return False
    return ":" not in unquote(login.partition(":")[0])


_LONGEST = 100
_USER = re.compile(r"(?s)^([A-Za-z][A-Za-z0-9+.-]*://)?.*@")
# The text after a colon may be a secret; so may a long run without a dot, such as a token in the
# wrong place.
_PORT = re.compile(r"(//[^/:@\[\]]*:)(?![0-9]{1,5}(?:/|$))[^/]+")
_QUERY = re.compile(r"(?s)([?#]).+")
_RUN = re.compile(r"[A-Za-z0-9+_=-]{25,}")


def shown(url: str) -> str:
    """Return a URL in quotes, with the parts masked that may be secret."""
    text = _QUERY.sub(r"\1***", _USER.sub(r"\1***@", url))
    text = _RUN.sub("***", _PORT.sub(r"\1***", text))
    return repr(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}\u2026")
