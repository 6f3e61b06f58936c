"""OpenTelemetry's spans of walks: how they end, and what is below what."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import aclosing, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import INVALID_SPAN, get_current_span

from asyncops import AsyncApiCall, Pager, Walk, ZooClient, fan_out, merge
from asyncops.testing import FakeServer, Fault
from tests import raw_json
from tests.otel.kit import Recorder, chainloop, context_of, ended_as, names, zoo
from tests.until import until

Way = Callable[[ZooClient], Coroutine[Any, Any, None]]


def only(spans: list[ReadableSpan]) -> ReadableSpan:
    (span,) = spans
    return span


def failed(client: ZooClient) -> Pager[AsyncApiCall]:
    """A listing of a few pages."""
    return client.operations.list(status="failed", limit=20)


def attempts_below(recorder: Recorder, walk: ReadableSpan) -> list[ReadableSpan]:
    """The attempts of a walk, all of them by way of a call."""
    calls = recorder.below(walk)
    assert {each.name.split()[0] for each in calls} <= {"call"}
    attempts = [attempt for call in calls for attempt in recorder.below(call)]
    assert {each.name.split()[0] for each in attempts} <= {"GET"}
    assert (walk.attributes or {})["asyncops.requests"] == len(attempts)
    return attempts


def assert_counted(server: FakeServer, attempts: Sequence[ReadableSpan]) -> None:
    """As many as the server had; where a walk ends, what it cancels may not have got there."""
    cancelled = [each for each in attempts if ended_as(each)[1] == "CancelledError"]
    assert len(attempts) - len(cancelled) <= server.count() <= len(attempts)


def assert_well_formed(recorder: Recorder) -> None:
    """Every attempt is below a call, and whatever has a parent lies within its time."""
    by_id = {context_of(span).span_id: span for span in recorder.spans}
    for span in recorder.spans:
        if span.name.startswith("GET"):
            assert span.parent is not None
            assert by_id[span.parent.span_id].name.startswith("call ")
        if span.parent is not None:
            above = by_id[span.parent.span_id]
            assert (above.start_time or 0) <= (span.start_time or 0)
            assert (above.end_time or 0) >= (span.end_time or 0)
            assert context_of(above).trace_id == context_of(span).trace_id


async def iterated(client: ZooClient) -> None:
    assert len([item async for item in failed(client)]) > 40


async def concurrently(client: ZooClient) -> None:
    async with failed(client).concurrent(4) as items:
        assert len([item async for item in items]) > 40


async def out_of_order(client: ZooClient) -> None:
    async with failed(client).concurrent(4, ordered=False) as items:
        assert len([item async for item in items]) > 40


async def by_page(client: ZooClient) -> None:
    assert len([page async for page in failed(client).pages()]) > 2


async def collected(client: ZooClient) -> None:
    assert len(await failed(client).collect()) > 40


async def all_statuses(client: ZooClient) -> None:
    assert len(await client.operations.list(limit=100).collect()) == 1000


async def all_statuses_at_once(client: ZooClient) -> None:
    async with client.operations.list(limit=100).concurrent() as items:
        assert len([item async for item in items]) == 1000


WAYS: dict[str, Way] = {
    way.__name__: way
    for way in (
        iterated,
        concurrently,
        out_of_order,
        by_page,
        collected,
        all_statuses,
        all_statuses_at_once,
    )
}


@pytest.mark.parametrize("way", WAYS)
async def test_all_requests_of_a_walk_are_below_it(
    fake_server: FakeServer, recorder: Recorder, way: str
) -> None:
    """Whichever task they were made in, and with nothing else above it than the current span."""
    fake_server.script(Fault(503, on=2), Fault(429, on=4, retry_after=1))
    async with zoo(fake_server, recorder) as client:
        with recorder.own("handler"):
            await WAYS[way](client)
    handler = only(recorder.named("handler"))
    walk = only(recorder.below(handler))
    assert walk.name == "walk /async/operations"
    assert ended_as(walk) == ("UNSET", None, "complete")
    attempts = attempts_below(recorder, walk)
    assert_counted(fake_server, attempts)
    assert len(recorder.spans) == 2 + len(recorder.named("call")) + len(attempts)
    assert_well_formed(recorder)


async def test_a_walk_says_what_its_report_says(
    fake_server: FakeServer, recorder: Recorder
) -> None:
    fake_server.script(Fault(503, on=2))
    async with zoo(fake_server, recorder) as client:
        walk: Walk[AsyncApiCall] = aiter(failed(client))
        items = [item async for item in walk]
    report = walk.report
    assert dict(only(recorder.named("walk")).attributes or {}) == {
        "server.address": "127.0.0.1",
        "server.port": urlsplit(fake_server.url).port,
        "url.template": "/async/operations",
        "asyncops.pages": report.pages,
        "asyncops.items": len(items),
        "asyncops.requests": fake_server.count(),
        "asyncops.retries": 1,
        "asyncops.slept": report.slept,
        "asyncops.bytes": report.bytes,
        "asyncops.outcome": "complete",
    }


async def test_a_first_page_alone_is_a_call_and_no_walk(
    fake_server: FakeServer, recorder: Recorder
) -> None:
    async with zoo(fake_server, recorder) as client:
        with recorder.own("handler"):
            await failed(client)
    handler = only(recorder.named("handler"))
    assert names(recorder.below(handler)) == ["call /async/operations"]
    assert not recorder.named("walk")


async def test_a_walk_that_nobody_begins_is_none(
    fake_server: FakeServer, recorder: Recorder
) -> None:
    async with zoo(fake_server, recorder) as client:
        async with failed(client).concurrent(4):
            pass
        await aiter(failed(client)).aclose()
    assert recorder.spans == []


async def break_off(client: ZooClient) -> None:
    walk = aiter(failed(client))
    async for _ in walk:
        break
    await walk.aclose()


async def break_off_by_the_way(client: ZooClient) -> None:
    async for _ in failed(client):
        break
    # The event loop closes what nobody holds any more, in a task of its own.
    for _ in range(20):
        await asyncio.sleep(0)


async def break_off_concurrently(client: ZooClient) -> None:
    async with failed(client).concurrent(3) as items:
        async for _ in items:
            break


async def break_off_pages(client: ZooClient) -> None:
    async with aclosing(failed(client).pages()) as pages:
        async for _ in pages:
            break


async def raise_in_the_body(client: ZooClient) -> None:
    with suppress(ZeroDivisionError):
        async with failed(client).concurrent(3) as items:
            async for _ in items:
                raise ZeroDivisionError


async def be_cancelled(client: ZooClient) -> None:
    task = asyncio.create_task(client.operations.list(limit=1).collect())
    await asyncio.sleep(0.03)
    task.cancel()
    await asyncio.wait([task])


LEAVING: dict[str, Way] = {
    way.__name__: way
    for way in (
        break_off,
        break_off_by_the_way,
        break_off_concurrently,
        break_off_pages,
        raise_in_the_body,
        be_cancelled,
    )
}


@pytest.mark.parametrize("way", LEAVING)
async def test_leaving_a_walk_is_no_error(
    fake_server: FakeServer, recorder: Recorder, way: str
) -> None:
    """Of the walk and of its calls; nothing stays open, requests under way included."""
    async with zoo(fake_server, recorder) as client:
        await LEAVING[way](client)
        assert recorder.open == []
    assert ended_as(only(recorder.named("walk"))) == ("UNSET", None, "left")
    assert {each.status.status_code.name for each in recorder.named("call")} == {"UNSET"}
    assert_well_formed(recorder)


async def test_a_walk_that_ends_at_a_number_of_items_is_complete(
    fake_server: FakeServer, recorder: Recorder
) -> None:
    async with zoo(fake_server, recorder) as client:
        await failed(client).collect(max_items=3)
        assert recorder.open == []
    assert ended_as(only(recorder.named("walk"))) == ("UNSET", None, "complete")
    assert_well_formed(recorder)


@pytest.mark.parametrize("concurrent", [False, True])
async def test_a_walk_that_fails_is_an_error(
    fake_server: FakeServer, recorder: Recorder, concurrent: bool
) -> None:
    fake_server.script(Fault(403, on=3, message="words of the service"))
    async with zoo(fake_server, recorder) as client:
        with pytest.raises(Exception, match="words of the service"):
            await (concurrently if concurrent else iterated)(client)
    walk = only(recorder.named("walk"))
    assert ended_as(walk) == ("ERROR", "Forbidden", "failed")
    assert walk.status.description is None
    assert_well_formed(recorder)


@pytest.mark.parametrize("concurrent", [False, True])
async def test_a_client_that_is_closed_ends_its_walks(
    fake_server: FakeServer, recorder: Recorder, concurrent: bool
) -> None:
    fake_server.script(Fault(on=3, delay=60, times=99))
    client = zoo(fake_server, recorder)
    walking = asyncio.create_task((concurrently if concurrent else iterated)(client))
    await until(lambda: fake_server.count() >= 3, walking)
    await client.close()
    await asyncio.wait([walking])
    assert recorder.open == []
    walk = only(recorder.named("walk"))
    assert ended_as(walk) == ("ERROR", "ConfigurationError", "failed")


async def test_walks_side_by_side_each_have_their_own(
    fake_server: FakeServer, recorder: Recorder
) -> None:
    """Their requests too, however they take turns."""

    async def handler(number: int, client: ZooClient) -> None:
        with recorder.own(f"handler {number}"):
            await [*WAYS.values()][number % len(WAYS)](client)

    async with zoo(fake_server, recorder) as client:
        await asyncio.gather(*(handler(number, client) for number in range(14)))
    handlers = {int(span.name.split()[1]): span for span in recorder.named("handler")}
    walks = [only(recorder.below(handlers[number])) for number in range(14)]
    assert_counted(fake_server, [each for walk in walks for each in attempts_below(recorder, walk)])
    assert_well_formed(recorder)


async def test_the_body_of_a_walk_keeps_its_own_current_span(
    fake_server: FakeServer, recorder: Recorder
) -> None:
    """What it begins there is below its own span, never below the walk's."""
    async with zoo(fake_server, recorder) as client, chainloop(fake_server, recorder) as other:
        with recorder.own("handler"):
            current = get_current_span()
            async for item in failed(client):
                assert get_current_span() is current
                with recorder.own("body"):
                    await client.operations.get(item.id)
            async with other.operations.list(page_size=100).concurrent(3) as operations:
                async for _ in operations:
                    assert get_current_span() is current
            async for _ in failed(client).pages():
                assert get_current_span() is current
    assert get_current_span() is INVALID_SPAN
    handler = only(recorder.named("handler"))
    kinds = [name.split()[0] for name in names(recorder.below(handler))]
    assert kinds.count("walk") == 3
    assert kinds.count("body") == len(kinds) - 3 > 40
    for body in recorder.named("body"):
        assert names(recorder.below(body)) == ["call /async/operations/{id}"]
    assert_well_formed(recorder)


