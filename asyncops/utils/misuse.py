"""Errors for likely mistakes, with the right code in their message."""

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from inspect import signature
from typing import Any, NoReturn


def refusal(text: str) -> Callable[..., NoReturn]:
    """Return a method that raises a ``TypeError`` with the right code.

    Define it under ``if not TYPE_CHECKING:``: type checkers then refuse the mistake by themselves.

    Args:
        text: The message: the kind of the object, and the right line of code.
    """

    def refuse(*_: object) -> NoReturn:
        raise TypeError(text)

    return refuse


def check_call(
    call: str, kind: Callable[..., Any], args: Sequence[Any], given: Mapping[str, Any]
) -> None:
    """Refuse a call whose arguments are not those of a class.

    Args:
        call: The call as code writes it, such as ``zoo.operations.list``.
        kind: The class whose fields are the arguments.
        args: The positional arguments.
        given: The keyword arguments.

    Raises:
        TypeError: An argument is missing or does not exist; the message says which there are.
    """
    takes = signature(kind)
    known = ", ".join(takes.parameters) or "none"
    for name in given:
        if name not in takes.parameters:
            near = get_close_matches(name, takes.parameters, n=1, cutoff=0.7)
            hint = f"did you mean {near[0]}?" if near else f"known are {known}"
            text = f"{call}() got an unexpected keyword argument {name!r}; {hint}"
            raise TypeError(text) from None
    try:
        takes.bind(*args, **given)
    except TypeError as error:
        raise TypeError(f"{call}(): {error}; its arguments are {known}") from None
