"""What a request asks of a list."""

from collections.abc import Mapping

from attrs import field, frozen

from asyncops.testing.described.bounds import Bounds

__all__ = ["Wanted"]


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
