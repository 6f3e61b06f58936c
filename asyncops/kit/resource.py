"""Operations of a service, as a client has them as an attribute."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Unpack, overload

from asyncops.http.decoding import Decode
from asyncops.kit.action import Action
from asyncops.kit.described import Described, V, V_co
from asyncops.kit.description import GetFields, ListFields
from asyncops.kit.generics import C, F, G, M, N, O, P, S, W
from asyncops.kit.get import Get
from asyncops.kit.home import Group
from asyncops.kit.listing import Listing

if TYPE_CHECKING:
    from asyncops.kit.actions import (
        CancellableOperations,
        NestedOperations,
        ResultOperations,
        StartableOperations,
        StartedOperations,
    )
    from asyncops.kit.bound import Bound
    from asyncops.kit.operations import ListedOperations, Operations


class Resource(Described[V_co], Generic[V_co]):
    """Operations of a service: how they are listed, fetched, watched, started and cancelled.

    ::

        class GitHubClient(Client):
            service = Service(name="github", title="GitHub", ...)
            runs = Within(Repository, Resource(
                Run,
                Listing("/repos/{owner}/{repo}/actions/runs", "workflow_runs",
                        paging=Pages(total="total_count", most=100)),
                get="/repos/{owner}/{repo}/actions/runs/{id}",
                options=RunOptions, watch=WatchOptions,
            ))

    What a service cannot do is left out, and is missing from the type: without ``get``, there is
    no ``get``, ``get_many`` and ``wait``; without ``start`` and ``cancel``, there are no verbs of
    these names.

    Args:
        item: The class of the items of the listing, a frozen attrs class.
        listing: How they are listed.
        options: The options class of ``list``; ``ListOptions`` where there are no filters.
        watch: The options class of ``watch``; ``WatchOptions`` where there are no filters.
        get: The path of one item, with ``{id}`` in it; ``{+id}`` keeps slashes. A
            :class:`~asyncops.kit.Get` where the id is in a body, or headers are needed.
        optional_get: Whether some installations of the service lack the request for one item, as
            older ones may. The answers tell: ``wait_many`` and ``watch`` then read the listing.
        result: The class of the answer to ``get``, or a function from its bytes to an object;
            ``None`` means ``item``.
        found: The place of the item in the answer to ``get``; ``""`` if it is the answer.
        start: The request that starts an operation.
        cancel: The request that cancels one, with ``{id}`` in its path.
        results: The path of what came of one that has succeeded, any JSON, with ``{id}`` in it.
            Beside ``start`` and ``cancel``, it gives the verb ``results``.
        within: The resources below each item: ``zoo.org.datasets(id).conversions``.
        verbs: A class of verbs with signatures written by hand, such as a ``wait`` with filters.
        id: The field whose value ``get`` is asked with.
        check_id: A function from an argument's name and an id to its spelling in a path, which
            raises a ``ValueError`` for what cannot be an id; ``None`` means the one that fits the
            type of the field.
        identity: The field that tells one item from another.
        statuses: The enum of the statuses, where the annotation of ``status`` does not name it.
        reopens: Whether an ended operation may go on, as after GitHub's rerun.
        changes: The fields by which a watch notices that an item has changed; ``None`` means all.
        hints: A sentence on the usual remedy, by the error status of ``get``.
        sample: A real answer, for the fake and the contract tests.
    """

    @overload
    def __init__(
        self: "Resource[ListedOperations[P, W, O]]",
        item: type[O],
        listing: Listing,
        **fields: Unpack[ListFields[P, W]],
    ) -> None: ...

    @overload
    def __init__(
        self: "Resource[Operations[P, W, O, O]]",
        item: type[O],
        listing: Listing,
        **fields: Unpack[GetFields[P, W]],
    ) -> None: ...

    @overload
    def __init__(
        self: "Resource[StartedOperations[P, W, O, O, S, N]]",
        item: type[O],
        listing: Listing,
        *,
        start: Action[S, N],
        **fields: Unpack[GetFields[P, W]],
    ) -> None: ...

    @overload
    def __init__(
        self: "Resource[CancellableOperations[P, W, O, O, C, M]]",
        item: type[O],
        listing: Listing,
        *,
        cancel: Action[C, M],
        **fields: Unpack[GetFields[P, W]],
    ) -> None: ...

    @overload
    def __init__(
        self: "Resource[StartableOperations[P, W, O, O, S, N, C, M]]",
        item: type[O],
        listing: Listing,
        *,
        start: Action[S, N],
        cancel: Action[C, M],
        **fields: Unpack[GetFields[P, W]],
    ) -> None: ...

    @overload
    def __init__(
        self: "Resource[ResultOperations[P, W, O, O, S, N, C, M]]",
        item: type[O],
        listing: Listing,
        *,
        start: Action[S, N],
        cancel: Action[C, M],
        results: str,
        **fields: Unpack[GetFields[P, W]],
    ) -> None: ...

    @overload
    def __init__(
        self: "Resource[NestedOperations[P, W, O, O, G]]",
        item: type[O],
        listing: Listing,
        *,
        within: G,
        **fields: Unpack[GetFields[P, W]],
    ) -> None: ...

    @overload
    def __init__(
        self: "Resource[Operations[P, W, O, F]]",
        item: type[O],
        listing: Listing,
        *,
        result: type[F] | Decode[F],
        **fields: Unpack[GetFields[P, W]],
    ) -> None: ...

    @overload
    def __init__(
        self: "Resource[StartedOperations[P, W, O, F, S, N]]",
        item: type[O],
        listing: Listing,
        *,
        result: type[F] | Decode[F],
        start: Action[S, N],
        **fields: Unpack[GetFields[P, W]],
    ) -> None: ...

    @overload
    def __init__(
        self: "Resource[CancellableOperations[P, W, O, F, C, M]]",
        item: type[O],
        listing: Listing,
        *,
        result: type[F] | Decode[F],
        cancel: Action[C, M],
        **fields: Unpack[GetFields[P, W]],
    ) -> None: ...

    @overload
    def __init__(
        self: "Resource[StartableOperations[P, W, O, F, S, N, C, M]]",
        item: type[O],
        listing: Listing,
        *,
        result: type[F] | Decode[F],
        start: Action[S, N],
        cancel: Action[C, M],
        **fields: Unpack[GetFields[P, W]],
    ) -> None: ...

    @overload
    def __init__(
        self: "Resource[NestedOperations[P, W, O, F, G]]",
        item: type[O],
        listing: Listing,
        *,
        result: type[F] | Decode[F],
        within: G,
        **fields: Unpack[GetFields[P, W]],
    ) -> None: ...

    @overload
    def __init__(
        self: "Resource[V]",
        item: type[Any],
        listing: Listing,
        *,
        verbs: "Callable[[Bound[P, W]], V]",
        get: str | Get | None = None,
        result: type[Any] | Decode[Any] | None = None,
        start: Action[..., Any] | None = None,
        cancel: Action[..., Any] | None = None,
        results: str | None = None,
        within: Group | None = None,
        **fields: Unpack[ListFields[P, W]],
    ) -> None: ...

    def __init__(self, item: type[Any], listing: Listing, **fields: Any) -> None:
        super().__init__(item=item, listing=listing, **fields)
