"""Names that a test gives: checked against those that there are."""

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["check_name"]


def check_name(problem: str, name: str, known: Iterable[str]) -> None:
    """Refuse a name that is not known.

    Raises:
        TypeError: It is not; the message has the nearest one, or all.
    """
    names = sorted(known)
    if name not in names:
        near = get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}"
        raise TypeError(f"{problem} {name!r}; {hint}")
