"""The benchmarks' server as a service of one's own: described with the kit, and written by hand."""

from collections.abc import Collection
from datetime import datetime
from functools import cached_property
from operator import attrgetter

from attrs import frozen

from asyncops import AsyncApiCall, Pager
from asyncops.client import BaseClient
from asyncops.http.messages import Request
from asyncops.http.meter import MeteredFetch
from asyncops.http.page_decoding import PageDecoder
from asyncops.kit import (
    ByStatus,
    Client,
    Listing,
    ListOptions,
    Order,
    Resource,
    Service,
    Token,
    WatchOptions,
    Window,
)
from asyncops.kit.page_decoders import page_places
from asyncops.listing.position import fingerprint
from asyncops.paging.cursors.cursor_listing import CursorListing
from asyncops.services.zoo import ApiCallStatus

__all__ = ["Described", "Written"]

_SERVICE = Service(name="bench", title="Bench", url=None, token="BENCH_TOKEN")
_PAGING = Token("next_page", size="limit", most=100)


@frozen(kw_only=True)
class StatusOptions(ListOptions):
    """The filters of the plain listing."""

    status: ApiCallStatus | str | Collection[ApiCallStatus | str] | None = None


@frozen(kw_only=True)
class CallOptions(StatusOptions):
    """Those of the other."""

    created_after: datetime | None = None
    created_before: datetime | None = None


class Described(Client):
    """Calls newest first, by status; and the same, filtered by creation as well."""

    service = _SERVICE
    plain = Resource(
        AsyncApiCall,
        Listing(
            "/async/operations",
            "items",
            paging=_PAGING,
            order=Order(),
            by_status=ByStatus(many="comma"),
        ),
        options=StatusOptions,
        watch=WatchOptions,
    )
    calls = Resource(
        AsyncApiCall,
        Listing(
            "/async/operations",
            "items",
            paging=_PAGING,
            order=Order(),
            window=Window("created_after", "created_before"),
            by_status=ByStatus(many="comma"),
        ),
        options=CallOptions,
        watch=WatchOptions,
    )


class Written(BaseClient):
    """The plain listing of one status, without the kit."""

    service = _SERVICE

    @cached_property
    def _fetch(self) -> MeteredFetch:
        places = page_places(_PAGING, "items")
        return PageDecoder(AsyncApiCall, places, some_row_has="created_at").fetching(self.fetch)

    def calls(self, status: str) -> Pager[AsyncApiCall]:
        """Return the pager of one status."""
        request = Request(path="/async/operations", params=(("status", status), ("limit", "100")))
        listing: CursorListing[AsyncApiCall] = CursorListing(request, _PAGING, attrgetter("id"))
        return Pager(
            self._fetch,
            listing.sequential,
            query=fingerprint(request, ()),
            identity=attrgetter("id"),
        )
