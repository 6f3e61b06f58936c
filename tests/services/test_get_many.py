"""``get_many`` against the fake server, over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, assert_type
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asyncops import (
    AsyncOpsError,
    Checkpoint,
    ConfigurationError,
    Forbidden,
    MlPrompt,
    NotFound,
    RateLimited,
    RetryPolicy,
    ServerError,
    ZooClient,
)
from asyncops.models import Id
from asyncops.services.zoo import AsyncApiCallOutput
from asyncops.testing import FakeServer, Fault, ZooHabits
from tests import raw_json
from tests.until import until
from tests.wire.kit import strays


def client(server: FakeServer, attempts: int = 3) -> ZooClient:
    retry = RetryPolicy(attempts=attempts)
    return ZooClient(server.token, base_url=server.url, clock=server.clock, retry=retry)


async def test_results_have_their_types() -> None:
    """Without a cast or an annotation of the caller's."""
    async with FakeServer() as server, client(server) as zoo:
        prompts = [UUID(row["id"]) for row in raw_json.ml_prompts(server)[:3]]
        async with zoo.ml_prompts.get_many(prompts) as results:
            async for id_, result in results:
                assert_type(id_, Id)
                assert_type(result, MlPrompt | AsyncOpsError)
        calls = [row["id"] for row in raw_json.zoo_operations(server)[:3]]
        async with zoo.operations.get_many(calls) as outputs:
            async for id_, output in outputs:
                assert_type(id_, Id)
                assert_type(output, AsyncApiCallOutput | AsyncOpsError)


@pytest.mark.parametrize("ordered", [False, True])
async def test_each_id_gets_its_own_answer_and_a_missing_one_costs_nobody(ordered: bool) -> None:
    """As it was given: UUIDs, strings, capitals, twice."""
    async with FakeServer(prompts=40) as server, client(server) as zoo:
        rows = [row["id"] for row in raw_json.ml_prompts(server)]
        missing = uuid4()
        ids: list[UUID | str] = [*rows, UUID(rows[0]), rows[1].upper(), missing, rows[2]]
        async with zoo.ml_prompts.get_many(ids, concurrency=7, ordered=ordered) as results:
            pairs = [pair async for pair in results]
        if ordered:
            assert [id_ for id_, _ in pairs] == ids
        assert sorted(map(str, ids)) == sorted(str(id_) for id_, _ in pairs)
        for id_, result in pairs:
            if id_ == missing:
                assert isinstance(result, NotFound)
            else:
                assert isinstance(result, MlPrompt)
                assert result.id == UUID(str(id_))
        assert server.count() == len(ids)


async def test_calls_come_with_their_results() -> None:
    """Typed by what the call does, as with ``get``."""
    async with FakeServer(operations=60) as server, client(server) as zoo:
        rows = {row["id"]: row["type"] for row in raw_json.zoo_operations(server)}
        async with zoo.operations.get_many(rows) as results:
            async for id_, output in results:
                assert not isinstance(output, AsyncOpsError)
                assert (str(output.id), output.type) == (id_, rows.pop(str(id_)))
        assert not rows


async def test_no_more_requests_are_under_way_than_allowed() -> None:
    """Counted in connections, of which each carries one request at a time."""
    async with FakeServer(prompts=60, latency=0.001) as server, client(server) as zoo:
        ids = [row["id"] for row in raw_json.ml_prompts(server)]
        async with zoo.ml_prompts.get_many(ids, concurrency=5) as results:
            assert len([pair async for pair in results]) == 60
        assert server.connections == 5


async def test_each_id_has_its_own_retries_and_its_own_error() -> None:
    """What fails for good is a result as well."""
    faults = [
        Fault(500, on=2),
        Fault(429, on=5, retry_after=1),
        Fault(on=7, drop=True),
    ]
    async with FakeServer(prompts=20) as server, client(server, attempts=1) as zoo:
        ids = [row["id"] for row in raw_json.ml_prompts(server)]
        server.script(*faults)
        async with zoo.ml_prompts.get_many(ids, concurrency=1, ordered=True) as results:
            found = [result async for _, result in results]
        errors = {number: type(each) for number, each in enumerate(found, 1) if is_error(each)}
        assert (errors[2], errors[5]) == (ServerError, RateLimited)
        assert set(errors) == {2, 5, 7}
    async with FakeServer(prompts=20) as server, client(server) as zoo:
        server.script(*faults)
        ids = [row["id"] for row in raw_json.ml_prompts(server)]
        async with zoo.ml_prompts.get_many(ids, concurrency=4) as results:
            assert not any(is_error(result) for _, result in [pair async for pair in results])
        assert server.count() == 23


def is_error(result: object) -> bool:
    return isinstance(result, AsyncOpsError)


async def test_a_prompt_without_staff_access_says_what_is_missing() -> None:
    """As with ``get``."""
    async with FakeServer(zoo=ZooHabits(staff=False)) as server, client(server) as zoo:
        ids = [row["id"] for row in raw_json.ml_prompts(server)[:1]]
        async with zoo.ml_prompts.get_many(ids) as results:
            _, result = await anext(results)
        assert isinstance(result, Forbidden)
        assert "staff access" in str(result)


