"""Ids of prompts, the same for every contestant."""

from uuid import UUID

__all__ = ["prompt_ids"]


def prompt_ids(count: int) -> list[str]:
    """So many UUIDs, as texts."""
    return [str(UUID(int=at << 80, version=4)) for at in range(count)]
