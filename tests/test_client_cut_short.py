"""What a start that the client's close or the deadline ends says: whether it may have started."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from attrs import define, field

from asyncops.errors import (
    AsyncOpsError,
    ConfigurationError,
    DeadlineExceeded,
    MayHaveStarted,
)
from asyncops.kit import Action
from asyncops.testing import FakeClock
from tests.kit.parts import client, resource
from tests.until import until

CUTS = {"closed": ConfigurationError, "deadline": DeadlineExceeded}

FarmClient: Any = client(jobs=resource(start=Action("/jobs", id="id")))


class Asleep(FakeClock):
    """A clock on which each sleep is without end.

    Attributes:
        begun: Whether one has begun.
    """

    begun = False

    async def sleep(self, _seconds: float) -> None:
        self.begun = True
        await asyncio.Event().wait()


@define
class Farm:
    """A service that answers with its statuses and then not at all, and tokens that run out.

    Attributes:
        statuses: The statuses of its first answers.
        tokens: How many tokens there are; the next one never comes.
    """

    statuses: tuple[int, ...] = ()
    tokens: int = 9
    requests: int = 0
    asked: int = 0
    url: str = field(default="")

    async def answer(self, _: web.Request) -> web.Response:
        self.requests += 1
        if self.requests > len(self.statuses):
            await asyncio.Event().wait()
        headers = {"Retry-After": "9"}
        return web.json_response({}, status=self.statuses[self.requests - 1], headers=headers)

    async def token(self) -> str:
        self.asked += 1
        if self.asked > self.tokens:
            await asyncio.Event().wait()
        return f"token-number-{self.asked}"

    @asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        app = web.Application()
        app.router.add_post("/jobs", self.answer)
        async with TestServer(app) as server:
            self.url = str(server.make_url("")).rstrip("/")
            yield


async def cut_short(farm: Farm, cut: str, *, when: Callable[[Asleep], bool]) -> AsyncOpsError:
    """Return the error of a start that is ended as soon as a condition holds for the clock."""
    clock = Asleep()
    async with FarmClient(farm.token, base_url=farm.url, clock=clock) as made:
        start = asyncio.ensure_future(made.jobs.start())
        await until(lambda: when(clock), start)
        if cut == "closed":
            await made.close()
        else:
            made._limits.end_all()
        with pytest.raises(AsyncOpsError) as caught:
            await start
    return caught.value


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("statuses", [(), (401,)], ids=["the first one", "sent again after a 401"])
async def test_a_request_without_an_answer_may_have_started(
    statuses: tuple[int, ...], cut: str
) -> None:
    farm = Farm(statuses)
    async with farm.served():
        error = await cut_short(farm, cut, when=lambda _: farm.requests > len(statuses))
    assert isinstance(error, MayHaveStarted)
    assert type(error.error) is CUTS[cut]


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize(
    ("statuses", "tokens"),
    [((), 0), ((401,), 1), ((429,), 9)],
    ids=["before the first request", "refused with a 401", "refused with a 429"],
)
async def test_a_request_that_was_refused_has_not_started(
    statuses: tuple[int, ...], tokens: int, cut: str
) -> None:
    farm = Farm(statuses, tokens)

    def waits(clock: Asleep) -> bool:
        return farm.asked > tokens or clock.begun

    async with farm.served():
        error = await cut_short(farm, cut, when=waits)
    assert farm.requests == len(farm.statuses)
    assert type(error) is CUTS[cut]
    assert getattr(error, "sent", None) is False


@pytest.mark.parametrize("cut", CUTS)
async def test_a_request_that_could_not_be_sent_has_not_started(cut: str) -> None:
    farm = Farm(url="http://127.0.0.1:1")
    error = await cut_short(farm, cut, when=lambda clock: clock.begun)
    assert type(error) is CUTS[cut]
    assert getattr(error, "sent", None) is False
