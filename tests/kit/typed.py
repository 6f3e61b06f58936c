# pyright: strict, reportUnnecessaryTypeIgnoreComment=true
"""What type checkers infer of a description, and what they refuse.

mypy and pyright read this file: each line with an ignore is an error of both, and an ignore that is
needed no more is an error, too.
"""

from pathlib import Path
from typing import Any, Generic, ParamSpec, assert_type

from attrs import field, frozen

from asyncops.checkpoints import Checkpoint
from asyncops.errors import AsyncOpsError
from asyncops.http.meter import WalkReport
from asyncops.kit import (
    Action,
    Client,
    Collection,
    Get,
    Group,
    Listing,
    ListOptions,
    Lookup,
    Order,
    Resource,
    Token,
    UploadOptions,
    WatchOptions,
    Within,
    sent_as,
)
from asyncops.kit.action import Accepted
from asyncops.kit.operations import Operations
from asyncops.kit.started import Started
from asyncops.listing.pager import Pager
from asyncops.models import Id, Operation, Page
from asyncops.polling.change import Change
from asyncops.sharding.shard import Shard
from tests.kit.described.github import GitHubClient, Run
from tests.kit.described.replicate import Prediction, ReplicateClient
from tests.kit.parts import SERVICE, Job

P = ParamSpec("P")
W = ParamSpec("W")


@frozen(kw_only=True)
class Detail(Job):
    """A job with its log, as ``get`` gives it."""

    log: str = ""


@frozen
class Frame:
    """A part of a job, without a life."""

    id: int


@frozen(kw_only=True)
class FrameOptions(ListOptions):
    """Filters of frames; the first is required."""

    camera: str = field(metadata=sent_as("cameraId"))
    first: int | None = None


@frozen(kw_only=True)
class Start:
    """What a job is started with."""

    scene: str
    samples: int = 16


@frozen(kw_only=True)
class Send(UploadOptions):
    """What a job is started with beside a file."""

    scene: str
    samples: int = 16


@frozen(kw_only=True)
class Reason:
    """What a job is cancelled with."""

    reason: str


@frozen
class Farm:
    """Where jobs are."""

    farm: str


JOBS = Listing("/jobs", "jobs", paging=Token())
FRAMES = Listing("/frames", "frames", paging=Token(), order=None)


class FrameParts(Group):
    """What lies below a job."""

    frames = Collection(
        Frame,
        Listing("/jobs/{job_id}/frames", "frames", paging=Token(), order=None),
        options=FrameOptions,
        get="/jobs/{job_id}/frames/{id}",
    )


class JobVerbs(Operations[P, W, Job, Detail], Generic[P, W]):
    """A wait with another signature."""

    async def wait(self, *, scene: str) -> tuple[Job, ...]:  # type: ignore[override]
        """Wait for all jobs of a scene."""
        return (await self.get(scene),)


class Nightly(Group):
    """A namespace."""

    jobs = Resource(
        Job, JOBS, options=ListOptions, watch=WatchOptions, get="/nightly/{id}", result=Detail
    )


