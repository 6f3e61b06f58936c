"""Where a token may be sent: https anywhere, plain http to this machine alone."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops.errors import ConfigurationError
from asyncops.http.addresses import check_base_url


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://api.zoo.dev", "https://api.zoo.dev"),
        ("https://api.zoo.dev/", "https://api.zoo.dev"),
        ("https://api.zoo.dev//", "https://api.zoo.dev"),
        ("https://api.zoo.dev/proxy/zoo/", "https://api.zoo.dev/proxy/zoo"),
        ("https://api.zoo.dev:8443/x", "https://api.zoo.dev:8443/x"),
        ("https://192.0.2.7", "https://192.0.2.7"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("http://localhost", "http://localhost"),
        ("http://LOCALHOST:80/", "http://LOCALHOST:80"),
        ("http://localhost:8080/zoo/", "http://localhost:8080/zoo"),
        ("http://127.0.0.1:9", "http://127.0.0.1:9"),
        ("http://127.8.9.10", "http://127.8.9.10"),
        ("http://zoo.localhost", "http://zoo.localhost"),
        ("http://A.B.LocalHost:8080/x", "http://A.B.LocalHost:8080/x"),
        ("http://127.255.255.254", "http://127.255.255.254"),
        ("http://[::1]", "http://[::1]"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("http://[0:0:0:0:0:0:0:1]", "http://[0:0:0:0:0:0:0:1]"),
    ],
)
def test_a_good_url_is_kept_without_its_last_slash(url: str, kept: str) -> None:
    assert check_base_url(url) == kept


@pytest.mark.parametrize(
    "url",
    [
        "http://api.zoo.dev",
        "HTTP://api.zoo.dev",
        "http://localhost.evil.com",
        "http://127.0.0.1.evil.com",
        "http://evil.com/localhost",
        "http://notlocalhost",
        "http://zoo.localhost.evil.com",
        "http://zoo-localhost",
        "http://0.0.0.0",
        "http://[::]",
        "http://10.0.0.1",
        "http://192.168.0.1",
        "http://169.254.169.254",
        "http://128.0.0.1",
        "http://2130706433",
        "http://0x7f000001",
        "http://0177.0.0.1",
        "http://127.0.0.1%2eevil.com",
        "http://[::2]",
    ],
)
def test_plain_http_to_anything_but_loopback_is_refused_unless_meant(url: str) -> None:
    with pytest.raises(ConfigurationError, match="allow_insecure=True"):
        check_base_url(url)
    assert check_base_url(url, allow_insecure=True) == url


MALFORMED = {
    "an empty label": "https://a..b",
    "an endless label": "https://" + "a" * 64 + ".example",
    "empty": "",
    "no scheme": "api.zoo.dev",
    "no scheme, but slashes": "//api.zoo.dev",
    "another scheme": "ftp://api.zoo.dev",
    "a socket": "unix:///run/x.sock",
    "no host": "https://",
    "no host, but a path": "https:///x",
    "no host, but a port": "https://:443",
    "no slashes": "https:api.zoo.dev",
    "port out of range": "https://api.zoo.dev:65536",
    "port no number": "https://api.zoo.dev:http",
    "port negative": "https://api.zoo.dev:-1",
    "port zero": "https://api.zoo.dev:0",
    "user": "https://me@api.zoo.dev",
    "user and password": "https://me:secret@api.zoo.dev",
    "empty user": "https://@api.zoo.dev",
    "password alone": "https://:secret@api.zoo.dev",
    "loopback as user": "http://127.0.0.1@evil.com",
    "loopback and port as user": "http://localhost:80@evil.com",
    "query": "https://api.zoo.dev/?a=b",
    "empty query": "https://api.zoo.dev?",
    "empty query behind a path": "https://api.zoo.dev/x/?",
    "fragment": "https://api.zoo.dev/#top",
    "empty fragment": "https://api.zoo.dev#",
    "fragment before a user": "http://127.0.0.1#@evil.com",
    "space before": " https://api.zoo.dev",
    "space after": "https://api.zoo.dev ",
    "space in the path": "https://api.zoo.dev/a b",
    "line break after": "https://api.zoo.dev\n",
    "CRLF in the host": "https://api.zoo\r\n.dev",
    "tab in the host": "https://api.zoo\t.dev",
    "NUL": "https://api.zoo.dev/\0",
    "NUL before": "\0https://api.zoo.dev",
    "DEL in the host": "https://api\x7f.zoo.dev",
    "DEL in the path": "https://api.zoo.dev/\x7f",
    "not ASCII": "https://api.zo\u00f6.dev",
    "full-width dot": "http://127.0.0.1\uff0eevil.com",
    "lone surrogate": "https://api.zoo.dev/\ud800",
    "open bracket": "http://[::1",
    "close bracket": "http://::1]",
    "text behind the bracket": "http://[::1]evil.com",
    "text before the bracket": "http://evil.com[::1]",
    "no address in the brackets": "https://[evil.com]",
    "backslash": "https://api.zoo.dev\\evil.com",
}


@pytest.mark.parametrize("url", MALFORMED.values(), ids=MALFORMED)
@pytest.mark.parametrize("allow_insecure", [True, False])
def test_what_is_no_plain_base_url_is_a_value_error(url: str, *, allow_insecure: bool) -> None:
    with pytest.raises(ValueError, match=r"^base_url must") as caught:
        check_base_url(url, allow_insecure=allow_insecure)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("api.zoo.dev", "'api.zoo.dev'"),
        ("https://api.zoo.dev:http", "'https://api.zoo.dev:***'"),
        ("https://api.zoo.dev:65536/x", "'https://api.zoo.dev:65536/x'"),
        ("https://api.zoo.dev\n", r"'https://api.zoo.dev\n'"),
        ("https://me:secret@api.zoo.dev/x", "'https://***@api.zoo.dev/x'"),
        ("me:secret@api.zoo.dev", "'***@api.zoo.dev'"),
        ("https://me:se@cret@api.zoo.dev", "'https://***@api.zoo.dev'"),
        ("https://me:secret/@api.zoo.dev", "'https://***@api.zoo.dev'"),
        ("https://me:secret", "'https://me:***'"),
        ("https://api.zoo.dev/?token=secret", "'https://api.zoo.dev/?***'"),
        ("https://api.zoo.dev?", "'https://api.zoo.dev?'"),
        ("https://api.zoo.dev/#secret", "'https://api.zoo.dev/#***'"),
        ("api-" + "secret" * 8, "'***'"),
        ("a.b/" * 50, f"'{('a.b/' * 25)[:99]}\u2026'"),
        ("", "''"),
    ],
)
def test_the_error_shows_what_was_given_and_no_secret_of_it(url: str, shown: str) -> None:
    with pytest.raises(ValueError, match=r"^base_url must") as caught:
        check_base_url(url)
    assert str(caught.value).endswith(f", got {shown}")


@pytest.mark.parametrize("url", [None, 5, b"https://api.zoo.dev", ["https://api.zoo.dev"]])
def test_what_is_no_text_is_a_type_error(url: Any) -> None:
    with pytest.raises(TypeError, match=f"got {type(url).__name__}$"):
        check_base_url(url)


@given(st.text(max_size=30), st.sampled_from(["", "http://", "https://", "http://127.0.0.1"]))
def test_any_text_is_kept_or_refused_with_one_of_two_errors(text: str, start: str) -> None:
    try:
        kept = check_base_url(start + text)
    except (ValueError, ConfigurationError):
        return
    assert kept.lower().startswith(("http://", "https://"))
    assert not set(kept) & set(" \t\r\n?#@")
