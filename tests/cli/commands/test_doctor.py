"""``doctor``: what it finds wrong, and what it says where nothing is."""

import asyncio
import os
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Literal

import pytest
from typer.testing import CliRunner

from asyncops.cli.accounts import probe as probing
from asyncops.cli.accounts.probe import UnreachableError, probe
from asyncops.cli.accounts.profiles import Entry
from asyncops.cli.app import app
from asyncops.cli.commands.account_checks import examined
from asyncops.cli.connect import Account
from asyncops.cli.options.fields import Settings
from asyncops.cli.resources import SERVICES
from asyncops.testing import ChainloopHabits, FakeServer, Fault, ZooHabits
from tests.cli.processes import Done
from tests.cli.running import variables
from tests.cli.terminals import in_terminal

Start = Callable[..., FakeServer]


def doctor(env: dict[str, str], *arguments: str) -> Done:
    none = {"ZOO_API_TOKEN": "", "CHAINLOOP_TOKEN": ""} | dict.fromkeys(
        [
            name
            for client in SERVICES.values()
            for name in (client.service.url_variable, *client.service.in_url)
        ],
        "",
    )
    none["ASYNCOPS_CONFIG"] = os.devnull
    done = CliRunner().invoke(app, ["doctor", *arguments], env={**none, **env})
    return Done(done.exit_code, done.stdout, done.stderr)


def asked(server: FakeServer) -> int:
    """Requests for operations, listed or by their ids."""
    return sum(each.path.startswith("/async/operations") for each in server.requests)


def others(*configured: str) -> str:
    """The line of the services that nobody configured."""
    titles = [SERVICES[name].service.title for name in SERVICES if name not in configured]
    return f"- {', '.join(titles)}"


def findings(done: Done) -> list[str]:
    """The lines, each from its mark on, without what differs from run to run."""
    lines = (line.strip().partition(", http")[0] for line in done.out.splitlines())
    return [line.partition(": name ")[0] for line in lines]


@pytest.mark.parametrize("base", [0, 1])
def test_where_all_is_well_each_thing_is_a_line(
    base: Literal[0, 1], fake_server_factory: Start
) -> None:
    server = fake_server_factory(chainloop=ChainloopHabits(page_base=base))
    done = doctor(variables(server))
    assert (done.code, done.err) == (0, "")
    assert findings(done) == [
        "Chainloop, environment",
        "✓ reachable",
        "✓ clock: the same as the service's",
        "✓ token from the variable CHAINLOOP_TOKEN: accepted",
        f"✓ pages: counted from {base}",
        "Zoo, environment",
        "✓ reachable",
        "✓ clock: the same as the service's",
        "✓ token from the variable ZOO_API_TOKEN: accepted",
        "Not configured",
        others("chainloop", "zoo"),
    ]
    assert server.token not in done.out


def test_a_service_without_a_token_is_a_failure_where_it_is_asked_for(
    fake_server: FakeServer,
) -> None:
    env = {**variables(fake_server), "CHAINLOOP_TOKEN": ""}
    assert others("zoo") in doctor(env).out
    assert doctor(env).code == 0
    assert doctor(env, "chainloop").code != 0


