"""Services that differ from the usual fake in all that a client must not rely on."""

from asyncops.testing import ChainloopHabits, ZooHabits

__all__ = ["OLD_CHAINLOOP", "OLD_ZOO"]

OLD_ZOO = ZooHabits(hostile_tokens=True, ends_with_an_empty_page=False)
OLD_CHAINLOOP = ChainloopHabits(
    page_base=0, oversize="clamp", int64_as_strings=False, names="snake_case"
)
