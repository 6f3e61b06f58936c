"""Names as commands write them, and the words that stand for them."""

from collections.abc import Iterable

__all__ = ["dashed", "meant"]


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
