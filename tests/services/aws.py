"""A server that lets in whom AWS would: it verifies each signature over the bytes that came.

Written from AWS's description of Signature Version 4, without what the client signs with.
"""

import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from attrs import define, field

__all__ = ["KEY", "SECRET", "Aws", "serving", "signature_of"]

KEY, SECRET = "AKIDEXAMPLE12", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
_FORM = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, "
    r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})"
)
_LATEST = timedelta(minutes=5)


def signature_of(
    method: str, path: str, headers: str, names: str, body: bytes, stamp: str, scope: str, key: str
) -> str:
    """The signature of a request without a query."""
    digest = hashlib.sha256(body).hexdigest()
    whole = f"{method}\n{path}\n\n{headers}\n{names}\n{digest}"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(whole.encode()).hexdigest()}"
    made = f"AWS4{key}".encode()
    for part in scope.split("/"):
        made = hmac.digest(made, part.encode(), "sha256")
    return hmac.digest(made, text.encode(), "sha256").hex()


@define
class Aws:
    """The server.

    Attributes:
        url: Its address.
        answers: What it answers those that it lets in, status and body; the last one for good.
        secrets: The secret of each key, with the session token that belongs to it.
        ahead: How far its clock is ahead of this machine's.
        refused: Why it let each of the others not in.
        signed: The headers of each request.
    """

    url: str = ""
    answers: list[tuple[int, Any]] = field(factory=lambda: [(200, {"executions": []})])
    secrets: dict[str, tuple[str, str | None]] = field(factory=lambda: {KEY: (SECRET, None)})
    ahead: timedelta = timedelta()
    refused: list[str] = field(factory=list)
    signed: list[dict[str, str]] = field(factory=list)
    then: Callable[[], None] = lambda: None

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one request."""
        self.signed.append(dict(request.headers))
        code, message = self.complaint(request, await request.read())
        if code:
            self.refused.append(code)
            return _told(403, {"__type": f"com.amazon.coral.service#{code}", "message": message})
        status, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.then()
        return _told(status, body)

    def complaint(self, request: web.Request, body: bytes) -> tuple[str, str]:
        """Why a request is not let in; ``""`` if it is."""
        found = _FORM.fullmatch(request.headers.get("Authorization", ""))
        if found is None:
            return "MissingAuthenticationTokenException", "Missing Authentication Token"
        key, day, region, name, names, signature = found.groups()
        if key not in self.secrets:
            return "UnrecognizedClientException", "The security token is invalid."
        secret, session = self.secrets[key]
        if request.headers.get("X-Amz-Security-Token") != session:
            return "UnrecognizedClientException", "The security token is invalid."
        must = {"host", *(each.lower() for each in request.headers)}
        must = {each for each in must if each in {"host", "content-type"} or each[:6] == "x-amz-"}
        if must - set(names.split(";")):
            return "InvalidSignatureException", f"not signed: {must - set(names.split(';'))}"
        stamp = request.headers["X-Amz-Date"]
        at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if not stamp.startswith(day) or (name, region) != ("states", "eu-west-1"):
            return "InvalidSignatureException", "Credential should be scoped to a valid region."
        if abs(datetime.now(UTC) + self.ahead - at) > _LATEST:
            return "InvalidSignatureException", "Signature expired: it is now earlier than allowed"
        headers = "".join(f"{each}:{request.headers[each].strip()}\n" for each in names.split(";"))
        scope = f"{day}/{region}/{name}/aws4_request"
        made = signature_of(
            request.method, request.raw_path, headers, names, body, stamp, scope, secret
        )
        if not hmac.compare_digest(made, signature):
            return "InvalidSignatureException", "The signature we calculated does not match."
        return "", ""


def _told(status: int, body: Any) -> web.Response:
    headers = {"x-amzn-RequestId": "r-1", "Content-Type": "application/x-amz-json-1.0"}
    return web.Response(status=status, body=json.dumps(body).encode(), headers=headers)


@asynccontextmanager
async def serving() -> AsyncIterator[Aws]:
    """The server, while a block lasts."""
    aws, app = Aws(), web.Application()
    app.router.add_route("*", "/{path:.*}", aws.answer)
    async with TestServer(app) as server:
        aws.url = str(server.make_url("")).rstrip("/")
        yield aws
