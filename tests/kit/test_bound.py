"""A resource of one client: what its verbs are made of."""

from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from attrs import frozen

from asyncops.errors import NotFound
from asyncops.kit import ByStatus, ListOptions, Lookup, Order, WatchOptions
from asyncops.kit.bound import Bound
from asyncops.testing import Fake
from tests.kit.parts import Job, client, listing, resource


def bound(**fields: Any) -> Bound[..., ...]:
    made: Any = client(jobs=resource(**fields))("a-token-of-tests")
    found: Bound[..., ...] = made.jobs._bound
    return found


def test_waits_read_what_is_unfinished_where_it_is_listed_apart() -> None:
    @frozen(kw_only=True)
    class Options(ListOptions):
        status: str | None = None

    sorted_ = listing(by_status=ByStatus(required=True), order=Order(param="sort_by"))
    source = bound(listing=sorted_, options=Options).source()
    assert len(source.listings) == 1
    assert source.by_creation
    assert not source.lists_results
    assert source.get is not None


def test_what_cannot_be_asked_for_is_only_listed() -> None:
    order = Order(param="sort_by")
    source = bound(listing=listing(order=order), get=None).source()
    assert source.get is None
    assert len(source.listings) == 1
    assert source.lists_results


def test_a_lookup_has_no_listings() -> None:
    made: Any = client(tasks=Lookup(Job, get="/tasks/{id}"))("a-token-of-tests")
    assert made.tasks.pending(["t1"]).source.listings == ()
    with pytest.raises(TypeError, match=r"farm.tasks is not listed"):
        _ = made.tasks._bound.lister


async def test_what_is_only_listed_is_not_asked_for() -> None:
    with pytest.raises(TypeError, match="jobs cannot be asked for one item"):
        await bound(get=None).get("j1")


def test_an_item_that_is_asked_for_by_another_field_is_not_looked_up() -> None:
    """A watch knows what tells items from one another, and not that field; a wait is given it."""
    order = Order(param="sort_by")
    found = bound(id="scene", listing=listing(order=order))
    assert found.watch()._target.by_id is None
    assert found.source().get is not None


def test_a_listing_whose_path_is_not_known_is_not_read() -> None:
    @frozen(kw_only=True)
    class Options(ListOptions):
        project: str

    @frozen(kw_only=True)
    class Watching(WatchOptions):
        project: str

    in_project = listing(path="/{project}/jobs")
    found = bound(listing=in_project, options=Options, watch=Watching)
    assert found.source().listings == ()
    assert found.source().get is not None
    assert found.pager(project="a b")._start.query.startswith("/a%20b/jobs#")
    assert found.watch(project="a b")._target.query.startswith("/a%20b/jobs#")


@frozen(kw_only=True)
class ByScene(ListOptions):
    scene: str


@frozen(kw_only=True)
class WatchByScene(WatchOptions):
    scene: str


def test_a_listing_whose_filters_are_not_known_is_not_read() -> None:
    found = bound(options=ByScene, watch=WatchByScene)
    assert found.source().listings == ()
    assert found.source().get is not None
    query = found.lister.plan.read(ByScene(scene="dawn"))
    assert len(found.source(query).listings) == 1


def test_a_wait_for_what_cannot_be_asked_for_is_refused() -> None:
    jobs: Any = bound(options=ByScene, watch=WatchByScene, get=None)
    with pytest.raises(ValueError, match=r"can be waited for by its listing alone, which needs sc"):
        jobs.pending(["j1"])


@frozen(kw_only=True)
class Numbered(Job):
    number: int


@pytest.mark.parametrize("get", ["/jobs/{id}", None])
@pytest.mark.parametrize("field", ["id", "number"])
async def test_a_listed_operation_is_known_by_the_id_that_is_sent(
    get: str | None, field: str
) -> None:
    """It may be of another field than the one that tells items apart, and is encoded."""
    kind = client(jobs=resource(item=Numbered, id=field, get=get))
    async with Fake(kind, rows=0) as fake, fake.client() as farm:
        jobs: Any = farm
        for number in range(3):
            fake.add("jobs", id=f"a/{number}=", number=number, status="done")
        wanted = [getattr(item, field) async for item in jobs.jobs.list()]
        async with jobs.jobs.wait_many(wanted) as finished:
            found = {id_: getattr(item, field, item) async for id_, item in finished}
        assert found == {each: each for each in wanted}
        assert len(found) == 3


def test_a_watch_looks_up_what_no_page_shows() -> None:
    assert bound().watch()._target.by_id is not None
    assert bound(get=None).watch()._target.by_id is None
    assert bound(id="scene").watch()._target.by_id is None
    found = bound()
    watch = found.watch()
    found.usable = lambda: False
    assert found.watch()._target.by_id is None
    assert watch._target.by_id is not None


@pytest.mark.parametrize(
    ("name", "hint"), [("max_item", "did you mean max_items"), ("zzz", "known are limit, cursor")]
)
def test_an_argument_that_does_not_exist_is_refused_with_the_nearest(name: str, hint: str) -> None:
    message = rf"farm.jobs.list\(\) got an unexpected keyword argument '{name}'; {hint}"
    with pytest.raises(TypeError, match=message):
        bound().pager(**{name: 1})
    with pytest.raises(
        TypeError, match=r"farm.jobs.watch\(\) got an unexpected.*'lookbak'; did you"
    ):
        bound().watch(lookbak=1)
    wrong: Any = {"timeot": 1}
    with pytest.raises(TypeError, match=r"farm.jobs.wait\(\) got an unexpected.*'timeot'; did you"):
        bound().waiting(**wrong)


async def test_the_listing_that_stands_in_for_get_has_the_statuses_that_it_needs() -> None:
    """Without them the service would refuse it, and no answer would tell."""
    seen: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.path_qs)
        return web.json_response({"message": "no"}, status=404)

    @frozen(kw_only=True)
    class Options(ListOptions):
        status: str | None = None

    by_status = ByStatus("status", many="comma", required=True)
    jobs = resource(listing=listing(by_status=by_status), options=Options, optional_get=True)
    app = web.Application()
    app.router.add_get("/{tail:.*}", answer)
    async with TestServer(app) as server:
        url = str(server.make_url("")).rstrip("/")
        made: Any = client(jobs=jobs)("a-token-of-tests", base_url=url)
        async with made:
            with pytest.raises(NotFound):
                await made.jobs.get("j1")
    assert len(seen) == 2
    assert "status=" in seen[1]
