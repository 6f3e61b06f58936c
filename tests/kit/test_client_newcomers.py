"""Services that nobody planned for, described with nothing but the docstrings at hand."""

import ast
import inspect
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import ModuleType
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import pytest

from asyncops import APIError, RateLimited, RetryPolicy, State
from asyncops.kit import Client
from asyncops.testing import contract
from tests.kit.described import apify, dagster, twilio
from tests.kit.described.apify import ApifyClient
from tests.kit.described.dagster import DagsterClient
from tests.kit.described.twilio import TwilioClient
from tests.wire.faultserver import FaultServer, Seen, answer

TestApify = contract(ApifyClient)
TestDagster = contract(DagsterClient)
TestTwilio = contract(TwilioClient)

C = TypeVar("C", bound=Client)
NOON = datetime(2026, 1, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize("module", [apify, dagster, twilio], ids=lambda each: each.__name__)
def test_each_takes_less_than_a_hundred_lines(module: ModuleType) -> None:
    """Of code: what is imported, empty lines and docstrings do not count."""
    lines = inspect.getsource(module).splitlines()
    tree = ast.parse("\n".join(lines))
    other = {number for number, line in enumerate(lines, start=1) if not line.strip()}
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom() | ast.Expr(value=ast.Constant()):
                other.update(range(node.lineno, (node.end_lineno or 0) + 1))
    assert len(lines) - len(other) < 100


@asynccontextmanager
async def asked(
    kind: type[C], token: str, *answers: Any, status: str = "200 OK", headers: Sequence[str] = ()
) -> AsyncIterator[tuple[C, FaultServer]]:
    """A client of a server that gives these answers, one after the other."""
    script = [[answer(json.dumps(each).encode(), *headers, status=status)] for each in answers]
    once = RetryPolicy(attempts=1)
    async with (
        FaultServer(script) as server,
        kind(token, base_url=server.url, retry=once) as client,
    ):
        yield client, server


def query_of(seen: Seen) -> dict[str, str]:
    """The parameters of a request."""
    return dict(parse_qsl(urlsplit(seen.target).query))


async def test_apifys_runs_are_asked_for_newest_first_by_status_and_window() -> None:
    run = {
        "id": "r1",
        "actId": "crawler",
        "status": "TIMED-OUT",
        "startedAt": "2026-01-22T12:00:00.125Z",
        "finishedAt": "2026-01-22T12:05:00Z",
        "meta": {"origin": "API"},
    }
    page = {"total": 1, "offset": 0, "limit": 1000, "desc": True, "count": 1, "items": [run]}
    async with asked(ApifyClient, "apify_1", {"data": page}) as (client, server):
        (found,) = await client.runs.list(status=("TIMED-OUT", "FAILED"), created_after=NOON)
        assert (found.actor, found.state) == ("crawler", State.FAILED)
        assert found.finished_at == datetime(2026, 1, 22, 12, 5, tzinfo=UTC)
    (seen,) = server.seen
    assert seen.header("authorization") == "Bearer apify_1"
    assert query_of(seen) == {
        "desc": "1",
        "limit": "1000",
        "offset": "0",
        "startedAfter": "2026-01-22T12:00:00Z",
        "status": "FAILED,TIMED-OUT",
    }


async def test_an_actors_run_is_cancelled() -> None:
    run = {"id": "r1", "actId": "a", "status": "ABORTING", "startedAt": "2026-01-22T12:00:00Z"}
    async with asked(ApifyClient, "apify_1", {"data": run}) as (client, server):
        assert (await client.runs.cancel("r1")).state is State.RUNNING
    assert server.seen[0].head.startswith(b"POST /v2/actor-runs/r1/abort ")


async def test_dagsters_runs_are_asked_for_by_one_query() -> None:
    run = {"runId": "a", "status": "FAILURE", "jobName": "nightly", "creationTime": 1767225600.5}
    pages = [{"data": {"runsOrError": {"results": rows}}} for rows in ([run], [])]
    async with asked(DagsterClient, "t-1", *pages) as (client, server):
        (found,) = await client.runs.list(status="FAILURE", limit=1).collect()
    assert found.created_at == datetime(2026, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)
    assert server.seen[0].head.startswith(b"POST /graphql ")
    assert {each.header("dagster-cloud-api-token") for each in server.seen} == {"t-1"}
    sent = [json.loads(each.body) for each in server.seen]
    assert {each["query"] for each in sent} == {dagster.QUERY}
    wanted = {"filter": {"statuses": ["FAILURE"]}, "limit": 1}
    assert [each["variables"] for each in sent] == [wanted, {**wanted, "cursor": "a"}]


async def test_dagsters_error_in_a_200_is_an_error() -> None:
    """It is told in the service's own words."""
    wrong = {"data": {"runsOrError": {"message": "no such job"}}}
    async with asked(DagsterClient, "t-1", wrong) as (client, _):
        with pytest.raises(APIError, match=r"^200: no such job$"):
            await client.runs.list()


async def test_twilios_next_pages_are_asked_of_the_same_host() -> None:
    """By the query alone of the URL that is given, and with the login."""
    row = {"status": "in-progress", "date_created": "2026-01-22T12:00:00Z"}
    row["date_updated"] = row["date_created"]
    following = "https://intelligence.example/v2/Transcripts?PageSize=2&Page=1&PageToken=PAGT0"
    pages = (
        {"transcripts": [row | {"sid": "GT0"}], "meta": {"next_page_url": following}},
        {"transcripts": [row | {"sid": "GT1"}], "meta": {"next_page_url": None}},
    )
    async with asked(TwilioClient, "AC1:secret", *pages) as (client, server):
        found = await client.transcripts.list(status="in-progress", limit=2).collect()
    assert [each.id for each in found] == ["GT0", "GT1"]
    assert {each.finished_at for each in found} == {None}
    assert query_of(server.seen[1]) == {
        "Status": "in-progress",
        "PageSize": "2",
        "Page": "1",
        "PageToken": "PAGT0",
    }
    assert {each.header("authorization") for each in server.seen} == {"Basic QUMxOnNlY3JldA=="}


async def test_twilio_says_when_it_is_asked_too_often() -> None:
    wrong = {"code": 20429, "message": "Too many requests", "status": 429}
    async with asked(TwilioClient, "AC1:secret", wrong, status="429 No") as (client, _):
        with pytest.raises(RateLimited, match="Too many requests"):
            await client.transcripts.list()
