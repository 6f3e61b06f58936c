"""A limit on requests under way at once that groups of operations share fairly."""

import asyncio
from collections import deque
from collections.abc import Callable

from attrs import define, field


@define(eq=False)
class FairSlots:
    """Request slots of which every group keeps a fair share.

    A fair share is the limit divided by the groups that still need slots, and at least one. A
    group takes more only from slots that no other group can use.

    Attributes:
        limit: Requests under way at once, in all groups together.
    """

    limit: int
    _shares: "list[SlotShare]" = field(factory=list, init=False)

    def share(self, needed: Callable[[], int]) -> "SlotShare":
        """Add a group.

        Args:
            needed: Gives how many slots the group could use now; 0 when it is done.
        """
        share = SlotShare(self, needed)
        self._shares.append(share)
        return share

    def may_take(self, share: "SlotShare") -> bool:
        """Whether a slot is free that is kept for no other group."""
        free = self.limit - sum(each.held for each in self._shares)
        fair = max(1, self.limit // max(1, sum(each.needed() > 0 for each in self._shares)))
        if share.held < fair:
            return free > 0
        kept = (min(fair, each.needed()) - each.held for each in self._shares if each is not share)
        return free > sum(max(0, each) for each in kept)

    def grant(self) -> None:
        """Give free slots to waiting requests, of the group with the fewest slots first."""
        while ready := [each for each in self._shares if each.waiting and self.may_take(each)]:
            min(ready, key=lambda each: each.held).grant()


@define(eq=False)
class SlotShare:
    """The slots of one group; ``async with share:`` takes one for a request.

    Attributes:
        slots: The slots of all groups.
        needed: Gives how many slots the group could use now.
        held: Slots in use.
        waiting: Requests that wait for a slot, in order.
    """

    slots: FairSlots
    needed: Callable[[], int]
    held: int = field(default=0, init=False)
    waiting: deque[asyncio.Future[None]] = field(factory=deque, init=False)

    async def __aenter__(self) -> None:
        granted = asyncio.get_running_loop().create_future()
        self.waiting.append(granted)
        self.slots.grant()
        if granted.done():
            return
        try:
            await granted
        except asyncio.CancelledError:
            if not granted.cancelled():
                self._give_back()
            elif granted in self.waiting:
                self.waiting.remove(granted)
            raise

    async def __aexit__(self, *_: object) -> None:
        self._give_back()

    def grant(self) -> None:
        """Give a slot to the request that has waited longest, unless it was cancelled."""
        granted = self.waiting.popleft()
        if not granted.cancelled():
            self.held += 1
            granted.set_result(None)

    def _give_back(self) -> None:
        self.held -= 1
        self.slots.grant()
