"""The services that are installed, and the environment variables of their settings.

A distribution registers a service as an entry point: the group is ``asyncops.services``, the name
is the service's, and the value is the class of its client. A class is imported when its service is
used first.
"""

import inspect
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from asyncops.cli.exit import Failure
from asyncops.cli.text.terminal import complain
from asyncops.kit import Client

__all__ = ["SERVICES", "Client", "distribution_of", "installed", "organization_variable", "usable"]

GROUP = "asyncops.services"
"""The group of the entry points."""


def organization_variable(client: type[Client]) -> str | None:
    """Return the environment variable of the organization; ``None`` if a client takes none."""
    if "organization" not in inspect.signature(client).parameters:
        return None
    return client.service.url_variable.replace("_BASE_URL", "_ORGANIZATION")


@cache
def installed() -> Mapping[str, EntryPoint]:
    """Return the entry point of each service by its name, asyncops' own first; none is imported."""
    found: dict[str, EntryPoint] = {}
    for each in sorted(entry_points(group=GROUP), key=lambda each: (not _is_own(each), each.name)):
        found.setdefault(each.name, each)
    return found


def _is_own(entry: EntryPoint) -> bool:
    return entry.dist is not None and entry.dist.name == "asyncops"


def distribution_of(entry: EntryPoint) -> str:
    """Return the distribution that registers a service, with its version."""
    return "asyncops" if entry.dist is None else f"{entry.dist.name} {entry.dist.version}"


@cache
def _loaded(entry: EntryPoint) -> type[Client]:
    try:
        client: object = entry.load()
        if not (isinstance(client, type) and issubclass(client, Client)):
            reason = f"{entry.value} is no class of a client"
        elif client.service.name != entry.name:
            reason = f"{entry.value} is the client of {client.service.name!r}"
        else:
            return client
    except Exception as error:  # noqa: BLE001 - whatever it is, the other services go on
        reason = " ".join(str(error).split()) or type(error).__name__
    whose = f"the service {entry.name} of {distribution_of(entry)}"
    raise Failure(f"{whose} cannot be used: {reason}")


class _Services(Mapping[str, type[Client]]):
    """The clients of the services by their names; each is imported when it is asked for.

    Asking for one that cannot be imported is a :class:`Failure` that names its distribution.
    """

    def __getitem__(self, name: str) -> type[Client]:
        return _loaded(installed()[name])

    def __contains__(self, name: object) -> bool:
        return name in installed()

    def __iter__(self) -> Iterator[str]:
        return iter(installed())

    def __len__(self) -> int:
        return len(installed())


SERVICES: Mapping[str, type[Client]] = _Services()
"""The clients of the services by their names; each is imported when it is asked for."""


def usable(names: Iterable[str] = SERVICES) -> list[type[Client]]:
    """Return the clients that can be imported; each of the others is one line of complaint."""
    found = []
    for name in names:
        try:
            found.append(SERVICES[name])
        except Failure as failure:
            complain(str(failure))
    return found
