"""Chainloop as a fake of its own, for tests of code that uses it."""

from typing import Any, Unpack
from uuid import UUID

from asyncops.services.chainloop import AsyncOperation, AsyncOperationStatus, ChainloopClient
from asyncops.testing.chainloop.service import Chainloop, ChainloopHabits
from asyncops.testing.described.editing import FakeItems
from asyncops.testing.described.fake import Fake
from asyncops.testing.described.habits import Data
from asyncops.testing.fake import FEW, FakeSettings
from asyncops.utils.statuses import known_status

__all__ = ["ChainloopItems", "FakeChainloop"]


class ChainloopItems(FakeItems):
    """The items of a fake Chainloop, as the models of its client."""

    def operations(
        self,
        status: AsyncOperationStatus | str | None = None,
        *,
        kind: str | None = None,
        resource_type: str | None = None,
        resource_id: str | None = None,
    ) -> list[AsyncOperation]:
        """What a listing holds now, newest first.

        Args:
            status: Only this one, in full or its last word (``"failed"``); None for all.
            kind: Only this kind.
            resource_type: Only operations on this type of resource; goes with ``resource_id``.
            resource_id: Only operations on this resource; goes with ``resource_type``.

        Raises:
            ValueError: There is no such status, or a resource lacks its other half.
        """
        if (resource_type is None) != (resource_id is None):
            raise ValueError("resource_type and resource_id go together")
        wanted = {"kind": kind, "resource_type": resource_type, "resource_id": resource_id}
        return [
            operation
            for operation in self.items("operations", status=_wire(status))
            if all(text in {None, getattr(operation, name)} for name, text in wanted.items())
        ]

    def add_operation(
        self,
        *,
        status: AsyncOperationStatus | str | None = None,
        lifetime: float | None = None,
        fails: bool | None = None,
        **fields: Any,
    ) -> AsyncOperation:
        """Add an operation, created now; gives it as the listing has it.

        Args:
            status: A status that it has at once and for good, in full or its last word. None: it
                moves on with the clock, from ``pending`` to its end.
            lifetime: Seconds of the clock until its end. None: 12 to 60.
            fails: Whether that is a failure. None: as chance has it.
            fields: Fields of `AsyncOperation`, such as ``kind``, ``resource_id`` or
                ``error_message``; shown from the start. The others are made up.

        Raises:
            TypeError: No operation has such a field.
            ValueError: Unknown status, negative lifetime, an id that is taken, ``created_at``.
            DecodeError: A value is not of the field's type. (``change("operations", id, ...)``
                takes any, for tests of what the client says to that.)
        """
        operation: AsyncOperation = self.add(
            "operations", status=_wire(status), lifetime=lifetime, fails=fails, **fields
        )
        return operation

    def remove_operation(self, operation: AsyncOperation | UUID | str) -> None:
        """Take an operation, or the one with this id, out: those after it move up.

        Raises:
            KeyError: There is no such operation.
        """
        operation_id = operation.id if isinstance(operation, AsyncOperation) else str(operation)
        table = self._table("operations", ())
        table.remove(table.find(operation_id, self._now))


class FakeChainloop(ChainloopItems, Fake[ChainloopClient]):
    """A fake Chainloop: operations on numbered pages.

    ``with FakeChainloop() as chainloop`` serves; ``with chainloop.installed()`` makes it what
    ``ChainloopClient()`` finds. The pytest fixture ``fake_chainloop`` does both. The data are the
    same in every run, with every status among them; ``operations=0`` begins with nothing.

    Args:
        operations: How many operations there are to begin with.
        habits: How this Chainloop differs from the usual one, such as where its pages start.
        settings: As for :class:`~asyncops.testing.Fake`.

    Raises:
        ValueError: A number is out of range.
    """

    def __init__(
        self,
        *,
        operations: int = FEW,
        habits: ChainloopHabits | None = None,
        **settings: Unpack[FakeSettings],
    ) -> None:
        self._own = ChainloopHabits() if habits is None else habits
        super().__init__(ChainloopClient, {"operations": operations}, **settings)

    def __repr__(self) -> str:
        return "FakeChainloop()"

    def _made(self, data: Data) -> Chainloop:
        return Chainloop(data, self._own)


def _wire(status: AsyncOperationStatus | str | None) -> str | None:
    if status is None:
        return None
    member = known_status(status, AsyncOperationStatus)
    return None if member is AsyncOperationStatus.UNSPECIFIED else member.value
