"""The client of OGC API - Processes against pygeoapi, which ``ASYNCOPS_PYGEOAPI`` names.

See ``started.py``.
"""

import json
import os
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import pytest
from attrs import frozen

from asyncops import (
    ChangeKind,
    ListingMoved,
    NotFound,
    OgcClient,
    OperationFailed,
    PollPolicy,
    RetryPolicy,
    State,
)
from asyncops.kit import (
    ByStatus,
    Header,
    Listing,
    ListOptions,
    NextURL,
    Order,
    Resource,
    WatchOptions,
)
from asyncops.kit.doctor import examine
from asyncops.services.ogc import Job
from tests.real.started import Server, environment, free_port, running
from tests.real.walking import interrupted, moved

# Its links count rows, which each walk warns of.
QUIET = pytest.mark.filterwarnings("ignore:whether rows were removed:asyncops.ListingMoved")
pytestmark = [pytest.mark.real, QUIET]

OFTEN = PollPolicy(initial=0.1, factor=1, timeout=40)
MANY = 30
LONG = 20.0
ABOUT = {"name": "x", "url": "http://127.0.0.1", "email": "x@example.org"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder, port = tmp_path_factory.mktemp("pygeoapi"), free_port()
    url = f"http://127.0.0.1:{port}"
    config = {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port},
            "url": url,
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "languages": ["en-US"],
            "limits": {"default_items": 20, "max_items": 100, "on_exceed": "throttle"},
            "map": {"url": url, "attribution": "x"},
            "manager": {"name": "TinyDB", "connection": "jobs.db", "output_dir": str(folder)},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {
                "title": "x",
                "description": "x",
                "keywords": ["x"],
                "keywords_type": "theme",
                "terms_of_service": "x",
                "url": url,
            },
            "license": ABOUT,
            "provider": ABOUT,
            "contact": ABOUT,
        },
        "resources": {
            "hello-world": {"type": "process", "processor": {"name": "HelloWorld"}},
            "echo": {"type": "process", "processor": {"name": "Echo"}},
        },
    }
    # JSON is YAML.
    (folder / "config.yml").write_text(json.dumps(config))
    programs = environment("pygeoapi")
    env = {
        "PATH": f"{programs}:{os.defpath}",
        "HOME": str(folder),
        "PYGEOAPI_CONFIG": str(folder / "config.yml"),
        "PYGEOAPI_OPENAPI": str(folder / "openapi.yml"),
    }
    describe = [*("openapi", "generate", "config.yml", "--output-file", "openapi.yml")]
    subprocess.run(
        [programs / "pygeoapi", *describe], env=env, cwd=folder, check=True, capture_output=True
    )
    serve = f"APP.run(host='127.0.0.1', port={port}, threaded=True)"
    program = f"from pygeoapi.flask_app import APP; {serve}"
    with running([str(programs / "python"), "-c", program], f"{url}/jobs", env=env, folder=folder):
        yield Server(url)


@pytest.fixture
async def ogc(server: Server) -> AsyncIterator[OgcClient]:
    async with OgcClient(base_url=server.url, retry=RetryPolicy(attempts=1)) as client:
        yield client


async def start(client: OgcClient, pause: float = 0.0, *, fail: bool = False) -> str:
    inputs = {"pause": pause} if fail else {"echoInput": "hi", "pause": pause}
    started = await client.jobs.start(process_id="echo", inputs=inputs)
    assert isinstance(started.id, str)
    return started.id


@pytest.fixture
async def ids(ogc: OgcClient) -> set[str]:
    """The jobs that are there: as many as a walk of several pages needs."""
    known = {job.id for job in await ogc.jobs.list(limit=100).collect()}
    while len(known) < MANY:
        known.add(await start(ogc, fail=len(known) % 4 == 3))
    async with ogc.jobs.wait_many(known, poll=OFTEN) as ended:
        assert {id_ async for id_, _ in ended} == known
    return known


async def test_each_way_of_reading_gives_each_job_once(ogc: OgcClient, ids: set[str]) -> None:
    """One page after the other, ahead of the reader, and in two sittings."""
    read = [job.id for job in await ogc.jobs.list(limit=7).collect()]
    assert sorted(read) == sorted(ids)
    assert sorted(job.id for job in await ogc.jobs.list().collect()) == sorted(ids)
    async with ogc.jobs.list(limit=7).concurrent(4, ordered=False) as side_by_side:
        assert sorted([job.id async for job in side_by_side]) == sorted(ids)
    assert await interrupted(lambda **more: ogc.jobs.list(limit=7, **more), "id", 17, int) == read


async def test_jobs_that_start_and_end_meanwhile_take_none_away(
    ogc: OgcClient, server: Server, ids: set[str]
) -> None:
    def change() -> None:
        server.call("POST", "/processes/hello-world/execution", {"inputs": {"name": "x"}})

    read = await moved(ogc.jobs.list(limit=7), "id", {1: change, 3: change})
    assert Counter(read).most_common(1)[0][1] == 1
    assert ids <= set(read)


async def test_what_cannot_be_known_is_warned_of(ogc: OgcClient, ids: set[str]) -> None:
    assert ids
    with pytest.warns(ListingMoved, match="counts rows"):
        await ogc.jobs.list(limit=7).collect()


