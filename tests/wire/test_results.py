"""The result of a single operation: large, slow, or larger than it may be."""

import asyncio
import gzip
import tracemalloc
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import msgspec
import pytest

from asyncops import (
    AnswerTooLarge,
    AttemptTimeout,
    ChainloopClient,
    ConfigurationError,
    DeadlineExceeded,
    NotFound,
    RetryPolicy,
    ServerError,
    Timeout,
    WaitTimeout,
    ZooClient,
)
from asyncops.http import body as bodies_module
from asyncops.services.zoo import FileConversion
from asyncops.testing import FakeClock
from tests.wire.faultserver import (
    FIN,
    RST,
    SILENCE,
    Drip,
    FaultServer,
    Repeat,
    Seen,
    Step,
    Wait,
    answer,
    chunked,
    head,
)
from tests.wire.kit import BODY, PROMPT, ask, failing, prompt_json, zoo

MIB = 1024 * 1024
ONCE = RetryPolicy(attempts=1)


def conversion(content: bytes = b"", **fields: object) -> bytes:
    """A call that has converted a file."""
    return msgspec.json.encode(
        {
            "id": str(PROMPT),
            "status": "completed",
            "type": "file_conversion",
            "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z",
            "user_id": str(PROMPT),
            "src_format": "step",
            "output_format": "obj",
            "outputs": {"out.obj": content},
            **fields,
        }
    )


