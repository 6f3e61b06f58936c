"""Items without a life, as a client has them as an attribute."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Unpack, overload

from asyncops.http.decoding import Decode
from asyncops.kit.described import Described, V, V_co
from asyncops.kit.description import GottenFields, ListedFields
from asyncops.kit.generics import G, P, R, T
from asyncops.kit.get import Get
from asyncops.kit.home import Group
from asyncops.kit.listing import Listing

if TYPE_CHECKING:
    from asyncops.kit.actions import NestedItems, NestedListedItems
    from asyncops.kit.bound import Bound
    from asyncops.kit.operations import Items, ListedItems


class Collection(Described[V_co], Generic[V_co]):
    """Items without a life, such as conversations: how they are listed and fetched.

    ::

        conversations = Collection(
            Conversation,
            Listing("/ml/conversations", "items", paging=Token("next_page")),
            options=ListOptions,
        )

    Args:
        item: The class of the items of the listing, a frozen attrs class.
        listing: How they are listed.
        options: The options class of ``list``; ``ListOptions`` where there are no filters.
        get: The path of one item, with ``{id}`` in it, or a :class:`~asyncops.kit.Get`; without it,
            there are no verbs ``get`` and ``get_many``.
        result: The class of the answer to ``get``, or a function from its bytes to an object;
            ``None`` means ``item``.
        found: The place of the item in the answer to ``get``; ``""`` if it is the answer.
        within: The resources below each item: ``zoo.org.datasets(id).conversions``.
        verbs: A class of verbs with signatures written by hand.
        id: The field whose value ``get`` is asked with.
        check_id: A function from an argument's name and an id to its spelling in a path, which
            raises a ``ValueError`` for what cannot be an id; ``None`` means the one that fits the
            type of the field.
        identity: The field that tells one item from another.
        hints: A sentence on the usual remedy, by the error status of ``get``.
        sample: A real answer, for the fake and the contract tests.
    """

    @overload
    def __init__(
        self: "Collection[ListedItems[P, T]]",
        item: type[T],
        listing: Listing,
        **fields: Unpack[ListedFields[P]],
    ) -> None: ...

    @overload
    def __init__(
        self: "Collection[NestedListedItems[P, T, G]]",
        item: type[T],
        listing: Listing,
        *,
        within: G,
        **fields: Unpack[ListedFields[P]],
    ) -> None: ...

    @overload
    def __init__(
        self: "Collection[Items[P, T, T]]",
        item: type[T],
        listing: Listing,
        **fields: Unpack[GottenFields[P]],
    ) -> None: ...

    @overload
    def __init__(
        self: "Collection[Items[P, T, R]]",
        item: type[T],
        listing: Listing,
        *,
        result: type[R] | Decode[R],
        **fields: Unpack[GottenFields[P]],
    ) -> None: ...

    @overload
    def __init__(
        self: "Collection[NestedItems[P, T, T, G]]",
        item: type[T],
        listing: Listing,
        *,
        within: G,
        **fields: Unpack[GottenFields[P]],
    ) -> None: ...

    @overload
    def __init__(
        self: "Collection[NestedItems[P, T, R, G]]",
        item: type[T],
        listing: Listing,
        *,
        result: type[R] | Decode[R],
        within: G,
        **fields: Unpack[GottenFields[P]],
    ) -> None: ...

    @overload
    def __init__(
        self: "Collection[V]",
        item: type[Any],
        listing: Listing,
        *,
        verbs: "Callable[[Bound[P, ...]], V]",
        get: str | Get | None = None,
        result: type[Any] | Decode[Any] | None = None,
        within: Group | None = None,
        **fields: Unpack[ListedFields[P]],
    ) -> None: ...

    def __init__(self, item: type[Any], listing: Listing, **fields: Any) -> None:
        super().__init__(item=item, listing=listing, lives=False, **fields)
