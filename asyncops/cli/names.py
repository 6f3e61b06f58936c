"""Names as commands write them, and the words that stand for them."""

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["dashed", "known_or_near", "meant"]


def dashed(name: str) -> str:
    """A name of code as commands write it: ``ml-prompts`` for ``ml_prompts``."""
    return name.replace("_", "-")


def meant(word: str, names: Iterable[str]) -> str | None:
    """The name that a word stands for: the same with dashes, or else the only one that ends so.

    ::

        meant("prompts", ["ml_prompts", "operations"])  # "ml_prompts"

    Args:
        word: What was typed, with dashes or underscores.
        names: The names that there are.
    """
    wanted = dashed(word)
    known = {dashed(each): each for each in names}
    alike = [each for each in known if each.endswith(f"-{wanted}")]
    return known.get(wanted) or (known[alike[0]] if len(alike) == 1 else None)


def known_or_near(word: str, names: Iterable[str]) -> str:
    """What helps where a word is no name: the names that are like it, or else all names.

    ::

        known_or_near("lst", ["list", "get"])  # "did you mean list?"
        known_or_near("x", ["list", "get"])  # "known are: list, get"
    """
    names = list(names)
    near = get_close_matches(word, names)
    return f"did you mean {' or '.join(near)}?" if near else f"known are: {', '.join(names)}"
