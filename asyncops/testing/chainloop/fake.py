"""Chainloop as a fake: what its description does not say, and the fake of its own."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Unpack
from uuid import UUID

from attrs import evolve, field, frozen
from attrs.validators import ge, in_

from asyncops.models import JSON
from asyncops.services.chainloop import AsyncOperation, AsyncOperationStatus, ChainloopClient
from asyncops.testing.chainloop.data import PREFIX, ChainloopMaker, ChainloopTable
from asyncops.testing.described.editing import FakeItems
from asyncops.testing.described.fake import Fake
from asyncops.testing.described.habits import Data, Habits, habits_of
from asyncops.testing.described.maker import Maker
from asyncops.testing.described.params import Params
from asyncops.testing.described.places import in_protobuf
from asyncops.testing.described.service import DescribedService
from asyncops.testing.described.table import Table
from asyncops.testing.fake import FEW, FakeSettings
from asyncops.testing.server.service import Answered, Asked, RefusedError
from asyncops.utils.statuses import known_status

_DEFAULT_PAGE_SIZE = 15
_PATH = "/v1/operations"
_PAGE, _SIZE = "pagination.page", "pagination.page_size"
_FILTERS = frozenset({"status", "kind", "resource_type", "resource_id"})
_UNSPECIFIED = f"{PREFIX}UNSPECIFIED"
_GRPC_CODES = {
    400: 3,  # INVALID_ARGUMENT
    401: 16,  # UNAUTHENTICATED
    403: 7,  # PERMISSION_DENIED
    404: 5,  # NOT_FOUND
    405: 12,  # UNIMPLEMENTED
    408: 4,  # DEADLINE_EXCEEDED
    409: 10,  # ABORTED
    422: 3,
    429: 8,  # RESOURCE_EXHAUSTED
    500: 13,  # INTERNAL
    501: 12,
    503: 14,  # UNAVAILABLE
    504: 4,
}
_UNKNOWN_CODE = 2


@frozen(kw_only=True)
class ChainloopHabits:
    """What may differ from one Chainloop to another.

    Attributes:
        page_base: The number of the first page.
        page_zero: What a service whose pages start at 1 makes of page 0: it refuses it with a
            400, or answers page 1, and says so.
        max_page_size: The most rows on a page.
        oversize: A greater ``page_size`` is refused with a 400, or cut to the maximum.
        omits_zero_values: Whether ``""``, 0, null and empty lists are left out of the JSON.
        int64_as_strings: Whether the numbers of ``pagination`` are sent as strings.
        names: How the fields of the JSON are spelled.
    """

    page_base: Literal[0, 1] = field(default=1, validator=in_((0, 1)))
    page_zero: Literal["reject", "clamp"] = field(
        default="reject", validator=in_(("reject", "clamp"))
    )
    max_page_size: int = field(default=100, validator=ge(1))
    oversize: Literal["reject", "clamp"] = field(
        default="reject", validator=in_(("reject", "clamp"))
    )
    omits_zero_values: bool = True
    int64_as_strings: bool = True
    names: Literal["camelCase", "snake_case"] = field(
        default="camelCase", validator=in_(("camelCase", "snake_case"))
    )


class Chainloop(DescribedService):
    """Chainloop: one list, cut into numbered pages, and single items of it.

    Args:
        data: What its data are computed from.
        habits: How it differs from the usual one.
    """

    makers: ClassVar[Mapping[str, type[Maker]]] = {"operations": ChainloopMaker}
    tables: ClassVar[Mapping[str, type[Table]]] = {"operations": ChainloopTable}

    def __init__(self, data: Data, habits: ChainloopHabits) -> None:
        pages = Habits(
            page_size=_DEFAULT_PAGE_SIZE, most=habits.max_page_size, first_page=habits.page_base
        )
        super().__init__(ChainloopClient, evolve(data, habits=pages))
        self._own = habits

    def respond(self, request: Asked, now: int) -> Answered:
        """Answer a request, if it is a GET."""
        if request.method != "GET":
            raise RefusedError(405, "Method Not Allowed")
        if not request.path.startswith(_PATH):
            raise RefusedError(404, "Not Found")
        return super().respond(request, now)

    def error(self, refusal: RefusedError, request_id: str) -> dict[str, Any]:
        """Chainloop's error shape: gRPC's code and ``details``, or HTTP's and a ``reason``."""
        if refusal.reason:
            return {
                "code": refusal.status,
                "reason": refusal.reason,
                "message": refusal.message,
                "metadata": {"request_id": request_id},
            }
        code = _GRPC_CODES.get(refusal.status, _UNKNOWN_CODE)
        return {"code": code, "message": refusal.message, "details": []}

    def prepared(self, params: Params) -> Params:
        """Leave out what is unset, as protobuf has it, and check what goes together.

        Raises:
            RefusedError: It does not.
        """
        habits, values = self._own, dict(params.values)
        for name in _FILTERS & values.keys():
            if values[name] in {("",), (_UNSPECIFIED,)}:
                del values[name]
        if ("resource_type" in values) != ("resource_id" in values):
            raise _invalid("resource_type and resource_id go together")
        size = params.count(_SIZE, 1)
        if size is None and _PAGE in values:
            raise _invalid(f"{_PAGE}: needs {_SIZE}")
        if habits.oversize == "reject" and (size or 1) > habits.max_page_size:
            raise _invalid(f"{_SIZE}: must be at least 1 and at most {habits.max_page_size}")
        if habits.page_base and habits.page_zero == "clamp" and values.get(_PAGE) == ("0",):
            values[_PAGE] = ("1",)
        return Params(values)

    def written(self, value: JSON) -> Any:
        """Return the JSON of an answer, written as the habits have it."""
        habits = self._own
        tree = in_protobuf(
            value, camel=habits.names == "camelCase", zeros=not habits.omits_zero_values
        )
        if habits.int64_as_strings and "pagination" in tree:
            tree["pagination"] = {name: str(each) for name, each in tree["pagination"].items()}
        return tree


def _invalid(message: str) -> RefusedError:
    return RefusedError(400, f"validation error: {message}", reason="VALIDATION")


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
        self, *, status: AsyncOperationStatus | str | None = None, **given: Any
    ) -> AsyncOperation:
        """Add an operation, created now; gives it as the listing has it.

        Args:
            status: A status that it has at once and for good, in full or its last word. None: it
                moves on with the clock, from ``pending`` to its end.
            given: As for :meth:`add`: ``lifetime``, ``fails``, and fields of `AsyncOperation`,
                such as ``kind``, ``resource_id`` or ``error_message``, shown from the start. The
                others are made up.

        Raises:
            TypeError: No operation has such a field.
            ValueError: Unknown status, negative lifetime, an id that is taken, ``created_at``.
            DecodeError: A value is not of the field's type. (``change("operations", id, ...)``
                takes any, for tests of what the client says to that.)
        """
        operation: AsyncOperation = self.add("operations", status=_wire(status), **given)
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
        self._own = habits_of("habits", habits, ChainloopHabits)
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
