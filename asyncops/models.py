"""What the providers' models share: open enums, the operation protocol, pages, checkpoints."""

from collections.abc import Iterator, Mapping
from datetime import MAXYEAR, MINYEAR, datetime
from enum import StrEnum
from typing import Annotated, Any, Generic, Protocol, Self, TypeVar, runtime_checkable
from uuid import UUID

import msgspec
from attrs import field, frozen

__all__ = [
    "JSON",
    "UNNAMED",
    "Checkpoint",
    "Cursor",
    "OpenEnum",
    "Operation",
    "Page",
    "State",
    "Timestamp",
    "has_ended",
    "how_it_ended",
    "known_time",
    "state_of",
    "times_of",
    "word_of",
]

T_co = TypeVar("T_co", covariant=True)

JSON = Any
"""Free-form JSON: what ``json.loads`` can give."""

UNNAMED = "asyncops_unnamed"
"""Marks, in an attrs field's metadata, the field that keeps values which have no field: each is
written under its own name."""

Timestamp = Annotated[datetime, msgspec.Meta(tz=True)]
"""An aware datetime, read to the nearest microsecond: the order of two times is never reversed."""

Cursor = str | int
"""A page token, or a page number as the service counts."""


class OpenEnum(StrEnum):
    """An enum that keeps a value it does not know as a member of its own.

    Services add values without notice. Such a member equals and hashes like its string, but is
    not part of the enum's list and is not kept, so that a service cannot fill the memory.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = value
        member._value_ = value
        return member

    @property
    def known(self) -> bool:
        """Whether this release knows the value."""
        return self._value_ in type(self)._value2member_map_

    def __reduce_ex__(self, protocol: object) -> tuple[type[Self], tuple[str]]:
        """Pickle by value: an unknown member has no name to look up."""
        return type(self), (self._value_,)


class State(StrEnum):
    """Where an operation is in its life, in words that serve every service."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    """Somebody ended it before it was done."""
    UNKNOWN = "unknown"
    """The service reports a status that this release does not know."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen. For an unknown status, see :func:`has_ended`."""
        return self in {State.SUCCEEDED, State.FAILED, State.CANCELLED}


@runtime_checkable
class Operation(Protocol):
    """What every service's operation has, so that code over several needs no branches."""

    @property
    def id(self) -> UUID | str:
        """The service's identifier."""
        ...

    @property
    def state(self) -> State:
        """Where it is in its life."""
        ...

    @property
    def created_at(self) -> datetime | None:
        """When it was asked for; aware."""
        ...

    @property
    def started_at(self) -> datetime | None:
        """When work on it began; aware."""
        ...

    @property
    def finished_at(self) -> datetime | None:
        """When it ended, either way; aware."""
        ...

    @property
    def error(self) -> str | None:
        """Why it failed, in the service's words."""
        ...


def state_of(status: OpenEnum, known: Mapping[Any, State], *, prefix: str = "") -> State:
    """The state that a status stands for: by ``known``, or by its word for a cancellation.

    Args:
        status: The status, as the service said it.
        known: The states of the statuses that this release knows.
        prefix: What a service puts before each of its statuses.
    """
    state = known.get(status)
    if state is not None:
        return state
    word = status.value.lower().removeprefix(prefix.lower())
    return State.CANCELLED if word in {"canceled", "cancelled"} else State.UNKNOWN


def has_ended(operation: Operation) -> bool:
    """Whether nothing more will happen to an operation.

    A status that this release knows decides alone. One that it does not know has ended once the
    operation has an end time; whether it succeeded cannot be said then.
    """
    state = operation.state
    return state.ended or (state is State.UNKNOWN and known_time(operation.finished_at) is not None)


def word_of(operation: Operation) -> str:
    """Where an operation is in its life: by its state, or in the service's word if that is new."""
    state = operation.state
    if state is not State.UNKNOWN:
        return state.value
    return str(getattr(operation, "status", "")) or state.value


def how_it_ended(operation: Operation) -> str:
    """How an operation ended, in words that follow its name: ``failed: the mesh is not closed``."""
    reason = f": {operation.error}" if operation.error else ""
    match operation.state:
        case State.SUCCEEDED:
            return "succeeded"
        case State.FAILED:
            return f"failed{reason or ': no reason given'}"
        case State.CANCELLED:
            return f"was cancelled{reason}"
        case _:
            word = word_of(operation)
            return f"ended in the status {word!r}, which this release does not know{reason}"


