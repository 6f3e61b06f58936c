"""What starts and cancels the operations of a fake, by raw requests and by the client."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from asyncops.kit import Action, Client, Header, State, UploadOptions
from asyncops.services.zoo import ZooClient
from asyncops.testing import Fake
from tests.kit.described.replicate import ReplicateClient
from tests.kit.parts import Job, client, resource
from tests.testing.described.reader import Reader, reading

JSON = {"Content-Type": "application/json"}


@frozen(kw_only=True)
class Render:
    """What starts a job."""

    scene: str
    frames: int = 1


def farm(**actions: Any) -> type[Client]:
    """A client whose jobs are started or cancelled."""
    return client(jobs=resource(**actions))


async def test_an_operation_that_is_started_goes_through_its_life_on_the_clock() -> None:
    start: Any = Action("/jobs", body="json", options=Render, result=Job)
    async with reading(farm(start=start)) as reader:
        said = await reader.ask("/jobs", "POST", json={"scene": "dawn", "frames": 3})
        assert (said.status, said.body["status"], said.body["scene"]) == (201, "waiting", "dawn")
        assert reader.fake.items("jobs")[0].id == said.body["id"]
        reader.fake.advance(60)
        assert (await reader.ask(f"/jobs/{said.body['id']}")).body["status"] == "done"


async def test_what_starts_an_operation_must_be_whole() -> None:
    start: Any = Action("/jobs", body="json", options=Render, headers={"X-Api": "2"})
    async with reading(farm(start=start), 0) as reader:
        good = {"X-Api": "2", **JSON}

        async def status(body: str, headers: dict[str, str] = good) -> int:
            return (await reader.ask("/jobs", "POST", data=body, headers=headers)).status

        assert await status('{"frames": 3}') == 422
        assert await status("[]") == 400
        assert await status("{") == 400
        assert (
            await status('{"scene": "dawn"}', {"Content-Type": "text/plain", "X-Api": "2"}) == 415
        )
        assert await status('{"scene": "dawn"}', JSON) == 400
        assert reader.fake.items("jobs") == []
        assert await status('{"scene": "dawn"}') == 201


async def test_an_action_may_declare_the_type_of_its_body() -> None:
    kind = {"content-type": "application/vnd.farm+json"}
    start: Any = Action("/jobs", body="json", options=Render, result=Job, headers=kind)
    async with reading(farm(start=start), 0) as reader:
        sent = {"scene": "dawn"}
        assert (await reader.ask("/jobs", "POST", json=sent)).status == 400
        assert (await reader.ask("/jobs", "POST", json=sent, headers=kind)).status == 201


@pytest.mark.parametrize("place", ["id", "data.job", Header("Location")])
async def test_the_id_is_told_at_its_place(place: Any) -> None:
    start: Any = Action("/jobs", id=place)
    async with reading(farm(start=start)) as reader:
        said = await reader.ask("/jobs", "POST")
        newest = reader.fake.items("jobs")[0].id
        if isinstance(place, Header):
            assert said.headers["Location"] == f"/jobs/{newest}"
        else:
            assert newest in json.dumps(said.body)
        async with reader.fake.client() as farming:
            jobs: Any = farming.jobs
            assert (await jobs.start()).id == reader.fake.items("jobs")[0].id


@pytest.mark.parametrize("body", ["form", None])
async def test_options_may_be_a_form_or_a_query(body: Any) -> None:
    start: Any = Action("/jobs", body=body, options=Render, result=Job, found="job")
    async with reading(farm(start=start)) as reader:
        sent = {"params" if body is None else "data": {"scene": "dusk"}}
        said = await reader.ask("/jobs", "POST", **sent)
        assert said.body["job"]["scene"] == "dusk"


async def test_content_must_be_there() -> None:
    start: Any = Action("/jobs", body="bytes", options=UploadOptions)
    async with reading(farm(start=start)) as reader:
        assert (await reader.ask("/jobs", "POST")).status == 422
        assert (await reader.ask("/jobs", "POST", data=b"x")).status == 201


async def test_content_may_come_piece_by_piece(tmp_path: Path) -> None:
    """From a file, whose length is known, and from a stream, whose is not."""
    path = tmp_path / "scene.blend"
    path.write_bytes(b"x" * 2**21)

    async def stream() -> AsyncIterator[bytes]:
        for _ in range(9):
            yield b"x" * 150_000

    start: Any = Action("/jobs", body="bytes", options=UploadOptions, result=Job)
    with Fake(farm(start=start)) as fake:
        async with fake.client() as client:
            jobs: Any = client
            with path.open("rb") as file:
                for content in (path, file, stream()):
                    started = await jobs.jobs.start(content)
                    assert started.id == fake.items("jobs")[0].id


async def test_what_becomes_of_what_is_started_may_be_said() -> None:
    """The answer may hold the end, or it comes after so many seconds of the clock."""
    start: Any = Action("/jobs", result=Job)
    async with reading(farm(start=start)) as reader:

        async def status() -> Any:
            return (await reader.ask("/jobs", "POST")).body["status"]

        for word, shown in (("done", "done"), (State.FAILED, "broken")):
            reader.fake.start_as("jobs", status=word)
            assert await status() == shown
        with pytest.raises(ValueError, match="status must be one of"):
            reader.fake.start_as("jobs", status="hurrying")
        reader.fake.start_as("jobs", lifetime=60, fails=True)
        assert await status() == "waiting"
        reader.fake.advance(59)
        assert not reader.fake.items("jobs")[0].state.ended
        reader.fake.advance(1)
        assert reader.fake.items("jobs")[0].state is State.FAILED
        with pytest.raises(ValueError, match="there is no resource 'job'"):
            reader.fake.start_as("job")
        with pytest.raises(ValueError, match="lifetime must be a finite number of seconds"):
            reader.fake.start_as("jobs", lifetime=-1)


@pytest.mark.parametrize(("made", "name"), [(farm, "jobs"), (lambda **_: ZooClient, "files.mass")])
async def test_what_is_started_succeeds_unless_it_is_said_to_fail(made: Any, name: str) -> None:
    """A newcomer's first does so; chance says only where it is asked."""
    start: Any = Action("/jobs", result=Job)
    path = {"jobs": "/jobs", "files.mass": "/file/mass?src_format=step&material_density=1"}[name]
    async with reading(made(start=start), 0) as reader:

        async def states() -> set[State]:
            for _ in range(25):
                assert (await reader.ask(path, "POST", data=b"ISO-10303-21;")).status == 201
            reader.fake.advance(60)
            return {each.state for each in reader.fake.items(name)}

        assert await states() == {State.SUCCEEDED}
        reader.fake.start_as(name, fails=None)
        assert await states() == {State.SUCCEEDED, State.FAILED}


async def cancelled(reader: Reader) -> tuple[int, int, int]:
    """The answers to cancelling an operation twice, and to cancelling none."""
    job = reader.fake.add("jobs", lifetime=60)
    path = f"/jobs/{job.id}/cancel"
    answers = [(await reader.ask(each, "POST")).status for each in (path, path, "/jobs/x/cancel")]
    return answers[0], answers[1], answers[2]


async def test_an_operation_is_cancelled_once() -> None:
    async with reading(farm(cancel=Action("/jobs/{id}/cancel"))) as reader:
        assert await cancelled(reader) == (200, 409, 404)
        # It has no status for it, so that it ends in the last one.
        assert reader.fake.items("jobs")[0].state is State.FAILED


async def test_the_client_of_a_description_starts_and_cancels() -> None:
    async with reading(ReplicateClient) as reader, reader.fake.client() as replicate:
        started = await replicate.predictions.start(version="v1", input={"text": "hi"})
        assert started.state is State.PENDING
        stopped = await replicate.predictions.cancel(started.id)
        assert (stopped.id, stopped.state) == (started.id, State.CANCELLED)
