"""GitLab's description, held to what every service promises, and what is GitLab's own."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from asyncops import ChangeKind, GitLabClient, PollPolicy, State
from asyncops.kit import Sample
from asyncops.testing import Fake, contract
from tests.services.answering import Answer, answering

TestGitLab = contract(GitLabClient)

PLACE = "gitlab-org/gitlab"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
SAMPLE = GitLabClient.pipelines.resource.description.sample or Sample(item={})


class Counting:
    """Pipelines as GitLab lists them: it counts up to a number of them, and no further.

    Args:
        rows: How many there are.
        most: How many it counts.
        removed: The rows that are removed when the third page has been given.
    """

    def __init__(self, rows: int, most: int, removed: range = range(0)) -> None:
        self._rows = [
            {
                **SAMPLE.item,
                "id": 100_000 - number,
                "created_at": (NOW - timedelta(seconds=20 * number)).isoformat(),
            }
            for number in range(rows)
        ]
        self._most, self._removed, self._asked = most, removed, 0

    def __call__(self, request: web.Request) -> Answer:
        assert request.raw_path.startswith("/api/v4/projects/gitlab-org%2Fgitlab/pipelines?")
        query = request.query
        page, size = int(query["page"]), int(query["per_page"])
        rows = [row for row in self._rows if self._is_in(row, query)]
        shown, more = rows[(page - 1) * size : page * size], page * size < len(rows)
        headers = {
            "X-Page": str(page),
            "X-Per-Page": str(size),
            "X-Next-Page": str(page + 1) if more else "",
        }
        if len(rows) <= self._most:
            headers |= {"X-Total": str(len(rows)), "X-Total-Pages": str(-(-len(rows) // size))}
        self._asked += 1
        if self._asked == 3:
            gone = {100_000 - number for number in self._removed}
            self._rows = [row for row in self._rows if row["id"] not in gone]
        return Answer(shown, headers=headers)

    @staticmethod
    def _is_in(row: dict[str, Any], query: Any) -> bool:
        created = datetime.fromisoformat(row["created_at"])
        bounds = [query.get(name) for name in ("created_after", "created_before")]
        after, before = (each and datetime.fromisoformat(each) for each in bounds)
        return (after is None or after <= created) and (before is None or created <= before)


@pytest.mark.parametrize("most", [10_000, 400])
@pytest.mark.parametrize("removed", [range(0), range(3), range(120, 180)])
async def test_nothing_that_stays_is_lost_where_totals_are_not_told(
    most: int, removed: range
) -> None:
    """Nor where pipelines are deleted meanwhile."""
    async with (
        answering(Counting(1050, most, removed)) as server,
        GitLabClient("token", base_url=server.url) as gitlab,
    ):
        found = [each.id async for each in gitlab.pipelines(PLACE).list()]
    assert len(found) == len(set(found))
    stayed = [100_000 - number for number in range(1050) if number not in removed]
    assert [each for each in found if each in {*stayed}] == stayed


async def test_a_project_may_be_its_number() -> None:
    async with Fake(GitLabClient, rows=2) as fake, fake.client() as gitlab:
        pipeline = (await gitlab.pipelines(278964).list()).items[0]
        assert len(await gitlab.jobs(278964, pipeline.id).list().collect()) == 2
    assert f"/projects/278964/pipelines/{pipeline.id}/jobs" in fake.requests[-1].path


async def test_pipelines_that_are_not_counted_are_read_side_by_side() -> None:
    async with (
        answering(Counting(1050, 400)) as server,
        GitLabClient("token", base_url=server.url) as gitlab,
        gitlab.pipelines(PLACE).list().concurrent(4) as walk,
    ):
        found = [each.id async for each in walk]
    assert found == [100_000 - number for number in range(1050)]


async def test_a_manual_pipeline_is_no_end_and_a_retry_goes_back() -> None:
    async with Fake(GitLabClient, rows=0) as fake, fake.client() as gitlab:
        first, pipelines = fake.add("pipelines", PLACE, status="manual"), gitlab.pipelines(PLACE)
        assert first.state is State.BLOCKED
        kinds = []
        async with pipelines.watch(poll=PollPolicy(timeout=3600)) as watch:
            for status in ("running", "failed", "pending", "success"):
                fake.move("pipelines", first.id, PLACE, status=status)
                kinds.append((await anext(watch)).kind)
    assert kinds == [
        *(ChangeKind.UPDATED, ChangeKind.FINISHED),
        *(ChangeKind.REOPENED, ChangeKind.FINISHED),
    ]
