"""One status of a merged walk: how far it was read, and how far that can be trusted."""

import math

from attrs import define, field

from asyncops.messages import Request
from asyncops.paging import TokenTrail

__all__ = ["END", "START", "Lane", "first_to_ask"]

# Places along created_at are floats that grow in the direction of the walk.
START = -math.inf
END = math.inf

# How much longer than the last page the next one is expected to be.
_MARGIN = 1.25


@define(eq=False)
class Lane:
    """One status's listing.

    Attributes:
        name: The status.
        request: The request for its first page.
        after: The lane of the status that comes before it in a life; None for the first. Lanes
            of statuses that end a life all come after the last one that does not.
        reach: How far its pages have been read: up to here, and some of what lies right here.
        trust: Short of this, no operation slipped past it and the lanes before it.
        asked_trust: How far the lanes before it were trusted when its last page was asked for.
        under_way: Whether a request for it is.
        rank: Statuses before this one.
    """

    name: str
    request: Request
    after: "Lane | None" = None
    reach: float = START
    trust: float = START
    token: str | None = field(default=None, repr=False)
    next_token: str | None = field(default=None, repr=False)
    page_start: float = START
    asked_trust: float = END
    span: float = 0.0
    burst: int = 0
    page_size: int = 1
    under_way: bool = False
    trail: TokenTrail = field(factory=TokenTrail, repr=False)
    # The pages that a walk going on from here may need again: (token, where the page starts).
    anchors: list[tuple[str | None, float]] = field(factory=list, repr=False)
    rank: int = field(init=False)
    _first_token: str | None = field(default=None, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self.rank = 0 if self.after is None else self.after.rank + 1

    @property
    def ceiling(self) -> float:
        """How far a page asked for now may be trusted."""
        return END if self.after is None else self.after.trust

    @property
    def ran_ahead(self) -> bool:
        """Whether the last page has to be asked for again, as far as it was not trusted.

        Also where trust ends right at its last item: of several that share one created_at, some
        may have come to lie before that item since.
        """
        return self.reach >= self.asked_trust

    def ask(self) -> Request:
        """The request for the next page, or for the last one again where it ran ahead."""
        if not self.ran_ahead:
            self.token, self.page_start = self.next_token, self.reach
            self.anchors.append((self.token, self.page_start))
        self.asked_trust = self.ceiling
        return self.request.adding(self.trail.send(self.token))

    def answer(self, token: str | None, places: list[float]) -> None:
        """Take what the last request gave: the next token, and where its items lie.

        Raises:
            RepeatedToken: The token was sent before.
        """
        self.trail.check(token)
        self.next_token = token
        if places:
            self.span = places[-1] - places[0]
            self.page_size = len(places)
        if token is None:
            self.reach = END
        else:
            self.reach = places[-1] if places else self.page_start
        self.trust = max(self.trust, min(self.reach, self.asked_trust))

    def pages_beyond(self, place: float) -> int:
        """How many pages of it that were asked for begin beyond a place."""
        count = 0
        for _, start in reversed(self.anchors):
            if start <= place:
                break
            count += 1
        return count

    def anchor(self, place: float, *, beyond: bool) -> str | None:
        """The token from which everything from ``place`` on can be read again.

        Args:
            place: Where the walk stands.
            beyond: Whether only what lies beyond that place is wanted.
        """
        # Items that share one created_at may lie on both sides of a page's edge: where some of
        # them are wanted still, the page has to begin strictly before it.
        while len(self.anchors) > 1 and (
            self.anchors[1][1] < place or (beyond and self.anchors[1][1] == place)
        ):
            del self.anchors[0]
        return self.anchors[0][0] if self.anchors else self.next_token

    def begin(self, token: str | None) -> None:
        """Read from this page on, now and after a rewind."""
        self._first_token = self.next_token = token

    def rewind(self) -> None:
        """Forget all that was read."""
        self.reach = self.trust = self.page_start = START
        self.asked_trust = END
        self.span = 0.0
        self.token, self.next_token = None, self._first_token
        self.under_way = False
        self.trail = TokenTrail()
        self.anchors.clear()


def first_to_ask(lane: Lane) -> Lane:
    """The lane itself, or one before it where asking this one now would gain too little.

    A page that runs ahead of the lane before has to be asked for twice; one as long as the last
    is what to expect.
    """
    before = lane.after
    if before is None:
        return lane
    needed = lane.asked_trust if lane.ran_ahead else lane.reach + _MARGIN * lane.span
    return lane if before.trust > needed else first_to_ask(before)
