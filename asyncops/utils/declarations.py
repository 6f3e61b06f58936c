"""How the checks of a declaration tell what is wrong: by one kind of error."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from attrs import Attribute

from asyncops.models.description_error import DescriptionError

__all__ = ["declared"]


def declared(kind: type, fields: "list[Attribute[Any]]") -> "list[Attribute[Any]]":
    """Have the checks of a class raise ``DescriptionError``: a field transformer of attrs.

    ::

        @frozen(field_transformer=declared)
        class Header:
            name: str = field(validator=check_name)

    A ``ValueError`` or ``TypeError`` of a validator or converter becomes a ``DescriptionError``,
    whose message begins with the name of the class.
    """
    return [
        each.evolve(
            validator=each.validator and _telling(kind, each.validator),
            converter=each.converter and _telling(kind, each.converter),
        )
        for each in fields
    ]


def _telling(kind: type, check: Any) -> Callable[..., Any]:
    @wraps(check)
    def telling(*args: Any) -> Any:
        try:
            return check(*args)
        except (TypeError, ValueError) as error:
            problem = str(error)
        # Raised here, without the first error: it may hold what the message does not show.
        raise DescriptionError(f"{kind.__name__}: {problem}")

    return telling
