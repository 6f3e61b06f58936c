"""Whether a poll reads listings or gets each operation by its id, by the requests it takes."""

from attrs import define, field

_LONGEST_PAUSE = 64


@define(eq=False)
class ScanCosts:
    """Chooses the way that is expected to take fewer requests, by how many it took before.

    Attributes:
        least: Requests that reading the listings takes at least.
    """

    least: int
    _expected: int = field(init=False)
    _pause: int = field(default=0, init=False)
    _overruns: int = field(default=0, init=False)
    _refused: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._expected = self.least

    def next_budget(self, ids: int) -> int:
        """Return how many requests this poll may spend on listings; 0 means: get each by its id."""
        if self._refused:
            return 0
        if self._pause:
            self._pause -= 1
            return 0
        if self._expected < ids:
            return ids - 1
        # The requests it took when more were open become a worse estimate with each poll.
        self._expected = max(self.least, self._expected - 1)
        return 0

    def took(self, requests: int) -> None:
        """Learn that the listings showed all, and how many requests did not end a wait."""
        self._expected = max(self.least, requests)
        self._overruns = 0

    def overran(self) -> None:
        """Learn that the budget was spent before all were found."""
        self._overruns += 1
        self._pause = min(2**self._overruns, _LONGEST_PAUSE)

    def failed(self) -> None:
        """Learn that the listings could not be read this time."""
        self._pause = 1

    def refused(self) -> None:
        """Learn that the listings cannot be read at all."""
        self._refused = True
