"""The checks of a client's class: its service, the names of its attributes, and each of these."""

import re
from typing import Any

from asyncops.client import BaseClient
from asyncops.http.service import Service
from asyncops.kit.home import Attribute, Deferred, Group, Home, attributes_of
from asyncops.models.description_error import DescriptionError

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def check_client(client: type[Any]) -> Service | None:
    """Check the description of a client, and return its service; ``None`` if it describes none.

    What is deferred is checked when it is loaded.

    Raises:
        DescriptionError: The description cannot be right.
    """
    service = getattr(client, "service", None)
    if service is None and not list(attributes_of(client)):
        return None
    if not isinstance(service, Service):
        raise DescriptionError(
            f"{client.__name__}: service: it must be a Service, got {service!r}; write "
            f"service = Service(name=..., title=..., url=..., token=...)"
        )
    check_names(client.__name__, client)
    for name, value in attributes_of(client):
        if not isinstance(value, Deferred):
            # Loaded for what is there to be checked: start-up is short.
            from asyncops.kit.checks.attributes import check_attribute  # noqa: PLC0415

            check_attribute(f"{client.__name__}.{name}", value, json=service.json)
    return service


def check_names(path: str, home: type[Home]) -> None:
    """Check the names of the attributes of a client or a group, and that none has two.

    A tuple of one resource is refused, too: nothing else would find it.

    Raises:
        DescriptionError: A name cannot be used, or two are names of the same object.
    """
    for name, value in vars(home).items():
        match value:
            case (Attribute(),):
                problem = "it is a tuple: leave out the comma behind it"
                raise DescriptionError(f"{path}.{name}: {problem}")
    seen: dict[int, str] = {}
    taken = dir(Group if issubclass(home, Group) else BaseClient)
    for name, value in attributes_of(home):
        where = f"{path}.{name}"
        for each in (value, getattr(value, "resource", value)):
            if seen.setdefault(id(each), name) != name:
                raise DescriptionError(
                    f"{where}: it is the same object as {seen[id(each)]}: describe each resource "
                    "by an object of its own"
                )
        if not _NAME.fullmatch(name) or name in taken:
            raise DescriptionError(
                f"{where}: the name cannot be used: every client has a {name} of its own"
                if name in taken
                else f"{where}: the name must be lower-case letters, digits and underscores"
            )
