"""What is easily written by mistake, told what to write instead."""

from collections.abc import Callable
from typing import NoReturn

__all__ = ["instead"]


def instead(text: str) -> Callable[..., NoReturn]:
    """A method that says what to write.

    Type checkers are not to see it (``if not TYPE_CHECKING:``), so that they refuse the mistake
    before it is run.

    Args:
        text: What this is, and the right line of code.
    """

    def refuse(*_: object) -> NoReturn:
        raise TypeError(text)

    return refuse
