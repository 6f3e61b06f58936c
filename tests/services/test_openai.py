"""OpenAI's description, held to what every service promises, and what is OpenAI's own."""

from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from asyncops import OpenAIClient, State
from asyncops.kit import Sample
from asyncops.testing import contract
from tests.services.answering import answering

TestOpenAI = contract(OpenAIClient)

BATCH = OpenAIClient.batches.description.sample or Sample(item={})
JOB = OpenAIClient.fine_tuning_jobs.description.sample or Sample(item={})


@pytest.mark.parametrize("says_last", [True, False])
@pytest.mark.parametrize("path", ["batches", "fine_tuning/jobs"])
async def test_pages_follow_with_and_without_last_id(path: str, says_last: bool) -> None:
    item = (BATCH if path == "batches" else JOB).item
    rows = [{**item, "id": f"row_{number}"} for number in range(45)]

    def answer(request: web.Request) -> Any:
        assert request.path == f"/{path}"
        after = request.query.get("after")
        start = 0 if after is None else [row["id"] for row in rows].index(after) + 1
        page = rows[start : start + int(request.query.get("limit", 20))]
        last = {"first_id": page[0]["id"], "last_id": page[-1]["id"]} if says_last else {}
        return {"object": "list", "data": page, "has_more": start + len(page) < 45, **last}

    async with (
        answering(answer) as server,
        OpenAIClient("token", base_url=server.url) as openai,
    ):
        listed: Any = openai.batches if path == "batches" else openai.fine_tuning_jobs
        found = [each.id async for each in listed.list(limit=20)]
    assert found == [row["id"] for row in rows]
    assert len(server.seen) == 3


async def test_a_batch_tells_times_and_errors_in_words_common_to_all() -> None:
    expired = {
        **BATCH.item,
        "status": "expired",
        "completed_at": None,
        "expired_at": 1772532000,
        "errors": {"object": "list", "data": [{"message": "Line 1."}, {"message": "Line 2."}]},
    }
    async with (
        answering(lambda _: expired) as server,
        OpenAIClient("token", base_url=server.url) as openai,
    ):
        batch = await openai.batches.get("batch_abc")
    assert batch.state is State.FAILED
    assert batch.error == "Line 1.; Line 2."
    assert batch.started_at == datetime(2026, 3, 2, 10, 0, 10, tzinfo=UTC)
    assert batch.finished_at == datetime(2026, 3, 3, 10, tzinfo=UTC)
