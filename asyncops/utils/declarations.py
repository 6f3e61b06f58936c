"""How declarations are checked, and tell what is wrong: by one kind of error."""

from collections.abc import Callable, Iterable
from functools import wraps
from types import NoneType
from typing import Any

from attrs import Attribute

from asyncops.models.description_error import DescriptionError
from asyncops.utils.checks import Validator


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


def check_param(_: object, attribute: "Attribute[str]", value: object) -> None:
    """Check the name of a parameter as an attrs validator."""
    if not isinstance(value, str):
        kind = type(value).__name__
        raise TypeError(f"{attribute.name} must be the name of a parameter, got {kind}")
    if not value or value != value.strip():
        raise ValueError(
            f"{attribute.name} must be the name of a parameter, such as 'page', got {value!r}"
        )


def check_one_of(*choices: object) -> Validator:
    """Return an attrs validator for a value that is one of several."""

    def check(_: object, attribute: "Attribute[Any]", value: object) -> None:
        if value not in choices or isinstance(value, bool):
            known = _or(map(repr, choices))
            raise ValueError(f"{attribute.name} must be {known}, got {value!r}")

    return check


def check_kind(*kinds: type) -> Validator:
    """Return an attrs validator for an object of one of several classes."""

    def check(_: object, attribute: "Attribute[Any]", value: object) -> None:
        if not isinstance(value, kinds):
            names = _or("None" if each is NoneType else each.__name__ for each in kinds)
            raise TypeError(f"{attribute.name} must be {names}, got {value!r}")

    return check


def _or(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last
