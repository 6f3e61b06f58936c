"""Services that do as their description says, and descriptions that do not say what they do."""

from collections.abc import Awaitable, Callable, Mapping
from copy import copy
from datetime import datetime, timedelta
from typing import Any

import attrs
from aiohttp import web
from aiohttp.test_utils import TestServer
from attrs import evolve, frozen

from asyncops import RetryPolicy
from asyncops.kit import (
    ByStatus,
    Client,
    Listing,
    ListOptions,
    Offset,
    Order,
    Pages,
    Resource,
    Service,
    State,
    Status,
    Timestamp,
    Token,
    Tracked,
    WatchOptions,
    Window,
    Within,
)
from asyncops.kit.doctor import Finding, examine
from asyncops.kit.resources import ResourcePath
from asyncops.paging.styles import Paging
from asyncops.testing import Fake
from asyncops.testing.contracts.case import Case, Live
from asyncops.utils.clock import SYSTEM_CLOCK, Clock
from tests.kit.served import Row, Served, serving, times

ONCE = RetryPolicy(attempts=1)

# The claims that a lie makes false as well.
ALIKE = {
    "created_after": "created_before",
    "first": "total",
    "order": "both ends",
    "status": "statuses",
}


class Phase(Status):
    QUEUED = "queued", State.PENDING
    RUNNING = "running", State.RUNNING
    DONE = "done", State.SUCCEEDED
    BROKEN = "broken", State.FAILED


@frozen(kw_only=True)
class Job(Tracked):
    id: str
    status: Phase
    created_at: Timestamp
    started_at: Timestamp | None = None
    finished_at: Timestamp | None = None
    error: str | None = None


@frozen(kw_only=True)
class StatusOptions(ListOptions):
    status: Phase | str | tuple[Phase | str, ...] | None = None


@frozen(kw_only=True)
class WindowOptions(ListOptions):
    created_after: datetime | None = None
    created_before: datetime | None = None


@frozen(kw_only=True)
class BothOptions(WindowOptions):
    status: Phase | str | tuple[Phase | str, ...] | None = None


# By whether there is a filter by status, and a window.
OPTIONS: dict[tuple[bool, bool], Any] = {
    (False, False): ListOptions,
    (True, False): StatusOptions,
    (False, True): WindowOptions,
    (True, True): BothOptions,
}
SORTED = Order(param="sort", newest="-created", oldest="created")
TOKENS = Token("next", "page", size="limit", most=20)
PAGES = Pages(total="total", number="number", most=20)
OFFSETS = Offset(total="total", most=20)


def farm(paging: Paging = TOKENS, **changes: Any) -> type[Client]:
    """The client of a farm whose jobs are listed in a way of their own."""
    kind = changes.pop("item", Job)
    get, identity = changes.pop("get", "/jobs/{id}"), changes.pop("identity", "id")
    fields: dict[str, Any] = {
        "order": SORTED,
        "window": Window("from", "to", resolution=timedelta(microseconds=1)),
        "by_status": ByStatus("status", many="comma"),
        **changes,
    }
    options = OPTIONS[fields["by_status"] is not None, fields["window"] is not None]
    path, items = fields.pop("path", "/jobs"), fields.pop("items", "jobs")

    class FarmClient(Client):
        service = Service(name="farm", title="Farm", url=None, token="FARM_TOKEN")
        jobs: Any = Resource(
            kind,
            Listing(path, items, paging=paging, **fields),
            options=options,
            watch=WatchOptions,
            get=get,
            identity=identity,
        )

    return FarmClient


async def examined(
    held: type[Client],
    served: type[Client] | None = None,
    rows: int = 60,
    clock: Clock = SYSTEM_CLOCK,
    prepare: Callable[[Fake[Any]], object] = lambda _: None,
) -> dict[str, Finding]:
    """What is found of a description by the service of another one, by claim."""
    async with Fake(served or held, rows=rows, clock=SYSTEM_CLOCK) as fake:
        prepare(fake)
        client: Any = held(fake.token, base_url=fake.url, clock=clock, retry=ONCE)
        async with client:
            found = [each async for each in examine(client.jobs)]
        assert fake.count() <= 12
    assert len({each.claim for each in found}) == len(found)
    return {each.claim: each for each in found}


