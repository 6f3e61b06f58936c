"""A description that holds, one whose listing is not there, and what no answer tells."""

from typing import Any

import pytest

from asyncops.kit import Client, Order
from asyncops.kit.doctor.examine import examine
from asyncops.kit.resources import ResourcePath, resources_of
from asyncops.paging.styles import Paging
from asyncops.testing import Fake
from asyncops.utils.clock import SYSTEM_CLOCK
from tests.kit.described.apify import ApifyClient
from tests.kit.described.dagster import DagsterClient
from tests.kit.described.github import GitHubClient
from tests.kit.described.replicate import ReplicateClient
from tests.kit.described.twilio import TwilioClient
from tests.kit.doctor.farms import (
    OFFSETS,
    ONCE,
    PAGES,
    SORTED,
    TOKENS,
    assert_told,
    examined,
    farm,
    found_of,
    lies,
)
from tests.testing.contracts.farms import (
    CountedClient,
    CursorsClient,
    HeadersClient,
    NestedClient,
    PostingClient,
    SortedClient,
)


@pytest.mark.parametrize("paging", [TOKENS, PAGES, OFFSETS], ids=["tokens", "pages", "offsets"])
async def test_a_description_that_holds_is_found_to_hold(paging: Paging) -> None:
    found = await examined(farm(paging))
    assert {each.verdict for each in found.values()} == {"good"}
    counted = {"total", "first"} if paging is PAGES else {"total"} if paging is OFFSETS else set()
    assert found.keys() == counted | {
        *("size", "paging", "order", "both ends", "times", "clock"),
        *("created_after", "created_before", "status", "statuses"),
        *("item", "known statuses", "get"),
    }


@pytest.mark.parametrize(
    ("served", "held"),
    [
        (farm(), farm(path="/v2/jobs")),
        (farm(), farm(items="data")),
        (farm(order=Order()), farm(order=SORTED)),
    ],
    ids=["another path", "another place of the items", "a parameter that is refused"],
)
async def test_a_listing_that_cannot_be_read_is_told(served: Any, held: Any) -> None:
    await assert_told(held, served, "listing", "check path=, items= and auth=")


async def test_what_cannot_be_told_is_unknown() -> None:
    """Of one row, and of none."""
    found = await examined(farm(), rows=1)
    assert not lies(found)
    unknown = {claim for claim, each in found.items() if each.verdict == "unknown"}
    assert unknown == {
        *("size", "paging", "order", "both ends"),
        *("created_after", "created_before", "status", "statuses"),
    }
    (empty,) = (await examined(farm(), rows=0)).values()
    assert str(empty) == "listing: it is empty, so that nothing can be tested"


async def test_an_error_of_the_moment_is_no_lie() -> None:
    found = await examined(farm(), prepare=lambda fake: fake.fail(503, on=3))
    assert not lies(found)
    assert found["paging"].verdict == "unknown"
    assert "503" in str(found["paging"])


async def test_a_resource_that_is_not_listed_cannot_be_tested() -> None:
    async with NestedClient("token", base_url="http://127.0.0.1:9") as client:
        (found,) = [each async for each in examine(client.renders)]
    assert found.verdict == "unknown"


async def test_filters_that_must_be_given_are_given() -> None:
    """And a service that wants a status is asked for one."""
    async with Fake(SortedClient, rows=90, clock=SYSTEM_CLOCK) as fake:
        async with fake.client(retry=ONCE) as client:
            found = [each async for each in examine(client.jobs, project="p")]
        assert {each.verdict for each in found} <= {"good", "unknown"}
        assert {each.query["project"] for each in fake.requests if "project" in each.query} == {"p"}
        assert fake.count() <= 12


DESCRIBED = [
    *(GitHubClient, ReplicateClient, ApifyClient, DagsterClient, TwilioClient),
    *(CountedClient, CursorsClient, HeadersClient, NestedClient, PostingClient, SortedClient),
]
RESOURCES = [(client, each) for client in DESCRIBED for each in resources_of(client)]


@pytest.mark.parametrize(
    ("client", "resource"), RESOURCES, ids=[f"{each.__name__}-{r.name}" for each, r in RESOURCES]
)
@pytest.mark.parametrize("rows", [90, 7])
async def test_no_description_is_accused_by_its_own_service(
    client: type[Client], resource: ResourcePath, rows: int
) -> None:
    found = await found_of(client, resource, rows)
    assert lies(found) == {}
    listed = resource.description.listing is not None
    assert any(each.verdict == "good" for each in found.values()) is listed
