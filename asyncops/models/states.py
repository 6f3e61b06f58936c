"""Open enums, states, and the statuses of a service with their states."""

from enum import StrEnum
from functools import cache
from typing import Protocol, Self


class OpenEnum(StrEnum):
    """An enum that makes a member for an unknown value, since services add values without notice.

    ::

        status = ApiCallStatus("paused")
        status.known  # False
        status == "paused"  # True

    Such a member equals its string. The enum does not list or keep it, so that a service cannot
    fill the memory.
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
    """The state of an operation, in the same words for every service.

    ::

        failed = [call async for call in zoo.operations.list() if call.state is State.FAILED]
    """

    PENDING = "pending"
    RUNNING = "running"
    BLOCKED = "blocked"
    """Waiting for a person, such as for an approval; not ended."""
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    """Cancelled by somebody before its end."""
    UNKNOWN = "unknown"
    """In a status that this release does not know."""

    @property
    def ended(self) -> bool:
        """Whether the state is final. For an unknown status, see :func:`has_ended`."""
        return self in {State.SUCCEEDED, State.FAILED, State.CANCELLED}


class Status(OpenEnum):
    """The statuses of a service, in the order of a life, each with its :class:`State`.

    ::

        class RunStatus(Status):
            QUEUED = "queued", State.PENDING
            RUNNING = "running", State.RUNNING
            DONE = "done", State.SUCCEEDED

        RunStatus.DONE.state  # State.SUCCEEDED
        RunStatus("paused").state  # State.UNKNOWN, since this release does not know it

    A status without a state, and one that this release does not know, is ``UNKNOWN``; but an
    unknown one is ``CANCELLED`` if its word is ``canceled`` or ``cancelled``.

    Attributes:
        state: The state of an operation in this status.
        is_stated: Whether the enum names the state. A description must name each.
    """

    state: State
    is_stated: bool

    def __new__(cls, value: str, state: State | None = None) -> Self:
        """Make a member of its text on the wire and its state."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.state = State.UNKNOWN if state is None else state
        member.is_stated = state is not None
        return member

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        member = super()._missing_(value)
        if member is not None:
            cancelled = member.word in {"canceled", "cancelled"}
            member.state = State.CANCELLED if cancelled else State.UNKNOWN
            member.is_stated = False
        return member

    @property
    def word(self) -> str:
        """The status in lower case, without the words that all of the service's begin with.

        ``"failed"`` for Chainloop's ``ASYNC_OPERATION_STATUS_FAILED``.
        """
        return self._value_.lower().removeprefix(_common_words(type(self)))


@cache
def _common_words(kind: type[Status]) -> str:
    """Return the words that all statuses begin with, up to an underscore, in lower case."""
    first, *others = [member.value.lower() for member in kind]
    words = first.split("_")[:-1] if others else []
    common = ""
    for word in words:
        longer = f"{common}{word}_"
        if any(not value.startswith(longer) or value == longer for value in (first, *others)):
            break
        common = longer
    return common


class _HasStatus(Protocol):
    @property
    def status(self) -> Status: ...


class Tracked:
    """An item whose state is that of its status.

    ::

        @frozen(kw_only=True)
        class Run(Tracked):
            id: str
            status: RunStatus
            ...

    Override ``state`` where a service tells it by more than one field.
    """

    __slots__ = ()

    @property
    def state(self: _HasStatus) -> State:
        """The state, in words common to all services."""
        return self.status.state
