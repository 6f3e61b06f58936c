"""The resources that commands list, get, wait for and watch."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from attrs import frozen

from asyncops.cli.accounts.services import SERVICES, Service
from asyncops.cli.exit import Failure
from asyncops.cli.names import dashed, known_or_near, meant
from asyncops.kit.description import Description
from asyncops.kit.resources import ResourcePath, resources_of

__all__ = ["Resource", "common_operations", "resource_of", "resources_below"]


@frozen(kw_only=True)
class Resource:
    """One resource of a service.

    Attributes:
        name: The command's words: ``zoo operations``.
        service: The service that has the resource.
        path: Its description, and the way to it from the client.
        group: The command's words for its operations, where it is a way to start some that others
            start as well; ``""`` where they are its own.
    """

    name: str
    service: Service
    path: ResourcePath
    group: str = ""

    @property
    def title(self) -> str:
        """The name in headings: ``Zoo operations``."""
        return f"{self.service.title} {self.name.partition(' ')[2]}"

    @property
    def followed(self) -> str:
        """The command's words for what it has started."""
        return self.group or self.name

    @property
    def description(self) -> Description:
        """What was declared."""
        return self.path.description

    @property
    def model(self) -> type[Any]:
        """The class of its items."""
        return self.description.item

    def place_of(self, values: Sequence[str]) -> dict[str, str | int]:
        """The values of the parameters of its place, as many as there are, by their names.

        Raises:
            Failure: One is no number, and has to be.
        """
        place: dict[str, str | int] = {}
        for (name, kind), value in zip(self.path.place, values, strict=True):
            if kind is int and not value.isdecimal():
                raise Failure(f"{name.upper()} must be a number, got {value!r}")
            place[name] = int(value) if kind is int else value
        return place

    @property
    def lives(self) -> bool:
        """Whether its items are operations."""
        return self.path.lives


@cache
def _paths(service: Service) -> Mapping[str, ResourcePath]:
    return {each.name: each for each in resources_of(service.client)}


def resources_below(service: Service, above: str = "") -> Iterator[str]:
    """Give the names of what a client or a part of it has, each once."""
    start = f"{above}." if above else ""
    below = (name[len(start) :] for name in _paths(service) if name.startswith(start))
    return iter(dict.fromkeys(name.partition(".")[0] for name in below))


def common_operations(service: Service, above: str) -> str | None:
    """The resource of a group that gets what the others of the group start, in several ways.

    None is found where each has operations of its own.

    Args:
        service: The service.
        above: The group as code writes it behind the client.
    """
    paths = _paths(service)
    inside = [f"{above}.{name}" for name in resources_below(service, above)] if above else []
    lookups = {
        name: paths[name].description
        for name in inside
        if name in paths and paths[name].description.listing is None
    }
    started = {each.get for each in lookups.values() if each.start is not None}
    return next(
        (name for name, each in lookups.items() if each.start is None and each.get in started), None
    )


def resource_of(service: str, attribute: str, *, words: str | None = None) -> Resource:
    """The resource of a service.

    Args:
        service: The service's name.
        attribute: The resource as code or commands write it behind the client: ``ml_prompts``,
            ``ml-prompts``, ``prompts``, ``org.datasets``.
        words: The words of the command, where they are others than these.

    Raises:
        Failure: There is no such service or resource, or the service cannot be imported.
    """
    if service not in SERVICES:
        raise Failure(f"there is no service {service!r}", known_or_near(service, SERVICES))
    found = SERVICES[service]
    paths = _paths(found)
    path = ""
    for word in attribute.split("."):
        name = meant(word, resources_below(found, path)) or word
        path = f"{path}.{name}" if path else name
    if path not in paths:
        hint = known_or_near(attribute, map(dashed, paths))
        raise Failure(f"{found.title} has no {attribute!r}", hint)
    words = words or f"{service} {dashed(path).replace('.', ' ')}"
    return Resource(name=words, service=found, path=paths[path])
