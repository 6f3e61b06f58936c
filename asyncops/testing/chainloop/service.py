"""Chainloop as a service: what its description does not say."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from attrs import evolve, field, frozen
from attrs.validators import ge, in_

from asyncops.models import JSON
from asyncops.services.chainloop import ChainloopClient
from asyncops.testing.chainloop.data import PREFIX, ChainloopMaker, ChainloopTable
from asyncops.testing.described.dialect import in_protobuf
from asyncops.testing.described.habits import Data, Habits
from asyncops.testing.described.maker import Maker
from asyncops.testing.described.params import Params
from asyncops.testing.described.service import DescribedService
from asyncops.testing.described.table import Table
from asyncops.testing.server.service import Answered, Asked, RefusedError

__all__ = ["Chainloop", "ChainloopHabits"]

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
