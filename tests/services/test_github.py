"""GitHub's description, held to what every service promises, and what is GitHub's own."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from typing import Any

import pytest
from aiohttp import web

from asyncops import ChangeKind, Forbidden, GitHubClient, PollPolicy, State
from asyncops.http.decoding import decoder
from asyncops.kit import Sample
from asyncops.models import has_ended
from asyncops.services.github import Run
from asyncops.testing import Fake, FakeClock, contract
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


class Limited:
    """Refuses the first request by the headers that it is given."""

    def __init__(self, **headers: str) -> None:
        self._headers, self._asked = headers, 0

    def __call__(self, _: web.Request) -> Answer:
        self._asked += 1
        if self._asked == 1:
            return Answer({"message": "No."}, 403, self._headers)
        return Answer({"total_count": 0, "workflow_runs": []})


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "{reset}"}, 40),
        ({"X-RateLimit-Remaining": "4000", "Retry-After": "50"}, 50),
    ],
)
async def test_a_403_that_means_a_limit_is_waited_for(headers: dict[str, str], waits: int) -> None:
    clock = FakeClock()
    date = formatdate(clock.time(), usegmt=True)
    told = {k: v.format(reset=int(clock.time()) + waits) for k, v in headers.items()}
    async with (
        answering(Limited(Date=date, **told)) as server,
        GitHubClient("token", base_url=server.url, clock=clock) as github,
    ):
        assert len(await github.runs(*PLACE).list()) == 0
    assert waits <= sum(clock.slept) < 2 * waits


async def test_another_403_is_forbidden() -> None:
    async with (
        answering(Limited(**{"X-RateLimit-Remaining": "4000"})) as server,
        GitHubClient("token", base_url=server.url, clock=FakeClock()) as github,
    ):
        with pytest.raises(Forbidden):
            await github.runs(*PLACE).list()


async def test_the_runs_of_the_workflow_of_a_run_are_listed_by_its_number() -> None:
    async with Fake(GitHubClient, rows=2) as fake, fake.client() as github:
        run = (await github.runs(*PLACE).list()).items[0]
        assert len(await github.workflow_runs(*PLACE, run.workflow_id).list().collect()) == 2
    assert f"/actions/workflows/{run.workflow_id}/runs" in fake.requests[-1].path


async def test_a_workflow_is_started_and_its_run_waited_for() -> None:
    async with Fake(GitHubClient, rows=0) as fake, fake.client() as github:
        ci = github.workflow_runs(*PLACE, "ci.yml")
        started = await ci.start(ref="main", inputs={"level": 3})
        assert started.id is not None
        done = await ci.wait(started.id, raise_on_failure=False)
        assert done.state.ended
    (request,) = [each for each in fake.requests if each.method == "POST"]
    assert request.path.endswith("/actions/workflows/ci.yml/dispatches")


def test_what_is_completed_has_the_state_of_its_conclusion() -> None:
    read = decoder(Run)
    item = {**SAMPLE.item, "status": "completed", "conclusion": "timed_out"}
    assert read(json.dumps(item).encode()).state is State.FAILED
    unsaid = read(json.dumps({**item, "conclusion": None}).encode())
    assert (unsaid.state, has_ended(unsaid)) == (State.UNKNOWN, True)
    # While a rerun goes on, an old conclusion does not count.
    again = read(json.dumps({**item, "status": "queued"}).encode())
    assert (again.state, again.finished_at) == (State.PENDING, None)
