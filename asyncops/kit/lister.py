"""The listings of a resource at one place: from a query to a pager."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from asyncops.http.messages import Reply, Request
from asyncops.http.meter import Meter
from asyncops.http.telemetry import ListingTelemetry
from asyncops.kit.chosen import Chosen, matches
from asyncops.kit.description import Description
from asyncops.kit.home import Where
from asyncops.kit.ids import identity_of
from asyncops.kit.listing import Listing, Ordering
from asyncops.kit.options import ListOptions
from asyncops.kit.page_decoders import page_decoder
from asyncops.kit.path import Path
from asyncops.kit.places_in_body import encoded
from asyncops.kit.query import Query, QueryPlan, list_plan
from asyncops.kit.walks import Asked, Walkable
from asyncops.kit.windowed import AskedWindow, split_bounds, window_params
from asyncops.listing.pager import Pager
from asyncops.listing.position import fingerprint
from asyncops.models import JSON
from asyncops.paging.counted.numbering import PageBase
from asyncops.paging.limits import Limits
from asyncops.sharding.shard import Shard, check_shard
from asyncops.utils.moments import TimeRange
from asyncops.utils.statuses import in_order

Keep = Callable[[Any], bool]

_PLAIN = ListOptions()


class Lister:
    """The listings of a resource at one place.

    Args:
        description: The resource.
        listing: How it is listed.
        where: Its client and its place.

    Attributes:
        listing: How it is listed.
        plan: How the options of ``list`` become a query.
    """

    def __init__(self, description: Description, listing: Listing, where: Where) -> None:
        self._description = description
        self.listing = listing
        self._where = where
        self._title = where.title
        item: Any = description.item
        self._identity = identity_of(item, description.identity)
        self._path = Path(listing.path)
        self._decoder = page_decoder(description, where.service.json)
        self._fetch = self._decoder.fetching(where.client.fetch)
        telemetry, name = where.client.telemetry, self._path.template
        self._telemetry = (
            None if telemetry is None else ListingTelemetry(telemetry, name, where.client.base_url)
        )
        self._clock = where.client.clock
        self._base: PageBase = where.learned.setdefault(description, PageBase())
        self.plan: QueryPlan = list_plan(description)
        # Where no option stands in the path, it is the same for each call.
        self._target = None if self.plan.in_path else self._filled({})

    def pager(self, query: Query, chosen: Chosen, options: ListOptions = _PLAIN) -> Pager[Any]:
        """Return the pager for a query and the statuses that it names.

        Args:
            query: The filters.
            chosen: The statuses.
            options: How it is walked; ``limit``, ``cursor`` and filters are read from the query.
        """
        before = self._before(query)
        local = chosen.terms if before is None else (*chosen.terms, ("before", before.isoformat()))
        keep, whole = self._keep(before, chosen), self._whole(query, before)
        asked = self.asked(query, chosen)
        ways = asked.ways()
        if whole is None and ways.cut is None:
            whole = "its pages follow each other, and creation times neither sort nor filter them"
        cutting: dict[str, Any] = {"cut": ways.cut} if whole is None else {"whole": whole}
        return self._pager(
            ways.walkable,
            options,
            asked.request,
            (*ways.terms, *local),
            keep=keep,
            cursor=query.cursor,
            concurrent_strategy=ways.concurrent,
            **cutting,
        )

    async def fetch(self, request: Request) -> Reply[Any]:
        """Fetch one page, for a poll."""
        return await self._fetch(request, Meter())

    def asked(self, query: Query, chosen: Chosen) -> Asked:
        """Return what a query asks of the listing."""
        listing, window = self.listing, self.listing.window
        params = (*query.params, *_status_params(listing, chosen))
        order = query.order or self.plan.orders[None]
        latest = query.before if window is None or window.takes_latest else None
        bounds = TimeRange(query.after, latest)
        return self._asked(query.place, params, order, chosen, query.size, bounds)

    def _asked(  # noqa: PLR0917 - each is read from a query or from a shard
        self,
        place: Mapping[str, str],
        params: tuple[tuple[str, Any], ...],
        order: Ordering,
        chosen: Chosen,
        size: int | None,
        bounds: TimeRange,
    ) -> Asked:
        """Return what is asked of the listing for a range of creation times."""
        listing, window = self.listing, self.listing.window
        hints = {**listing.hints, **chosen.hints, **self._size_hint(size)}

        def request(part: TimeRange) -> Request:
            if window is None:
                return self._request(place, params, hints)
            in_body = listing.method == "POST"
            created = window_params(window, part.oldest, part.newest, in_body=in_body)
            return self._request(place, params + created, hints)

        return Asked(
            resource=self._title,
            listing=listing,
            request=request(bounds),
            ordering=order,
            chosen=chosen,
            size=size,
            identity=self._identity,
            base=self._base,
            window=None if window is None else AskedWindow(window, bounds, request),
        )

    def shard(self, shard: Shard, options: ListOptions) -> Pager[Any]:
        """Return the pager for a part of a listing.

        Raises:
            ValueError: It is a part of another listing, or holds no query of this one.
        """
        asked = self._asked_by(check_shard(shard, self._title))
        return self._pager(
            asked.part(shard),
            options,
            asked.request,
            shard.terms,
            keep=matches(asked.chosen.kept, self._description),
        )

    def _asked_by(self, shard: Shard) -> Asked:
        """Return what the listing of a shard asks."""
        enum = self._description.enum
        by_status = self.listing.by_status
        merged = self.listing.is_sorted
        has_none = by_status is None or enum is None
        wrong = not self.plan.holds(shard.filters) or (shard.statuses and has_none)
        needs = merged and by_status is not None and by_status.required
        if wrong or (needs and not shard.statuses):
            raise ValueError(f"this shard does not hold a query of {shard.resource}")
        # As they are: a status that is new to this release could be listed and cut all the same.
        statuses = () if enum is None else in_order(frozenset(map(enum, shard.statuses)), enum)
        chosen = Chosen(merged=statuses) if merged else Chosen(kept=statuses)
        order = Ordering(shard.descending) if merged else self._ordering_of(shard)
        window, bounds, params = self.listing.window, TimeRange(), shard.filters
        if window is not None:
            bounds, params = split_bounds(window, params)
        return self._asked({}, params, order, chosen, shard.page_size, bounds)

    def _ordering_of(self, shard: Shard) -> Ordering:
        """Return the order that a shard's parameters ask for."""
        sent = set(shard.filters)
        known = [each for each in self.plan.orders.values() if sent.issuperset(each.params)]
        order = max(known, key=lambda each: len(each.params), default=Ordering(None))
        return Ordering(order.descending)

    def _request(
        self, place: Mapping[str, str], params: tuple[tuple[str, JSON], ...], hints: dict[int, str]
    ) -> Request:
        path, fixed = self._target or self._filled(place)
        headers, template = self.listing.headers, self._path.template
        if self.listing.method == "GET":
            # A shard holds what its path holds too.
            known = {name for name, _ in fixed}
            params = (*fixed, *(each for each in params if each[0] not in known))
            return Request(
                path=path, template=template, params=params, headers=headers, hints=hints
            )
        return Request(
            method="POST",
            path=path,
            template=template,
            params=fixed,
            headers={"Content-Type": "application/json", **headers},
            body=encoded(params),
            reads_only=True,
            hints=hints,
        )

    def _filled(self, place: Mapping[str, str]) -> tuple[str, tuple[tuple[str, str], ...]]:
        """Return the path and the query in it, with their parameters."""
        params = {**self._where.place, **place}
        return self._path.fill(params), self._path.query(params)

    def _pager(
        self,
        walkable: Walkable,
        options: ListOptions,
        request: Request,
        terms: tuple[tuple[str, str], ...],
        **more: Any,
    ) -> Pager[Any]:
        fetch = self._fetch
        if options.on_invalid is not None:
            fetch = self._decoder.fetching(self._where.client.fetch, options.on_invalid)
        limits = Limits(
            max_pages=options.max_pages,
            max_items=options.max_items,
            deadline=options.deadline,
            clock=self._clock,
        )
        return Pager(
            fetch,
            walkable.sequential,
            check=walkable.check,
            query=fingerprint(request, terms),
            identity=self._identity,
            resume=options.resume,
            limits=limits,
            on_page=options.on_page,
            on_invalid=options.on_invalid,
            telemetry=self._telemetry,
            **more,
        )

    def _size_hint(self, size: int | None) -> dict[int, str]:
        most = self.listing.paging.most
        if size is None or most is None or size <= most:
            return {}
        title = self._where.service.title
        return {400: f"{self.plan.size} is {size}; {title} takes 1 to {most}."}

    def _keep(self, before: datetime | None, chosen: Chosen) -> Keep | None:
        """Return what is filtered for here."""
        if before is None and not chosen.kept:
            return None
        by_status = matches(chosen.kept, self._description)
        if before is None:
            return by_status

        def keep(item: Any) -> bool:
            created: datetime | None = item.created_at
            early = created is None or created <= before
            return early and (by_status is None or by_status(item))

        return keep

    def _before(self, query: Query) -> datetime | None:
        """The latest creation time, where the service does not filter by it."""
        window = self.listing.window
        return None if window is None or window.takes_latest else query.before

    def _whole(self, query: Query, before: datetime | None) -> str | None:
        """Return why no shard can hold a query; ``None`` if one can."""
        if query.place:
            names = ", ".join(sorted(query.place))
            return f"a shard holds no part of the path, and {names} is one"
        if self.listing.method == "POST":
            return "a shard holds no body, and this listing is asked for by POST"
        if before is not None:
            return (
                "a shard holds what the service filters by, and created_before is applied here: "
                "leave it out, and drop what is newer from what the shards give"
            )
        return None


def _status_params(listing: Listing, chosen: Chosen) -> tuple[tuple[str, JSON], ...]:
    """Return the filter by status that is sent."""
    by_status = listing.by_status
    if by_status is None or not chosen.sent:
        return ()
    values = [each.value for each in chosen.sent]
    if by_status.many == "comma":
        return ((by_status.param, by_status.form.format(",".join(values))),)
    written = [by_status.form.format(value) for value in values]
    if by_status.many == "list":
        return ((by_status.param, written),)
    return tuple((by_status.param, value) for value in written)