async def test_a_generator_around_a_walk_keeps_to_the_consumers_span(
    fake_server: FakeServer, recorder: Recorder
) -> None:
    """Each ``anext`` may come from another span; the walk stays below the first."""

    async def ids(client: ZooClient) -> AsyncIterator[Any]:
        async for item in failed(client):
            yield item.id

    async with zoo(fake_server, recorder) as client:
        seen = ids(client)
        with recorder.own("first"):
            await anext(seen)
        with recorder.own("second"):
            current = get_current_span()
            async for _ in seen:
                assert get_current_span() is current
    first, second = only(recorder.named("first")), only(recorder.named("second"))
    assert names(recorder.below(first)) == ["walk /async/operations"]
    assert recorder.below(second) == []
    walk = only(recorder.named("walk"))
    assert len(attempts_below(recorder, walk)) == fake_server.count()


async def test_many_calls_are_below_the_span_that_asked_for_them(
    fake_server: FakeServer, recorder: Recorder
) -> None:
    ids = [each["id"] for each in raw_json.ml_prompts(fake_server)[:30]]
    async with zoo(fake_server, recorder) as client:
        with recorder.own("handler"):
            async with client.ml_prompts.get_many(ids, concurrency=8) as results:
                async for _ in results:
                    pass
            async with client.ml_prompts.wait_many(ids[:5]) as finished:
                async for _ in finished:
                    pass
            await client.ml_prompts.wait(ids[0], raise_on_failure=False)
    calls = recorder.below(only(recorder.named("handler")))
    assert {each.name for each in calls} <= {"call /ml-prompts", "call /ml-prompts/{id}"}
    assert sum(len(recorder.below(each)) for each in calls) == fake_server.count()
    assert_well_formed(recorder)


