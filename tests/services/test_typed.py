"""What type checkers read, run as well."""

from typing import assert_type
from uuid import UUID

from asyncops import (
    AsyncApiCall,
    AsyncOperation,
    AsyncOpsError,
    ChainloopClient,
    MlPrompt,
    Operation,
    Page,
    State,
    ZooClient,
)
from asyncops.services.zoo import (
    ApiCallWithPrice,
    AsyncApiCallOutput,
    Conversation,
    DatasetConversion,
    DatasetConversionDetails,
    OrgDataset,
    TextToCadOutput,
    TextToCadResponse,
)
from asyncops.testing import FakeServer, FakeZoo


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


async def test_what_any_user_may_list_has_the_type_of_its_items() -> None:
    """And what lies below a dataset is found by its id."""
    async with FakeZoo() as fake, fake.client() as zoo:
        (part,) = await zoo.text_to_cad.list(no_parts=False).collect(max_items=1)
        assert_type(part, TextToCadResponse)
        assert_type(part.parts, dict[str, bytes])
        assert_type(await zoo.text_to_cad.get(part.id), TextToCadOutput)
        assert_type(await zoo.text_to_cad.wait(part.id, raise_on_failure=False), TextToCadOutput)
        (call,) = await zoo.api_calls.list().collect(max_items=1)
        assert_type(call, ApiCallWithPrice)
        assert_type(await zoo.api_calls.wait(call.id, raise_on_failure=False), ApiCallWithPrice)
        assert_type(await zoo.conversations.list(), Page[Conversation])
        (dataset,) = await zoo.org.datasets.list(lookup_enabled=True).collect(max_items=1)
        assert_type(dataset, OrgDataset)
        conversions = zoo.org.datasets(dataset.id).conversions
        listed = await conversions.list(sort_by="phase_ascending", status="error_user")
        assert_type(listed, Page[DatasetConversion])
        assert_type(await conversions.get(listed.items[0].id), DatasetConversionDetails)
        async with zoo.org.api_calls.wait_many([call.id]) as finished:
            async for _, ended in finished:
                assert_type(ended, ApiCallWithPrice | AsyncOpsError)


def in_words(operations: list[Operation]) -> list[State]:
    """Code over several services needs no branches."""
    return [operation.state for operation in operations]
