"""A service as a value: what it says of itself, and what it cannot be."""

from collections.abc import Mapping
from traceback import format_exception
from typing import Any

import pytest
from attrs import frozen

from asyncops.http.auth import Auth, Basic
from asyncops.http.service import Service
from asyncops.http.signer import OutgoingRequest
from asyncops.models.description_error import DescriptionError

FIELDS: dict[str, Any] = {
    "name": "my-service",
    "title": "My Service",
    "url": "https://api.example.com",
    "token": "MY_TOKEN",
}


@frozen
class Keyed:
    """A signer with a key of its own."""

    key: str

    def sign(self, request: OutgoingRequest, credentials: str | None) -> Mapping[str, str]:
        raise NotImplementedError


def test_the_variable_of_the_address_follows_from_the_name() -> None:
    assert Service(**FIELDS).url_variable == "MY_SERVICE_BASE_URL"


def test_it_is_a_frozen_value() -> None:
    one, other = Service(**FIELDS), Service(**FIELDS, headers={"X-Version": "1"})
    assert one == Service(**FIELDS)
    assert one != other
    assert hash(one) == hash(other)
    with pytest.raises(AttributeError):
        setattr(one, "name", "x")  # noqa: B010 - a checker would refuse the plain way


@pytest.mark.parametrize("auth", [Auth(header="X-Key", form="{}"), Basic(), Keyed("hidden")])
def test_it_shows_how_it_is_asked_but_no_secret_of_a_signer(auth: Any) -> None:
    service = Service(**FIELDS, auth=auth, headers={"X-Other": "hidden"})
    assert type(auth).__name__ in repr(service)
    assert "hidden" not in repr(service)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"name": "My Service"}, "name must be lower case"),
        ({"name": ""}, "name must be lower case"),
        ({"name": "-a"}, "name must be lower case"),
        ({"name": "a--b"}, "name must be lower case"),
        ({"name": "2b"}, "name must be lower case"),
        ({"name": 5}, "name must be lower case"),
        ({"title": ""}, "title must not be empty"),
        ({"title": "a\nb"}, "title must not hold control"),
        ({"url": "api.example.com"}, "url must look like"),
        ({"url": "https://user@example.com"}, "url must not hold a user"),
        ({"url": "https://example.com?key=1"}, "url must not hold .* a query"),
        ({"token": "hidden-token"}, "token must be the name of an environment variable"),
        ({"token": ""}, "token must be the name of an environment variable"),
        ({"token": 5}, "token must be the name of an environment variable"),
        ({"auth": None}, "token must be None where auth is None"),
        ({"headers": {"X Y": "1"}}, "headers: a key must be the name of a header"),
        ({"headers": {"X-Y: hidden": ""}}, "headers: a key must be the name of a header"),
        (
            {"headers": {"X-Y": "hidden "}},
            r"headers\['X-Y'\] must be ASCII without white space",
        ),
        ({"headers": {"X-Y": "hidden-é"}}, r"headers\['X-Y'\] must be ASCII"),
        (
            {"headers": {"Host": "hidden"}},
            "headers must not have 'Host': the client writes it",
        ),
        (
            {"headers": {"connection": "close"}},
            "headers must not have 'connection': the client",
        ),
        ({"headers": {"Content-Length": "3"}}, "headers must not have 'Content-Length'"),
        (
            {"headers": {"TRANSFER-ENCODING": "chunked"}},
            "headers must not have 'TRANSFER-ENC",
        ),
        ({"headers": {"X-Y": "a\nb"}}, r"headers\['X-Y'\] must not hold control"),
        ({"headers": {"X-Y": "é"}}, r"headers\['X-Y'\] must be ASCII"),
        ({"json": "camel"}, "json must be one of 'plain', 'protobuf'"),
        ({"request_id": ["X Id"]}, "request_id must be the name of a header"),
        (
            {"errors": {"messages": "m"}},
            "errors may have message, code, request_id; got 'messages'",
        ),
        ({"errors": {"message": "a..b"}}, "errors: 'a..b' is no place"),
        (
            {"headers": {"authorization": "Bearer x"}},
            "headers must not have 'authorization'",
        ),
        ({"url": 5}, "url must be a string"),
        (
            {"auth": "Bearer hidden"},
            "auth must be an Auth, a Basic, a Signer or None, got str$",
        ),
        ({"auth": Auth}, "auth must be .*, got <class "),
        ({"auth": Keyed}, "auth must be .*, got <class "),
        (
            {"request_id": "X-Request-Id"},
            r"request_id must be names .*\('X-Request-Id',\)",
        ),
        ({"codes": ["Gone"]}, "codes must be a mapping, got list"),
        ({"codes": {5: 404}}, "a key of codes must be a string"),
        ({"codes": {"Gone": 200}}, "codes must be from 400 to 599"),
        ({"codes": {"Gone": "404"}}, "codes must hold whole numbers"),
        ({"ok": "a..b"}, "ok: 'a..b' is no place"),
        ({"ok": True}, "ok must be a place"),
        ({"rate_limit": "X-Left"}, "rate_limit must be a RateLimit or None, got str"),
        ({"request_id": [5]}, "request_id must be a string"),
        ({"errors": "message"}, "errors must be a mapping"),
        ({"errors": {"message": 5}}, "errors must be a place"),
        ({"headers": {"X-Y": 1}}, r"headers\['X-Y'\] must be a string"),
        ({"headers": {5: "1"}}, "headers: a key must be a string"),
        ({"headers": [("X-Y", "1")]}, "headers must be a mapping"),
    ],
)
def test_a_field_that_cannot_be_right_is_named(fields: dict[str, Any], complaint: str) -> None:
    with pytest.raises(DescriptionError, match=f"^Service: {complaint}") as caught:
        Service(**FIELDS | fields)
    assert "hidden" not in "".join(format_exception(caught.value))


def test_an_address_may_hold_variables_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(**FIELDS | {"url": "https://x.{FARM_REGION}.example.com/{FARM_TEAM}"})
    monkeypatch.setenv("FARM_REGION", " north-1\n")
    monkeypatch.delenv("FARM_TEAM", raising=False)
    addresses = [service.public_url]
    assert service.where_to_set == f"{service.url_variable} or FARM_REGION or FARM_TEAM"
    monkeypatch.setenv("FARM_TEAM", "blue")
    addresses.append(service.public_url)
    assert addresses == [None, "https://x.north-1.example.com/blue"]
    plain = Service(**FIELDS)
    assert (plain.public_url, plain.where_to_set) == (plain.url, plain.url_variable)


def test_a_service_may_do_without_address_and_token() -> None:
    service = Service(**FIELDS | {"url": None, "token": None, "auth": None})
    assert (service.url, service.token, service.auth) == (None, None, None)
    assert service.public_url is None
