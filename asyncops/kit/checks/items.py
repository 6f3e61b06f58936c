"""Checks of the class of the items, and of their statuses."""

from datetime import datetime
from types import NoneType
from typing import Any
from uuid import UUID

import attrs

from asyncops.kit.annotations import annotation_of, types_in
from asyncops.kit.checks.fields import check_fields
from asyncops.kit.checks.subject import Subject, check_frozen
from asyncops.kit.ids import id_type
from asyncops.models import EpochMillis, EpochSeconds, State, Status, Timestamp, UtcTimestamp

# The attributes of asyncops.Operation, without the id.
_TIMES = ("created_at", "started_at", "finished_at")
_LIFE = ("state", *_TIMES, "error")

_FORMS = (Timestamp, UtcTimestamp, EpochSeconds, EpochMillis)


def check_item(subject: Subject) -> None:
    """Check the class of the items, and the class that ``get`` gives.

    Raises:
        DescriptionError: One of them cannot be right.
    """
    described = subject.described
    _check_class(subject, "item", described.item)
    if isinstance(described.result, type):
        _check_class(subject, "result", described.result)
    elif described.result is not None and described.found:
        raise subject.error("found", "result= is a function, which reads the whole answer")
    _check_id_type(subject)
    _check_creation(subject)
    for name in described.changes or ():
        if not has_attribute(described.item, name):
            raise subject.error("changes", _lacks(described.item, name))
    if described.changes == ():
        raise subject.error("changes", "name at least one field, or leave it out for all")
    if described.lives:
        _check_statuses(subject)


def _check_creation(subject: Subject) -> None:
    """Check that the items tell the creation time that an order and a window are about."""
    item, listing = subject.described.item, subject.described.listing
    if listing is None or (listing.order is None and listing.window is None):
        return
    if not has_attribute(item, "created_at"):
        wants = "order" if listing.order is not None else "window"
        raise subject.error(
            wants,
            f"it is about the creation, and {item.__name__} has no created_at; "
            f"add it, or write {wants}=None",
        )
    if listing.window is not None and NoneType in types_in(annotation_of(item, "created_at")):
        raise subject.error(
            "window",
            f"{item.__name__}.created_at may be None, and an item without a time is in no range: "
            "annotate it with Timestamp or another time alone, or write window=None",
        )


def _check_class(subject: Subject, field: str, kind: Any) -> None:
    check_frozen(subject, field, kind)
    described, lives = subject.described, subject.described.lives
    needed = {described.identity: "identity", **({"id": "id"} if lives else {})}
    if field == "item":
        needed[described.id] = "id"
    for name, source in needed.items():
        if not has_attribute(kind, name):
            raise subject.error(source, _lacks(kind, name))
    lacking = [name for name in _LIFE if lives and not has_attribute(kind, name)]
    if lacking:
        fix = f"add the field, or a property {lacking[0]} that is None"
        if lacking[0] == "state":
            lacking, fix = lacking[:1], "inherit from Tracked, which takes it from the status"
        elif len(lacking) > 1:
            fix = "add the fields, or properties of these names that are None"
        raise subject.error(field, f"{_lacks(kind, *lacking)}: {fix}")
    for name in _TIMES if lives else ():
        _check_time(subject, field, kind, name)
    state = annotation_of(kind, "state")
    if lives and state not in (None, State):
        raise subject.error(
            field,
            f"{kind.__name__}.state must be a State, got {getattr(state, '__name__', state)}: give "
            "the service's own another name, and key('state')",
        )
    check_fields(subject, field, kind)


def _check_time(subject: Subject, field: str, kind: type[Any], name: str) -> None:
    hint = annotation_of(kind, name)
    # A property makes its time itself; a field is read from JSON, where a time may lack its zone.
    right = _FORMS if name in attrs.fields_dict(kind) else (*_FORMS, datetime)
    if not all(each is None or each in (*right, NoneType) for each in types_in(hint)):
        raise subject.error(
            field,
            f"{kind.__name__}.{name} must be a Timestamp, UtcTimestamp, EpochSeconds or "
            f"EpochMillis, or one of them or None; got {getattr(hint, '__name__', hint)}",
        )


def has_attribute(kind: Any, name: str) -> bool:
    """Whether the objects of an attrs class have an attribute."""
    return name in attrs.fields_dict(kind) or isinstance(getattr(kind, name, None), property)


def _lacks(kind: Any, *names: str) -> str:
    have = ", ".join(sorted(attrs.fields_dict(kind)))
    return f"{kind.__name__} has no {', '.join(map(repr, names))}; its fields are {have}"


def _check_id_type(subject: Subject) -> None:
    item, name = subject.described.item, subject.described.id
    kind = id_type(item, name)
    if kind not in (UUID, str, int):
        what = "field" if name in attrs.fields_dict(item) else "property"
        raise subject.error(
            "id", f"the {what} {name!r} must be a str, an int or a UUID, got {kind!r}"
        )


def _check_statuses(subject: Subject) -> None:
    described = subject.described
    if described.statuses is not None and not _is_enum(described.statuses):
        raise subject.error("statuses", f"it must be a Status enum, got {described.statuses!r}")
    enum = described.enum
    if enum is None:
        if _states_itself(described.item):
            return
        raise subject.error(
            "statuses",
            f"no enum is found at {described.item.__name__}.status: annotate it with a Status "
            "enum, or give statuses=",
        )
    _check_members(subject, enum)
    words: dict[str, str] = {}
    for name, member in enum.__members__.items():
        other = words.setdefault(member.word, name)
        if other != name:
            raise subject.error(
                "statuses",
                f"{enum.__name__}.{name} and {other} are one word, {member.word!r}, so that none "
                "could be asked for alone: leave one of them out",
            )
    if not any(member.state.ended for member in enum):
        raise subject.error(
            "statuses",
            f"no status of {enum.__name__} ends an operation: give at least one of them "
            "State.SUCCEEDED, State.FAILED or State.CANCELLED",
        )


def _check_members(subject: Subject, enum: type[Status]) -> None:
    """Check that each status has a text and a state."""
    for member in enum:
        where = f"{enum.__name__}.{member.name}"
        if not isinstance(member.value, str):
            raise subject.error(
                "statuses",
                f"{where} must have a text, got {member.value!r}: read a number into a field of "
                "another name, and tell the status by a property",
            )
        if not member.is_stated:
            raise subject.error(
                "statuses",
                f"{where} has no state, so that a wait would not end at it: write "
                f"{member.name} = {member.value!r}, State.FAILED or another state; "
                "State.UNKNOWN, if the service itself does not know",
            )
        if not isinstance(member.state, State):
            raise subject.error(
                "statuses",
                f"{where} must have a State, such as State.FAILED, got {member.state!r}",
            )


def _is_enum(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Status) and len(kind) > 0


def _states_itself(kind: Any) -> bool:
    """Whether a class tells its state by other means than a status."""
    return "state" in vars(kind) and not has_attribute(kind, "status")
