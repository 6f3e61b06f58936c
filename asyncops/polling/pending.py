"""Operations to wait for, and how their service is asked about them."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from attrs import frozen

from asyncops.models import Operation
from asyncops.paging.sequential import Fetch
from asyncops.paging.strategy import PageStrategy
from asyncops.polling.policy import ATTEMPTS
from asyncops.utils.clock import Clock

K = TypeVar("K")
R = TypeVar("R", bound=Operation)


@frozen(eq=False)
class Listing:
    """A listing that shows in which state operations are.

    Attributes:
        fetch: Sends one request.
        strategy: Begins a walk.
    """

    fetch: Fetch[Any]
    strategy: Callable[[], PageStrategy[Any, Any]]


@frozen(eq=False, kw_only=True)
class Source(Generic[R]):
    """How a service is asked about operations.

    Attributes:
        clock: The clock of its client.
        attempts: Attempts that its client gives a call.
        listings: Listings of the operations, in the order of a life, so that an operation that
            moves on meanwhile is found in a later one.
        get: Gets one operation; ``None`` where a service has only listings.
        usable: Whether ``get`` can be used, as far as is known by now; ``None`` if it always can.
        awaits: Whether to wait for an id that the service does not know yet; otherwise its result
            is :class:`NotFound`.
        by_creation: Whether the listings are sorted by ``created_at``.
        lists_results: Whether a listing shows an ended operation whole; otherwise ``get`` gives
            the rest.
        spelling: Returns the id of an operation in a listing as it is sent; ``""`` if it has none.
    """

    clock: Clock
    listings: tuple[Listing, ...]
    get: Callable[[str], Awaitable[R]] | None = None
    usable: Callable[[], bool] | None = None
    awaits: bool = False
    by_creation: bool = False
    lists_results: bool = False
    spelling: Callable[[Any], str] = lambda item: str(item.id)
    attempts: int = ATTEMPTS

    @property
    def by_id(self) -> Callable[[str], Awaitable[R]] | None:
        """``get``, where it can be used."""
        return self.get if self.usable is None or self.usable() else None


class Pending(Generic[K, R]):
    """Operations to wait for, for :func:`asyncops.wait_many`.

    ``zoo.operations.pending(ids)`` makes one. Making it sends nothing, and it can be used any
    number of times. An id that is given twice is waited for once.

    Args:
        ids: The ids, read and checked at once.
        source: How to ask about them.
        check: Turns an argument's name and an id into the text that is sent.

    Attributes:
        ids: The ids as they were given, by the text that is sent.
        source: How to ask about them.

    Raises:
        TypeError: ``ids`` is one id, or nothing that can be iterated over.
        ValueError: An id is not valid; the error names its position, from 0.
    """

    def __init__(
        self, ids: Iterable[K], source: Source[R], *, check: Callable[[str, K], str]
    ) -> None:
        if isinstance(ids, str | bytes) or not isinstance(ids, Iterable):
            raise TypeError(f"ids must be several ids, got one {type(ids).__name__}")
        spellings: dict[str, K] = {}
        for number, each in enumerate(ids):
            spellings.setdefault(check(f"ids[{number}]", each), each)
        self.ids: Mapping[str, K] = spellings
        self.source: Source[R] = source

    def __repr__(self) -> str:
        return f"Pending({len(self.ids)} ids)"
