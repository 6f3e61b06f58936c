"""Whole descriptions of services, drawn; each is served by the fake that is made from it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import attrs
from attrs import evolve, frozen
from hypothesis import strategies as st

from asyncops.kit import (
    ByStatus,
    Client,
    EpochSeconds,
    Listing,
    ListOptions,
    NextURL,
    Order,
    Resource,
    Service,
    State,
    Status,
    Timestamp,
    Tracked,
    WatchOptions,
    Window,
)
from asyncops.kit.resources import resources_of
from asyncops.paging.styles import Offset, Pages, Paging
from asyncops.testing import Fake
from asyncops.testing.contracts.case import Case, Live
from tests.laws.styles import CURSORS, counted, page_places_of

__all__ = ["Drawn", "descriptions"]

ALIVE = [State.PENDING, State.PENDING, State.BLOCKED, State.RUNNING]
ENDS = [State.SUCCEEDED, State.FAILED, State.CANCELLED]


@frozen(kw_only=True)
class StatusOptions(ListOptions):
    """One filter."""

    status: str | tuple[str, ...] | None = None


@frozen(kw_only=True)
class WindowOptions(ListOptions):
    """Two bounds."""

    created_after: datetime | None = None
    created_before: datetime | None = None


@frozen(kw_only=True)
class AllOptions(WindowOptions):
    """All of them."""

    status: str | tuple[str, ...] | None = None


OPTIONS = {
    (False, False): ListOptions,
    (True, False): StatusOptions,
    (False, True): WindowOptions,
    (True, True): AllOptions,
}
PAGINGS = CURSORS | counted()
ORDERS: st.SearchStrategy[Order | None] = st.one_of(
    st.builds(Order, st.sampled_from([True, False, None])),
    st.builds(
        Order,
        st.booleans(),
        param=st.just("sort"),
        newest=st.sampled_from(["desc", "-created"]),
        oldest=st.sampled_from(["asc", None]),
    ),
    st.none(),
)
WINDOWS = st.sampled_from(
    [
        None,
        Window("since", "until"),
        Window("since"),
        Window("created", form="{}..{}"),
        Window("from.time", "to.time", times="milliseconds"),
        Window("since", "until", form="date {}", times="seconds"),
    ]
)
PARAMS = st.sampled_from(["status", "where.status"])


@frozen
class Drawn:
    """A service that was drawn.

    Attributes:
        client: The class of its client.
        rows: How many rows it has.
        page_size: The items of a page, where the request does not say how many.
        cap: The most items of a page, whatever the request says; ``None`` for what is declared.
        empty_pages: How many empty pages come before each page of tokens or URLs.
    """

    client: type[Client]
    rows: int
    page_size: int
    cap: int | None
    empty_pages: int

    def __repr__(self) -> str:
        described = self.case.description
        types = {each.name: each.type for each in attrs.fields(described.item)}
        statuses = [each.value for each in types.pop("status")]
        return (
            f"Drawn({described.listing}, {statuses}, {types}, rows={self.rows}, "
            f"page_size={self.page_size}, cap={self.cap}, empty_pages={self.empty_pages})"
        )

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        """What Hypothesis shows of it."""
        printer.text(repr(self))

    @property
    def case(self) -> Case:
        """Its resource."""
        (resource,) = resources_of(self.client)
        return Case(self.client, resource)

    @asynccontextmanager
    async def serving(self, **options: Any) -> AsyncIterator[Live]:
        """The service, and a client of it."""
        fake = Fake(
            self.client,
            self.rows,
            page_size=self.page_size,
            empty_pages=self.empty_pages,
            **options,
        )
        fake.described.habits.most = self.cap
        async with fake, fake.client() as client:
            yield Live(self.case, fake, client)


@st.composite
def _statuses(draw: st.DrawFn) -> type[Status]:
    """Statuses in the order of a life, some of which end it."""
    alive = draw(st.lists(st.sampled_from(ALIVE), min_size=1, max_size=4))
    ends = draw(st.lists(st.sampled_from(ENDS), min_size=1, max_size=4))
    order = list(State)
    states = sorted([*alive, *ends], key=order.index)
    members: Any = [(f"S{n}", (f"{state.value}-{n}", state)) for n, state in enumerate(states)]
    made: type[Status] = Status("Drawn", members)  # type: ignore[assignment]
    return made


@st.composite
def _items(draw: st.DrawFn) -> type[Any]:
    """The class of an item: the type of its id, its statuses, the form of its times."""
    time = draw(st.sampled_from([Timestamp, EpochSeconds]))
    kinds: dict[str, Any] = {
        "id": draw(st.sampled_from([str, int])),
        "status": draw(_statuses()),
        "created_at": time,
    }
    fields: dict[str, Any] = {name: attrs.field(type=kind) for name, kind in kinds.items()}
    kinds = {"started_at": time | None, "finished_at": time | None, "error": str | None}
    fields |= {name: attrs.field(type=kind, default=None) for name, kind in kinds.items()}
    return attrs.make_class("Job", fields, bases=(Tracked,), frozen=True, kw_only=True)


@st.composite
def _listings(draw: st.DrawFn, pagings: st.SearchStrategy[Paging]) -> Listing:
    paging = draw(pagings)
    if paging.size is not None:
        paging = evolve(paging, most=draw(st.none() | st.integers(1, 7)))
    in_headers = not any(isinstance(each, str) for each in page_places_of(paging))
    places = ["items", "data.rows", "rows[0].all", *[""] * in_headers]
    is_post = draw(st.booleans()) and not isinstance(paging, NextURL)
    window = draw(WINDOWS)
    if isinstance(paging, Pages | Offset) and window is not None and window.takes_latest:
        paging = evolve(paging, depth=draw(st.none() | st.integers(10, 16)))
    many = st.sampled_from(["no", "comma", "list" if is_post else "repeat"])
    return Listing(
        "/jobs",
        draw(st.sampled_from(places)),
        paging=paging,
        order=draw(ORDERS),
        window=window,
        by_status=draw(st.none() | st.builds(ByStatus, PARAMS, many)),
        method="POST" if is_post else "GET",
    )


@st.composite
def descriptions(
    draw: st.DrawFn,
    pagings: st.SearchStrategy[Paging] = PAGINGS,
    least: int = 0,
    most: int = 20,
) -> Drawn:
    """A service of any description that passes its checks."""
    listing = draw(_listings(pagings))
    options = OPTIONS[listing.by_status is not None, listing.window is not None]
    jobs = Resource(draw(_items()), listing, options=options, watch=WatchOptions, get="/jobs/{id}")
    service = Service(name="drawn", title="Drawn", url="https://drawn.example", token="DRAWN_TOKEN")
    client: type[Client] = type("DrawnClient", (Client,), {"service": service, "jobs": jobs})
    return Drawn(
        client,
        draw(st.integers(least, most)),
        draw(st.integers(1, 7)),
        draw(st.none() | st.integers(1, 5)),
        draw(st.sampled_from([0, 0, 0, 1, 2])),
    )