@pytest.mark.parametrize(
    ("variables_set", "said"),
    [
        ({"HTTPS_PROXY": "http://me:hunter2@p.example"}, "HTTPS_PROXY is set and ignored"),
        ({"https_proxy": "http://p.example"}, "https_proxy is set and ignored"),
        ({"ALL_PROXY": "http://p.example"}, "ALL_PROXY is set and ignored"),
        ({"HTTP_PROXY": "http://p.example"}, None),
        ({"HTTPS_PROXY": "http://p.example", "NO_PROXY": "*"}, None),
        ({}, None),
    ],
)
def test_a_proxy_of_the_environment_that_is_ignored_is_told(
    variables_set: dict[str, str], said: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("https_proxy", "http_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    here = {"ZOO_API_TOKEN": "t", "ZOO_BASE_URL": "https://zoo.invalid"}
    done = doctor(here | variables_set, "zoo")
    assert ("is set and ignored; --proxy URL goes by one" in done.out) == (said is not None)
    assert (said or "") in done.out
    assert "hunter2" not in done.out
    assert "not reachable" in done.out


def test_with_a_proxy_what_it_lets_through_is_looked_at(fake_server_factory: Start) -> None:
    """The fake plays the proxy: only a proxy is sent a name that leads nowhere."""
    server = fake_server_factory()
    here = {"ZOO_API_TOKEN": server.token, "ZOO_BASE_URL": "http://nowhere.localhost:9"}
    proxy = server.url.replace("http://", "http://me:hunter2@")
    done = doctor(here, "zoo", "--proxy", proxy)
    assert done.code == 0
    assert findings(done)[1:4] == [
        "✓ proxy: 127.0.0.1 is used",
        "✓ token from the variable ZOO_API_TOKEN: accepted",
        "Zoo api-calls, by its description",
    ]
    assert "hunter2" not in done.out + done.err


def test_a_refused_token_and_missing_staff_access_are_told_apart(
    fake_server_factory: Start,
) -> None:
    """The first is an error; the second leaves some commands usable."""
    server = fake_server_factory(zoo=ZooHabits(staff=False))
    done = doctor(variables(server), "zoo")
    assert done.code == 0
    told = findings(done)
    at = told.index("✓ token from the variable ZOO_API_TOKEN: accepted")
    refused = told[at + 1 : at + 3]
    said = "cannot be listed: Zoo does not allow this: This endpoint requires staff access"
    assert refused[0].startswith(f"! ml-prompts {said}")
    assert refused[1].startswith(f"! operations {said}")
    assert refused[1].endswith("Zoo answers this only to accounts with staff access.")
    # What is not refused is tested all the same.
    headings = [line for line in told if line.endswith(", by its description")]
    assert "Zoo text-to-cad, by its description" in headings
    assert "Zoo operations, by its description" not in headings
    done = doctor({**variables(server), "ZOO_API_TOKEN": "another"}, "zoo")
    assert done.code == 4
    assert findings(done)[-1].startswith("✗ Zoo does not accept the token from the variable ZOO")


def test_listings_that_are_gone_leave_zoo_usable(fake_server: FakeServer) -> None:
    """They left its description; what is public works."""
    fake_server.script(
        *(
            Fault(404, path=path, message="Not Found")
            for path in ("/async/operations", "/ml-prompts")
        )
    )
    done = doctor(variables(fake_server), "zoo")
    assert done.code == 0
    told = findings(done)
    gone = told[told.index("✓ token from the variable ZOO_API_TOKEN: accepted") + 2]
    assert gone.startswith("! operations cannot be listed: Zoo did not find it: Not Found (request")
    assert "has left Zoo's published description" in gone
    assert "getting an operation by its id is still in it" in gone
    assert asked(fake_server) == 1


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"X-Request-Id": "gateway"}, b"<html>404</html>"),
        ({"X-Request-Id": "gateway"}, b'{"detail":"Not Found"}'),
        ({}, b""),
    ],
)
def test_a_404_that_is_not_zoos_own_says_nothing_of_the_token(
    headers: dict[str, str], body: bytes, fake_server: FakeServer
) -> None:
    fake_server.script(Fault(404, times=99, headers=headers, body=body))
    done = doctor(variables(fake_server), "zoo")
    assert done.code == 4
    assert findings(done)[-1].startswith("✗ token: not checked; what answers is not Zoo's API")
    assert asked(fake_server) == 1


def test_chainloops_refusal_is_an_error(fake_server: FakeServer) -> None:
    fake_server.script(Fault(403, path="/v1/", message="no permission"))
    done = doctor(variables(fake_server), "chainloop")
    assert done.code == 4
    assert "✗ Chainloop does not allow this: no permission" in done.out
    assert "pages" not in done.out


def test_one_request_is_sent_for_the_token_even_where_it_fails(fake_server: FakeServer) -> None:
    fake_server.script(Fault(503, path="/async", times=5))
    done = doctor(variables(fake_server), "zoo")
    assert done.code == 4
    assert asked(fake_server) == 1
    assert "✗ Zoo failed: 503" in done.out


def test_a_service_that_is_not_there_is_an_error_and_the_rest_is_not_checked(
    fake_server: FakeServer,
) -> None:
    env = {**variables(fake_server), "ZOO_BASE_URL": "http://127.0.0.1:1"}
    done = doctor(env)
    assert done.code == 4
    assert findings(done)[-4:-2] == [
        "✗ not reachable, connection: connection refused",
        "- token: not checked",
    ]
    assert "✓ pages: counted from 1" in done.out


