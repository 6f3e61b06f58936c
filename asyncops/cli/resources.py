"""The services that are installed, their resources, and the words that name them.

A distribution registers a service as an entry point: the group is ``asyncops.services``, the name
is the service's, and the value is the class of its client. A class is imported when its service is
used first.
"""

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from attrs import frozen

from asyncops.cli.shell import Failure, complain
from asyncops.kit import Client
from asyncops.kit.description import Description
from asyncops.kit.resources import ResourcePath, resources_of

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


def dashed(name: str) -> str:
    """A name of code as commands write it: ``ml-prompts`` for ``ml_prompts``."""
    return name.replace("_", "-")


def counted(count: int, name: str) -> str:
    """How many items of a resource: ``1 item of zoo api-calls``."""
    return f"{count:,} item{'s' * (count != 1)} of {name}"


def meant(word: str, names: Iterable[str]) -> str | None:
    """The name that a word stands for: the same with dashes, or else the only one that ends so.

    ::

        meant("prompts", ["ml_prompts", "operations"])  # "ml_prompts"

    Args:
        word: What was typed, with dashes or underscores.
        names: The names that there are.
    """
    wanted = dashed(word)
    known = {dashed(each): each for each in names}
    alike = [each for each in known if each.endswith(f"-{wanted}")]
    return known.get(wanted) or (known[alike[0]] if len(alike) == 1 else None)


def known_or_near(word: str, names: Iterable[str]) -> str:
    """What helps where a word is no name: the names that are like it, or else all names.

    ::

        known_or_near("lst", ["list", "get"])  # "did you mean list?"
        known_or_near("x", ["list", "get"])  # "known are: list, get"
    """
    names = list(names)
    near = get_close_matches(word, names)
    return f"did you mean {' or '.join(near)}?" if near else f"known are: {', '.join(names)}"


@frozen(kw_only=True)
class Resource:
    """One resource of a service.

    Attributes:
        name: The command's words: ``zoo operations``.
        client: The class of the client of the service that has the resource.
        path: Its description, and the way to it from the client.
        group: The command's words for its operations, where it is a way to start some that others
            start as well; ``""`` where they are its own.
    """

    name: str
    client: type[Client]
    path: ResourcePath
    group: str = ""

    @property
    def title(self) -> str:
        """The name in headings: ``Zoo operations``."""
        return f"{self.client.service.title} {self.name.partition(' ')[2]}"

    @property
    def description(self) -> Description:
        """What was declared."""
        return self.path.description

    def place_of(self, values: Sequence[str]) -> dict[str, str | int]:
        """The values of the parameters of its place, by their names.

        Raises:
            Failure: There are too few or too many, or one is no number, and has to be.
        """
        if len(values) != len(self.path.place):
            names = " ".join(name.upper() for name, _ in self.path.place) or "no place"
            raise Failure(f"{self.name} takes {names}, got {' '.join(values)}")
        place: dict[str, str | int] = {}
        for (name, kind), value in zip(self.path.place, values, strict=True):
            if kind is int and not value.isdecimal():
                raise Failure(f"{name.upper()} must be a number, got {value!r}")
            place[name] = int(value) if kind is int else value
        return place


@cache
def paths_of(service: str) -> Mapping[str, ResourcePath]:
    """The resources of a service by their names."""
    return {each.name: each for each in resources_of(SERVICES[service])}


def names_below(service: str, above: str) -> Iterator[str]:
    """Give the names of what a client or a part of it has, each once."""
    start = f"{above}." if above else ""
    below = (name[len(start) :] for name in paths_of(service) if name.startswith(start))
    return iter(dict.fromkeys(name.partition(".")[0] for name in below))


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
    client, paths = SERVICES[service], paths_of(service)
    path = ""
    for word in attribute.split("."):
        name = meant(word, names_below(service, path)) or word
        path = f"{path}.{name}" if path else name
    if path not in paths:
        hint = known_or_near(attribute, map(dashed, paths))
        raise Failure(f"{client.service.title} has no {attribute!r}", hint)
    words = words or f"{service} {dashed(path).replace('.', ' ')}"
    return Resource(name=words, client=client, path=paths[path])
