"""The services that are installed, and the environment variables of their settings.

A distribution registers a service as an entry point: the group is ``asyncops.services``, the name
is the service's, and the value is the class of its client. A class is imported when its service is
used first.
"""

import inspect
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from attrs import frozen

from asyncops.cli.exit import Failure
from asyncops.cli.text.terminal import complain
from asyncops.http.credential import checked_token
from asyncops.kit import Client

__all__ = ["GROUP", "SERVICES", "Client", "Service", "distribution_of", "installed", "usable"]

GROUP = "asyncops.services"
"""The group of the entry points."""


@frozen(kw_only=True)
class Service:
    """One service.

    Attributes:
        name: The name in commands and profiles.
        client: The class of its client, which knows all that is not said here.
    """

    name: str
    client: type[Client]

    @property
    def title(self) -> str:
        """The name in messages."""
        return self.client.service.title

    @property
    def token_variable(self) -> str:
        """The environment variable that holds its token; ``""`` where it takes none."""
        return self.client.service.token or ""

    @property
    def url_variable(self) -> str:
        """The environment variable of the address."""
        return self.client.service.url_variable

    @property
    def default_url(self) -> str:
        """The public address; ``""`` where each user has an address of their own."""
        return self.client.service.url or ""

    @property
    def organization_variable(self) -> str | None:
        """The environment variable of the organization, where the client takes one."""
        if "organization" not in inspect.signature(self.client).parameters:
            return None
        return self.url_variable.replace("_BASE_URL", "_ORGANIZATION")

    def checked_token(self, token: str) -> str:
        """Return a token as it is kept.

        Raises:
            ValueError: The service's requests cannot carry it. The message does not show it.
        """
        return checked_token(token, self.client.service.auth)


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
def _loaded(entry: EntryPoint) -> Service:
    client: Any = None
    try:
        client = entry.load()
        reason = _unfit(entry, client)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other services go on
        reason = " ".join(str(error).split()) or type(error).__name__
    if reason is not None:
        whose = f"the service {entry.name} of {distribution_of(entry)}"
        raise Failure(f"{whose} cannot be used: {reason}")
    return Service(name=entry.name, client=client)


def _unfit(entry: EntryPoint, client: object) -> str | None:
    if not (isinstance(client, type) and issubclass(client, Client)):
        return f"{entry.value} is no class of a client"
    if client.service.name != entry.name:
        return f"{entry.value} is the client of {client.service.name!r}"
    return None


class _Services(Mapping[str, Service]):
    """The services by their names; each is imported when it is asked for.

    Asking for one that cannot be imported is a :class:`Failure` that names its distribution.
    """

    def __getitem__(self, name: str) -> Service:
        return _loaded(installed()[name])

    def __contains__(self, name: object) -> bool:
        return name in installed()

    def __iter__(self) -> Iterator[str]:
        return iter(installed())

    def __len__(self) -> int:
        return len(installed())


SERVICES: Mapping[str, Service] = _Services()
"""The services by their names; each is imported when it is asked for."""


def usable(names: Iterable[str] = SERVICES) -> list[Service]:
    """Return the services that can be imported; each of the others is one line of complaint."""
    found = []
    for name in names:
        try:
            found.append(SERVICES[name])
        except Failure as failure:
            complain(str(failure))
    return found