async def test_an_id_that_is_no_uuid_fails_before_anything_is_sent() -> None:
    """Named by its position."""
    async with FakeServer() as server, client(server) as zoo:
        for get_many in (zoo.operations.get_many, zoo.ml_prompts.get_many):
            for bad in ("..", "%2e%2e", "a/b", "?x", "", "1\r\n2"):
                with pytest.raises(ValueError, match=r"ids\[1\] must be a UUID"):
                    get_many([uuid4(), bad, uuid4()])
            one: Any = str(uuid4())
            with pytest.raises(TypeError, match="several ids"):
                get_many(one)
        assert server.count() == 0


async def test_ids_may_come_from_a_listing_which_is_read_no_further_than_needed() -> None:
    """A slow consumer keeps the listing waiting."""
    with FakeServer(prompts=500) as server:
        async with client(server) as zoo:
            ids = (prompt.id async for prompt in zoo.ml_prompts.list(limit=10))
            given = 0
            async with zoo.ml_prompts.get_many(ids, concurrency=4) as results:
                async for _ in results:
                    given += 1
                    await asyncio.sleep(0.001)
                    asked = server.count() - server.count("/ml-prompts")
                    assert asked - given <= 2 * 4
                    # The pages that the ids taken are on, and one fetched ahead.
                    assert server.count("/ml-prompts") <= (given + 2 * 4 - 1) // 10 + 2
                    if given == 60:
                        break
            await until(lambda: not strays())


async def test_a_listing_that_fails_ends_the_walk_with_the_place_to_go_on_from() -> None:
    """After the results of all ids that it had given."""
    async with (
        FakeServer(prompts=50) as server,
        FakeServer(prompts=50) as twin,
        client(server, attempts=1) as listed,
        client(twin) as asked,
    ):
        server.script(Fault(500, on=3))
        done: list[Id] = []

        async def consume(resume: Checkpoint | None) -> None:
            listing = listed.ml_prompts.list(limit=20, resume=resume)
            ids = (prompt.id async for prompt in listing)
            async with asked.ml_prompts.get_many(ids) as results:
                async for id_, result in results:
                    assert isinstance(result, MlPrompt)
                    done.append(id_)

        with pytest.raises(ServerError) as caught:
            await consume(None)
        assert len(done) == 40
        await consume(caught.value.checkpoint)
        assert sorted(map(str, done)) == sorted(row["id"] for row in raw_json.ml_prompts(server))


@pytest.mark.parametrize("lazy", [False, True])
async def test_closing_the_client_ends_the_walk(lazy: bool) -> None:
    """By an error, not as if all had come."""
    async with FakeServer(prompts=30, latency=0.002) as server, client(server) as zoo:
        rows = [UUID(row["id"]) for row in raw_json.ml_prompts(server)]

        async def source() -> AsyncIterator[UUID]:
            for row in rows:
                yield row

        async with zoo.ml_prompts.get_many(source() if lazy else rows, concurrency=4) as results:
            await anext(results)
            await zoo.close()
            with pytest.raises(ConfigurationError, match="closed"):
                while True:
                    await anext(results)


def test_a_client_of_another_event_loop_is_an_error_of_the_walk() -> None:
    """Not of each id."""
    with FakeServer(prompts=3) as server:
        zoo = client(server)
        ids = [row["id"] for row in raw_json.ml_prompts(server)]

        async def use() -> None:
            async with zoo.ml_prompts.get_many(ids) as results:
                assert len([pair async for pair in results]) == 3

        async def use_and_close() -> None:
            await use()
            with pytest.raises(ConfigurationError, match="another event loop"):
                await asyncio.to_thread(asyncio.run, use())
            await zoo.close()

        asyncio.run(use_and_close())


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(after=st.floats(0, 0.008), lazy=st.booleans(), ordered=st.booleans())
def test_random_cancels_leave_no_task_and_no_request_behind(
    after: float, lazy: bool, ordered: bool
) -> None:
    """And the client works on."""

    async def check() -> None:
        async with client(server) as zoo:
            rows = [UUID(row["id"]) for row in raw_json.ml_prompts(server)]

            async def walk() -> None:
                while True:
                    listing = zoo.ml_prompts.list(limit=9)
                    ids = (prompt.id async for prompt in listing) if lazy else rows
                    many = zoo.ml_prompts.get_many(ids, concurrency=6, ordered=ordered)
                    async with many as results:
                        found = [id_ async for id_, _ in results]
                    assert found == rows if ordered else set(found) == set(rows)

            task = asyncio.ensure_future(walk())
            await asyncio.sleep(after)
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled(), task.exception()
            await until(lambda: not strays())
            assert (await zoo.ml_prompts.get(rows[0])).id == rows[0]

    with FakeServer(prompts=40, latency=0.001) as server:
        asyncio.run(check())
