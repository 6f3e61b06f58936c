"""Operations without a listing, as a client has them as an attribute."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Unpack, overload

from asyncops.http.decoding import Decode
from asyncops.kit.action import Action
from asyncops.kit.described import Described, V, V_co
from asyncops.kit.description import ResourceFields
from asyncops.kit.generics import C, F, M, N, S
from asyncops.kit.get import Get

if TYPE_CHECKING:
    from asyncops.kit.actions import CancellableLookups, StartableLookups, StartedLookups
    from asyncops.kit.bound import Bound
    from asyncops.kit.operations import Lookups


class Lookup(Described[V_co], Generic[V_co]):
    """Operations that a service does not list: how they are fetched, started and cancelled.

    ::

        tasks = Lookup(
            Task, get="/v1/tasks/{id}",
            start=Action("/v1/image_to_video", body="json", options=Video),
            cancel=Action("/v1/tasks/{id}", method="DELETE"),
        )

    Operations that are started in several ways are a group with a ``Lookup(start=...)`` for each
    way, and one without ``start`` that gets any of them by the same path: on the command line,
    each way is a command of the group, as ``get`` and ``wait`` are.

    Args:
        item: The class of the answer to ``get``, a frozen attrs class.
        get: The path of one operation, with ``{id}`` in it, or a :class:`~asyncops.kit.Get`.
        result: The class of the answer to ``get``, or a function from its bytes to an object, where
            operations of several kinds are got by one path.
        found: The place of the operation in the answer to ``get``; ``""`` if it is the answer.
        start: The request that starts an operation. The resource is called to start one and to wait
            for it: ``await (await zoo.files.mass(path, ...)).wait()``.
        cancel: The request that cancels one, with ``{id}`` in its path.
        verbs: A class of verbs with signatures written by hand.
        id: The field whose value ``get`` is asked with.
        check_id: A function from an argument's name and an id to its spelling in a path, which
            raises a ``ValueError`` for what cannot be an id; ``None`` means the one that fits the
            type of the field.
        statuses: The enum of the statuses, where the annotation of ``status`` does not name it.
        hints: A sentence on the usual remedy, by the error status of ``get``.
        sample: A real answer, for the fake and the contract tests.
    """

    @overload
    def __init__(
        self: "Lookup[Lookups[F]]",
        item: type[F],
        *,
        get: str | Get,
        **fields: Unpack[ResourceFields],
    ) -> None: ...

    @overload
    def __init__(
        self: "Lookup[Lookups[F]]",
        item: type[Any],
        *,
        get: str | Get,
        result: type[F] | Decode[F],
        **fields: Unpack[ResourceFields],
    ) -> None: ...

    @overload
    def __init__(
        self: "Lookup[StartedLookups[F, S, N]]",
        item: type[F],
        *,
        get: str | Get,
        start: Action[S, N],
        **fields: Unpack[ResourceFields],
    ) -> None: ...

    @overload
    def __init__(
        self: "Lookup[CancellableLookups[F, C, M]]",
        item: type[F],
        *,
        get: str | Get,
        cancel: Action[C, M],
        **fields: Unpack[ResourceFields],
    ) -> None: ...

    @overload
    def __init__(
        self: "Lookup[StartableLookups[F, S, N, C, M]]",
        item: type[F],
        *,
        get: str | Get,
        start: Action[S, N],
        cancel: Action[C, M],
        **fields: Unpack[ResourceFields],
    ) -> None: ...

    @overload
    def __init__(
        self: "Lookup[V]",
        item: type[Any],
        *,
        get: str | Get,
        verbs: "Callable[[Bound[..., ...]], V]",
        start: Action[..., Any] | None = None,
        cancel: Action[..., Any] | None = None,
        **fields: Unpack[ResourceFields],
    ) -> None: ...

    def __init__(self, item: type[Any], **fields: Any) -> None:
        super().__init__(item=item, **fields)
