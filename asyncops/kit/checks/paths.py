"""Checks of the paths of a resource and of its actions."""

from collections.abc import Collection, Mapping
from typing import Any, get_args

from asyncops.kit.action import Action, Body, Method
from asyncops.kit.checks.fields import check_fields
from asyncops.kit.checks.options import fields_of
from asyncops.kit.checks.subject import Subject, check_frozen
from asyncops.kit.filters import filters_of, suffixes_of
from asyncops.kit.get import Get
from asyncops.kit.listing import Listing
from asyncops.kit.options import UploadOptions
from asyncops.kit.path import names_in
from asyncops.kit.places_in_body import parameter
from asyncops.kit.query import list_plan


def check_paths(subject: Subject) -> set[str]:
    """Check the paths of a resource, and return the parameters that they have.

    Raises:
        DescriptionError: A path cannot be right.
    """
    described = subject.described
    used: set[str] = set()
    if described.listing is not None:
        fields = fields_of(described.options)
        options = {each.name: fields[each.name] for each in filters_of(described.options)}
        used |= subject.check_path("listing", described.listing.path, [*subject.place, *options])
        _check_required(subject, names_in(described.listing.path), options)
    used |= _check_get(subject)
    subject.check_place("found", described.found)
    for name in ("start", "cancel"):
        action = getattr(described, name)
        if action is not None:
            used |= _check_action(subject, name, action)
    if described.listing is not None and described.lives:
        _check_watch(subject, described.listing)
    if "id" in subject.place:
        raise subject.error(
            "place", "the field id would be mistaken for that of the item: rename it"
        )
    return used


def _check_watch(subject: Subject, listing: Listing) -> None:
    """Check that a watch has all that its listing cannot be asked for without."""
    watch, in_path = fields_of(subject.described.watch), names_in(listing.path)
    for name in sorted(list_plan(subject.described).needed):
        if name not in watch:
            of = "a part of the listing's path" if name in in_path else "which list() must be given"
            raise subject.error("watch", f"the options class has no field {name}, {of}: add it")
        if watch[name].default is None:
            fix = "leave out its default"
            raise subject.error("watch", f"{name} must be given, as to list(): {fix}")


def _check_get(subject: Subject) -> set[str]:
    described = subject.described
    if described.optional_get and (described.get is None or described.listing is None):
        raise subject.error(
            "optional_get", "the listing stands in for get=: declare both, or leave it out"
        )
    needed = list_plan(described).needed if described.optional_get else ()
    if needed:
        raise subject.error(
            "optional_get",
            f"the listing that stands in for get= needs {', '.join(sorted(needed))}, which get "
            "does not take: make it a field of the place, or leave optional_get= out",
        )
    if described.get is None:
        if described.found or described.result is not None:
            name = "found" if described.found else "result"
            raise subject.error(name, "it is about the answer to get: give get=, or leave it out")
        return set()
    used = _check_one(subject, "get", described.get)
    if described.results is not None:
        used |= _check_one(subject, "results", described.results)
    return used


def _check_one(subject: Subject, name: str, asked: object) -> set[str]:
    """Check a request for one item."""
    if not isinstance(asked, Get):
        raise subject.error(name, f"it must be a path or a Get, got {type(asked).__name__}")
    known = [*subject.place, "id"]
    used = subject.check_path(name, asked.path, known)
    if asked.body is not None:
        used |= _check_body(subject, f"{name}: body", asked.body, known)
    subject.check_headers(f"{name}: headers", asked.headers)
    _check_id(subject, name, asked.path, asked.body, used)
    return used


def _check_id(subject: Subject, name: str, path: str, body: object, used: Collection[str]) -> None:
    if "id" not in used:
        lacks = "neither the path nor the body has an" if body else "the path has no"
        raise subject.error(name, f"{lacks} {{id}}: {path!r} is always the same")


