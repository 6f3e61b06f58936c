"""A fake of a described service: what a test has in its hands."""

import asyncio
import os
from collections import Counter
from typing import Any

import aiohttp
import pytest
from attrs import evolve, frozen

from asyncops.errors import DecodeError
from asyncops.http.signer import OutgoingRequest
from asyncops.kit import (
    Auth,
    Basic,
    Client,
    Collection,
    Group,
    ListOptions,
    Offset,
    RateLimit,
    State,
)
from asyncops.testing import Fake
from asyncops.testing.clock import FakeClock
from tests.kit.described.github import GitHubClient
from tests.kit.described.replicate import PredictionStatus, ReplicateClient
from tests.kit.parts import SERVICE, JobStatus, client, listing, resource
from tests.testing.counting import work_of_at_most
from tests.testing.described.reader import Reader, reading

JOBS = resource(listing=listing(paging=Offset(total="total", size="limit", most=100)))
FarmClient = client(jobs=JOBS)
PATH = "/jobs"


def of_service(**changes: Any) -> type[Client]:
    """The client of a service that is not quite the usual one."""
    jobs = resource(listing=listing(paging=Offset(total="total")))
    return client(jobs=jobs, service=evolve(SERVICE, **changes))


async def test_every_status_is_among_few_rows() -> None:
    async with Fake(ReplicateClient) as fake:
        counts = Counter(each.status for each in fake.items("predictions"))
        assert set(counts) == set(PredictionStatus)
        assert sum(counts.values()) == 25


async def test_the_same_arguments_make_the_same_data() -> None:
    one, same, other = Fake(FarmClient), Fake(FarmClient), Fake(FarmClient, seed=1)
    assert one.items("jobs") == same.items("jobs") != other.items("jobs")


async def test_rows_are_counted_by_resource() -> None:
    few = client(
        jobs=resource(), others=resource(listing=listing(path="/others"), get="/others/{id}")
    )
    fake = Fake(few, rows={"jobs": 3})
    assert (len(fake.items("jobs")), len(fake.items("others"))) == (3, 25)
    assert {job.id for job in fake.items("jobs")}.isdisjoint(job.id for job in fake.items("others"))


async def test_wrong_arguments_are_refused_before_anything_runs() -> None:
    with pytest.raises(ValueError, match=r"rows: there is no resource 'job'; there are jobs"):
        Fake(FarmClient, rows={"job": 3})
    with pytest.raises(ValueError, match="rows must be at least 0, got -1"):
        Fake(FarmClient, rows=-1)
    with pytest.raises(ValueError, match="page_size must be at least 1, got 0"):
        Fake(FarmClient, page_size=0)
    fake = Fake(FarmClient)
    with pytest.raises(ValueError, match="there is no resource 'job'; there are jobs"):
        fake.items("job")
    with pytest.raises(ValueError, match="jobs is at a place that nothing names; got"):
        fake.items("jobs", "here")
    with pytest.raises(ValueError, match="status must be one of broken, done, waiting; got 'lost'"):
        fake.add("jobs", status="lost")
    with pytest.raises(TypeError, match="no field 'sceen'; did you mean 'scene'"):
        fake.add("jobs", sceen="dawn")
    with pytest.raises(ValueError, match="lifetime must be a finite number of seconds"):
        fake.add("jobs", lifetime=-1)
    with pytest.raises(ValueError, match="jobs has no item 'x'"):
        fake.remove("jobs", "x")
    with pytest.raises(DecodeError, match="scene"):
        fake.add("jobs", scene=3)
    assert len(fake.items("jobs")) == 25


async def test_an_item_that_is_added_lives_on_the_clock() -> None:
    fake = Fake(FarmClient, rows=0)
    job = fake.add("jobs", lifetime=30, fails=True, scene="dawn")
    assert (job.state, job.scene, job.created_at) == (State.PENDING, "dawn", fake.clock.now())
    fake.advance(29)
    assert fake.items("jobs")[0].state is not State.FAILED
    fake.advance(1)
    [ended] = fake.items("jobs")
    assert (ended.state, ended.error) == (State.FAILED, "The operation has failed.")
    assert ended.finished_at == fake.clock.now()


async def test_an_item_may_be_held_moved_on_changed_and_removed() -> None:
    fake = Fake(FarmClient, rows=0)
    job = fake.add("jobs", status="waiting")
    fake.advance(1000)
    assert fake.items("jobs") == [job]
    fake.move("jobs", job.id, status=JobStatus.DONE)
    [done] = fake.items("jobs")
    assert (done.state, done.finished_at) == (State.SUCCEEDED, fake.clock.now())
    fake.move("jobs", job.id, status="waiting")
    assert fake.items("jobs")[0].finished_at is None
    fake.change("jobs", job.id, scene="dusk")
    assert fake.items("jobs")[0].scene == "dusk"
    fake.remove("jobs", job.id)
    assert fake.items("jobs") == []


