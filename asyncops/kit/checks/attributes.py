"""The checks of one attribute of a client: a resource, or a group with all that is in it."""

from typing import Any, get_args, get_type_hints
from uuid import UUID

import attrs

from asyncops.http.decoding import Dialect
from asyncops.http.places import path_steps
from asyncops.kit.checks.client import check_names
from asyncops.kit.checks.items import check_item
from asyncops.kit.checks.options import check_options
from asyncops.kit.checks.paths import check_paths
from asyncops.kit.checks.samples import check_sample
from asyncops.kit.checks.subject import Subject, check_frozen
from asyncops.kit.described import Described, Within
from asyncops.kit.home import Group, attributes_of
from asyncops.kit.listing import Listing
from asyncops.kit.path import names_in
from asyncops.models.description_error import DescriptionError

# The fields of a style of paging that are places in an answer.
_PLACES = ("next", "more", "last", "total", "pages", "number", "used_size")


def check_attribute(
    where: str, value: object, place: frozenset[str] = frozenset(), *, json: Dialect
) -> None:
    """Check a resource of a client, or a group with all that is in it.

    Args:
        where: Its name, as code writes it: ``GitHubClient.runs``.
        value: The resource or the group.
        place: The parameters of paths that its place gives.
        json: How the service writes JSON.

    Raises:
        DescriptionError: It cannot be right.
    """
    if isinstance(value, Group):
        if not list(attributes_of(type(value))):
            raise DescriptionError(
                f"{where}: the group has no resource: make a subclass of Group that has some"
            )
        check_names(where, type(value))
        for name, each in attributes_of(type(value)):
            check_attribute(f"{where}.{name}", each, place, json=json)
    elif isinstance(value, Within):
        _check_within(where, value, place, json)
    elif isinstance(value, Described):
        _check_resource(where, value, place, json)
    else:
        raise DescriptionError(
            f"{where}: it must be a Resource, Collection, Lookup, Within or Group, got "
            f"{type(value).__name__}; only attributes of a client are deferred, with all below them"
        )


def _check_within(
    where: str, within: Within[..., Any], place: frozenset[str], json: Dialect
) -> None:
    resource = within.resource
    if not isinstance(resource, Described):
        raise DescriptionError(
            f"{where}: resource: it must be a Resource, Collection or Lookup, got "
            f"{type(resource).__name__}"
        )
    subject = Subject(where, resource.description)
    kind: Any = within.place
    check_frozen(subject, "place", kind)
    fields = attrs.fields_dict(kind)
    hints = get_type_hints(kind)
    for name in fields:
        if not {*(get_args(hints[name]) or [hints[name]])} <= {str, int, UUID}:
            raise subject.error(
                "place",
                f"{kind.__name__}.{name} is a part of a path: write {name}: str, int or UUID | str",
            )
    used = _check_resource(where, resource, place | set(fields), json)
    for name in fields:
        if name not in used:
            raise subject.error("place", f"{kind.__name__}.{name} is in no path: remove it")


def _check_resource(
    where: str, resource: Described[Any], place: frozenset[str], json: Dialect
) -> set[str]:
    described = resource.description
    subject = Subject(where, described, place, json)
    if not isinstance(described.listing, Listing | None):
        raise subject.error(
            "listing", f"it must be a Listing, got {type(described.listing).__name__}"
        )
    if resource.verbs is None:
        _check_verbs(subject)
    check_item(subject)
    check_options(subject)
    used = check_paths(subject)
    _check_listing(subject)
    check_sample(subject)
    subject.check_hints("hints", described.hints)
    group = described.within
    if group is not None:
        if not isinstance(group, Group) or not group.item:
            raise subject.error(
                "within",
                "it must be a Group that is told the parameter of its paths for the item's id, "
                "such as Parts('dataset_id')",
            )
        if described.get is None and described.lives:
            raise subject.error(
                "within", "there is no class of verbs with it and without get: give get="
            )
        check_attribute(f"{where}(...)", group, place | {group.item}, json=json)
    return used


def _check_verbs(subject: Subject) -> None:
    """Check that there is a class of verbs that has all that are declared."""
    described = subject.described
    for name in ("start", "cancel"):
        if getattr(described, name) is None:
            continue
        if not described.lives:
            raise subject.error(name, "a Collection has no operations: describe a Resource")
        if described.get is None:
            raise subject.error(
                name,
                f"there is no class of verbs with {name} and without get: give get=, or a class "
                "of your own by verbs=",
            )
        if described.within is not None:
            raise subject.error(
                name,
                f"there is no class of verbs with {name} and with within=: describe the action in "
                "a second Resource or Lookup, or give a class of your own by verbs=",
            )
    if described.results is not None and None in (described.start, described.cancel):
        raise subject.error(
            "results",
            "there is no class of verbs with it and without start and cancel: declare both, or "
            "give a class of your own by verbs=",
        )
    if described.within is not None and described.listing is None:
        raise subject.error("within", "a Lookup has no items below: describe a Resource")


def _check_places(subject: Subject, listing: Listing) -> None:
    """Check that no place of the answer is among the items, or inside another."""
    named = {name: getattr(listing.paging, name, None) for name in _PLACES}
    steps = {name: path_steps(place) for name, place in named.items() if isinstance(place, str)}
    items = path_steps(listing.items)
    for inner, below in steps.items():
        if below[: len(items)] == items:
            where = f"below {listing.items!r}" if listing.items else "in an array"
            raise subject.error(
                "paging",
                f"{inner}={named[inner]!r} would be {where}, where the items are: name another "
                "place, such as Header('X-Total') or Link('next')",
            )
    for inner, below in {**steps, "items": items}.items():
        for outer, above in steps.items():
            if len(above) < len(below) and below[: len(above)] == above:
                place = named.get(inner, listing.items)
                raise subject.error(
                    "paging",
                    f"{outer}={named[outer]!r} holds a value, and {inner}={place!r} would be "
                    "inside it: name another place for one of them",
                )


def _check_listing(subject: Subject) -> None:
    listing = subject.described.listing
    if listing is None:
        return
    status = listing.by_status
    if status is not None and status.many == "no" and status.required and not listing.is_sorted:
        raise subject.error(
            "by_status",
            "the statuses are listed one by one and merged by creation, which takes cursors and an "
            "Order(param=...) both ways: declare it, or how many=... asks for several at once",
        )
    _check_places(subject, listing)
    subject.check_headers("listing: headers", listing.headers)
    subject.check_hints("listing: hints", listing.hints)
    if "id" in names_in(listing.path):
        raise subject.error("listing", "the path has {id}, and lists many: name the place's field")