def _check_body(subject: Subject, field: str, values: object, known: Collection[str]) -> set[str]:
    """Check what a body holds by its places, and return the parameters in it."""
    if not isinstance(values, Mapping):
        raise subject.error(field, f"it must be a mapping, got {type(values).__name__}")
    found = set()
    for place, value in values.items():
        subject.check_place(field, place)
        name = parameter(value)
        if name is not None:
            found |= subject.check_names(field, {name}, known)
    return found


def _check_required(subject: Subject, names: set[str], options: Mapping[str, Any]) -> None:
    for name in sorted(names & options.keys()):
        if options[name].default is None:
            raise subject.error(
                "options",
                f"{name} is a part of the path, so that it must be given: leave out its default",
            )


def _check_action(subject: Subject, name: str, action: object) -> set[str]:
    if not isinstance(action, Action):
        raise subject.error(name, f"it must be an Action, got {type(action).__name__}")
    if action.options is not None:
        check_frozen(subject, f"{name}: options", action.options)
    if action.body not in {None, "bytes", *get_args(Body)}:
        words = ", ".join(map(repr, ("bytes", *get_args(Body))))
        raise subject.error(name, f"body must be {words} or None, got {action.body!r}")
    is_upload = isinstance(action.options, type) and issubclass(action.options, UploadOptions)
    if is_upload is not (action.body == "bytes"):
        raise subject.error(
            f"{name}: options",
            "with body='bytes' it must be UploadOptions or a subclass of it, and with no other "
            f"body; got {getattr(action.options, '__name__', action.options)!r}",
        )
    if action.method not in get_args(Method):
        raise subject.error(
            name,
            f"method must be {', '.join(map(repr, get_args(Method)))}, got {action.method!r}: a "
            "request that only reads is a Lookup or a Listing",
        )
    if action.result is not None:
        check_frozen(subject, f"{name}: result", action.result)
        check_fields(subject, f"{name}: result", action.result)
    _check_suffixes(subject, name, action)
    _check_accepted(subject, name, action)
    subject.check_headers(f"{name}: headers", action.headers)
    known = [*subject.place, *fields_of(action.options), *(["id"] if name == "cancel" else [])]
    found = subject.check_path(name, action.path, known)
    found |= _check_defaults(subject, name, action, known)
    if name == "cancel":
        _check_id(subject, name, action.path, action.defaults, found)
    subject.check_place(f"{name}: found", action.found)
    if action.found and action.result is None:
        raise subject.error(
            f"{name}: found", "it is the place of the operation: give result=, or leave it out"
        )
    if isinstance(action.id, str):
        subject.check_place(f"{name}: id", action.id)
    return found


def _check_defaults(
    subject: Subject, name: str, action: Action[..., Any], known: Collection[str]
) -> set[str]:
    if action.defaults and action.body != "json":
        raise subject.error(f"{name}: defaults", "they stand in a JSON body: give body='json'")
    return _check_body(subject, f"{name}: defaults", action.defaults, known)


def _check_accepted(subject: Subject, name: str, action: Action[..., Any]) -> None:
    field = f"{name}: accepted"
    for place, values in action.accepted.items():
        subject.check_place(field, place)
        if isinstance(values, str) or not values:
            raise subject.error(field, f"{place} needs its good values, such as ('ok',)")
    if action.accepted and action.result is not None:
        raise subject.error(field, "the operation in the answer tells: leave out one of the two")


def _check_suffixes(subject: Subject, name: str, action: Action[..., Any]) -> None:
    """Check that the files are there whose suffixes tell fields."""
    for field, suffixes in suffixes_of(action.options).items():
        if suffixes.of == "content" and action.body != "bytes":
            raise subject.error(
                f"{name}: options: {field}",
                "FromSuffix('content') is about the file that is sent: give body='bytes', or leave "
                "it out",
            )
        if suffixes.of not in {"content", "result"}:
            raise subject.error(
                f"{name}: options: {field}",
                f"FromSuffix takes 'content' or 'result', got {suffixes.of!r}",
            )