async def test_items_arrive_with_the_clock() -> None:
    fake = Fake(FarmClient, rows=5, arrivals=2)
    before = fake.items("jobs")
    fake.advance(10)
    after = fake.items("jobs")
    assert len(after) == 25
    created = [job.created_at for job in after]
    assert created == sorted(created, reverse=True)
    assert {job.id for job in before} <= {job.id for job in after}


async def test_a_million_rows_cost_nothing_until_they_are_read() -> None:
    async with reading(ReplicateClient, 1_000_000) as reader:
        with work_of_at_most(20_000):
            said = await reader.ask("/v1/predictions")
        newest = said.body["results"][0]["id"]
        with work_of_at_most(10_000):
            assert (await reader.ask(f"/v1/predictions/{newest}")).body["id"] == newest


async def test_an_id_is_taken_once_and_the_clock_says_when() -> None:
    fake = Fake(FarmClient, rows=1)
    [job] = fake.items("jobs")
    with pytest.raises(ValueError, match=f"id {job.id} is taken"):
        fake.add("jobs", id=job.id)
    chosen = fake.add("jobs", id="chosen")
    with pytest.raises(ValueError, match="id chosen is taken"):
        fake.add("jobs", id="chosen")
    fake.remove("jobs", "chosen")
    assert chosen not in fake.items("jobs")
    with pytest.raises(ValueError, match="created_at is the clock's to say"):
        fake.add("jobs", created_at=fake.clock.now())
    assert fake.items("jobs") == [job]


async def test_each_place_has_rows_of_its_own() -> None:
    async with reading(GitHubClient) as reader:
        fake = reader.fake
        ours, theirs = fake.items("runs", "a", "b"), fake.items("runs", "a", "c/d")
        assert {run.id for run in ours}.isdisjoint(run.id for run in theirs)
        said = await reader.ask("/repos/a/c%2Fd/actions/runs")
        assert [run["id"] for run in said.body["workflow_runs"]] == [run.id for run in theirs][:10]


async def test_a_single_item_is_got_by_its_id() -> None:
    async with reading(GitHubClient) as reader:
        run = reader.fake.items("runs", "a", "b")[3]
        said = await reader.ask(f"/repos/a/b/actions/runs/{run.id}")
        assert (said.status, said.body["id"]) == (200, run.id)
        assert (await reader.ask("/repos/a/c/actions/runs/1")).status == 404


async def test_an_id_may_stand_in_a_query_and_the_item_at_a_place() -> None:
    jobs = resource(get="/jobs/one?job={id}", found="data.job")
    async with reading(client(jobs=jobs)) as reader:
        job = reader.fake.items("jobs")[0]
        said = await reader.ask(f"/jobs/one?job={job.id}")
        assert said.body["data"]["job"]["id"] == job.id
        assert (await reader.ask("/jobs/one")).status == 404


async def test_resources_may_be_in_groups_and_below_items() -> None:
    @frozen(kw_only=True)
    class Part:
        id: int

    class Parts(Group):
        parts = Collection(
            Part,
            listing(path="/jobs/{job_id}/parts", items="parts", order=None),
            options=ListOptions,
        )

    class Org(Group):
        jobs = resource(within=Parts("job_id"))

    async with reading(client(org=Org()), {"org.jobs": 2, "org.jobs.parts": 3}) as reader:
        job = reader.fake.items("org.jobs")[0]
        said = await reader.ask(f"/jobs/{job.id}/parts")
        wanted = reader.fake.items("org.jobs.parts", job.id)
        assert sorted(part["id"] for part in said.body["parts"]) == sorted(
            part.id for part in wanted
        )
        assert len(wanted) == 3


async def test_of_two_paths_that_fit_the_one_with_fewer_parameters_is_asked() -> None:
    async with reading(client(jobs=resource(listing=listing(path="/jobs/all")))) as reader:
        assert len((await reader.ask("/jobs/all")).body["jobs"]) == 10


async def test_an_unknown_path_is_not_found() -> None:
    async with reading(FarmClient) as reader:
        assert (await reader.ask("/nowhere")).status == 404
        assert (await reader.ask(PATH, "DELETE")).status == 404


