"""Checks of the options classes: what belongs to the listing, and what is sent."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import attrs

from asyncops.kit.annotations import own_names
from asyncops.kit.checks.subject import Subject
from asyncops.kit.filters import ALIASES, Filter, filters_of
from asyncops.kit.listing import Listing
from asyncops.kit.options import ListOptions, WatchOptions
from asyncops.kit.path import Path, names_in
from asyncops.paging.styles import After, NextURL, Offset, Pages, Token

# Filters of these names choose an order at every service.
_ORDERS = ("order", "order_by", "ordering", "sort", "sort_by")


def check_options(subject: Subject) -> None:
    """Check the options classes of a resource.

    Raises:
        DescriptionError: One of them cannot be right.
    """
    described, listing = subject.described, subject.described.listing
    _check_class(subject, "watch", described.watch, WatchOptions)
    _check_sent(subject, "watch", described.watch)
    if listing is None:
        return
    _check_class(subject, "options", described.options, ListOptions)
    fields = fields_of(described.options)
    _check_by_name(subject, listing, fields)
    _check_aliases(subject, listing, fields)
    _check_sent(subject, "options", described.options)


def fields_of(options: Any) -> Mapping[str, Any]:
    """Return the fields of an options class by name; none if it is no such class."""
    known = isinstance(options, type) and attrs.has(options)
    return attrs.fields_dict(options) if known else {}


def _check_class(subject: Subject, field: str, options: Any, base: type) -> None:
    if not isinstance(options, type) or not issubclass(options, base):
        raise subject.error(
            field,
            f"it must be {base.__name__} or a subclass of it, got "
            f"{getattr(options, '__name__', options)!r}; {base.__name__} itself has no filters",
        )
    for kind in options.__mro__:
        own = own_names(kind)
        if kind is not object and own and "__attrs_attrs__" not in vars(kind):
            raise subject.error(
                field,
                f"{kind.__name__} has no decorator, so that {', '.join(sorted(own))} would be no "
                "arguments: write @frozen(kw_only=True) above it",
            )
    positional = [name for name, each in fields_of(options).items() if not each.kw_only]
    if positional:
        raise subject.error(
            field,
            f"{options.__name__}.{positional[0]} could be given without its name: write "
            "@frozen(kw_only=True)",
        )


def _check_by_name(subject: Subject, listing: Listing, fields: Mapping[str, Any]) -> None:
    pairs = (
        ("status", "by_status", listing.by_status, "ByStatus(...)"),
        ("created_after", "window", listing.window, "Window(...)"),
        ("created_before", "window", listing.window, "Window(...)"),
    )
    for name, part, declared, wanted in pairs:
        if declared is None and name in fields:
            raise subject.error(
                "options",
                f"the field {name} belongs to {wanted}: give the listing {part}={wanted}, or give "
                "the field another name and param() the name on the wire",
            )
        if declared is not None and name not in fields:
            raise subject.error(
                part, f"the options class has no field {name}: add {name}: ... | None = None to it"
            )


def _check_aliases(subject: Subject, listing: Listing, fields: Mapping[str, Any]) -> None:
    paging = listing.paging
    kind = type(paging).__name__
    if "page_size" in fields and paging.size is None:
        raise subject.error(
            "options", f"page_size has no parameter: give {kind} size=, or leave the field out"
        )
    if "page_token" in fields and not isinstance(paging, Token | After | NextURL):
        raise subject.error("options", f"{kind} has page numbers: write page, not page_token")
    if "page" in fields and not isinstance(paging, Pages | Offset):
        raise subject.error("options", f"{kind} has page tokens: write page_token, not page")
    limit = fields["limit"]
    if limit.default is not None and paging.size is None:
        raise subject.error("options", f"limit has no parameter: give {kind} size=")
    for name in ALIASES.keys() & fields.keys():
        if fields[name].default is attrs.NOTHING:
            raise subject.error("options", f"{name} must have a default")


def _check_sent(subject: Subject, field: str, options: Any) -> None:
    """Check the names on the wire: each is there once, and a body has places."""
    listing = subject.described.listing
    if listing is None:
        return
    in_path = names_in(listing.path)
    filters = [each for each in filters_of(options) if each.name not in in_path]
    for each in filters:
        if listing.method == "POST":
            subject.check_place(f"{field}: {each.name}", each.wire)
        _check_many(subject, field, each.name, each.many)
    _check_order(subject, field, listing, filters)
    if listing.by_status is not None:
        _check_many(subject, "by_status", "it", listing.by_status.many)
    order = listing.order and listing.order.param
    taken = Counter(each.wire for each in filters if each.wire != order)
    own = _of_listing(listing)
    _check_own(subject, own)
    taken.update(name for _, name in own)
    name, count = max(taken.items(), key=lambda pair: pair[1], default=("", 0))
    if count > 1:
        raise subject.error(
            field, f"the parameter {name!r} is sent by {count} parts: give each its own by param()"
        )


def _check_order(subject: Subject, field: str, listing: Listing, filters: list[Filter]) -> None:
    """Check that no filter changes the order behind the back of the one that is declared."""
    order = listing.order
    for each in filters:
        if order is not None and each.wire != order.param and each.name in _ORDERS:
            raise subject.error(
                field,
                f"the field {each.name} chooses an order, and the order that is declared has "
                f"param={order.param!r}: write Order(param={each.wire!r}, newest=..., oldest=...), "
                "or order=None",
            )


def _check_many(subject: Subject, field: str, name: str, many: str | None) -> None:
    listing = subject.described.listing
    in_body = listing is not None and listing.method == "POST"
    if many == ("repeat" if in_body else "list"):
        where, fix = ("a body", "'list'") if in_body else ("a query", "'repeat'")
        raise subject.error(
            field,
            f"{name} has many={many!r}, and the parameters of the listing are in {where}: write "
            f"'comma' or {fix}",
        )


def _check_own(subject: Subject, own: list[tuple[str, str]]) -> None:
    parts: dict[str, str] = {}
    for part, name in own:
        if name in parts:
            raise subject.error(
                part, f"the parameter {name!r} is that of {parts[name]} too: name another one"
            )
        parts[name] = part


def _of_listing(listing: Listing) -> list[tuple[str, str]]:
    """The parameters that the listing itself sends, each with the part that names it."""
    paging, window, order = listing.paging, listing.window, listing.order
    in_query = Path(listing.path).wires if listing.method == "GET" else ()
    named = [
        *(("listing: path", name) for name in in_query),
        ("paging: param", getattr(paging, "param", None)),
        ("paging: before", getattr(paging, "before", None)),
        ("paging: size", paging.size),
        ("by_status: param", listing.by_status and listing.by_status.param),
        ("order: param", order and order.param),
        ("window: after", window and window.after),
        ("window: before", window and window.before),
    ]
    return [(part, name) for part, name in named if name]