class FarmClient(Client):
    """Each combination of what can be declared."""

    service = SERVICE
    nightly = Nightly()
    listed = Resource(Job, JOBS, options=ListOptions, watch=WatchOptions)
    jobs = Resource(Job, JOBS, options=ListOptions, watch=WatchOptions, get="/jobs/{id}")
    details = Resource(
        Job, JOBS, options=ListOptions, watch=WatchOptions, get="/jobs/{id}", result=Detail
    )
    started = Resource(
        Job,
        JOBS,
        options=ListOptions,
        watch=WatchOptions,
        get="/jobs/{id}",
        start=Action("/jobs", body="json", options=Start, result=Detail),
    )
    cancelled = Resource(
        Job,
        JOBS,
        options=ListOptions,
        watch=WatchOptions,
        get="/jobs/{id}",
        result=Detail,
        cancel=Action("/jobs/{id}/stop", options=Reason),
    )
    both = Resource(
        Job,
        JOBS,
        options=ListOptions,
        watch=WatchOptions,
        get="/jobs/{id}",
        start=Action("/jobs", body="bytes", options=Send),
        cancel=Action("/jobs/{id}", method="DELETE", result=Job),
    )
    with_results = Resource(
        Job,
        JOBS,
        options=ListOptions,
        watch=WatchOptions,
        get="/jobs/{id}",
        start=Action("/jobs", body="json", options=Start),
        cancel=Action("/jobs/{id}", method="DELETE", result=Job),
        results="/jobs/{id}/results",
    )
    below = Resource(
        Job,
        JOBS,
        options=ListOptions,
        watch=WatchOptions,
        get="/jobs/{id}",
        within=FrameParts("job_id"),
    )
    by_hand = Resource(
        Job, JOBS, options=ListOptions, watch=WatchOptions, get="/jobs/{id}", verbs=JobVerbs
    )
    in_farm = Within(
        Farm,
        Resource(
            Job,
            Listing("/{farm}/jobs", paging=Token()),
            options=ListOptions,
            watch=WatchOptions,
            get="/{farm}/jobs/{id}",
        ),
    )
    frames = Collection(Frame, FRAMES, options=FrameOptions)
    frames_got = Collection(Frame, FRAMES, options=FrameOptions, get="/frames/{id}")
    frames_detailed = Collection(
        Frame, FRAMES, options=FrameOptions, get="/frames/{id}", result=Detail
    )
    frames_below = Collection(
        Frame, FRAMES, options=FrameOptions, get="/f/{id}", within=FrameParts("job_id")
    )
    frames_listed_below = Collection(
        Frame, FRAMES, options=FrameOptions, within=FrameParts("job_id")
    )
    frames_in_farm = Within(
        Farm,
        Collection(
            Frame, Listing("/{farm}/frames", paging=Token(), order=None), options=FrameOptions
        ),
    )
    tasks = Lookup(Job, get="/tasks/{id}")
    tasks_started = Lookup(Job, get="/tasks/{id}", start=Action("/tasks"))
    tasks_cancelled = Lookup(Job, get="/tasks/{id}", cancel=Action("/tasks/{id}/stop"))
    tasks_both = Lookup(
        Job,
        get="/tasks/{id}",
        start=Action("/tasks", body="form", options=Start, result=Detail),
        cancel=Action("/tasks/{id}", method="DELETE"),
    )


async def lists(farm: FarmClient) -> None:
    """Filters and items of listings."""
    assert_type(farm.jobs.list(limit=5), Pager[Job])
    assert_type(await farm.jobs.list(), Page[Job])
    assert_type(farm.frames.list(camera="left", first=3), Pager[Frame])
    farm.frames.list()  # type: ignore[call-arg]
    farm.frames.list(camera=3)  # type: ignore[arg-type]
    farm.frames.list(camera="left", lens="wide")  # type: ignore[call-arg]
    farm.jobs.list("left")  # type: ignore[call-arg, arg-type]
    farm.jobs.list(limit="5")  # type: ignore[arg-type]
    farm.jobs.list(resume="here")  # type: ignore[arg-type]


async def operations(farm: FarmClient, shard: Shard, checkpoint: Checkpoint) -> None:
    """The verbs of operations."""
    assert_type(await farm.jobs.get("j1"), Job)
    assert_type(await farm.details.get("j1"), Detail)
    assert_type(await farm.details.wait("j1", timeout=3), Detail)
    assert_type(farm.details.list(resume=checkpoint), Pager[Job])
    assert_type(farm.details.shard(shard), Pager[Job])
    async with farm.details.watch(from_start=True) as changes:
        async for change in changes:
            assert_type(change, Change[Job])
    async with farm.details.get_many(["j1"]) as results:
        async for id_, result in results:
            assert_type(id_, Id)
            assert_type(result, Detail | AsyncOpsError)
    async with farm.details.wait_many(["j1"]) as finished:
        async for _, ended in finished:
            assert_type(ended, Detail | AsyncOpsError)
            each: Operation | AsyncOpsError = ended
            assert each
    farm.jobs.watch(limit=3)  # type: ignore[call-arg]
    farm.jobs.start()  # type: ignore[attr-defined]
    farm.jobs.cancel("j1")  # type: ignore[attr-defined]
    farm.jobs("j1")  # type: ignore[operator]


