"""Errors for likely mistakes, with the right code in their message."""

from collections.abc import Callable
from typing import NoReturn


def refusal(text: str) -> Callable[..., NoReturn]:
    """Return a method that raises a ``TypeError`` with the right code.

    Define it under ``if not TYPE_CHECKING:``: type checkers then refuse the mistake by themselves.

    Args:
        text: The message: the kind of the object, and the right line of code.
    """

    def refuse(*_: object) -> NoReturn:
        raise TypeError(text)

    return refuse
