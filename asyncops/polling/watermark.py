"""How a watch recognises new operations: how far back a poll reads, and what was seen there."""

import math
from collections.abc import Mapping

from attrs import define, field

from asyncops.checkpoints import WatchCheckpoint


@define(eq=False)
class Watermark:
    """The creation up to which a watch has seen every operation.

    A service may commit an operation some time after the creation that it states, and later ones
    before it. So each poll reads back to ``floor``, which is the watermark less the overlap, and
    the ids of operations that ended since are kept. The watermark is the latest creation that was
    seen before the last poll began, since that poll saw everything up to it. A creation later than
    its own poll does not count: one wrong date would put the watermark past everything to come.

    Attributes:
        overlap: Seconds that a service may take to commit an operation.
        moment: The watermark, in seconds since the epoch.
        newest: The latest creation that was seen.
        ended: The operations created since ``floor`` that have ended, with their creation.
    """

    overlap: float
    moment: float | None = field(default=None, init=False)
    newest: float | None = field(default=None, init=False)
    ended: dict[str, float] = field(factory=dict, init=False)
    _least_floor: float = field(default=-math.inf, init=False)

    def go_on(self, checkpoint: WatchCheckpoint) -> None:
        """Begin with that of an earlier watch."""
        self.moment, self.newest = checkpoint.watermark, checkpoint.newest
        self.ended = dict(checkpoint.ended)
        if checkpoint.floor is not None:
            self._least_floor = checkpoint.floor

    @property
    def floor(self) -> float:
        """How far back a poll reads for new operations, in seconds since the epoch.

        The floor never goes back, since the ids of operations that ended before it were dropped:
        a larger overlap takes effect once the watermark has moved on.
        """
        if self.moment is None:
            return self._least_floor
        return max(self._least_floor, self.moment - self.overlap)

    def new_among(self, created: Mapping[str, float | None]) -> set[str]:
        """Return which operations are new, of those that are not known as unfinished.

        Args:
            created: Their creations, by id.
        """
        floor, ended = self.floor, self.ended
        return {
            id_
            for id_, moment in created.items()
            if moment is not None and moment >= floor and id_ not in ended
        }

    def keep_ended(self, id_: str, created: float | None) -> None:
        """Remember that an operation has ended, so that it is not taken for a new one."""
        if created is not None and created >= self.floor:
            self.ended[id_] = created

    def move_on(self, polled_at: float, found: float | None) -> None:
        """Move on behind a poll.

        Args:
            polled_at: When the poll began, in seconds since the epoch.
            found: The latest creation that it saw.
        """
        if self.newest is not None:
            # The watermark never goes back, not even with the clock: the ids before it are gone.
            reached = min(self.newest, polled_at)
            self.moment = reached if self.moment is None else max(self.moment, reached)
            floor = self.floor
            self.ended = {id_: created for id_, created in self.ended.items() if created >= floor}
        if found is not None and (self.newest is None or found > self.newest):
            self.newest = found
