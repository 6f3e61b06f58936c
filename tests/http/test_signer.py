"""Signers: what they are given, and what they may give."""

import asyncio
from typing import Any

import pytest
from attrs import frozen

from asyncops.errors import ConfigurationError
from asyncops.http.signer import OutgoingRequest, Signer, sign

REQUEST = OutgoingRequest("POST", "https://example.com/x?q=hidden", {"X-One": "hidden"}, b"hidden")


@frozen
class Giving:
    """A signer that gives this."""

    headers: Any

    def sign(self, request: OutgoingRequest, credentials: str | None) -> Any:
        del request, credentials
        return self.headers


def test_an_object_that_signs_is_a_signer() -> None:
    assert isinstance(Giving({}), Signer)
    assert not isinstance(object(), Signer)


def test_what_is_signed_shows_neither_query_nor_headers_nor_body() -> None:
    assert repr(REQUEST) == "OutgoingRequest(method='POST')"


async def test_headers_are_given_on() -> None:
    headers = {"Authorization": "HMAC a=b, c", "X-Date": "1"}
    assert await sign(Giving(headers), REQUEST, "k") == headers
    assert await sign(Giving({}), REQUEST, None) == {}


@pytest.mark.parametrize("given", [None, "X: 1", [("X", "1")], 5])
async def test_anything_but_headers_is_refused(given: Any) -> None:
    with pytest.raises(
        ConfigurationError, match=f"must return headers, got {type(given).__name__}"
    ):
        await sign(Giving(given), REQUEST, "k")


@pytest.mark.parametrize(
    "given",
    [
        {"X": "hidden\r\nX: 1"},
        {"X": b"hidden"},
        {"X Y": "1"},
        {5: "1"},
        {"X": "é"},
        {"X": ""},
        {"Host": "hidden"},
    ],
    ids=repr,
)
async def test_headers_that_cannot_be_sent_are_refused_and_not_shown(given: Any) -> None:
    with pytest.raises(
        ConfigurationError, match="the signer must return other headers: head"
    ) as caught:
        await sign(Giving(given), REQUEST, "k")
    assert "hidden" not in repr(caught.value)
    assert caught.value.__context__ is None


async def test_a_header_that_the_client_writes_is_refused_by_name() -> None:
    with pytest.raises(ConfigurationError, match="must not have 'content-length': the client writ"):
        await sign(Giving({"content-length": "6"}), REQUEST, "k")


async def test_a_signer_may_have_to_wait_for_its_credentials() -> None:
    class Waiting:
        async def sign(self, request: OutgoingRequest, credentials: str | None) -> dict[str, str]:
            await asyncio.sleep(0)
            return {"X-Signature": f"{request.method} {credentials}"}

    waiting: Signer = Waiting()
    assert await sign(waiting, REQUEST, "k") == {"X-Signature": "POST k"}
