"""From the keyword arguments of one call to what is asked of the service."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any

import attrs
from attrs import field, frozen

from asyncops.kit.description import Description
from asyncops.kit.filters import ALIASES, Filter, filters_of, sent, time_text
from asyncops.kit.listing import Listing, Ordering, orderings
from asyncops.kit.path import Path, names_in, path_params
from asyncops.listing.cursors import number_argument, token_argument, url_argument
from asyncops.models import JSON, Cursor
from asyncops.paging.styles import NextURL, Offset, Pages
from asyncops.paging.windows.window_cursor import WindowCursor
from asyncops.utils.checks import count


@frozen(kw_only=True)
class Query:
    """What one call asks of a listing.

    Attributes:
        params: The filters as they are sent, in the order of the options class; the values are
            texts in a query, and JSON in a body. Neither status nor window is among them.
        place: The parameters of the path that the options give, encoded.
        status: The argument ``status``.
        after: The earliest creation time asked for.
        before: The latest creation time asked for.
        order: The order; ``None`` means the listing's own.
        size: Items of one page; ``None`` means the service's choice.
        cursor: The page to start at.
    """

    params: tuple[tuple[str, JSON], ...] = ()
    place: Mapping[str, str] = field(factory=dict)
    status: Any = None
    after: datetime | None = None
    before: datetime | None = None
    order: Ordering | None = None
    size: int | None = None
    cursor: Cursor | None = None


@frozen(eq=False)
class QueryPlan:
    """How the fields of an options class become a query: worked out once a class.

    Attributes:
        listing: The listing.
        filters: The fields that are sent.
        in_path: The fields that stand in the path.
        needed: The fields without which the listing cannot be asked for.
        order: The field that chooses the order.
        orders: The orders, by the value of that field; that of ``None`` is the listing's own.
        aliases: The fields under another name than their option has, by the option.
    """

    listing: Listing
    filters: tuple[Filter, ...]
    in_path: tuple[str, ...]
    needed: frozenset[str]
    order: str | None
    orders: Mapping[str | None, Ordering]
    aliases: Mapping[str, tuple[str, object]]

    @property
    def size(self) -> str:
        """The argument for the items of a page."""
        return self.aliases.get("limit", ("limit", None))[0]

    @property
    def wires(self) -> frozenset[str]:
        """All parameters that a query may send, without those of its pages."""
        listing = self.listing
        names = {*Path(listing.path).wires, *(each.wire for each in self.filters)}
        names |= {listing.by_status.param} if listing.by_status else set()
        names |= {listing.order.param or ""} if listing.order else set()
        window = listing.window
        return frozenset({*names, *((window.after, window.before or "") if window else ())})

    def holds(self, params: Iterable[tuple[str, str]]) -> bool:
        """Whether a query may send these parameters."""
        counts = Counter(name for name, _ in params)
        return counts.keys() <= self.wires and not any(
            counts[each.wire] > 1 for each in self.filters if each.is_text
        )

    def read(self, options: Any) -> Query:
        """Return the query of one call.

        Raises:
            TypeError: An argument has another type.
            ValueError: An argument cannot be sent, or two stand for the same.
        """
        cursor_name, cursor = self._option("cursor", options)
        size_name, size = self._option("limit", options)
        if cursor is not None and options.resume is not None:
            raise ValueError(f"{cursor_name} and resume both say where to start: give one of them")
        return Query(
            params=tuple(self._params(options)),
            # Most listings have no option in their path, and take the shorter way.
            place=path_params(options, self.in_path) if self.in_path else {},
            status=getattr(options, "status", None),
            after=_moment("created_after", options),
            before=_moment("created_before", options),
            order=self._ordering(options),
            size=self._size(size_name, size),
            cursor=self._cursor(cursor_name, cursor),
        )

    def _ordering(self, options: Any) -> Ordering | None:
        value = getattr(options, self.order) if self.order else None
        if value is None:
            return None
        text = value.value if isinstance(value, Enum) else value
        if not isinstance(text, str) or text not in self.orders:
            words = ", ".join(repr(each) for each in self.orders if each is not None)
            raise ValueError(f"{self.order} must be one of {words}; got {text!r}")
        return self.orders[text]

    def _option(self, option: str, options: Any) -> tuple[str, Any]:
        """Return the name and the value of an option that may have two names."""
        value = getattr(options, option, None)
        if option not in self.aliases:
            return option, value
        alias, default = self.aliases[option]
        other = getattr(options, alias)
        if value is None:
            return alias, other
        if other != default:
            raise ValueError(f"{option} and {alias} are the same: give one of them")
        return option, value

    def _cursor(self, name: str, cursor: Cursor | None) -> Cursor | None:
        if cursor is None:
            return None
        paging = self.listing.paging
        if self.listing.window is not None and WindowCursor.fits(cursor):
            return cursor
        if isinstance(paging, Pages | Offset):
            return number_argument(name, cursor)
        return (url_argument if isinstance(paging, NextURL) else token_argument)(name, cursor)

    def _size(self, name: str, size: int | None) -> int | None:
        paging = self.listing.paging
        if size is None:
            return paging.most
        if paging.size is None:
            raise ValueError(
                f"{name}: the service's pages have a fixed size; max_items= ends a walk early"
            )
        return count(name, size)

    def _params(self, options: Any) -> Iterable[tuple[str, JSON]]:
        times = self.listing.window.times if self.listing.window else "rfc3339"
        in_body = self.listing.method == "POST"
        for each in self.filters:
            yield from sent(each, getattr(options, each.name), times, in_body=in_body)


def _moment(name: str, options: Any) -> datetime | None:
    when = getattr(options, name, None)
    if when is not None:
        time_text(name, when)
    return when


@cache
def list_plan(description: Description) -> QueryPlan:
    """Return the plan of the options of ``list``."""
    return plan_of(description.options, description.listed)


@cache
def watch_plan(description: Description) -> QueryPlan:
    """Return the plan of the options of ``watch``."""
    return plan_of(description.watch, description.listed)


def plan_of(options: Any, listing: Listing) -> QueryPlan:
    """Return the plan of an options class for a listing."""
    filters = filters_of(options)
    in_path = names_in(listing.path)
    order = listing.order.param if listing.order else None
    by_order = [each.name for each in filters if order is not None and each.wire == order]
    fields = getattr(options, "__attrs_attrs__", ())
    # Without a status, all are asked for; without an order, the usual one is.
    given = {each.name for each in fields if each.default is attrs.NOTHING}
    stand_in_path = tuple(each.name for each in filters if each.name in in_path)
    return QueryPlan(
        listing=listing,
        filters=tuple(
            each for each in filters if each.name not in in_path and each.name not in by_order
        ),
        in_path=stand_in_path,
        needed=frozenset({*given, *stand_in_path}) - {"status", *by_order},
        order=by_order[0] if by_order else None,
        orders=orderings(listing.order),
        aliases={
            ALIASES[each.name]: (each.name, each.default) for each in fields if each.name in ALIASES
        },
    )
