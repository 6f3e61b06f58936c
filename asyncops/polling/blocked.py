"""Operations that wait for a person: what a wait does about them."""

import logging
from collections.abc import Iterable
from typing import Literal, Self

from attrs import define, field

from asyncops.errors import OperationBlocked
from asyncops.models import Operation, State
from asyncops.utils.checks import choice

OnBlocked = Literal["wait", "raise"]
"""What to do about an operation that waits for a person: wait on, or raise
:class:`asyncops.OperationBlocked`."""

_waits = logging.getLogger("asyncops.wait")


@define(eq=False)
class BlockedPolicy:
    """What one wait does about operations that wait for a person.

    Attributes:
        raises: Whether such an operation ends the wait.
        logged: Whether the log line of this wait was written.
    """

    raises: bool = False
    logged: bool = field(default=False, kw_only=True)

    @classmethod
    def checked(cls, on_blocked: OnBlocked) -> Self:
        """Make a policy from the argument of a wait.

        Raises:
            ValueError: The argument is neither ``"wait"`` nor ``"raise"``.
        """
        return cls(choice("on_blocked", on_blocked, ("wait", "raise")) == "raise")

    def error(
        self, operation: Operation, seen: tuple[Operation, ...] = ()
    ) -> OperationBlocked | None:
        """Return the error that ends the wait for an operation, if it is blocked.

        Where the wait goes on, the first blocked operation is logged.

        Args:
            operation: The operation.
            seen: All operations of the wait, where it is for several at once.
        """
        if operation.state is not State.BLOCKED:
            return None
        if self.raises:
            return OperationBlocked(operation, seen)
        if not self.logged:
            self.logged = True
            _waits.warning(
                "operation %s is blocked: it waits for a person, and the wait goes on",
                operation.id,
                extra={"operation_id": str(operation.id)},
            )
        return None


def count_blocked(operations: Iterable[Operation | None]) -> int:
    """Return how many operations wait for a person."""
    return sum(each is not None and each.state is State.BLOCKED for each in operations)
