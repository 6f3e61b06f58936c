"""Resources below a place of the service: ``github.runs("python", "cpython")``."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

import attrs

from asyncops.kit.described import Described
from asyncops.kit.home import Attribute, Where
from asyncops.kit.path import path_params

if TYPE_CHECKING:
    from asyncops.kit.operations import Verbs

__all__ = ["Within"]

Q = ParamSpec("Q")
V = TypeVar("V", bound="Verbs")


class Within(Attribute[Callable[Q, V]], Generic[Q, V]):
    """A resource below a place of the service.

    ::

        @frozen
        class Repository:
            owner: str
            repo: str

        class GitHubClient(Client):
            runs = Within(Repository, Resource(Run, Listing("/repos/{owner}/{repo}/...")))

        github.runs("python", "cpython").list()

    Args:
        place: A frozen attrs class. Its fields, all ``str`` or ``int``, are the parameters of the
            paths; they are the arguments of the call.
        resource: The resource.
    """

    def __init__(self, place: Callable[Q, object], resource: Described[V]) -> None:
        self.place = place
        self.resource = resource

    def at(self, where: Where) -> Callable[Q, V]:
        """Return the call that gives the verbs at a place."""
        kind: Any = self.place
        names = [each.name for each in attrs.fields(kind)]

        def at(*args: Q.args, **kwargs: Q.kwargs) -> V:
            return self.resource.at(where.at(path_params(self.place(*args, **kwargs), names)))

        return at