def test_without_any_account_it_says_where_a_token_goes() -> None:
    done = doctor({})
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("asyncops: no address of Airflow. Set AIRFLOW_BASE_URL")


def test_a_service_that_nobody_configured_is_no_error_unless_asked_for(
    fake_server: FakeServer,
) -> None:
    env = {**variables(fake_server), "CHAINLOOP_TOKEN": ""}
    done = doctor(env)
    assert done.code == 0
    assert findings(done)[-2:] == ["Not configured", others("zoo")]
    done = doctor(env, "chainloop")
    assert done.code == 4
    assert findings(done)[-1].startswith("✗ no token for Chainloop. Set CHAINLOOP_TOKEN")


def test_profiles_are_checked_where_asked_for(fake_server: FakeServer, tmp_path: Path) -> None:
    """One that is named alone; with --all each besides; a token that is missing is an error."""
    config = tmp_path / "config.toml"
    config.write_text(
        f'[profiles.a.zoo]\nbase_url = "{fake_server.url}"\ntoken_env = "A"\n'
        f'[profiles.b.chainloop]\nbase_url = "{fake_server.url}"\ntoken_env = "B"\n'
        f'[profiles.c.zoo]\nbase_url = "http://zoo.example"\ntoken_env = "A"\n',
        encoding="utf-8",
    )
    env = {"ASYNCOPS_CONFIG": str(config), "A": fake_server.token, "B": ""}
    done = doctor(env, "-p", "a")
    assert done.code == 0
    assert [line for line in findings(done) if line.startswith(("Zoo", "Chainloop"))] == [
        "Zoo, profile a"
    ]
    zoo = {"ZOO_API_TOKEN": fake_server.token, "ZOO_BASE_URL": fake_server.url}
    done = doctor({**env, **zoo}, "--all")
    assert done.code == 4
    lines = findings(done)
    assert [line for line in lines if line.startswith(("Zoo", "Chainloop"))] == [
        "Zoo, environment",
        "Zoo, profile a",
        "Chainloop, profile b",
        "Zoo, profile c",
    ]
    assert any(line.startswith("✗ no token for Chainloop: profile b takes it") for line in lines)
    assert lines[-3].startswith("✗ the token would travel in the clear")
    assert "Chainloop" in lines[-1]


def test_the_organization_is_named_and_said_to_the_service(fake_server: FakeServer) -> None:
    """It decides which operations the token shows."""
    env = {**variables(fake_server), "CHAINLOOP_ORGANIZATION": "acme"}
    done = doctor(env, "chainloop")
    assert done.code == 0
    assert "✓ organization acme, the variable CHAINLOOP_ORGANIZATION" in findings(done)
    assert fake_server.requests[-1].headers["chainloop-organization"] == "acme"


def test_a_terminal_that_knows_ascii_only_gets_ascii(fake_server: FakeServer) -> None:
    done = CliRunner(charset="ascii").invoke(app, ["doctor", "zoo"], env=variables(fake_server))
    assert done.exit_code == 0
    assert done.stdout.isascii()
    assert "  ok reachable: name" in done.stdout


