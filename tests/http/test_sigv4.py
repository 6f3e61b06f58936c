"""AWS's signatures: held against AWS's published example and against botocore's own client."""

import logging
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import botocore.auth
import pytest
from botocore.awsrequest import AWSResponse
from botocore.session import Session

from asyncops.errors import ConfigurationError
from asyncops.http.signer import OutgoingRequest, Signer
from asyncops.http.sigv4 import SigV4

# Of AWS's test suite for Signature Version 4: get-vanilla and get-vanilla-query-order-key-case.
KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
MOMENT = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
EXAMPLES = {
    "https://example.amazonaws.com/": (
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    ),
    "https://example.amazonaws.com/?Param2=value2&Param1=value1": (
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
    ),
}


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the machine that runs the tests."""
    for name in ("PROFILE", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "REGION"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))


@pytest.fixture
def _at_the_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: MOMENT)


def request(url: str, body: bytes | None = None, **headers: str) -> OutgoingRequest:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return OutgoingRequest("GET" if body is None else "POST", url, named, body)


@pytest.mark.usefixtures("_at_the_moment")
@pytest.mark.parametrize(("url", "signature"), EXAMPLES.items())
async def test_a_signature_is_that_of_the_published_example(url: str, signature: str) -> None:
    signer: Signer = SigV4("service", region="us-east-1")
    assert isinstance(signer, Signer)
    sent = request(url, User_Agent="x", Accept="application/json")
    assert await SigV4("service", region="us-east-1").sign(sent, f"{KEY}:{SECRET}") == {
        "X-Amz-Date": "20150830T123600Z",
        "Authorization": "AWS4-HMAC-SHA256 "
        f"Credential={KEY}/20150830/us-east-1/service/aws4_request, "
        f"SignedHeaders=host;x-amz-date, Signature={signature}",
    }


@pytest.mark.usefixtures("_at_the_moment")
@pytest.mark.parametrize("session", [None, "a-session-token+/="])
async def test_a_signature_is_that_of_botocores_client(session: str | None) -> None:
    """Of the same request, at the same time."""
    sent: list[Any] = []

    def keep(request: Any, **_: Any) -> AWSResponse:
        sent.append(request)
        raw: Any = type("Raw", (), {"stream": lambda *_: iter([b"{}"]), "read": lambda *_: b"{}"})()
        return AWSResponse(request.url, 200, {}, raw)

    client = Session().create_client(
        "stepfunctions",
        region_name="eu-west-1",
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        aws_session_token=session,
    )
    client.meta.events.register("before-send.sfn.ListExecutions", keep)
    client.list_executions(stateMachineArn="arn:x", statusFilter="RUNNING", maxResults=7)
    (theirs,) = sent
    told = {name: _text(value) for name, value in theirs.headers.items()}
    names = told["Authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    made = {"authorization", "host", "x-amz-date", "x-amz-security-token"}
    headers = {name: value for name, value in told.items() if name.lower() in set(names) - made}
    assert {"Content-Type", "X-Amz-Target"} <= headers.keys()
    ours = await SigV4("states").sign(
        OutgoingRequest(theirs.method, theirs.url, headers, _bytes(theirs.body)),
        f"{KEY}:{SECRET}{'' if session is None else ':' + session}",
    )
    assert ours == {name: told[name] for name in ours}
    assert len(ours) == (2 if session is None else 3)


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


async def region_of(url: str, region: str | None = None) -> str:
    signed = await SigV4("states", region).sign(request(url), f"{KEY}:{SECRET}")
    return signed["Authorization"].split("/")[2]


async def test_the_region_is_that_of_the_address_or_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    private = "https://vpce-0a1b2c3d-xyz.states.us-gov-west-1.vpce.amazonaws.com/"
    assert await region_of("https://states.eu-west-1.amazonaws.com/") == "eu-west-1"
    assert await region_of(private) == "us-gov-west-1"
    assert await region_of("http://127.0.0.1:5000/") == "us-east-1"
    assert await region_of("https://states.ap-northeast-1.api.aws/") == "ap-northeast-1"
    assert await region_of("http://build-agent-7.internal:5000/") == "us-east-1"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-south-1")
    assert await region_of("http://localhost:5000/") == "ap-south-1"
    monkeypatch.setenv("AWS_REGION", "ca-west-1")
    assert await region_of("http://localhost:5000/") == "ca-west-1"
    assert await region_of("https://states.eu-west-1.amazonaws.com/") == "eu-west-1"
    assert await region_of(private, "eu-west-2") == "eu-west-2"


async def test_the_body_and_what_aws_wants_are_signed_and_nothing_that_proxies_change() -> None:
    sent = request("http://x/", b"{}", Content_Type="a/b", X_Amz_Target="T", Accept_Encoding="gzip")
    one = await SigV4("states").sign(sent, f"{KEY}:{SECRET}")
    names = "SignedHeaders=content-type;host;x-amz-date;x-amz-target,"
    assert names in one["Authorization"]


async def test_credentials_are_those_that_awss_tools_find(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sent = request("http://x/")
    with pytest.raises(ConfigurationError, match="no credentials for AWS: set AWS_ACCESS_KEY_ID"):
        await SigV4("states").sign(sent, None)
    (tmp_path / "credentials").write_text(
        "[default]\naws_access_key_id = AKIDOFFILE\naws_secret_access_key = s\n"
        "[other]\naws_access_key_id = AKIDOFOTHER\naws_secret_access_key = s\n"
        "aws_session_token = t\n"
    )
    assert "=AKIDOFFILE/" in (await SigV4("states").sign(sent, None))["Authorization"]
    monkeypatch.setenv("AWS_PROFILE", "other")
    other = await SigV4("states").sign(sent, None)
    assert "=AKIDOFOTHER/" in other["Authorization"]
    assert other["X-Amz-Security-Token"] == "t"
    monkeypatch.setenv("AWS_PROFILE", "missing")
    with pytest.raises(ConfigurationError, match=r"no credentials for AWS: .*missing"):
        await SigV4("states").sign(sent, None)
    monkeypatch.delenv("AWS_PROFILE")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDOFENV")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    assert "=AKIDOFENV/" in (await SigV4("states").sign(sent, None))["Authorization"]


@pytest.fixture
def tokens() -> Iterator[str]:
    """The address of AWS's service of tokens, which refuses each role."""
    error = b"<Error><Code>AccessDenied</Code><Message>not yours</Message></Error>"
    body = b"<ErrorResponse>" + error + b"</ErrorResponse>"

    class Refusing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(403)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


