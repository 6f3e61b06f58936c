"""Operations that are waited for, and how their service can be asked about them."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from attrs import frozen

from asyncops.clock import Clock
from asyncops.models import Operation
from asyncops.paging import Paging
from asyncops.rounds import ATTEMPTS
from asyncops.walks import Fetch

__all__ = ["Listing", "Pending", "Source"]

K = TypeVar("K")
R = TypeVar("R", bound=Operation)


@frozen(eq=False)
class Listing:
    """A listing that shows where operations are.

    Attributes:
        fetch: Sends one request.
        paging: Begins a walk.
    """

    fetch: Fetch[Any]
    paging: Callable[[], Paging[Any, Any]]


@frozen(eq=False, kw_only=True)
class Source(Generic[R]):
    """How a service can be asked about operations.

    Attributes:
        clock: What its client measures time by.
        attempts: How many attempts its client gives a call.
        listings: What shows operations, in the order of a life, so that one that moves forward
            from one to the next is seen.
        get: Asks for one operation; None where a service has only listings.
        usable: Whether ``get`` can be asked, as far as is known by now.
        awaits: Whether to wait for an id that the service does not know yet; if not, such an id
            is given as :class:`NotFound`.
        by_creation: Whether the listings are sorted by ``created_at``.
        lists_results: Whether an item of a listing is all that there is to an operation that has
            ended; if not, ``get`` has the rest.
    """

    clock: Clock
    listings: tuple[Listing, ...]
    get: Callable[[str], Awaitable[R]] | None = None
    usable: Callable[[], bool] = lambda: True
    awaits: bool = False
    by_creation: bool = False
    lists_results: bool = False
    attempts: int = ATTEMPTS


class Pending(Generic[K, R]):
    """Operations to wait for, as :func:`asyncops.wait_many` takes them.

    It is only a description: nothing is sent for it, and it may be used any number of times. An
    id that is given twice is waited for once.

    Args:
        ids: The ids, read and checked at once.
        source: How to ask about them.
        check: From an argument's name and an id to the spelling that is sent.

    Attributes:
        ids: The ids as they were given, by the spelling that is sent.
        source: How to ask about them.

    Raises:
        TypeError: ``ids`` is one id, or nothing that can be iterated over.
        ValueError: An id is not valid; it is named by its position, from 0.
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
