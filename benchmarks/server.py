"""The page server: as little work as can be, so that the client is what is measured.

``python -m benchmarks.server '{"pages": {"completed": 500}}'`` prints its port and serves until
its input ends. ``GET /requests`` tells how many requests have come since it was last asked.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from datetime import datetime
from selectors import SelectSelector
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from attrs import define, field, frozen

from benchmarks.listings import NumberedListing, TokenListing, prompt_body

__all__ = ["Settings"]

_PREFIX = len("page-")


@frozen(kw_only=True)
class Settings:
    """What a server serves, and how.

    Attributes:
        pages: Zoo's calls: how many pages each status has, the most of them a multiple of each; the
            status "" stands for all in one listing.
        numbered: Chainloop's operations: how many pages.
        size: Items of a page.
        keys: The order of the keys in Zoo's calls.
        latency: Seconds that each answer is held back.
        kept: Whether an answer is kept once made. Warming up then leaves none to be made.
    """

    pages: Mapping[str, int] = field(factory=dict)
    numbered: int = 0
    size: int = 100
    keys: str = "alphabetical"
    latency: float = 0.0
    kept: bool = True


@define(eq=False)
class _Site:
    """From a request's target to the whole answer, headers included."""

    settings: Settings
    requests: int = 0
    _tokens: dict[str, TokenListing] = field(factory=dict, init=False)
    _numbered: NumberedListing = field(init=False)
    _answers: dict[bytes, bytes] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        size, pages = self.settings.size, self.settings.pages
        self._numbered = NumberedListing(self.settings.numbered, size)
        for rank, (status, count) in enumerate(pages.items()):
            stride, rest = divmod(max(pages.values()), count)
            if rest:
                raise ValueError(f"{max(pages.values())} pages are no multiple of {count}")
            self._tokens[status] = TokenListing(
                status=status,
                rank=rank,
                pages=count,
                size=size,
                stride=stride,
                keys=self.settings.keys,
            )

    def answer(self, target: bytes) -> bytes:
        if target == b"/requests":
            return self._count()
        self.requests += 1
        answer = self._answers.get(target)
        if answer is None:
            answer = _whole(*self._body(target.decode()))
            if self.settings.kept:
                self._answers[target] = answer
        return answer

    def _count(self) -> bytes:
        count, self.requests = self.requests, 0
        return _whole(b"%d" % count)

    def _body(self, target: str) -> tuple[bytes, int]:
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query))
        match parts.path.split("/")[1:]:
            case ["async", "operations"] if query.get("status", "") in self._tokens:
                listing = self._tokens[query.get("status", "")]
                at = int(query.get("page_token", "page-0")[_PREFIX:], 16)
                rows = listing.between(
                    _time(query, "created_after"), _time(query, "created_before")
                )
                ascending = query.get("sort_by") == "created_at_ascending"
                return listing.page(at, rows, ascending=ascending), 200
            case ["v1", "operations"]:
                return self._numbered.page(int(query["pagination.page"])), 200
            case ["ml-prompts", identity]:
                return prompt_body(identity), 200
            case _:
                return b'{"message":"there is no such thing here","request_id":"0"}', 404


def _time(query: Mapping[str, str], name: str) -> datetime | None:
    return datetime.fromisoformat(query[name]) if name in query else None


def _whole(body: bytes, status: int = 200) -> bytes:
    head = (
        f"HTTP/1.1 {status} -\r\nContent-Type: application/json\r\n"
        f"X-Api-Call-Id: f135d675-c44a-4e2e-9638-87d941fa1872\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class _Connection(asyncio.Protocol):
    def __init__(self, site: _Site) -> None:
        self._site = site
        self._latency = site.settings.latency
        self._loop = asyncio.get_running_loop()
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        while b"\r\n\r\n" in self._read:
            head, _, self._read = self._read.partition(b"\r\n\r\n")
            answer = self._site.answer(head.split(b" ", 2)[1])
            if self._latency:
                self._loop.call_later(self._latency, self._send, answer)
            else:
                self._send(answer)

    def _send(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)


async def _serve(settings: Settings) -> None:
    site = _Site(settings)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(site), "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


def _loop_for(settings: Settings) -> asyncio.AbstractEventLoop:
    # epoll waits whole milliseconds, which is a twentieth of the latency; select does not.
    return asyncio.SelectorEventLoop(SelectSelector() if settings.latency else None)


def main(document: str) -> None:
    """Serve what a JSON document of :class:`Settings` says."""
    fields: dict[str, Any] = json.loads(document)
    settings = Settings(**fields)
    with asyncio.Runner(loop_factory=lambda: _loop_for(settings)) as runner:
        runner.run(_serve(settings))


if __name__ == "__main__":
    main(sys.argv[1])
