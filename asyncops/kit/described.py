"""A resource of a service, which becomes the verbs of a client, also below a place."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, NoReturn, ParamSpec, TypeVar

import attrs

from asyncops.kit.description import Description
from asyncops.kit.home import Attribute, Where
from asyncops.kit.path import path_params
from asyncops.utils.misuse import check_call

if TYPE_CHECKING:
    from asyncops.kit.operations import Verbs

V = TypeVar("V", bound="Verbs")
V_co = TypeVar("V_co", bound="Verbs", covariant=True)
Q = ParamSpec("Q")


class Described(Attribute[V_co], Generic[V_co]):
    """A resource of a service, which becomes the verbs of a client.

    Attributes:
        description: What was declared.
        verbs: The class of verbs that was written by hand; ``None`` if there is none.
    """

    def __init__(self, *, verbs: Callable[..., V_co] | None = None, **fields: Any) -> None:
        try:
            self.description: Description = Description(**fields)
        except TypeError:
            check_call(type(self).__name__, Description, (), fields)
            raise
        self.verbs = verbs

    def at(self, where: Where) -> V_co:
        """Return the verbs of a client, at a place."""
        # Loaded when a resource is used first: start-up is short.
        from asyncops.kit.actions import bind  # noqa: PLC0415

        verbs: V_co = bind(self.description, where, self.verbs)
        return verbs


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
        place: A frozen attrs class. Its fields, each ``str``, ``int`` or ``UUID``, or one of
            several such as ``UUID | str``, are the parameters of the paths; they are the arguments
            of the call.
        resource: The resource.
    """

    def __init__(self, place: Callable[Q, object], resource: Described[V]) -> None:
        self.place = place
        self.resource = resource

    def at(self, where: Where) -> Callable[Q, V]:
        """Return the call that gives the verbs at a place."""
        return _Call(self.place, self.resource, where)


class _Call(Generic[Q, V]):
    """The call that gives the verbs at a place."""

    def __init__(self, place: Callable[Q, object], resource: Described[V], where: Where) -> None:
        self._place = place
        self._resource = resource
        self._where = where
        kind: Any = place
        self._names = [each.name for each in attrs.fields(kind)]

    def __call__(self, *args: Q.args, **kwargs: Q.kwargs) -> V:
        try:
            place = self._place(*args, **kwargs)
        except TypeError:
            check_call(self._where.name, self._place, args, kwargs)
            raise
        return self._resource.at(self._where.at(path_params(place, self._names)))

    def __repr__(self) -> str:
        return f"<{self._where.name} at {', '.join(self._names)}>"

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            if name.startswith("_"):
                raise AttributeError(name)
            call = f"{self._where.name}({', '.join(self._names)})"
            raise AttributeError(f"{self._where.name} is at a place: write {call}.{name}")
