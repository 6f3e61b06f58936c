"""A resource of one client: what its verbs are made of."""

from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from attrs import frozen

from asyncops.errors import NotFound
from asyncops.kit import ByStatus, ListOptions, Lookup, Order, WatchOptions
from asyncops.kit.bound import Bound
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
    """A watch knows what tells items from one another, and not that field."""
    order = Order(param="sort_by")
    assert bound(id="scene", listing=listing(order=order)).source().get is None


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
