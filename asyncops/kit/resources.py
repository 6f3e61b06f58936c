"""The resources of a client, as its class describes them, and the way to each."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, get_type_hints

import attrs
from attrs import frozen

from asyncops.kit.client import Client
from asyncops.kit.described import Described, Within
from asyncops.kit.description import Description
from asyncops.kit.home import Deferred, Group, Home, attributes_of
from asyncops.kit.ids import id_type

Params = tuple[tuple[str, Any], ...]


@frozen
class Step:
    """An attribute on the way from a client to a resource.

    Attributes:
        name: The attribute.
        calls: The parameters, with their types, of each call that follows it: none for a group,
            those of the place for a ``Within``, and the id for what lies below an item.
    """

    name: str
    calls: tuple[Params, ...] = ()


@frozen(eq=False)
class ResourcePath:
    """A resource, and the way to it from its client.

    Attributes:
        description: The resource.
        steps: The attributes that lead to it.
        by_hand: Whether its class of verbs was written by hand.
    """

    description: Description
    steps: tuple[Step, ...]
    by_hand: bool = False

    @property
    def name(self) -> str:
        """The name as code writes it behind the client: ``runs``, ``org.datasets``."""
        return ".".join(step.name for step in self.steps)

    @property
    def place(self) -> Params:
        """The parameters of its paths that its place gives, with their types, in order."""
        return tuple(param for step in self.steps for call in step.calls for param in call)

    def verbs(self, client: Client, place: Sequence[Any] = ()) -> Any:
        """Return the verbs of the resource of a client.

        Args:
            client: The client.
            place: The values of the parameters in ``place``.

        Raises:
            ValueError: A value cannot be a part of a path.
        """
        found: Any = client
        values = iter(place)
        for step in self.steps:
            found = getattr(found, step.name)
            for call in step.calls:
                found = found(*islice(values, len(call)))
        return found


def resources_of(client: type[Client]) -> tuple[ResourcePath, ...]:
    """Return all resources of a client, with those of its groups and below its items.

    Raises:
        DescriptionError: The description of what is deferred cannot be right.
    """
    return tuple(_in_home(client, ()))


def kind_at(client: type[Client], path: str) -> type:
    """Return the class of what stands at a path behind a client, such as that of ``org``."""
    home: type = client
    for name in path.split("."):
        home = type(_loaded(home, dict(attributes_of(home))[name]))
    return home


def _loaded(home: type[Any], value: Any) -> Any:
    # Only attributes of a client are deferred.
    return value.loaded(home) if isinstance(value, Deferred) else value


def _in_home(home: type[Home], above: tuple[Step, ...]) -> Iterator[ResourcePath]:
    for name, value in attributes_of(home):
        yield from _in_value(_loaded(home, value), above, Step(name))


def _in_value(value: Any, above: tuple[Step, ...], step: Step) -> Iterator[ResourcePath]:
    if isinstance(value, Group):
        yield from _in_home(type(value), (*above, step))
    if isinstance(value, Within):
        place: Any = value.place
        hints = get_type_hints(place)
        params = tuple((each.name, hints[each.name]) for each in attrs.fields(place))
        yield from _in_value(value.resource, above, Step(step.name, (params,)))
    if isinstance(value, Described):
        description = value.description
        yield ResourcePath(description, (*above, step), value.verbs is not None)
        below = description.within
        if below is not None:
            item = (below.item, id_type(description.item, description.id))
            yield from _in_home(type(below), (*above, Step(step.name, (*step.calls, (item,)))))
