"""What the wire tests share: a client set up for them, one call, and the search for secrets."""

import asyncio
import pickle
import traceback
from collections.abc import AsyncIterator, Awaitable, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar
from uuid import UUID

import aiohttp
import msgspec
import pytest

from asyncops import AsyncOpsError, MlPrompt, Page, Timeout, ZooClient
from asyncops.client import BaseClient
from asyncops.http.decoding import decode_json
from asyncops.http.messages import Reply, Request
from asyncops.http.service import Service
from asyncops.testing import FakeClock
from tests.wire.faultserver import SILENCE, FaultServer, Seen, Step, answer

__all__ = [
    "BODY",
    "GET",
    "PROMPT",
    "QUERY",
    "QUICK",
    "SECRETS",
    "TOKEN",
    "ask",
    "assert_clean",
    "client_of",
    "echo",
    "endless",
    "failing",
    "fetch",
    "get",
    "prompt_json",
    "quiet",
    "strays",
    "then_silent",
    "zoo",
]

E = TypeVar("E", bound=AsyncOpsError)

TOKEN = "tok-5e1f"
"""Short, so that nothing but the library's own care can keep it out of a text."""

QUERY = "querysecret+/=7c55"
BODY = "bodysecret9a8b7c6d5e4f3a2b1c0d9e8f"
SECRETS = (TOKEN, "querysecret", "bodysecret")

PROMPT = UUID("f135d675-c44a-4e2e-9638-87d941fa1872")

GET = Request(path="/x")

QUICK = Timeout(connect=1.0, read=1.0, attempt=2.0, deadline=5.0, pool=1.0)


@asynccontextmanager
async def zoo(
    server: FaultServer, *, given: bool = False, **options: Any
) -> AsyncIterator[ZooClient]:
    """A client for the server, on a clock that sleeps in no time.

    Args:
        server: What it talks to.
        given: Whether it is given a session of aiohttp's.
        options: Arguments of the client.
    """
    async with AsyncExitStack() as stack:
        if given:
            options["session"] = await stack.enter_async_context(aiohttp.ClientSession())
        arguments: dict[str, Any] = {
            "base_url": server.url,
            "timeout": QUICK,
            "clock": FakeClock(),
        } | options
        yield await stack.enter_async_context(ZooClient(arguments.pop("token", TOKEN), **arguments))


@asynccontextmanager
async def client_of(
    server: FaultServer,
    token: Any = TOKEN,
    *,
    options: Mapping[str, Any] | None = None,
    **declared: Any,
) -> AsyncIterator[BaseClient]:
    """A client for the server, which is a service of its own.

    Args:
        server: What it talks to.
        token: What it sends; for a service without a token, None.
        options: Arguments of the client.
        declared: What the service says of itself, besides its name.
    """

    class Client(BaseClient):
        service = Service(
            name="of-tests",
            title="Of Tests",
            url=None,
            token=None if token is None else "OF_TESTS_TOKEN",
            **declared,
        )

    arguments: dict[str, Any] = {"base_url": server.url, "timeout": QUICK, "clock": FakeClock()}
    async with Client(token, **arguments | dict(options or {})) as client:
        yield client


async def fetch(client: BaseClient, request: Request = GET) -> Reply[Any]:
    """The answer to a request, as free-form JSON."""
    return await client.fetch(request, decode=decode_json)


async def ask(client: ZooClient) -> Page[MlPrompt]:
    """The first page of a listing whose query holds a secret."""
    return await client.ml_prompts.list(limit=3, page_token=QUERY)


async def get(client: ZooClient, number: int) -> MlPrompt:
    """One prompt, and the proof that the answer is for the one asked for."""
    prompt = await client.ml_prompts.get(UUID(int=number))
    assert prompt.id == UUID(int=number)
    return prompt


def prompt_json(id: str, **fields: object) -> bytes:  # noqa: A002 - the API's own name
    """One prompt as the service writes it."""
    return msgspec.json.encode(
        {
            "id": id,
            "user_id": str(PROMPT),
            "prompt": BODY,
            "type": "text_to_cad",
            "status": "completed",
            "model_version": "1",
            "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z",
            **fields,
        }
    )


def echo(seen: Seen) -> list[bytes]:
    """The prompt whose id the path names."""
    return [answer(prompt_json(seen.target.rpartition("/")[2]))]


def endless(seen: Seen) -> Sequence[Step]:
    """Pages without end, two prompts in each."""
    ids = (UUID(int=2 * seen.number), UUID(int=2 * seen.number + 1))
    items = b",".join(prompt_json(str(each)) for each in ids)
    return [answer(b'{"items":[%b],"next_page":"page-%d"}' % (items, seen.number))]


def then_silent(seen: Seen) -> Sequence[Step]:
    """One page, and then none: what is fetched ahead does not come."""
    return endless(seen) if seen.number == 1 else [SILENCE]


async def failing(call: Awaitable[object], kind: type[E]) -> E:
    """The error of exactly this class that a call ends with, seen to hold no secret."""
    with pytest.raises(AsyncOpsError) as caught:
        await call
    error = caught.value
    assert type(error) is kind, repr(error)
    assert isinstance(error, kind)
    assert_clean(error)
    return error


def assert_clean(error: BaseException, secrets: Iterable[str] = SECRETS) -> None:
    """No secret shows in an error, in what it was raised from, or in its traceback."""
    texts = ["".join(traceback.format_exception(error))]
    for each in _reachable(error, set()):
        texts += [str(each), repr(each)]
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - what was just made
    assert type(copy) is type(error)
    texts += [str(copy), repr(copy)]
    for text in texts:
        for secret in secrets:
            assert secret not in text, f"{secret} shows in {text!r}"


def _reachable(error: BaseException, known: set[int]) -> Iterator[BaseException]:
    if id(error) in known:
        return
    known.add(id(error))
    yield error
    parts = (error.__cause__, error.__context__, *error.args, *getattr(error, "exceptions", ()))
    for part in parts:
        if isinstance(part, BaseException):
            yield from _reachable(part, known)


def strays(server: FaultServer | None = None) -> set["asyncio.Task[object]"]:
    """The tasks that are neither the running one nor a server's."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    return {task for task in tasks if server is None or not server.owns(task)}


async def quiet(server: FaultServer, *, connections: int = 0) -> None:
    """Wait until no task is left and at most so many connections are open."""
    await server.until(lambda: not strays(server) and server.open <= connections)
