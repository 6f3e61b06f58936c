"""How Chainloop can be asked what has become of operations: by its listing, or one by one."""

from collections.abc import Hashable, Sequence

from attrs import define

from asyncops.chainloop.listings import decode_operations
from asyncops.chainloop.models import AsyncOperation
from asyncops.chainloop.singles import Singles
from asyncops.client import BaseClient
from asyncops.drift import Drift
from asyncops.messages import Request
from asyncops.numbered import NumberedPaging
from asyncops.pending import Listing, Source

__all__ = ["operations_source"]

_PAGE = 100


@define(eq=False)
class _NoDrift(Drift):
    """Rows that moved are not gone after: what is not seen is looked for again soon."""

    def step(
        self,
        number: int,  # noqa: ARG002 - as in all that follow
        count: int,  # noqa: ARG002
        size: int,  # noqa: ARG002
        keys: Sequence[Hashable],  # noqa: ARG002
    ) -> int:
        """Each page is taken as it comes."""
        return 0


def operations_source(
    client: BaseClient, request: Request, singles: Singles, *, awaits: bool
) -> Source[AsyncOperation]:
    """The listing that a request with its filters stands for, and each operation by its id.

    Args:
        client: Sends the requests.
        request: The listing.
        singles: Asks for one operation.
        awaits: Whether to wait for an id that is not there yet.
    """
    decode = decode_operations

    def paging() -> NumberedPaging[AsyncOperation]:
        return NumberedPaging(request, _PAGE, singles.base, _identity, drift=_NoDrift())

    listing = Listing(lambda request: client.fetch(request, decode), paging)
    return Source(
        clock=client.clock,
        attempts=client.retry.attempts,
        listings=(listing,),
        get=singles.get,
        usable=singles.usable,
        awaits=awaits,
        lists_results=True,
    )


def _identity(operation: AsyncOperation) -> str:
    return operation.id
