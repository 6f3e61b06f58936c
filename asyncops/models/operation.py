"""The protocol of all operations, and facts that are worked out of one."""

from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

from asyncops.models.states import State

Id = UUID | str | int
"""The id of an operation. Checkpoints and changes hold its text: the digits of a number."""


@runtime_checkable
class Operation(Protocol):
    """The attributes that the operations of every service have.

    ::

        def show(operation: Operation) -> None:
            print(operation.id, operation.state, operation.error)
    """

    @property
    def id(self) -> Id:
        """The id that the service has given."""
        ...

    @property
    def state(self) -> State:
        """The state."""
        ...

    @property
    def created_at(self) -> datetime | None:
        """The creation time, aware."""
        ...

    @property
    def started_at(self) -> datetime | None:
        """The start of the work, aware."""
        ...

    @property
    def finished_at(self) -> datetime | None:
        """The end, in success or not, aware."""
        ...

    @property
    def error(self) -> str | None:
        """The reason of a failure, in the service's words."""
        ...


@runtime_checkable
class HasKind(Protocol):
    """An operation of a service that has several kinds of operations.

    ::

        if isinstance(operation, HasKind):
            print(operation.kind)
    """

    @property
    def kind(self) -> str:
        """The kind, in the service's word."""
        ...


def kind_of(operation: object) -> str:
    """Return the kind of an operation, or ``""`` if its service has no kinds."""
    kind = getattr(operation, "kind", None)
    # A plain string, since an unknown member of an open enum has the repr of its enum.
    return "" if kind is None else str(kind)


def has_ended(operation: Operation) -> bool:
    """Return whether an operation has ended.

    A known status decides alone. With an unknown status, the operation has ended if it has an end
    time; whether it succeeded is unknown then.
    """
    state = operation.state
    return state.ended or (state is State.UNKNOWN and known_time(operation.finished_at) is not None)


def status_word(operation: Operation) -> str:
    """Return the state of an operation as a word, or the service's word if that is unknown."""
    state = operation.state
    if state is not State.UNKNOWN:
        return state.value
    return str(getattr(operation, "status", "")) or state.value


def how_it_ended(operation: Operation) -> str:
    """Return how an operation ended, to follow its name: ``failed: the mesh is not closed``."""
    reason = f": {operation.error}" if operation.error else ""
    match operation.state:
        case State.SUCCEEDED:
            return "succeeded"
        case State.FAILED:
            return f"failed{reason or ': no reason given'}"
        case State.CANCELLED:
            return f"was cancelled{reason}"
        case _:
            word = status_word(operation)
            return f"ended in the status {word!r}, which this release does not know{reason}"


def times_of(operation: Operation) -> tuple[datetime | None, datetime | None, datetime | None]:
    """Return the times at which an operation was created, started and finished, if known.

    An operation that goes on after its end has not finished, even if it bears the time of that end.
    """
    return (
        known_time(operation.created_at),
        known_time(operation.started_at),
        known_time(operation.finished_at) if has_ended(operation) else None,
    )


_UNSET_YEARS = frozenset({MINYEAR, MAXYEAR})
# The number 0, where times are numbers.
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def known_time(moment: datetime | None) -> datetime | None:
    """Return a time, or ``None`` for one that services write for a missing time.

    These are 1970-01-01 at midnight, and all of the first and the last year of the calendar.
    """
    if moment is None or moment.year in _UNSET_YEARS or moment == _EPOCH:
        return None
    return moment