async def test_a_watch_is_walks_and_calls_below_its_span(
    fake_server: FakeServer, recorder: Recorder
) -> None:
    async with zoo(fake_server, recorder) as client:
        with recorder.own("handler"):
            async with client.operations.watch(limit=100) as changes:
                raw_json.create_operation(fake_server, lifetime=5.0)
                async for _ in changes:
                    assert get_current_span().get_span_context().is_valid
                    break
    below = recorder.below(only(recorder.named("handler")))
    assert {each.name.split()[0] for each in below} <= {"walk", "call"}
    assert sum(each.name.startswith("walk") for each in below) >= 8
    assert len(recorder.named("GET")) == fake_server.count()
    assert_well_formed(recorder)


async def test_merged_and_fanned_out_listings_are_a_walk_each(
    fake_server: FakeServer, recorder: Recorder
) -> None:
    async with zoo(fake_server, recorder) as one, zoo(fake_server, recorder) as two:
        with recorder.own("merge"):
            async with merge(
                failed(one), failed(two), key=lambda call: call.created_at, reverse=True
            ) as merged:
                async for _ in merged:
                    pass
        with recorder.own("fan-out"):
            async with fan_out({"one": one, "two": two}, failed) as found:
                async for _ in found:
                    break
    for name in ("merge", "fan-out"):
        below = recorder.below(only(recorder.named(name)))
        assert names(below) == ["walk /async/operations"] * 2
    assert_well_formed(recorder)
