"""A change to an operation, as a watch gives it."""

from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from attrs import frozen

from asyncops.errors import AsyncOpsError
from asyncops.models import Operation, State

T_co = TypeVar("T_co", bound=Operation, covariant=True)


class ChangeKind(StrEnum):
    """The kind of a change: to an operation, or to the watch itself."""

    CREATED = "created"
    """The operation is new. If it has ended already, ``finished`` comes next."""
    UPDATED = "updated"
    """The operation changed and has not ended. One that had ended goes on (``before`` is None),
    where the service does not declare that this may be."""
    FINISHED = "finished"
    """The operation ended, in success or not."""
    REOPENED = "reopened"
    """The operation had ended and goes on, such as in another attempt; ``before`` is None. Its next
    end comes as ``finished`` again."""
    VANISHED = "vanished"
    """The service no longer has the operation, which had not ended."""
    INTERRUPTED = "interrupted"
    """Polls began to fail, see ``error``; the watch goes on."""
    RECOVERED = "recovered"
    """A poll succeeded again; the changes since then come next."""


@frozen(kw_only=True)
class Change(Generic[T_co]):
    """One change that a watch has seen.

    ``if change.failed: print(change.id, change.after.error)`` prints why an operation failed.

    Attributes:
        kind: The kind of the change.
        id: The operation's id as text; ``None`` where the change is to the watch.
        before: The operation as this watch saw it before; ``None`` where it had not seen it, such
            as right after a restart.
        after: The operation now; ``None`` where it vanished.
        seen_at: When a poll saw the change, by the client's clock; aware.
        error: Why polls fail, where they were interrupted.
    """

    kind: ChangeKind
    seen_at: datetime
    id: str | None = None
    before: T_co | None = None
    after: T_co | None = None
    error: AsyncOpsError | None = None

    @property
    def failed(self) -> bool:
        """Whether an operation ended, but not in success."""
        return (
            self.kind is ChangeKind.FINISHED
            and self.after is not None
            and self.after.state is not State.SUCCEEDED
        )
