"""Chainloop as a fake of its own, for tests of code that uses it."""

from typing import Any, Unpack
from uuid import UUID

import msgspec

from asyncops.chainloop import AsyncOperation, AsyncOperationStatus, ChainloopClient
from asyncops.chainloop.models import STATUS_PREFIX, OperationsPage
from asyncops.checks import enum_member
from asyncops.clock import Clock
from asyncops.codec import decoder
from asyncops.testing.chainloop import ChainloopHabits
from asyncops.testing.fake_service import FEW, ClientOptions, FakeService, checked_fields
from asyncops.testing.server import FakeServer

__all__ = ["FakeChainloop"]


class FakeChainloop(FakeService):
    """A fake Chainloop: operations on numbered pages.

    ``with FakeChainloop() as chainloop`` serves; ``with chainloop.installed()`` makes it what
    ``ChainloopClient()`` finds. The pytest fixture ``fake_chainloop`` does both. The data are the
    same in every run, with every status among them; ``operations=0`` begins with nothing.

    Args:
        operations: How many operations there are to begin with.
        seed: What the data are computed from.
        clock: What the data live on. None: a `FakeClock` of its own.
        arrivals: New operations in every second of the clock.
        latency: Seconds of real time before each answer.
        rate_limit: Requests per second of the clock; beyond, 429 with ``Retry-After``.
        habits: How this Chainloop differs from the usual one, such as where its pages start.

    Raises:
        ValueError: A number is out of range.
    """

    _token_variable = "CHAINLOOP_TOKEN"  # noqa: S105 - the variable's name
    _url_variable = "CHAINLOOP_BASE_URL"

    def __init__(
        self,
        *,
        operations: int = FEW,
        seed: int = 0,
        clock: Clock | None = None,
        arrivals: float = 0.0,
        latency: float = 0.0,
        rate_limit: float | None = None,
        habits: ChainloopHabits | None = None,
    ) -> None:
        server = FakeServer(
            operations=0,
            prompts=0,
            chainloop_operations=operations,
            seed=seed,
            token="fake-chainloop-token",  # noqa: S106
            clock=clock,
            arrivals=arrivals,
            latency=latency,
            rate_limit=rate_limit,
            chainloop=habits,
        )
        super().__init__(server)

    def client(self, **options: Unpack[ClientOptions]) -> ChainloopClient:
        """A client of this fake, on its clock, for the test's own ``async with``.

        Args:
            options: As for `ChainloopClient`; what is given takes the place of the fake's.
        """
        return ChainloopClient(**self._options(options))

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
        wanted = _wire(status)
        return _operations(
            self.server.chainloop_operations_now(wanted, kind, resource_type, resource_id)
        )

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
            DecodeError: A value is not of the field's type. (``server.create_chainloop_operation``
                takes any, for tests of what the client says to that.)
        """
        item = self.server.create_chainloop_operation(
            status=_wire(status),
            lifetime=lifetime,
            fails=fails,
            **checked_fields(fields, AsyncOperation),
        )
        return _operations([item])[0]

    def remove_operation(self, operation: AsyncOperation | UUID | str) -> None:
        """Take an operation, or the one with this id, out: those after it move up.

        Raises:
            KeyError: There is no such operation.
        """
        operation_id = operation.id if isinstance(operation, AsyncOperation) else str(operation)
        self.server.remove_chainloop_operation(operation_id)


def _wire(status: AsyncOperationStatus | str | None) -> str | None:
    if status is None:
        return None
    member = enum_member("status", AsyncOperationStatus, status, short_prefix=STATUS_PREFIX)
    return None if member is AsyncOperationStatus.UNSPECIFIED else member.value


def _operations(items: list[dict[str, Any]]) -> list[AsyncOperation]:
    body = msgspec.json.encode({"operations": items})
    return list(decoder(OperationsPage, json="protobuf")(body).items)
