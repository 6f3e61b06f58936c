"""From a description to the verbs of a client: loaded when a resource is used first."""

from collections.abc import Callable
from typing import Any

from asyncops.kit.actions import (
    CancellableLookups,
    CancellableOperations,
    NestedItems,
    NestedListedItems,
    NestedOperations,
    ResultOperations,
    StartableLookups,
    StartableOperations,
    StartedLookups,
    StartedOperations,
)
from asyncops.kit.bound import Bound
from asyncops.kit.description import Description
from asyncops.kit.home import Where
from asyncops.kit.operations import Items, ListedItems, ListedOperations, Lookups, Operations

__all__ = ["bind"]

# By whether operations can be started, and cancelled.
_LISTED = {
    (False, False): Operations,
    (True, False): StartedOperations,
    (False, True): CancellableOperations,
    (True, True): StartableOperations,
}
_UNLISTED = {
    (False, False): Lookups,
    (True, False): StartedLookups,
    (False, True): CancellableLookups,
    (True, True): StartableLookups,
}


def bind(
    description: Description,
    where: Where,
    verbs: Callable[[Bound[..., ...]], Any] | None,
) -> Any:
    """Return the verbs of a resource of one client, at a place.

    Args:
        description: The resource.
        where: The client and the place.
        verbs: A class of verbs written by hand; ``None`` means the one that fits.
    """
    make = verbs or (_for_operations if description.lives else _for_items)(description)
    return make(Bound(description, where))


def _for_items(description: Description) -> Callable[[Bound[..., ...]], Any]:
    if description.get is None:
        return ListedItems if description.within is None else NestedListedItems
    return Items if description.within is None else NestedItems


def _for_operations(description: Description) -> Callable[[Bound[..., ...]], Any]:
    actions = description.start is not None, description.cancel is not None
    if description.listing is None:
        return _UNLISTED[actions]
    if description.get is None:
        return ListedOperations
    if description.results is not None:
        return ResultOperations
    return _LISTED[actions] if description.within is None else NestedOperations
