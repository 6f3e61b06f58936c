"""GitHub's description, held to what every service promises, and what is GitHub's own."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from asyncops import ChangeKind, GitHubClient, PollPolicy
from asyncops.kit import Sample
from asyncops.testing import Fake, contract
from tests.services.answering import Answer, answering

TestGitHub = contract(GitHubClient)

PLACE = "python", "cpython"
CAP = 1000
SAMPLE = GitHubClient.runs.resource.description.sample or Sample(item={})
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def run(number: int) -> dict[str, Any]:
    """A run as GitHub writes it; four in each second, the newest is number 0."""
    created = (NOW - timedelta(seconds=number // 4)).isoformat().replace("+00:00", "Z")
    return {
        **SAMPLE.item,
        "id": 10_000 - number,
        "created_at": created,
        "head_branch": "main" if number % 2 else "other",
    }


class Capped:
    """Runs as GitHub lists them: a search ends at its thousandth row, and looks whole.

    Args:
        rows: How many there are.
        told: Whether the count tells how many the search would have, beyond the cap.
    """

    def __init__(self, rows: int, *, told: bool) -> None:
        self._rows, self._told = [run(number) for number in range(rows)], told

    def __call__(self, request: web.Request) -> Answer:
        query, rows = request.query, self._rows
        page, size = int(query["page"]), int(query["per_page"])
        if "branch" in query:
            rows = [row for row in rows if row["head_branch"] == query["branch"]]
        if "created" in query:
            after, before = query["created"].split("..")
            rows = [row for row in rows if self._is_in(row, after, before)]
        total, searched = len(rows), len(query) > 2
        if searched:
            rows = rows[:CAP]
        shown = rows[(page - 1) * size : page * size]
        more = f'<{request.url.update_query(page=page + 1)}>; rel="next"'
        headers = {"Link": more} if page * size < len(rows) else {}
        count = total if self._told else len(rows)
        return Answer({"total_count": count, "workflow_runs": shown}, headers=headers)

    @staticmethod
    def _is_in(row: dict[str, Any], after: str, before: str) -> bool:
        created = datetime.fromisoformat(row["created_at"])
        return (after == "*" or datetime.fromisoformat(after) <= created) and (
            before == "*" or created <= datetime.fromisoformat(before)
        )


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("rows", [1999, 2001, 2003, 5200])
async def test_a_search_is_read_past_its_cap(rows: int, told: bool) -> None:
    """Nothing is lost, whether the count tells of more or not."""
    async with (
        answering(Capped(rows, told=told)) as server,
        GitHubClient("token", base_url=server.url) as github,
    ):
        found = [each.id async for each in github.runs(*PLACE).list(branch="main")]
    assert found == [10_000 - number for number in range(rows) if number % 2]


@pytest.mark.parametrize("told", [True, False])
async def test_a_search_is_read_past_its_cap_side_by_side(told: bool) -> None:
    async with (
        answering(Capped(9200, told=told)) as server,
        GitHubClient("token", base_url=server.url) as github,
        github.runs(*PLACE).list(branch="main").concurrent(4) as walk,
    ):
        found = [each.id async for each in walk]
    assert found == [10_000 - number for number in range(9200) if number % 2]


@pytest.mark.parametrize("told", [True, False])
async def test_shards_are_read_past_the_cap(told: bool) -> None:
    async with (
        answering(Capped(9200, told=told)) as server,
        GitHubClient("token", base_url=server.url) as github,
    ):
        runs = github.runs(*PLACE)
        shards = await runs.list(branch="main").shards(2)
        found = [each.id for shard in shards async for each in runs.shard(shard)]
    assert found == [10_000 - number for number in range(9200) if number % 2]


@pytest.mark.parametrize("ended_before", [True, False])
async def test_a_rerun_is_told_by_a_watch(ended_before: bool) -> None:
    """The run keeps its id and its creation, and its end is told again."""
    async with Fake(GitHubClient, rows=0) as fake, fake.client() as github:
        first = fake.add("runs", *PLACE, status="failure" if ended_before else "in_progress")
        runs = github.runs(*PLACE)
        async with runs.watch(poll=PollPolicy(timeout=3600)) as watch:
            if not ended_before:
                fake.move("runs", first.id, *PLACE, status="failure")
                assert (await anext(watch)).kind is ChangeKind.FINISHED
            else:
                fake.add("runs", *PLACE, status="success")
                kinds = [(await anext(watch)).kind for _ in range(2)]
                assert kinds == [ChangeKind.CREATED, ChangeKind.FINISHED]
            fake.change("runs", first.id, *PLACE, run_attempt=2)
            fake.move("runs", first.id, *PLACE, status="in_progress")
            again = await anext(watch)
            assert (again.kind, again.id) == (ChangeKind.REOPENED, str(first.id))
            assert again.after is not None
            assert again.after.run_attempt == 2
            assert again.after.created_at == first.created_at
            assert again.after.finished_at is None
            fake.move("runs", first.id, *PLACE, status="success")
            assert (await anext(watch)).kind is ChangeKind.FINISHED
