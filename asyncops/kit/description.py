"""What a resource of a service is, as it was declared."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Generic, Required, TypedDict, get_args

from attrs import field, frozen

from asyncops.http.decoding import Decode
from asyncops.kit.action import Action
from asyncops.kit.annotations import annotation_of
from asyncops.kit.generics import P, W
from asyncops.kit.get import Get
from asyncops.kit.listing import Listing
from asyncops.kit.options import ListOptions, WatchOptions
from asyncops.kit.sample import Sample, with_places
from asyncops.models import Status


class ItemFields(TypedDict, total=False):
    """The fields that all kinds of resources have and no signature names."""

    found: str
    id: str
    check_id: Callable[[str, Any], str] | None
    identity: str
    hints: Mapping[int, str]
    sample: Sample | None


class ListedFields(ItemFields, Generic[P], total=False):
    """The same of items that are listed."""

    options: Required[Callable[P, ListOptions]]


class GottenFields(ListedFields[P], Generic[P], total=False):
    """The same of items that are asked for one by one, too."""

    get: Required[str | Get]


class ResourceFields(ItemFields, total=False):
    """The same of operations."""

    optional_get: bool
    statuses: type[Status] | None
    reopens: bool
    changes: tuple[str, ...] | None


class ListFields(ResourceFields, Generic[P, W], total=False):
    """The same of operations that are listed."""

    options: Required[Callable[P, ListOptions]]
    watch: Required[Callable[W, WatchOptions]]


class GetFields(ListFields[P, W], Generic[P, W], total=False):
    """The same of operations that are asked for one by one, too."""

    get: Required[str | Get]


def _get(value: Any) -> Any:
    return Get(value) if isinstance(value, str) else value


@frozen(eq=False, kw_only=True)
class Description:
    """What a resource of a service is, as it was declared.

    Attributes:
        item: The class of the items of the listing.
        lives: Whether they are operations.
        listing: How they are listed; ``None`` if they are not.
        options: The options class of ``list``.
        watch: The options class of ``watch``.
        get: The request for one item; ``None`` if there is none.
        optional_get: Whether there may be no such request, which the answers tell.
        result: The class of the answer to ``get``, or a function from its bytes to an object;
            ``None`` means ``item``.
        found: The place of the item in that answer.
        start: The request that starts an operation.
        cancel: The request that cancels one.
        results: The request for what came of one; ``None`` if there is none.
        within: The resources below each item.
        id: The field whose value ``get`` is asked with.
        check_id: From an argument's name and an id to its spelling in a path.
        identity: The field that tells one item from another.
        statuses: The enum of the statuses, where the annotation of ``status`` does not name it.
        reopens: Whether an ended operation may go on.
        changes: The fields by which a watch notices a change; ``None`` means all.
        hints: A sentence on the usual remedy, by the error status of ``get``.
        sample: A real answer.
    """

    item: type[Any]
    lives: bool = True
    listing: Listing | None = None
    options: Callable[..., Any] = ListOptions
    watch: Callable[..., Any] = WatchOptions
    get: Get | None = field(default=None, converter=_get)
    optional_get: bool = False
    result: type[Any] | Decode[Any] | None = None
    found: str = ""
    start: Action[..., Any] | None = None
    cancel: Action[..., Any] | None = None
    results: Get | None = field(default=None, converter=_get)
    # A Group, which type checkers would take for a descriptor of this class.
    within: Any = None
    id: str = "id"
    check_id: Callable[[str, Any], str] | None = None
    identity: str = "id"
    statuses: type[Status] | None = None
    reopens: bool = False
    changes: tuple[str, ...] | None = None
    hints: Mapping[int, str] = field(factory=dict)
    sample: Sample | None = None

    @property
    def listed(self) -> Listing:
        """How the items are listed, where they are.

        Raises:
            TypeError: They are not.
        """
        if self.listing is None:
            raise TypeError("what is not listed has neither pages nor filters")
        return self.listing

    @cached_property
    def places(self) -> Sample:
        """The sample with all of its places; without one, the places that an item would have."""
        sample = Sample(item={}) if self.sample is None else self.sample
        return with_places(sample, self.item, (self.identity, self.id))

    @cached_property
    def enum(self) -> type[Status] | None:
        """The enum of the statuses: as declared, or the annotation of ``status``; may be none."""
        hint = annotation_of(self.item, "status")
        found = (self.statuses, hint, *get_args(hint))
        return next((k for k in found if isinstance(k, type) and issubclass(k, Status)), None)