async def what_is_only_listed(farm: FarmClient) -> None:
    """Without a request for one, there is no such verb."""
    assert_type(farm.listed.list(), Pager[Job])
    async with farm.listed.wait_many(["j1"]) as finished:
        async for _, ended in finished:
            assert_type(ended, Job | AsyncOpsError)
    farm.listed.get("j1")  # type: ignore[attr-defined]
    farm.listed.wait("j1")  # type: ignore[attr-defined]


def on_page(report: WalkReport) -> int:
    """Take what a page is told with."""
    return report.pages


async def actions(farm: FarmClient) -> None:
    """What starts and cancels an operation."""
    assert_type(await farm.started.start(scene="a"), Detail)
    assert_type(await farm.started.get("j1"), Job)
    assert_type(await farm.cancelled.cancel("j1", reason="late"), Accepted)
    assert_type(await farm.cancelled.get("j1"), Detail)
    assert_type(await farm.both.start(b"content", scene="a", samples=4), Accepted)
    assert_type(await farm.both.start(Path("part.step"), scene="a"), Accepted)
    await farm.both.start("part.step", scene="a")  # type: ignore[arg-type]
    await farm.both.start(b"content", scene="a", on_upload=lambda told: told.sent)
    await farm.both.start(b"content", scene="a", on_upload=on_page)  # type: ignore[arg-type]
    await farm.started.start(scene="a", on_upload=repr)  # type: ignore[call-arg]
    Action("/jobs", body="bytes", options=Start)  # type: ignore[call-overload]
    assert_type(await farm.both.cancel("j1"), Job)
    await farm.started.start()  # type: ignore[call-arg]
    await farm.started.start(scene=3)  # type: ignore[arg-type]
    await farm.both.start(scene="a")  # type: ignore[call-arg]
    await farm.cancelled.cancel("j1")  # type: ignore[call-arg]
    assert_type(await farm.with_results.cancel("j1"), Job)
    assert_type(await farm.with_results.results("j1"), Any)
    await farm.with_results.start(scene=3)  # type: ignore[arg-type]
    farm.both.results("j1")  # type: ignore[attr-defined]
    farm.started.cancel("j1")  # type: ignore[attr-defined]
    farm.cancelled.start()  # type: ignore[attr-defined]


async def places(farm: FarmClient) -> None:
    """What lies at a place, below an item, or in a group."""
    assert_type(await farm.nightly.jobs.get("j1"), Detail)
    assert_type(await farm.in_farm("north").get("j1"), Job)
    assert_type(farm.frames_in_farm(farm="north").list(camera="left"), Pager[Frame])
    assert_type(farm.below("j1").frames.list(camera="left"), Pager[Frame])
    assert_type(await farm.below("j1").frames.get(3), Frame)
    assert_type(await farm.below.get("j1"), Job)
    assert_type(await farm.frames_below(3).frames.get(3), Frame)
    assert_type(await farm.frames_listed_below(3).frames.get(3), Frame)
    assert_type(farm.frames_listed_below.list(camera="left"), Pager[Frame])
    farm.frames_listed_below.get(3)  # type: ignore[attr-defined]
    farm.in_farm()  # type: ignore[call-arg]
    farm.in_farm(3)  # type: ignore[arg-type]
    farm.in_farm.list()  # type: ignore[attr-defined]
    farm.below("j1").lights  # type: ignore[attr-defined]  # noqa: B018
    farm.nightly.lights  # type: ignore[attr-defined]  # noqa: B018


async def collections(farm: FarmClient) -> None:
    """What has no life is neither waited for nor watched."""
    assert_type(await farm.frames_got.get(3), Frame)
    assert_type(await farm.frames_detailed.get(3), Detail)
    farm.frames.get(3)  # type: ignore[attr-defined]
    farm.frames_got.wait(3)  # type: ignore[attr-defined]
    farm.frames_got.watch()  # type: ignore[attr-defined]


