"""What both clients share: settings, the URL on the wire, their life."""

import asyncio
import pickle

import aiohttp
import pytest

from asyncops import (
    ChainloopClient,
    ConfigurationError,
    DecodeError,
    NotFound,
    RetryPolicy,
    Timeout,
    ZooClient,
    __version__,
)
from asyncops.client import BaseClient
from asyncops.testing import FakeClock, FakeServer
from tests import raw_json
from tests.conftest import Mocked
from tests.until import until
from tests.wire.faultserver import FaultServer, answer

CLIENTS = [
    pytest.param(ZooClient, "ZOO_API_TOKEN", "ZOO_BASE_URL", id="zoo"),
    pytest.param(ChainloopClient, "CHAINLOOP_TOKEN", "CHAINLOOP_BASE_URL", id="chainloop"),
]


@pytest.mark.parametrize(("kind", "token", "url"), CLIENTS)
def test_the_environment_gives_token_and_address(
    kind: type[BaseClient], token: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And arguments go before it."""
    with pytest.raises(ConfigurationError, match=f"pass token=... or set {token}"):
        kind()
    monkeypatch.setenv(token, "from-outside")
    monkeypatch.setenv(url, "https://example.org/api/")
    assert kind().base_url == "https://example.org/api"
    assert kind(base_url="https://example.com").base_url == "https://example.com"


def test_the_public_addresses_are_the_defaults() -> None:
    """Where the services are."""
    assert ZooClient("t").base_url == "https://api.zoo.dev"
    assert ChainloopClient("t").base_url == "https://api.app.chainloop.dev"


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        pytest.param({"token": "a b"}, "token must be visible ASCII", id="token"),
        pytest.param({"token": 5}, "token must be a string or an async callable", id="token 5"),
        pytest.param({"base_url": "api.zoo.dev"}, "base_url must look like", id="base_url"),
        pytest.param({"base_url": ""}, "base_url must look like", id="empty base_url"),
        pytest.param(
            {"allow_insecure": "no"}, "allow_insecure must be True or False, got str", id="no"
        ),
        pytest.param({"clock": 3}, "clock must have .* time, monotonic and sleep, got int", id="3"),
        pytest.param({"clock": FakeClock}, "clock must have .*, got <class .*FakeClock", id="Fake"),
        pytest.param({"max_body": 0}, "max_body must be at least 1", id="max_body"),
        pytest.param({"retry": 3}, "retry must be a RetryPolicy, got int", id="retry"),
        pytest.param({"timeout": 3}, "timeout must be a Timeout, got int", id="timeout"),
        pytest.param({"headers": {"X": "é"}}, "headers.'X'. must be ASCII", id="header"),
        pytest.param({"headers": {"authorization": "x"}}, "auth says how", id="authorization"),
        pytest.param({"headers": "X: 1"}, "headers must be a mapping, got str", id="headers"),
        pytest.param({"session": 3}, "session must be a ClientSession, got int", id="session"),
        pytest.param({"telemetry": True}, "telemetry must have .*, got bool", id="telemetry"),
        pytest.param({"telemetry": str}, "telemetry must have .*, got <class 'str'>", id="class"),
    ],
)
def test_bad_settings_fail_at_once(settings: dict[str, object], complaint: str) -> None:
    """By name, and without showing the token."""
    with pytest.raises((ValueError, TypeError), match=complaint):
        ZooClient(**{"token": "t", **settings})  # type: ignore[arg-type]


def test_plain_http_to_another_machine_is_refused() -> None:
    """Unless it is asked for."""
    with pytest.raises(ConfigurationError, match="plain http to example"):
        ZooClient("t", base_url="http://example.com")
    ZooClient("t", base_url="http://example.com", allow_insecure=True)
    ZooClient("t", base_url="http://127.0.0.1:1")


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), "1", True])
@pytest.mark.parametrize("name", ["connect", "read", "attempt", "deadline", "pool"])
def test_bad_timeouts_are_refused(name: str, value: float) -> None:
    """Each by its name."""
    with pytest.raises((ValueError, TypeError), match=name):
        Timeout(**{name: value})


def test_a_client_shows_no_token_and_is_not_pickled() -> None:
    """Neither whole nor in part."""
    zoo = ZooClient("s3cret")
    assert repr(zoo) == "ZooClient(base_url='https://api.zoo.dev', token=***)"
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(zoo)


async def test_a_page_token_is_encoded_whole() -> None:
    """Whatever it holds, as the bytes on the wire show."""
    async with (
        FaultServer([[answer(b'{"items": []}')]]) as server,
        ZooClient("t", base_url=server.url) as zoo,
    ):
        page = await zoo.ml_prompts.list(page_token="a+b/c=d&e ü?#%")
    assert page.next_cursor is None
    encoded = "a%2Bb%2Fc%3Dd%26e%20%C3%BC%3F%23%25"
    assert server.seen[0].target == (
        f"/ml-prompts?sort_by=created_at_descending&page_token={encoded}"
    )


async def test_what_is_sent_along(mocked: Mocked) -> None:
    """The credential, what is accepted, and who asks."""
    mocked.get(
        "https://api.zoo.dev/ml-prompts?sort_by=created_at_descending", payload={"items": []}
    )
    async with ZooClient("s3cret", headers={"X-Tenant": "mine"}) as zoo:
        await zoo.ml_prompts.list()
    (headers,) = mocked.headers
    assert headers["X-Tenant"] == "mine"
    assert headers["Authorization"] == "Bearer s3cret"
    assert headers["Accept"] == "application/json"
    assert headers["User-Agent"] == f"asyncops/{__version__}"


async def test_a_wrong_field_is_named_by_its_path(mocked: Mocked) -> None:
    """With the request id to ask support about."""
    mocked.get(
        "https://api.app.chainloop.dev/v1/operations?pagination.page=0&pagination.page_size=100",
        payload={"operations": [{"id": "a"}, {"id": "b", "created_at": 5}]},
        headers={"X-Request-Id": "r-1"},
    )
    async with ChainloopClient("t") as chainloop:
        with pytest.raises(DecodeError) as caught:
            await chainloop.operations.list()
    assert caught.value.path == "$.operations[1].created_at"
    assert caught.value.request_id == "r-1"


async def test_a_session_that_was_given_is_used_and_left_open() -> None:
    """Its owner closes it."""
    async with FakeServer() as server, aiohttp.ClientSession() as session:
        async with ZooClient(server.token, base_url=server.url, session=session) as zoo:
            await zoo.ml_prompts.list()
        assert not session.closed
        assert server.count() == 1


async def test_a_closed_client_says_so() -> None:
    """And may be closed again."""
    zoo = ZooClient("t")
    await zoo.close()
    await zoo.close()
    with pytest.raises(ConfigurationError, match="closed"):
        await zoo.ml_prompts.list()
    with pytest.raises(ConfigurationError, match="closed"):
        await zoo.__aenter__()


async def test_closing_ends_calls_under_way() -> None:
    """With an error that says why, at once."""
    async with FakeServer(latency=600) as server:
        zoo = ZooClient(server.token, base_url=server.url)
        calls = [asyncio.ensure_future(zoo.ml_prompts.list()) for _ in range(3)]
        await until(lambda: server.open_connections >= 3, *calls)
        await zoo.close()
        for outcome in await asyncio.gather(*calls, return_exceptions=True):
            assert isinstance(outcome, ConfigurationError)
            assert "closed while the call was under way" in str(outcome)


def test_a_client_stays_in_its_event_loop() -> None:
    """A second loop is told to make its own."""
    with FakeServer() as server:
        zoo = ZooClient(server.token, base_url=server.url)

        async def use() -> None:
            await zoo.ml_prompts.list()

        async def use_and_close() -> None:
            await use()
            await zoo.close()

        with asyncio.Runner() as runner:
            runner.run(use())
            with pytest.raises(ConfigurationError, match="another event loop"):
                asyncio.run(use())
            runner.run(use_and_close())


async def test_many_calls_at_once_each_get_their_own_answer() -> None:
    """Over one pool of connections."""
    async with FakeServer(prompts=200) as server:
        ids = [row["id"] for row in raw_json.ml_prompts(server)]
        async with ZooClient(server.token, base_url=server.url) as zoo:
            prompts = await asyncio.gather(*map(zoo.ml_prompts.get, ids))
        assert [str(prompt.id) for prompt in prompts] == ids
        assert server.connections <= 100


async def test_one_missing_id_does_not_harm_the_others() -> None:
    """Each call has its own outcome."""
    async with FakeServer() as server:
        async with ZooClient(
            server.token, base_url=server.url, retry=RetryPolicy(attempts=1)
        ) as zoo:
            known = raw_json.ml_prompts(server)[0]["id"]
            missing = "f135d675-c44a-4e2e-9638-87d941fa1872"
            outcomes = await asyncio.gather(
                zoo.ml_prompts.get(known), zoo.ml_prompts.get(missing), return_exceptions=True
            )
        assert isinstance(outcomes[1], NotFound)
        assert not isinstance(outcomes[0], BaseException)
