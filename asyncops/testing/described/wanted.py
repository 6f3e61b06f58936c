"""What a request asks of a list."""

from collections.abc import Mapping

from attrs import field, frozen

__all__ = ["Bounds", "Wanted"]


@frozen
class Bounds:
    """A range of creation times, in nanoseconds since the epoch, cut to the window's resolution.

    Attributes:
        after: The earliest; ``None`` means no bound.
        before: The latest; ``None`` means no bound.
        step: The resolution: both bounds take in all that is created within it.
    """

    after: int | None = None
    before: int | None = None
    step: int = 1

    @property
    def are_open(self) -> bool:
        """Whether each creation time is in the range."""
        return self.after is None and self.before is None

    def hold(self, created: int) -> bool:
        """Whether a creation time is in the range."""
        at = created // self.step
        return (self.after is None or at >= self.after // self.step) and (
            self.before is None or at <= self.before // self.step
        )


@frozen(kw_only=True)
class Wanted:
    """What a request asks of a list.

    Attributes:
        newest_first: The order; ``None`` for one that a client cannot rely on.
        words: The statuses, as the service writes them; ``None`` for all.
        values: The values of fields, as texts, by the keys of the item.
        bounds: The creation times.
    """

    newest_first: bool | None = True
    words: frozenset[str] | None = None
    values: Mapping[str, frozenset[str]] = field(factory=dict)
    bounds: Bounds = field(factory=Bounds)

    @property
    def is_all(self) -> bool:
        """Whether all rows are asked for."""
        return self.words is None and not self.values and self.bounds.are_open
