"""A resource of a service, which becomes the verbs of a client."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from asyncops.kit.description import Description
from asyncops.kit.home import Attribute, Where

if TYPE_CHECKING:
    from asyncops.kit.operations import Verbs

__all__ = ["Described"]

V_co = TypeVar("V_co", bound="Verbs", covariant=True)


class Described(Attribute[V_co], Generic[V_co]):
    """A resource of a service, which becomes the verbs of a client.

    Attributes:
        description: What was declared.
        verbs: The class of verbs that was written by hand; ``None`` if there is none.
    """

    def __init__(self, *, verbs: Callable[..., V_co] | None = None, **fields: Any) -> None:
        self.description: Description = Description(**fields)
        self.verbs = verbs

    def at(self, where: Where) -> V_co:
        """Return the verbs of a client, at a place."""
        # Loaded when a resource is used first: start-up is short.
        from asyncops.kit.binding import bind  # noqa: PLC0415

        verbs: V_co = bind(self.description, where, self.verbs)
        return verbs
