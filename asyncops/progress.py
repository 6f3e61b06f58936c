"""How far a walk has come, and what it has cost."""

from collections.abc import Callable

from attrs import define, field, frozen

from asyncops.checks import plain_hook
from asyncops.clock import Clock

__all__ = ["Meter", "OnPage", "Progress", "WalkReport", "check_on_page"]


@define(eq=False)
class Meter:
    """What calls put on the wire and how long they waited, counted as it happens.

    So calls that fail, are cancelled or are not answered yet are counted too.

    Attributes:
        requests: Requests put on the wire.
        retries: Those of them that were not their call's first.
        slept: Seconds of backoff, and of waiting where a 429 holds all calls back.
        bytes: Of the bodies that came whole, decompressed, those of errors included.
        parent: What the calls belong to, for the client's telemetry.
    """

    requests: int = 0
    retries: int = 0
    slept: float = 0.0
    bytes: int = 0
    parent: object = None


@frozen(kw_only=True)
class WalkReport:
    """How far one walk has come, and what it has cost.

    Attributes:
        pages: Pages given out. A merged listing puts its pages together from several answers, so
            there may be more or fewer of them than requests.
        items: Items on these pages.
        invalid: Rows that did not fit and were told to ``on_invalid``.
        requests: Requests put on the wire: first ones, retries, and those for pages ahead. One
            that was cancelled while it was being sent, as where a concurrent walk ends, counts.
        retries: Those of them that were sent again after a failure.
        slept: Seconds that its calls waited between attempts, or for a service that had asked
            all of them to wait. Calls under way at once may wait at once: it is their sum.
        bytes: Of the bodies that came whole, decompressed, those of errors included.
        elapsed: Seconds since the first request, on the client's clock; until the walk ended, if
            it has.
    """

    pages: int = 0
    items: int = 0
    invalid: int = 0
    requests: int = 0
    retries: int = 0
    slept: float = 0.0
    bytes: int = 0
    elapsed: float = 0.0


OnPage = Callable[[WalkReport], object]
"""Told of each page, before its items are given; what it returns is of no account."""


def check_on_page(value: OnPage | None) -> None:
    """Raises :class:`TypeError` for what would not be called, or not be awaited."""
    plain_hook("on_page", value, takes="WalkReport")


@define(eq=False)
class Progress:
    """One walk under way.

    Attributes:
        clock: What it is timed by.
        meter: What its calls cost.
        pages: Pages given out.
        items: Items on them.
        invalid: Rows told of that do not fit.
    """

    clock: Clock
    meter: Meter = field(factory=Meter, init=False)
    pages: int = field(default=0, init=False)
    items: int = field(default=0, init=False)
    invalid: int = field(default=0, init=False)
    _begun: float | None = field(default=None, init=False)
    _ended: float | None = field(default=None, init=False)

    @property
    def begun(self) -> bool:
        """Whether anything has been asked for."""
        return self._begun is not None

    def begin(self) -> None:
        """From now on it takes time."""
        self._begun = self.clock.monotonic()

    def end(self) -> None:
        """Up to now it has taken time."""
        self._ended = self.clock.monotonic()

    def turn(self, items: int) -> None:
        """One more page, with so many items."""
        self.pages += 1
        self.items += items

    def report(self) -> WalkReport:
        """How things stand now."""
        return WalkReport(
            pages=self.pages,
            items=self.items,
            invalid=self.invalid,
            requests=self.meter.requests,
            retries=self.meter.retries,
            slept=self.meter.slept,
            bytes=self.meter.bytes,
            elapsed=self._elapsed,
        )

    @property
    def _elapsed(self) -> float:
        if self._begun is None:
            return 0.0
        end = self.clock.monotonic() if self._ended is None else self._ended
        return end - self._begun