def described_wrongly(client: type[Client], name: str, changes: Mapping[str, Any]) -> type[Client]:
    """A client, one of whose resources is described otherwise: its listing, or the resource."""
    attribute: Any = vars(client)[name]
    resource = copy(attribute.resource if isinstance(attribute, Within) else attribute)
    assert resource.description.listing is not None
    of_listing = {each.name for each in attrs.fields(Listing)} & changes.keys()
    resource.description = evolve(
        resource.description,
        listing=evolve(
            resource.description.listing, **{each: changes[each] for each in of_listing}
        ),
        **{each: value for each, value in changes.items() if each not in of_listing},
    )
    wrong = Within(attribute.place, resource) if isinstance(attribute, Within) else resource
    return type(client.__name__, (client,), {name: wrong})


async def found_of(
    client: type[Client],
    resource: ResourcePath,
    rows: int = 90,
    held: type[Client] | None = None,
) -> dict[str, Finding]:
    """What is found of a resource by its own service, by claim.

    Args:
        client: The description that the service does as.
        resource: The resource.
        rows: How many rows there are.
        held: Another description, which is examined in its place.
    """
    case = Case(client, resource)
    async with Fake(client, rows=rows, clock=SYSTEM_CLOCK) as fake:
        kind: Any = held or client
        token = None if kind.service.token is None else fake.token
        async with kind(token, base_url=fake.url, retry=ONCE) as live:
            required = Live(case, fake, live).required(resource.description.options)
            options = required if case.is_listed() else {}
            found = [each async for each in examine(case.verbs(live), **options)]
        assert fake.count() <= 12
    return {each.claim: each for each in found}


def lies(found: dict[str, Finding]) -> dict[str, str]:
    """The claims that the service does not do, each with what came and the fix."""
    return {claim: str(each) for claim, each in found.items() if each.verdict == "bad"}


async def assert_told(held: type[Client], served: type[Client], claim: str, text: str) -> None:
    """A lie is told by its claim, and no other is, but for those that it makes false as well."""
    found = await examined(held, served)
    assert text in lies(found)[claim]
    assert lies(found).keys() <= {claim, ALIKE.get(claim)}


PLAIN: dict[str, Any] = {"order": Order(), "window": None, "by_status": None}
"""What a service that ignores parameters takes: none but those of its pages."""


def row(number: int, when: int) -> Row:
    status = ("queued", "done", "broken")[number % 3]
    return {"id": f"j{number}", "status": status, "created_at": times(when)}


ROWS = [row(number, number) for number in range(60)]


async def of_ignoring(
    held: type[Client],
    rows: list[Row] = ROWS,
    most: int = 20,
    paging: Paging = TOKENS,
    routes: Mapping[tuple[str, str], Any] = {},
) -> dict[str, Finding]:
    """What is found of a description by a service that ignores what it does not know."""
    jobs: Any = vars(farm(paging, **PLAIN))["jobs"]
    service, found = Served(jobs.description.listing, rows, most), dict[str, Finding]()
    async with serving(service, "/jobs", "/jobs/{id}", routes) as running:
        client: Any = held("token", base_url=running.url, retry=ONCE)
        async with client:
            async for each in examine(client.jobs):
                found[each.claim] = each
    assert len(service.seen) <= 12
    return found


async def examined_at(
    held: type[Client], answer: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> dict[str, Finding]:
    """What is found of a description by a service that answers each request for its jobs so."""
    app = web.Application()
    app.router.add_get("/jobs", answer)
    async with TestServer(app) as server:
        client: Any = held("token", base_url=str(server.make_url("")).rstrip("/"), retry=ONCE)
        async with client:
            return {each.claim: each async for each in examine(client.jobs)}
