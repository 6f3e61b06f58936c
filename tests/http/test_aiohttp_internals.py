"""aiohttp's private attributes: each test fails when aiohttp changes the one it is about."""

import asyncio

import aiohttp

from asyncops.http.aiohttp_internals import loop_of, middlewares_of


async def unchanged(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    return await handler(request)


async def test_a_session_keeps_its_event_loop() -> None:
    async with aiohttp.ClientSession() as session:
        assert loop_of(session) is asyncio.get_running_loop()


async def test_a_session_keeps_its_middlewares() -> None:
    async with aiohttp.ClientSession(middlewares=(unchanged,)) as session:
        assert tuple(middlewares_of(session)) == (unchanged,)
    async with aiohttp.ClientSession() as session:
        assert tuple(middlewares_of(session)) == ()