async def lookups(farm: FarmClient) -> None:
    """What is not listed has no listing."""
    assert_type(await farm.tasks.wait("t1"), Job)
    assert_type(await farm.tasks_started.start(), Accepted)
    assert_type(await farm.tasks_cancelled.cancel("t1"), Accepted)
    assert_type(await farm.tasks_both.start(scene="a"), Detail)
    started = await farm.tasks_both(scene="a")
    assert_type(started, Started[Job])
    assert_type(started.id, Id)
    assert_type(await started.wait(timeout=3), Job)
    await farm.tasks_both(scene=3)  # type: ignore[arg-type]
    farm.tasks.list()  # type: ignore[attr-defined]
    farm.tasks.watch()  # type: ignore[attr-defined]
    farm.tasks.start()  # type: ignore[attr-defined]


async def verbs_by_hand(farm: FarmClient) -> None:
    """A class of verbs is used as it is written."""
    assert_type(await farm.by_hand.wait(scene="a"), tuple[Job, ...])
    assert_type(await farm.by_hand.get("j1"), Detail)
    assert_type(farm.by_hand.list(limit=5), Pager[Job])
    async with farm.by_hand.watch(from_start=True) as changes:
        async for change in changes:
            assert_type(change, Change[Job])
    farm.by_hand.list(scene="a")  # type: ignore[call-arg]
    farm.by_hand.watch(limit=5)  # type: ignore[call-arg]
    await farm.by_hand.wait("j1")  # type: ignore[call-arg]


async def services(github: GitHubClient, replicate: ReplicateClient) -> None:
    """As programs write them."""
    runs = github.runs("python", "cpython")
    async for run in runs.list(status="failure", branch="main", max_items=20):
        assert_type(run, Run)
    assert_type(await runs.wait(12), Run)
    assert_type(await runs.cancel(12), Accepted)
    async with runs.watch(branch="main") as changes:
        async for change in changes:
            assert_type(change, Change[Run])
    assert_type(await replicate.predictions.start(version="v1", input={}), Prediction)
    github.runs("python")  # type: ignore[call-arg]
    runs.list(branch=3)  # type: ignore[arg-type]
    replicate.predictions.list(sauce="api")  # type: ignore[call-arg]


def decoded(body: bytes) -> Detail:
    """An answer that is read by hand."""
    raise NotImplementedError(body)


class ByHand(Client):
    """A result that is a function's."""

    service = SERVICE
    jobs = Resource(
        Job, JOBS, options=ListOptions, watch=WatchOptions, get="/jobs/{id}", result=decoded
    )


async def results_by_hand(client: ByHand) -> None:
    """The function's type is that of the item."""
    assert_type(await client.jobs.get("j1"), Detail)
    assert_type(await client.jobs.wait("j1"), Detail)


class ByBody(Client):
    """Items that are asked for with their ids in a body."""

    service = SERVICE
    jobs = Resource(
        Job,
        JOBS,
        options=ListOptions,
        watch=WatchOptions,
        get=Get("/job", body={"id": "{id}"}),
        result=Detail,
    )
    tasks = Lookup(Job, get=Get("/task", body={"id": "{id}"}))
    frames = Collection(Frame, FRAMES, options=FrameOptions, get=Get("/frame", body={"id": "{id}"}))


async def asked_by_body(client: ByBody) -> None:
    """As by a path."""
    assert_type(await client.jobs.get("j1"), Detail)
    assert_type(await client.jobs.list().collect(), list[Job])
    assert_type(await client.tasks.get("t1"), Job)
    assert_type(await client.frames.get("f1"), Frame)


def refused() -> None:
    """Declarations that are refused before they run."""
    Resource(Job, JOBS, options=WatchOptions, watch=WatchOptions)  # type: ignore[arg-type]
    Resource(Job, JOBS, watch=WatchOptions)  # type: ignore[call-overload]
    Resource(Frame, JOBS, options=ListOptions, watch=WatchOptions)  # type: ignore[type-var]
    Collection(Frame, FRAMES)  # type: ignore[call-overload]
    Lookup(Job)  # type: ignore[call-overload]
    Lookup(Job, get=5)  # type: ignore[call-overload]
    Lookup(Frame, get="/tasks/{id}")  # type: ignore[type-var]
    Action("/jobs", body="xml")  # type: ignore[call-overload]
    Listing("/jobs", paging="token")  # type: ignore[arg-type]
    Listing("/jobs", paging=Token(), order=Order("newest"))  # type: ignore[arg-type]