async def test_a_job_is_started_and_waited_for(ogc: OgcClient, server: Server) -> None:
    good, bad = await start(ogc, 0.3), await start(ogc, fail=True)
    job = await ogc.jobs.wait(good, poll=OFTEN)
    assert isinstance(job, Job)
    assert (job.state, job.progress, job.kind) == (State.SUCCEEDED, 100, "echo")
    assert job.started_at is not None
    assert job.finished_at is not None
    assert (job.finished_at - job.started_at).total_seconds() >= 0.3
    assert await ogc.jobs.results(good) == {"id": "echoOutput", "value": "hi"}
    with pytest.raises(OperationFailed, match="Cannot run process without echo value"):
        await ogc.jobs.wait(bad, poll=OFTEN)
    assert server.call("GET", f"/jobs/{good}")["status"] == "successful"


async def test_a_job_is_dismissed(ogc: OgcClient) -> None:
    """The server deletes it, whether it has ended or not."""
    id_ = await start(ogc, LONG)
    assert not (await ogc.jobs.get(id_)).state.ended
    dismissed = await ogc.jobs.cancel(id_)
    assert (dismissed.id, dismissed.state) == (id_, State.CANCELLED)
    with pytest.raises(NotFound):
        await ogc.jobs.wait(id_, poll=OFTEN)


async def test_a_watch_tells_each_beginning_and_each_end_once(
    ogc: OgcClient, server: Server, ids: set[str]
) -> None:
    """Against what the server says of each job in the end; one that is dismissed vanishes."""
    async with ogc.jobs.watch(poll=OFTEN) as changes:
        new = [await start(ogc, 0.1 * number, fail=number == 2) for number in range(4)]
        gone = await start(ogc, LONG)
        told: dict[str, list[ChangeKind]] = {id_: [] for id_ in (*new, gone)}
        ends: dict[str, str] = {}
        async for change in changes:
            assert change.id in told, f"{change.kind} of {change.id}"
            told[change.id].append(change.kind)
            if change.kind is ChangeKind.FINISHED and change.after is not None:
                ends[change.id] = change.after.status
            if change.kind is ChangeKind.CREATED and change.id == gone:
                await ogc.jobs.cancel(gone)
            if len(ends) == len(new) and told[gone][-1:] == [ChangeKind.VANISHED]:
                break
    for id_, kinds in told.items():
        last = ChangeKind.VANISHED if id_ == gone else ChangeKind.FINISHED
        assert (kinds[0], kinds[-1]) == (ChangeKind.CREATED, last)
        assert set(kinds[1:-1]) <= {ChangeKind.UPDATED}
    assert ends == {id_: server.call("GET", f"/jobs/{id_}")["status"] for id_ in new}
    assert not ids & set(new)


async def test_errors_are_in_the_words_of_the_server(ogc: OgcClient) -> None:
    with pytest.raises(NotFound, match="nope"):
        await ogc.jobs.get("nope")
    with pytest.raises(NotFound, match="identifier not found"):
        await ogc.jobs.start(process_id="nope")
    with pytest.raises(NotFound) as raised:
        await ogc.jobs.cancel("nope")
    assert raised.value.code == "NoSuchJob"


async def test_the_claims_of_the_description_hold(ogc: OgcClient, ids: set[str]) -> None:
    assert ids
    verdicts = [(each.verdict, str(each)) async for each in examine(ogc.jobs)]
    assert {verdict for verdict, _ in verdicts} == {"good"}, verdicts


@frozen(kw_only=True)
class ByStatusOptions(ListOptions):
    """The filter of the standard that pygeoapi does not apply."""

    status: str | None = None


class WrongClient(OgcClient):
    """The same service, described wrongly in three ways."""

    oldest_first = Resource(
        Job,
        Listing(
            "/jobs",
            "jobs",
            paging=NextURL("links[rel=next].href", size="limit"),
            order=Order(newest_first=False),
        ),
        options=ListOptions,
        watch=WatchOptions,
    )
    by_status = Resource(
        Job,
        Listing(
            "/jobs",
            "jobs",
            paging=NextURL("links[rel=next].href", size="limit"),
            order=None,
            by_status=ByStatus(),
        ),
        options=ByStatusOptions,
        watch=WatchOptions,
    )
    other_size = Resource(
        Job,
        Listing("/jobs", "jobs", paging=NextURL(Header("X-Next"), size="page_size"), order=None),
        options=ListOptions,
        watch=WatchOptions,
    )


@pytest.mark.parametrize(
    ("name", "said"), [("oldest_first", "order"), ("by_status", "status"), ("other_size", "size")]
)
async def test_a_description_that_is_wrong_is_caught(
    server: Server, ids: set[str], name: str, said: str
) -> None:
    assert ids
    async with WrongClient(base_url=server.url, retry=RetryPolicy(attempts=1)) as client:
        found = [each async for each in examine(getattr(client, name))]
    bad = [str(each) for each in found if each.verdict == "bad"]
    assert [each for each in bad if said in each.partition(":")[0]], [str(each) for each in found]
