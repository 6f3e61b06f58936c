"""Where resources are attributes: a client, and the groups below it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from functools import cache
from typing import Any, Generic, Protocol, Self, TypeVar, cast, overload
from weakref import WeakSet

from attrs import evolve, field, frozen

from asyncops.client import BaseClient
from asyncops.http.service import Service

V_co = TypeVar("V_co", covariant=True)
D = TypeVar("D", bound="Attribute[Any] | Group")


@frozen(eq=False)
class Where:
    """Where a resource of a client is.

    Attributes:
        client: The client.
        service: Its service.
        name: The name as code writes it, such as ``zoo.org.datasets``.
        place: The parameters of paths that are known there, encoded.
        learned: What the client has learned of the service from its answers, by resource.
    """

    client: BaseClient
    service: Service
    name: str
    place: Mapping[str, str] = field(factory=dict)
    learned: dict[object, Any] = field(factory=dict)

    @property
    def title(self) -> str:
        """The name with the place, such as ``github.runs:python/cpython``."""
        return f"{self.name}:{'/'.join(self.place.values())}" if self.place else self.name

    def below(self, name: str) -> "Where":
        """Return where an attribute is."""
        return evolve(self, name=f"{self.name}.{name}")

    def at(self, params: Mapping[str, str]) -> "Where":
        """Return the same with more parameters of paths."""
        return evolve(self, place={**self.place, **params})


class Home(Protocol):
    """What has resources as attributes: a client or a group."""

    @property
    def where(self) -> Where:
        """Where it is."""
        ...


class _Named:
    """An attribute of a client or a group, which knows its name."""

    _name = ""

    def __set_name__(self, _: type[object], name: str) -> None:
        self._name = name


class Attribute(_Named, ABC, Generic[V_co]):
    """An attribute of a client or a group, bound at its first use."""

    @overload
    def __get__(self, home: None, owner: type[Home]) -> Self: ...

    @overload
    def __get__(self, home: Home, owner: type[Home]) -> V_co: ...

    def __get__(self, home: Home | None, owner: type[Home]) -> Self | V_co:
        if home is None:
            return self
        # The next access finds the attribute of the instance, and does not come here.
        bound = vars(home)[self._name] = self.at(home.where.below(self._name))
        return bound

    @abstractmethod
    def at(self, where: Where) -> V_co:
        """Return what the attribute is on one client or group, or at a place."""


class Deferred(_Named):
    """An attribute of a client that is loaded at its first use, with its models.

    The class and its clients have by it what they would have by the resource or the group itself.
    """

    def __init__(self, load: "Callable[[], Attribute[Any] | Group]") -> None:
        self._load = cache(load)
        self._checked = WeakSet[type[BaseClient]]()

    def __get__(self, client: Home | None, owner: type[BaseClient]) -> object:
        described = self.loaded(owner)
        if client is None:
            return described
        bound = vars(client)[self._name] = described.at(client.where.below(self._name))
        return bound

    def loaded(self, client: type[BaseClient]) -> "Attribute[Any] | Group":
        """Return the resource or the group, checked as an attribute of a client's class.

        Raises:
            DescriptionError: Its description cannot be right.
        """
        if client not in self._checked:
            # The checks of resources are loaded with the first of them: start-up is short.
            from asyncops.kit.checks.attributes import check_attribute  # noqa: PLC0415

            name = f"{client.__name__}.{self._name}"
            check_attribute(name, self._load(), json=client.service.json)
            self._checked.add(client)
        return self._load()


def deferred(load: Callable[[], D]) -> D:
    """Describe an attribute of a client in another module, which is loaded at its first use.

    ::

        from asyncops.services import zoo

        class ZooClient(Client):
            service = Service(name="zoo", title="Zoo", ...)
            operations = deferred(lambda: zoo.operations.operations)

    So a client of many resources takes little time to import. A resource is checked when it is
    loaded, before anything is sent; the contract tests and the command line load all.

    Args:
        load: Returns the resource or the group.
    """
    return cast("D", Deferred(load))


class Group(_Named):
    """A namespace of a client.

    ::

        class Org(Group):
            datasets = Collection(Dataset, Listing("/org/datasets", "items", paging=Token()), ...)

        class ZooClient(Client):
            org = Org()

        zoo.org.datasets.list()

    Args:
        item: For what lies below one item, as ``Resource(within=...)`` takes it: the parameter of
            its paths that holds the item's id, such as ``dataset_id``.
    """

    def __init__(self, item: str | None = None) -> None:
        self.item = item
        self._where: Where | None = None

    def __get__(self, home: Home | None, owner: type[Home]) -> Self:
        if home is None:
            return self
        bound = vars(home)[self._name] = self.at(home.where.below(self._name))
        return bound

    @property
    def where(self) -> Where:
        """The client, the name and the place of the group."""
        if self._where is None:
            raise TypeError("a group is used as an attribute of a client")
        return self._where

    def at(self, where: Where) -> Self:
        """Return the group of one client, at a place."""
        bound = copy(self)
        bound._where = where  # noqa: SLF001 - of a copy of this object
        return bound


def attributes_of(home: type[Home]) -> "Iterator[tuple[str, Attribute[Any] | Group | Deferred]]":
    """Give what a client or a group describes, in alphabetical order: each name with its value.

    What is deferred is not loaded.
    """
    for name in dir(home):
        # Not getattr(), which would bind it.
        value = next((vars(each)[name] for each in home.__mro__ if name in vars(each)), None)
        if isinstance(value, Attribute | Group | Deferred):
            yield name, value
