"""What type checkers read, run as well."""

from typing import assert_type
from uuid import UUID

from asyncops import (
    AsyncApiCall,
    AsyncOperation,
    ChainloopClient,
    MlPrompt,
    Operation,
    Page,
    State,
    ZooClient,
)
from asyncops.services.zoo import AsyncApiCallOutput
from asyncops.testing import FakeServer


async def test_listings_have_the_type_of_their_items() -> None:
    """Without a cast or an annotation of the caller's."""
    async with FakeServer() as server:
        async with ZooClient(server.token, base_url=server.url) as zoo:
            async for call in zoo.operations.list(limit=5):
                assert_type(call, AsyncApiCall)
                break
            assert_type(await zoo.operations.list(), Page[AsyncApiCall])
            assert_type(await zoo.ml_prompts.list().collect(max_items=3), list[MlPrompt])
            async for page in zoo.ml_prompts.list().pages():
                assert_type(page, Page[MlPrompt])
                assert_type(page.items, tuple[MlPrompt, ...])
                break
            assert_type(await zoo.ml_prompts.get(page.items[0].id), MlPrompt)
            assert_type(call.id, UUID)
            output = await zoo.operations.get(call.id)
            assert_type(output, AsyncApiCallOutput)
        async with ChainloopClient(server.token, base_url=server.url) as chainloop:
            async for operation in chainloop.operations.list():
                assert_type(operation, AsyncOperation)
                break
        assert in_words([call, operation, output]) == [call.state, operation.state, output.state]


def in_words(operations: list[Operation]) -> list[State]:
    """Code over several services needs no branches."""
    return [operation.state for operation in operations]
