"""Our walks, and listings of any size for those over a million items."""

from benchmarks.server import Settings

__all__ = ["OUR_WALK", "settings_for"]

OUR_WALK = "benchmarks.contestants.ours:walk"

_SIZE = 100
# Of ten pages, as in the row over all statuses: the longest has six tenths.
_SHARES = {"queued": 1, "uploaded": 1, "in_progress": 1, "completed": 6, "failed": 1}


def settings_for(way: str, items: int) -> Settings:
    """What a page server has to serve for a walk of so many items, made anew for each request."""
    pages = items // _SIZE
    if way.startswith("numbered"):
        return Settings(numbered=pages, kept=False)
    if way.startswith("all statuses"):
        shares = {status: pages * share // 10 for status, share in _SHARES.items()}
        return Settings(pages=shares, kept=False)
    return Settings(pages={"completed": pages}, kept=False)