async def test_a_role_that_aws_refuses_is_no_mistake_of_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tokens: str
) -> None:
    (tmp_path / "config").write_text(
        "[profile night]\nrole_arn = arn:aws:iam::1:role/night\nsource_profile = day\n"
        "region = eu-west-1\n[profile day]\naws_access_key_id = K\naws_secret_access_key = S\n"
    )
    monkeypatch.setenv("AWS_PROFILE", "night")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", tokens)
    with pytest.raises(ConfigurationError, match=r"no credentials for AWS: .*not yours"):
        await SigV4("states").sign(request("http://x/"), None)


async def test_no_log_shows_a_session_token(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Unless the program asks botocore for it."""
    log = logging.getLogger("botocore")
    monkeypatch.setattr(log, "level", logging.NOTSET)
    caplog.set_level(logging.DEBUG)
    await SigV4("states").sign(request("http://x/"), f"{KEY}:{SECRET}:a-session-token")
    assert "a-session-token" not in caplog.text
    log.setLevel(logging.DEBUG)
    await SigV4("states").sign(request("http://x/"), f"{KEY}:{SECRET}:a-session-token")
    assert "a-session-token" in caplog.text


@pytest.mark.parametrize("token", ["hidden", ":hidden", "hidden:", ":"])
async def test_a_token_in_another_form_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(ConfigurationError, match="must be ACCESS_KEY_ID:SECRET_ACC") as caught:
        await SigV4("states").sign(request("http://x/"), token)
    assert "hidden" not in repr(caught.value)


async def test_without_botocore_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "botocore.auth", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'asyncops\[aws\]'"):
        await SigV4("states").sign(request("http://x/"), f"{KEY}:{SECRET}")
