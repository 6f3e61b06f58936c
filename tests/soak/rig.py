"""The fake services' data behind a wire on which some of the requests go wrong."""

import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from itertools import groupby
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec
from attrs import frozen

from asyncops import ChainloopClient, Checkpoint, Pager, RetryPolicy, Timeout, ZooClient
from asyncops.testing import FakeClock, FakeServer
from asyncops.testing.described.rows import Wanted
from asyncops.testing.described.table import Table
from asyncops.testing.server.local import now_ns
from asyncops.testing.server.service import RefusedError
from tests.soak.faults import ODD, Asked, Deck, Play
from tests.testing.asking import answer as answer_of
from tests.wire.faultserver import FaultServer, Seen, Step, answer

__all__ = ["Listing", "Rig", "listings", "merged_ids"]

CHAINLOOP = "/v1/operations"
# A call is never given up for want of attempts, tokens or time on a clock that runs ahead.
PATIENT = RetryPolicy(attempts=8, quota=1_000_000)
TIMEOUT = Timeout(read=0.5, attempt=1.0, deadline=100_000.0)


@frozen
class Listing:
    """One listing, and what it must give.

    Attributes:
        start: Makes the listing, from a checkpoint or from its beginning.
        expected: Makes an iterator over the ids that it gives, in order.
    """

    start: Callable[[Checkpoint | None], Pager[Any]]
    expected: Callable[[], Iterator[str]]


class Rig:
    """Renders what a `FakeServer` would say, and lets a share of the requests go wrong.

    Args:
        data: Whose data; it need not run, and its clock must not move.
        rate: The share of requests that a card is drawn for.
        cards: What goes wrong.
        seed: Of the dice.

    Attributes:
        requests: Whole requests that arrived.
        whole: How often each target was answered rightly, in whatever clothes.
        played: How often each card was.
        server: What plays it.
        clock: What the clients live on; nobody really sleeps.
    """

    def __init__(
        self, data: FakeServer, *, rate: float, cards: Mapping[str, Play], seed: int = 1
    ) -> None:
        self.requests = 0
        self.whole: Counter[str] = Counter()
        self.played: Counter[str] = Counter()
        self.server = FaultServer(self._script)
        self.clock = FakeClock()
        self._data = data
        self._now = now_ns(data.clock)
        self._rate = rate
        self._dice = random.Random(seed)
        self._deck = Deck(cards, self._dice)

    @property
    def backoffs(self) -> int:
        """How often a client has waited before it sent a request again."""
        # What rounding leaves of a delay is slept in steps of a microsecond.
        return sum(seconds > 1.5e-6 for seconds in self.clock.slept)

    @property
    def faults(self) -> int:
        """How many requests were not answered rightly."""
        return sum(times for name, times in self.played.items() if name not in ODD)

    def _script(self, seen: Seen) -> Sequence[Step]:
        # The server keeps every request, which would hide whether the client's memory is flat.
        self.server.seen.clear()
        self.requests += 1
        try:
            asked = self._asked(seen.target)
        except RefusedError as refusal:
            # Page 0, where pages are counted from 1: the answer, and all that can come.
            self.whole[seen.target] += 1
            body = msgspec.json.encode(self._data.chainloop.described.error(refusal, "refused"))
            return [answer(body, status=f"{refusal.status} Refused")]
        if self._dice.random() >= self._rate:
            self.whole[seen.target] += 1
            return [answer(asked.body)]
        name, steps = self._deck.draw(asked)
        self.played[name] += 1
        if name in ODD:
            self.whole[seen.target] += 1
        return steps

    def _asked(self, target: str) -> Asked:
        parts = urlsplit(target)
        path, query = unquote(parts.path), dict(parse_qsl(parts.query))
        number = query.get("pagination.page")
        after = {} if number is None else {**query, "pagination.page": str(int(number) + 1)}
        later = partial(self._body, path, after) if after else None
        return Asked(path, query, self._body(path, query), later)

    def _body(self, path: str, query: Mapping[str, str]) -> bytes:
        service: Any = (
            self._data.chainloop.described if path == CHAINLOOP else self._data.zoo.described
        )
        return msgspec.json.encode(answer_of(service, path, query, self._now))

    def zoo_ids(self, status: str | None = None) -> Iterator[str]:
        """Ids of the Zoo operations in one status or in all, newest first, one at a time."""
        rows = self._data.zoo.described.served["operations"].table(())
        if status is None:
            return merged_ids(rows, self._now)
        return self._ids(rows, status)

    def prompt_ids(self) -> Iterator[str]:
        """Ids of the prompts, newest first, one at a time."""
        return self._ids(self._data.zoo.described.served["ml_prompts"].table(()), None)

    def chainloop_ids(self) -> Iterator[str]:
        """Ids of the Chainloop operations, newest first, one at a time."""
        return self._ids(self._data.chainloop.described.served["operations"].table(()), None)

    def _ids(self, rows: Table, status: str | None) -> Iterator[str]:
        words = None if status is None else frozenset({status})
        found = rows.behind(Wanted(words=words), self._now, None)
        return (str(row.ids["id"]) for row in found)


def merged_ids(rows: Table, now: int) -> Iterator[str]:
    """Ids of all rows, newest first; those of one instant in the order of their ids."""
    for _, tied in groupby(rows.behind(Wanted(), now, None), key=lambda row: row.course.created):
        yield from sorted(str(row.ids["id"]) for row in tied)


@asynccontextmanager
async def listings(rig: Rig, page_size: int) -> AsyncIterator[dict[str, Listing]]:
    """Every kind of listing of both services, through clients that give up only by design."""
    options: dict[str, Any] = {
        "base_url": rig.server.url,
        "retry": PATIENT,
        "timeout": TIMEOUT,
        "max_body": 1 << 20,
        "clock": rig.clock,
    }
    async with (
        ZooClient("t", **options) as zoo,
        ChainloopClient("t", **options) as chainloop,
    ):
        calls, prompts = zoo.operations, zoo.ml_prompts
        yield {
            "every status": Listing(
                lambda resume: calls.list(limit=page_size, resume=resume), rig.zoo_ids
            ),
            "one status": Listing(
                lambda resume: calls.list(status="completed", limit=page_size, resume=resume),
                lambda: rig.zoo_ids("completed"),
            ),
            "prompts": Listing(
                lambda resume: prompts.list(limit=page_size, resume=resume), rig.prompt_ids
            ),
            "numbered": Listing(
                lambda resume: chainloop.operations.list(page_size=page_size, resume=resume),
                rig.chainloop_ids,
            ),
        }
