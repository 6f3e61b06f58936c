"""Anthropic's description, held to what every service promises, and what is Anthropic's own."""

from typing import Any

import pytest
from aiohttp import web

from asyncops import AnthropicClient, BadRequest, State
from asyncops.testing import contract
from tests.services.answering import Answer, answering

TestAnthropic = contract(AnthropicClient)


def batch(number: int, status: str = "ended", **counts: int) -> dict[str, Any]:
    return {
        "id": f"msgbatch_{number}",
        "type": "message_batch",
        "processing_status": status,
        "request_counts": {"processing": 0, "succeeded": 0, "errored": 0} | counts,
        "created_at": f"2026-01-22T12:00:{59 - number}.5Z",
        "expires_at": "2026-01-23T12:00:00Z",
        "ended_at": "2026-01-22T12:30:00Z" if status == "ended" else None,
    }


async def test_counts_tell_how_a_batch_has_ended() -> None:
    """And batches follow by the last id."""
    rows = [
        batch(1, "in_progress", processing=9),
        batch(2, "canceling", processing=9),
        batch(3, succeeded=2, errored=1),
        batch(4, errored=2, expired=1),
        batch(5, succeeded=3, canceled=4),
    ]

    def answer(request: web.Request) -> Any:
        assert request.headers["X-Api-Key"] == "sk-1"
        assert request.headers["Anthropic-Version"] == "2023-06-01"
        start = int(request.query.get("after_id", "msgbatch_0").removeprefix("msgbatch_"))
        page = rows[start : start + 3]
        return {"data": page, "has_more": start + 3 < len(rows), "last_id": page[-1]["id"]}

    async with (
        answering(answer) as server,
        AnthropicClient("sk-1", base_url=server.url) as anthropic,
    ):
        found = await anthropic.batches.list().collect()
    assert [each.state for each in found] == [
        *(State.RUNNING, State.RUNNING, State.SUCCEEDED, State.FAILED, State.CANCELLED)
    ]
    assert [each.error for each in found] == [
        *(None, None, "1 requests failed, 0 expired", "2 requests failed, 1 expired", None)
    ]
    assert [each.query.get("after_id") for each in server.seen] == [None, "msgbatch_3"]


async def test_an_error_says_what_and_which() -> None:
    body = {"type": "error", "error": {"type": "invalid_request_error", "message": "no such id"}}
    wrong = Answer(body, status=400, headers={"request-id": "req_7"})
    async with (
        answering(lambda _: wrong) as server,
        AnthropicClient("sk-1", base_url=server.url) as anthropic,
    ):
        with pytest.raises(BadRequest) as raised:
            await anthropic.batches.get("msgbatch_1")
    assert str(raised.value) == "400: no such id (code invalid_request_error, request id req_7)"