def times_of(operation: Operation) -> tuple[datetime | None, datetime | None, datetime | None]:
    """When an operation was created, started and finished; None for what nobody has set."""
    return (
        known_time(operation.created_at),
        known_time(operation.started_at),
        known_time(operation.finished_at),
    )


_UNSET_YEARS = frozenset({MINYEAR, MAXYEAR})


def known_time(moment: datetime | None) -> datetime | None:
    """The moment, unless it only stands for a time that nobody has set.

    Services write the first or the last year of the calendar (0001-01-01, 9999-12-31) where there
    is no time.
    """
    return None if moment is None or moment.year in _UNSET_YEARS else moment


@frozen(kw_only=True)
class Page(Generic[T_co]):
    """One page of a listing, with what the answer said around it.

    ``len(page)`` is the number of its items, and ``for item in page`` goes over them. It is true
    even where it holds none: an empty page may have a page after it, which ``next_cursor`` says.

    Attributes:
        items: The items, in the service's order.
        cursor: What this page was asked for with: a page token, a page number, or None for the
            first page of a token listing.
        next_cursor: The same for the page after it; None at the end. It goes into ``page_token=``
            (Zoo) or ``page=`` (Chainloop) of the same query.
        total_count: Items in the whole listing, where the service says; None where only some of
            its items are given, as of Chainloop's with an unfinished status.
        total_pages: Pages in the whole listing, where the service says.
        page_size: The page size that the service used, where it says.
        request_id: What the service's support asks for.
        status: HTTP status of the answer.
        headers: Headers of the answer; look-up ignores case.
    """

    items: tuple[T_co, ...]
    cursor: Cursor | None = field(default=None, repr=False)
    next_cursor: Cursor | None = field(default=None, repr=False)
    total_count: int | None = None
    total_pages: int | None = None
    page_size: int | None = None
    request_id: str | None = None
    status: int = 200
    headers: Mapping[str, str] = field(factory=dict, repr=False, hash=False)

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[T_co]:
        return iter(self.items)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        kind = f" {type(self.items[0]).__name__}" if self.items else ""
        of = "" if self.total_pages is None else f" of {self.total_pages}"
        match self.cursor:
            case None:
                place = "the first page"
            case int(number):
                place = f"page {number}{of}"
            case _:
                place = "from a page token"
        more = "the last one" if self.next_cursor is None else "another one follows"
        return f"<Page of {len(self.items)}{kind} items, {place}, {more}>"


@frozen(kw_only=True)
class Checkpoint:
    """A place in a listing that outlives the process: give it back as ``list(resume=...)``.

    Attributes:
        query: Fingerprint of the listing; a checkpoint fits only the query it was taken from.
        cursor: The page to ask for first; None for the beginning.
        seen: Ids that were already given and that this page, or the next, may hold again.
        total_count: Items that the whole listing had then, where the service says.
        page_size: The page size that the cursor counts in, where the service says.
        ahead: Ids that were given before their turn, from pages behind this one.
    """

    query: str
    cursor: Cursor | None = field(default=None, repr=False)
    seen: tuple[str, ...] = field(default=(), repr=False)
    total_count: int | None = None
    page_size: int | None = None
    ahead: tuple[str, ...] = field(default=(), repr=False)

    def to_json(self) -> str:
        """The checkpoint as one line of JSON."""
        document: dict[str, JSON] = {
            # A reader that knows nothing of what was given ahead would give it again.
            "version": 2 if self.ahead else 1,
            "query": self.query,
            "cursor": self.cursor,
            "seen": list(self.seen),
            "total_count": self.total_count,
            "page_size": self.page_size,
        }
        if self.ahead:
            document["ahead"] = list(self.ahead)
        return msgspec.json.encode(document).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read what :meth:`to_json` wrote.

        Raises:
            ValueError: The text is not a checkpoint of a version that this release reads.
        """
        try:
            stored = msgspec.json.decode(text, type=_StoredCheckpoint)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise ValueError(f"not a checkpoint: {error}") from None
        if stored.version not in {1, 2}:
            raise ValueError(
                f"checkpoint version {stored.version} is not supported; expected 1 or 2"
            )
        return cls(
            query=stored.query,
            cursor=stored.cursor,
            seen=stored.seen,
            total_count=stored.total_count,
            page_size=stored.page_size,
            ahead=stored.ahead,
        )


@frozen(kw_only=True)
class _StoredCheckpoint:
    version: int
    query: str
    cursor: str | int | None
    seen: tuple[str, ...]
    total_count: int | None = None
    page_size: int | None = None
    ahead: tuple[str, ...] = ()