async def plainly(reader: Reader, **headers: str) -> tuple[int, Any]:
    """Ask without the usual credential."""
    async with reader.session.get(f"{reader.fake.url}{PATH}", headers=headers) as answer:
        return answer.status, answer.headers.copy()


async def test_a_token_is_asked_for_in_the_header_and_the_form_of_the_service() -> None:
    async with reading(of_service(auth=Auth(header="X-Api-Key", form="key {}"))) as reader:
        assert (await plainly(reader))[0] == 401
        assert (await plainly(reader, **{"X-Api-Key": reader.fake.token}))[0] == 401
        assert (await plainly(reader, **{"X-Api-Key": f"key {reader.fake.token}"}))[0] == 200
        assert all("x-api-key" not in each.headers for each in reader.fake.requests)


async def test_a_login_is_asked_for() -> None:
    async with reading(of_service(auth=Basic())) as reader:
        assert (await plainly(reader, **Basic().headers("ann:guessed")))[0] == 401
        assert (await plainly(reader, **Basic().headers(reader.fake.token)))[0] == 200


async def test_a_signature_is_asked_for() -> None:
    class Signer:
        def sign(self, request: OutgoingRequest, credentials: str | None) -> dict[str, str]:
            return {"X-Signature": f"{request.method} {credentials}"}

    async with reading(of_service(auth=Signer())) as reader:
        assert (await plainly(reader))[0] == 401
        assert (await plainly(reader, **{"X-Signature": "GET"}))[0] == 200


async def test_a_service_without_credentials_asks_for_none() -> None:
    async with reading(of_service(auth=None, token=None)) as reader:
        assert (await plainly(reader))[0] == 200
        async with reader.fake.client() as farm:
            assert farm.base_url == reader.fake.url


async def test_the_headers_of_the_service_are_asked_for() -> None:
    async with reading(of_service(headers={"X-Version": "2"})) as reader:
        assert (await reader.ask(PATH)).status == 400
        assert (await reader.ask(PATH, headers={"X-Version": "2"})).status == 200


async def test_errors_and_request_ids_are_where_they_are_declared() -> None:
    errors: Any = {"message": "errors[0].detail", "code": "errors[0].code", "request_id": "meta.id"}
    async with reading(of_service(errors=errors, request_id=("X-Trace",))) as reader:
        said = await reader.ask("/jobs/none")
        trace = said.headers["X-Trace"]
        detail = {"detail": "There is no 'none'.", "code": "error_404"}
        assert said.body == {"errors": [detail], "meta": {"id": trace}}
        reader.fake.fail(503, message="Later.")
        assert (await reader.ask(PATH)).body["errors"][0]["detail"] == "Later."


@pytest.mark.parametrize("times", ["seconds", "epoch", "rfc3339", "duration"])
async def test_the_limit_on_requests_is_told_in_the_declared_form(times: Any) -> None:
    limit = RateLimit("X-Left", "X-Reset", times=times)
    async with reading(of_service(rate_limit=limit), rate_limit=1) as reader:
        first, second = await reader.ask(PATH), await reader.ask(PATH)
        assert (first.status, second.status) == (200, 429)
        assert limit.is_used_up(second.headers) is True
        reader.fake.recover()
        reader.fake.clock.advance(10)
        reader.fake.throttle(30)
        third = await reader.ask(PATH)
        told = limit.seconds_until_reset(third.headers, reader.fake.clock.time())
        assert told is not None
        assert 29 <= told <= 31


async def test_faults_and_records_are_as_in_every_fake() -> None:
    async with reading(FarmClient) as reader:
        reader.fake.fail(500, on=2)
        # aiohttp by itself sends a request again whose connection is lost.
        reader.fake.drop(on=3, times=2)
        assert (await reader.ask(PATH)).status == 200
        assert (await reader.ask(PATH)).status == 500
        with pytest.raises(aiohttp.ClientError):
            await reader.ask(PATH)
        assert [request.status for request in reader.fake.requests] == [200, 500, None, None]
        reader.fake.assert_all_faults_used()


def test_a_fake_is_installed_for_clients_in_other_threads() -> None:
    async def one() -> Any:
        async with FarmClient() as farm:
            return await farm.jobs.get(wanted.id)  # type: ignore[attr-defined]

    with Fake(FarmClient, clock=FakeClock()) as fake, fake.installed():
        wanted = fake.items("jobs")[0]
        assert os.environ["FARM_BASE_URL"] == fake.url
        assert asyncio.run(one()) == wanted
    assert "FARM_BASE_URL" not in os.environ


def test_its_text_shows_no_token() -> None:
    assert repr(Fake(FarmClient)) == "Fake(FarmClient)"
