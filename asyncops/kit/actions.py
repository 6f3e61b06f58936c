"""The verbs that start and cancel, and that lead below an item; and which a resource has."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from asyncops.kit.bound import Bound
from asyncops.kit.description import Description
from asyncops.kit.generics import C, F, M, N, O, P, R, S, T, W
from asyncops.kit.home import Group, Where
from asyncops.kit.operations import Items, ListedItems, ListedOperations, Lookups, Operations, Verbs
from asyncops.kit.started import Started
from asyncops.models import JSON, Id

G_co = TypeVar("G_co", bound=Group, covariant=True)


class _Starts(Verbs, Generic[S, N]):
    async def start(self, *args: S.args, **kwargs: S.kwargs) -> N:
        """Start an operation.

        The arguments are the fields of the action's options class, after the content where the
        action sends one.

        Returns:
            The operation, or an ``Accepted`` with its id where the answer holds no more.

        The request is sent again only if no byte of it has left, or after a 401 or a 429. Where the
        call is cancelled, as by ``asyncio.timeout``, the operation may have started all the same.

        Raises:
            MayHaveStarted: The request was sent, and its answer was lost.
            ValueError: An argument is out of range; nothing has been sent.
        """
        started: N = await self._bound.act("start", *args, **kwargs)
        return started


class _Follows(Lookups[F], _Starts[S, N], Generic[F, S, N]):
    async def __call__(self, *args: S.args, **kwargs: S.kwargs) -> Started[F]:
        """Start an operation, as ``start`` does, and return it with the way to its end.

        ::

            started = await zoo.files.volume(Path("part.step"), src_format="step")
            print(started.id, (await started.wait()).volume)

        Raises:
            MayHaveStarted: The request was sent, and its answer was lost or names no id.
            ValueError: An argument is out of range; nothing has been sent.
        """
        return Started(self._bound, await self.start(*args, **kwargs))


class _Cancels(Verbs, Generic[C, M]):
    async def cancel(self, id: Id, *args: C.args, **kwargs: C.kwargs) -> M:  # noqa: A002
        """Ask the service to cancel an operation.

        The operation may go on for a while, or end before it is cancelled: ``wait`` tells.

        Args:
            id: The operation's id.
            args: The content, where the action sends one.
            kwargs: The fields of the action's options class.

        Raises:
            NotFound: There is no such operation.
            Conflict: The service refuses, as where the operation has ended. Where its answer does
                not say so, nothing is raised.
            ValueError: An argument is not valid; nothing has been sent.
        """
        cancelled: M = await self._bound.act("cancel", id, *args, **kwargs)
        return cancelled


class StartedOperations(Operations[P, W, O, F], _Starts[S, N], Generic[P, W, O, F, S, N]):
    """Operations that can be started."""


class CancellableOperations(Operations[P, W, O, F], _Cancels[C, M], Generic[P, W, O, F, C, M]):
    """Operations that can be cancelled."""


class StartableOperations(
    Operations[P, W, O, F], _Starts[S, N], _Cancels[C, M], Generic[P, W, O, F, S, N, C, M]
):
    """Operations that can be started and cancelled."""


class ResultOperations(
    StartableOperations[P, W, O, F, S, N, C, M], Generic[P, W, O, F, S, N, C, M]
):
    """The same, with results that are asked for apart."""

    async def results(self, id: Id) -> JSON:  # noqa: A002 - the field's own name
        """Get what came of an operation that has succeeded.

        ::

            await ogc.jobs.wait(job.id)
            print(await ogc.jobs.results(job.id))

        Args:
            id: The operation's id.

        Raises:
            NotFound: There is no such operation, or it has no results yet.
            DecodeError: The results are no JSON.
            ValueError: ``id`` cannot be an id.
        """
        return await self._bound.results(id)


class StartedLookups(_Follows[F, S, N], Generic[F, S, N]):
    """Operations without a listing that can be started."""


class CancellableLookups(Lookups[F], _Cancels[C, M], Generic[F, C, M]):
    """Operations without a listing that can be cancelled."""


class StartableLookups(_Follows[F, S, N], _Cancels[C, M], Generic[F, S, N, C, M]):
    """Operations without a listing that can be started and cancelled."""


class _Nests(Verbs, Generic[G_co]):
    def __call__(self, id: Id) -> G_co:  # noqa: A002 - the field's own name
        """Return the resources that lie below one item; nothing is sent.

        Args:
            id: The item's id.

        Raises:
            ValueError: ``id`` cannot be an id.
        """
        group: G_co = self._bound.below(id)
        return group


class NestedListedItems(ListedItems[P, T], _Nests[G_co], Generic[P, T, G_co]):
    """Items that are only listed, with resources below each."""


class NestedItems(Items[P, T, R], _Nests[G_co], Generic[P, T, R, G_co]):
    """Items with resources below each."""


class NestedOperations(Operations[P, W, O, F], _Nests[G_co], Generic[P, W, O, F, G_co]):
    """Operations with resources below each."""


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
    description: Description, where: Where, verbs: Callable[[Bound[..., ...]], Any] | None
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
