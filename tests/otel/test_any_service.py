"""Spans and metrics of services that asyncops does not know: named as they are described."""

from contextlib import suppress

from asyncops import NotFound
from asyncops.testing import Fake
from tests.otel.kit import Recorder, ended_as, names
from tests.testing.contracts.farms import CursorsClient, HeadersClient, PostingClient, SortedClient

PLACE = "/teams/{team}/projects/{project}/jobs"


async def test_a_place_and_an_id_are_parameters_of_a_name(recorder: Recorder) -> None:
    """Whatever they look like: neither is a part of a span's name, or of a series."""
    async with (
        Fake(HeadersClient) as fake,
        fake.client(telemetry=recorder.telemetry) as client,
    ):
        for team in ("blue", "7", "a b"):
            jobs = client.jobs(team, 7)
            found = await jobs.list().collect()
            await jobs.get(found[0].id)
            with suppress(NotFound):
                await jobs.get("job-that-is-not-there")
    assert {name for name in names(recorder.spans) if "walk" in name} == {f"walk {PLACE}"}
    calls = {name for name in names(recorder.spans) if "call" in name}
    assert calls == {f"call {PLACE}", f"call {PLACE}/{{id}}"}
    assert {name for name in names(recorder.spans) if "GET" in name} == {
        f"GET {PLACE}",
        f"GET {PLACE}/{{id}}",
    }
    assert len(recorder.points("asyncops.requests")) == 2
    (items,) = recorder.points("asyncops.items")
    assert items.value == 3 * 25
    (attempt,) = [
        span
        for span in recorder.named(f"GET {PLACE}/")
        if "/a%20b/" in str((span.attributes or {})["url.full"]) and ended_as(span)[0] == "ERROR"
    ]
    assert (attempt.attributes or {})["http.response.status_code"] == 404


async def test_what_starts_and_cancels_is_named_too(recorder: Recorder) -> None:
    async with (
        Fake(CursorsClient) as fake,
        fake.client(telemetry=recorder.telemetry) as client,
    ):
        batch = fake.add("batches", status="running")
        await client.batches.cancel(batch.id)
        await client.jobs.start()
        await client.jobs.get(fake.items("jobs")[0].id)
    assert names(recorder.named("POST")) == ["POST /batches/{id}/cancel", "POST /jobs"]
    # The id is in the query.
    assert names(recorder.named("GET")) == ["GET /jobs/one"]


async def test_a_listing_by_post_is_a_walk_as_any_other(recorder: Recorder) -> None:
    async with (
        Fake(PostingClient) as fake,
        fake.client(telemetry=recorder.telemetry) as client,
    ):
        assert len(await client.jobs.list(project="p").collect()) == 25
    (walk,) = recorder.named("walk")
    assert walk.name == "walk /jobs/search"
    assert {span.name for span in recorder.below(walk)} == {"call /jobs/search"}
    assert {span.name for span in recorder.named("POST")} == {"POST /jobs/search"}
    told = recorder.told()
    assert fake.token not in told
    assert fake.token.partition(":")[2] not in told


async def test_equal_paths_of_two_services_are_two_series(recorder: Recorder) -> None:
    async with (
        Fake(SortedClient, rows=20) as one,
        Fake(CursorsClient, rows=10) as two,
        one.client(telemetry=recorder.telemetry) as first,
        two.client(telemetry=recorder.telemetry) as second,
    ):
        await first.jobs.list(project="p").collect()
        async for _ in second.jobs.list():
            pass
    series = {each.attributes["server.port"]: each for each in recorder.points("asyncops.items")}
    assert sorted(each.value for each in series.values()) == [10, 20]
    for port, each in series.items():
        assert dict(each.attributes) == {
            "server.address": "127.0.0.1",
            "server.port": port,
            "url.template": "/jobs",
        }
    assert {dict(span.attributes or {})["server.port"] for span in recorder.named("walk")} == set(
        series
    )


async def test_a_watch_that_sees_an_operation_go_on_is_walks_of_its_listing(
    recorder: Recorder,
) -> None:
    """Each poll is a walk, and each operation that it asks for is a call."""
    kinds: list[str] = []
    async with (
        Fake(CursorsClient, rows=5) as fake,
        fake.client(telemetry=recorder.telemetry) as client,
    ):
        batch = fake.add("batches", status="running")
        async with client.batches.watch() as changes:
            for status in ("done", "running", "broken"):
                fake.move("batches", batch.id, status=status)
                change = await anext(changes)
                while change.id != str(batch.id):
                    change = await anext(changes)
                kinds.append(change.kind)
        requests = fake.count()
    assert kinds == ["finished", "reopened", "finished"]
    assert set(names(recorder.named("walk"))) == {"walk /batches"}
    assert set(names(recorder.named("call"))) <= {"call /batches", "call /batches/{id}"}
    assert set(names(recorder.named("GET"))) <= {"GET /batches", "GET /batches/{id}"}
    assert {ended_as(walk)[2] for walk in recorder.named("walk")} <= {"complete", "left"}
    assert recorder.total("asyncops.requests") == requests
