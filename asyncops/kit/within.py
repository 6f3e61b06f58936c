"""Resources below a place of the service: ``github.runs("python", "cpython")``."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

import attrs

from asyncops.kit.described import Described
from asyncops.kit.home import Attribute, Where
from asyncops.kit.path import path_param

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

    def _bind(self, where: Where) -> Callable[Q, V]:
        def at(*args: Q.args, **kwargs: Q.kwargs) -> V:
            return self.resource.at(where.at(path_params(self.place(*args, **kwargs))))

        return at


def path_params(place: Any) -> dict[str, str]:
    """Return the parameters that a place stands for, encoded for a path.

    Raises:
        ValueError: One of them is empty, or is a step in a path.
    """
    return {
        each.name: path_param(each.name, getattr(place, each.name))
        for each in attrs.fields(type(place))
    }