def large(mebibytes: int, **fields: object) -> tuple[list[Step], int]:
    """The steps that send a file of so many MiB, and the length of their body."""
    before, after = conversion(b"abc", **fields).split(b"YWJj")
    chunk = b"YWJj" * (MIB // 4)
    length = len(before) + mebibytes * MIB + len(after)
    steps: list[Step] = [head(f"Content-Length: {length}"), before]
    return [*steps, Repeat(chunk, mebibytes), after], length


async def result(client: ZooClient) -> FileConversion:
    call = await client.operations.get(PROMPT)
    assert isinstance(call, FileConversion)
    return call


@pytest.mark.parametrize("error", [None, "caf\u00e9 \U0001f600"], ids=["ascii", "beyond ascii"])
async def test_a_result_may_be_larger_than_a_page_and_is_in_memory_once(error: str | None) -> None:
    """Beside the file that is made of it, which is three quarters of it."""
    steps, length = large(24, error=error)
    async with FaultServer([steps]) as server, zoo(server) as client:
        tracemalloc.start()
        try:
            call = await result(client)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert call.outputs is not None
    assert call.outputs["out.obj"] == b"abc" * (24 * MIB // 4)
    assert peak < 1.9 * length


@pytest.mark.parametrize("max_body", [None, 11 * MIB, 13 * MIB])
async def test_a_page_is_bounded_by_less_unless_the_caller_says_more(max_body: int | None) -> None:
    body = b'{"items":[]}' + b" " * (12 * MIB)
    async with FaultServer([[answer(body)]]) as server, zoo(server, max_body=max_body) as client:
        if max_body == 13 * MIB:
            assert (await ask(client)).items == ()
        else:
            error = await failing(ask(client), AnswerTooLarge)
            assert (error.limit, error.status) == (max_body or 10 * MIB, None)
            assert "max_body" in str(error)
    assert server.requests == 1


def framed(body: bytes, framing: str) -> list[Step]:
    steps: dict[str, list[Step]] = {
        "length": [answer(body)],
        "chunked": [head("Transfer-Encoding: chunked") + chunked(body)],
        "none": [head() + body, FIN],
        "gzip": [answer(gzip.compress(body), "Content-Encoding: gzip")],
    }
    return steps[framing]


LOOKS: dict[str, Callable[[ZooClient], Any]] = {
    "get": lambda client: client.operations.get(PROMPT),
    "wait": lambda client: client.operations.wait(PROMPT),
    "get a prompt": lambda client: client.ml_prompts.get(PROMPT),
    "wait for a prompt": lambda client: client.ml_prompts.wait(PROMPT),
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
@pytest.mark.parametrize("framing", ["length", "chunked", "none", "gzip"])
async def test_a_result_that_is_too_large_says_so_and_nothing_of_a_failure(
    framing: str, look: Callable[[ZooClient], Any]
) -> None:
    body = conversion(b"x" * 100_000, prompt=BODY)
    async with (
        FaultServer([framed(body, framing)]) as server,
        zoo(server, max_body=99_000) as client,
    ):
        error = await failing(look(client), AnswerTooLarge)
    assert (error.limit, error.status, error.retryable) == (99_000, "completed", False)
    assert "the operation is 'completed', but its answer is larger than 99000 bytes" in str(error)
    assert "raise max_body" in str(error)
    assert "fail" not in str(error)
    assert server.requests == 1


async def test_a_bomb_of_a_result_is_refused_in_little_more_memory_than_it_may_take() -> None:
    """A few kilobytes may unpack to all that is allowed at once; the status is not sought there."""
    bomb = gzip.compress(b'{"outputs":{"out.obj":"' + b"x" * 6 * MIB)
    async with (
        FaultServer([[answer(bomb, "Content-Encoding: gzip")]]) as server,
        zoo(server, max_body=4 * MIB) as client,
    ):
        tracemalloc.start()
        try:
            error = await failing(result(client), AnswerTooLarge)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert error.status is None
    assert peak < 16 * MIB


async def test_chainloops_single_operation_is_such_a_result_too() -> None:
    body = b'{"operation":{"id":"1","status":"ASYNC_OPERATION_STATUS_COMPLETED","output":"%b"}}'
    async with (
        FaultServer([[answer(body % (b"x" * 11 * MIB))]]) as server,
        ChainloopClient("tok-5e1f", base_url=server.url) as chainloop,
    ):
        assert (await chainloop.operations.get("1")).output == "x" * 11 * MIB


async def test_each_of_many_results_has_its_own_bound() -> None:
    """One that is too large costs the others nothing."""

    def script(seen: Seen) -> Sequence[Step]:
        big = seen.target.endswith("1")
        return [answer(conversion(b"x" * (9000 if big else 10), id=str(UUID(int=1))))]

    ids = [UUID(int=1), UUID(int=2)]
    async with (
        FaultServer(script) as server,
        zoo(server, max_body=5000) as client,
        client.operations.get_many(ids) as results,
    ):
        found = {given: each async for given, each in results}
    assert isinstance(found[ids[0]], AnswerTooLarge)
    assert isinstance(found[ids[1]], FileConversion)


@pytest.fixture
def pace(monkeypatch: pytest.MonkeyPatch) -> int:
    """A result has to come at 100 bytes in each ``read`` seconds."""
    monkeypatch.setattr(bodies_module, "PACE", 100)
    return 100


def slowly(body: bytes, *, parts: int, pause: float) -> list[Step]:
    size = -(-len(body) // parts)
    steps: list[Step] = [head(f"Content-Length: {len(body)}")]
    for part in range(parts):
        steps += [body[part * size : (part + 1) * size], pause]
    return steps


# The whole answer takes far longer than an attempt and a call may.
PATIENT = Timeout(read=5.0, attempt=0.8, deadline=1.0)


@pytest.mark.usefixtures("pace")
async def test_a_result_that_comes_steadily_has_the_time_it_takes() -> None:
    script = [slowly(conversion(b"x" * 3000), parts=14, pause=0.1)]
    async with FaultServer(script) as server, zoo(server, timeout=PATIENT) as client:
        call = await result(client)
    assert call.outputs == {"out.obj": b"x" * 3000}
    assert server.requests == 1


@pytest.mark.usefixtures("pace")
async def test_a_page_that_comes_steadily_has_not() -> None:
    script = [slowly(b'{"items":[]}' + b" " * 3000, parts=24, pause=0.1)]
    async with FaultServer(script) as server, zoo(server, timeout=PATIENT, retry=ONCE) as client:
        await failing(ask(client), AttemptTimeout)


async def test_a_result_that_drips_ends() -> None:
    timeout = Timeout(read=0.4)
    drip: list[Step] = [head("Content-Length: 5000"), Drip(b" " * 5000, 0.01)]
    async with FaultServer([drip]) as server, zoo(server, timeout=timeout) as client:
        error = await failing(result(client), AttemptTimeout)
        assert error.retryable
        assert "less than 65536 bytes in 0.4 s" in str(error)
        await server.until(lambda: server.open == 0)
    assert server.requests == RetryPolicy().attempts


@pytest.mark.parametrize(
    "more", [SILENCE, Drip(b" " * 5000, 0.01), FIN, RST], ids=["silent", "drips", "ends", "reset"]
)
async def test_an_error_whose_body_does_not_come_is_told_by_its_status(more: Step) -> None:
    error_head = head("Content-Length: 5000", status="404 Not Found")
    timeout = Timeout(read=0.4, attempt=0.5)
    async with FaultServer([[error_head, b"{", more]]) as server:
        async with zoo(server, timeout=timeout) as client:
            await failing(result(client), NotFound)
            await failing(ask(client), NotFound)
            await server.until(lambda: server.open == 0)
        assert server.requests == 2


@pytest.mark.parametrize("status", ["500 Oops", "503 Down"])
async def test_an_attempt_may_end_before_the_body_of_an_error(status: str) -> None:
    drip: list[Step] = [head("Content-Length: 5000", status=status), Drip(b" " * 5000, 0.01)]
    timeout = Timeout(read=0.6, attempt=0.5)
    async with FaultServer([drip]) as server, zoo(server, timeout=timeout) as client:
        assert (await failing(result(client), AttemptTimeout)).retryable
    assert server.requests == RetryPolicy().attempts


async def test_a_result_that_stops_ends() -> None:
    script: Sequence[Sequence[Step]] = [[head("Content-Length: 5000"), b"{", SILENCE]]
    timeout = Timeout(read=0.1)
    async with FaultServer(script) as server, zoo(server, timeout=timeout, retry=ONCE) as client:
        await failing(result(client), AttemptTimeout)


async def test_a_silent_service_has_the_attempts_time_for_a_result_too() -> None:
    timeout = Timeout(attempt=0.1)
    async with FaultServer([[SILENCE]]) as server, zoo(server, timeout=timeout) as client:
        await failing(result(client), AttemptTimeout)
    assert server.requests == RetryPolicy().attempts


@pytest.mark.usefixtures("pace")
async def test_a_result_that_is_lost_on_its_way_is_asked_for_again() -> None:
    """Its time does not count for the deadline, neither the real one nor the client's clock's."""
    clock = FakeClock()

    async def pass_by() -> None:
        clock.advance(1000)

    body = conversion(b"x" * 3000)
    first = [*slowly(body, parts=12, pause=0.1)[:-4], Wait(pass_by), FIN]
    timeout = Timeout(read=5.0, attempt=0.8, deadline=1.0)
    async with (
        FaultServer([first, [answer(body)]]) as server,
        zoo(server, timeout=timeout, clock=clock, retry=RetryPolicy(base=0.0)) as client,
    ):
        assert (await result(client)).outputs == {"out.obj": b"x" * 3000}
    assert server.requests == 2


@pytest.mark.usefixtures("pace")
@pytest.mark.parametrize("many", [False, True])
async def test_a_result_that_has_begun_to_come_is_read_past_the_end_of_a_wait(many: bool) -> None:
    body = conversion(b"x" * 3000)
    script = [slowly(body, parts=12, pause=0.15)]
    async with FaultServer(script) as server, zoo(server, timeout=Timeout(read=5.0)) as client:
        if many:
            async with client.operations.wait_many([PROMPT], timeout=1.2) as finished:
                call = await anext(finished)
            assert isinstance(call[1], FileConversion)
        else:
            assert isinstance(await client.operations.wait(PROMPT, timeout=1.2), FileConversion)
    assert server.requests == 1


@pytest.mark.usefixtures("pace")
async def test_the_end_of_a_wait_goes_on_after_a_result_was_lost() -> None:
    first = [*slowly(conversion(b"x" * 3000), parts=12, pause=0.1)[:-4], FIN]
    async with FaultServer([first, [SILENCE]]) as server, zoo(server, timeout=Timeout()) as client:
        await failing(client.operations.wait(PROMPT, timeout=0.8), WaitTimeout)
    assert server.requests == 2


@pytest.mark.usefixtures("pace")
async def test_the_deadline_goes_on_after_a_result_was_lost() -> None:
    first = [*slowly(conversion(b"x" * 3000), parts=12, pause=0.1)[:-4], FIN]
    timeout = Timeout(read=5.0, attempt=20.0, deadline=0.8)
    async with FaultServer([first, [SILENCE]]) as server, zoo(server, timeout=timeout) as client:
        await failing(result(client), DeadlineExceeded)
    assert server.requests == 2


@pytest.mark.usefixtures("pace")
async def test_closing_ends_a_result_on_its_way() -> None:
    script: Sequence[Sequence[Step]] = [[head("Content-Length: 5000"), b"{" * 200, SILENCE]]
    async with FaultServer(script) as server, zoo(server) as client:
        task = asyncio.create_task(result(client))
        await server.until(lambda: server.sent > 200)
        await asyncio.sleep(0.05)
        await client.close()
        await failing(task, ConfigurationError)


async def test_a_failure_of_the_service_is_one_for_a_result_too() -> None:
    script = [[answer(b'{"message":"no"}', status="503 Down")]]
    async with FaultServer(script) as server, zoo(server) as client:
        await failing(result(client), ServerError)
        await failing(client.ml_prompts.get(PROMPT), ServerError)
    assert server.requests == 2 * RetryPolicy().attempts


async def test_a_small_result_is_read_as_ever() -> None:
    async with FaultServer([[answer(prompt_json(str(PROMPT)))]]) as server, zoo(server) as client:
        assert (await client.ml_prompts.get(PROMPT)).id == PROMPT