def test_in_a_terminal_the_marks_have_colours(fake_server: FakeServer) -> None:
    env = {**variables(fake_server), "CHAINLOOP_TOKEN": "another"}
    with in_terminal("doctor", env=env) as terminal:
        assert terminal.wait() == 4
        assert terminal.colour_at("✓") == "green"
        assert terminal.colour_at("✗") == "red"


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[str]:
    """The address of a service that says one thing to one client."""
    gone = asyncio.Event()

    async def answer_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        writer.write(answer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        gone.set()

    server = await asyncio.start_server(answer_one, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await gone.wait()


def dated(moment: datetime) -> bytes:
    return f"HTTP/1.1 404 no\r\ndate: {format_datetime(moment, usegmt=True)}\r\n\r\n".encode()


@pytest.mark.parametrize("seconds", [-7200, -60, 60, 7200])
async def test_a_clock_that_is_wrong_is_told_with_its_direction(seconds: int) -> None:
    async with answering(dated(datetime.now(UTC) - timedelta(seconds=seconds))) as url:
        steps, skew = await probe(url)
    assert list(steps) == ["name", "connection", "answer"]
    assert skew == pytest.approx(seconds, abs=5)
    async with answering(dated(datetime.now(UTC) - timedelta(seconds=seconds))) as url:
        entry = Entry(base_url=url)
        account = Account(client=SERVICES["zoo"], token="t", token_source="x", entry=entry)
        found = [finding async for finding in examined(account, Settings())]
    word = "ahead of" if seconds > 0 else "behind"
    assert found[1].verdict == "bad"
    assert f" {word} the service's" in found[1].text


@pytest.mark.parametrize("header", [b"", b"Date: soon\r\n"])
async def test_a_service_that_does_not_say_its_time_is_reachable(header: bytes) -> None:
    async with answering(b"HTTP/1.1 200 OK\r\n" + header + b"\r\n") as url:
        _, skew = await probe(url)
    assert skew is None


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "answer: the connection was closed without an answer"),
        (b"SSH-2.0-x\r\n\r\n", "answer: this is no HTTP service"),
        (b"x" * 100_000, "answer: "),
    ],
)
async def test_what_is_no_http_service_is_not_reachable(answer: bytes, words: str) -> None:
    async with answering(answer) as url:
        with pytest.raises(UnreachableError) as caught:
            await probe(url)
    assert str(caught.value).startswith(words)


async def test_a_service_without_tls_is_told_of() -> None:
    """OpenSSL's errors count from 1, as the system's do, which mean something else."""
    async with answering(b"HTTP/1.1 400 plain\r\n\r\n") as url:
        with pytest.raises(UnreachableError, match=r"^TLS: [a-z ]+; it may speak plain http at"):
            await probe(url.replace("http:", "https:"))


async def test_one_that_hangs_up_during_the_handshake_is_told_of() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65_536)
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(UnreachableError, match=r"^TLS: the connection was closed without"):
            await probe(f"https://127.0.0.1:{port}")


async def test_a_name_that_nobody_knows_is_told_of() -> None:
    with pytest.raises(UnreachableError, match=r"^name: "):
        await probe("https://nothing.invalid")


async def test_every_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the commands do: many names have an address that only some networks lead to."""
    loop = asyncio.get_running_loop()

    async def two(_: str, port: int, **__: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", (host, port)) for host in ("127.0.0.9", "127.0.0.1")]

    monkeypatch.setattr(loop, "getaddrinfo", two)
    async with answering(dated(datetime.now(UTC))) as url:
        steps, _ = await probe(url)
        assert list(steps) == ["name", "connection", "answer"]
    with pytest.raises(UnreachableError, match=r"^connection: connection refused"):
        await probe(url)


async def test_a_step_that_takes_too_long_and_a_certificate_that_is_wrong_are_told_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def untrusted(*_: object, **__: object) -> None:
        error = ssl.SSLCertVerificationError("long story")
        error.verify_message = "self-signed certificate"
        raise error

    monkeypatch.setattr(asyncio, "open_connection", untrusted)
    with pytest.raises(UnreachableError, match="connection: self-signed certificate"):
        await probe("https://127.0.0.1")

    async def forever(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio, "open_connection", forever)
    monkeypatch.setattr(probing, "_STEP_TIMEOUT", 0.5)
    with pytest.raises(UnreachableError, match=r"connection: nothing in 0\.5 s"):
        await probe("https://127.0.0.1")


@pytest.mark.parametrize("date", ["Sun, 01 Nov 2026 12:00:00 -0000", "Sun Nov  1 12:00:00 2026"])
def test_a_date_without_a_zone_is_in_utc(date: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also on a machine that is in another zone."""
    head = f"HTTP/1.1 200 OK\r\nDate: {date}\r\n\r\n".encode()
    noon, later = (datetime(2026, 11, 1, 12, 0, second, tzinfo=UTC) for second in (0, 2))
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "JST-9")
        time.tzset()
        found = [probing._skew(head, moment, moment) for moment in (noon, later)]
    time.tzset()
    # Dates are cut to whole seconds: two seconds later are one more than there may have been.
    assert found == [0, 1]
