"""Walks over rows that are made to move between pages."""

from collections.abc import Callable, Mapping
from typing import Any

from asyncops import Checkpoint
from asyncops.listing.pager import Pager

__all__ = ["interrupted", "moved"]


async def moved(
    pager: Pager[Any], key: str, moves: Mapping[int, Callable[[], object]]
) -> list[str]:
    """The keys of all items, where something happens after some of the pages."""
    found: list[str] = []
    number = 0
    async for page in pager.pages():
        number += 1
        found += [str(getattr(item, key)) for item in page.items]
        if number in moves:
            moves[number]()
    assert number > max(moves), "the walk was over before all had moved"
    return found


async def interrupted(
    list_: Callable[..., Pager[Any]], key: str, at: int, between: Callable[[], object]
) -> list[str]:
    """The keys of all items, where the walk is left after some items, and goes on later."""
    walk = aiter(list_())
    found = [str(getattr(await anext(walk), key)) for _ in range(at)]
    place = Checkpoint.from_json(walk.checkpoint.to_json())
    await walk.aclose()
    between()
    return found + [str(getattr(item, key)) async for item in list_(resume=place)]
