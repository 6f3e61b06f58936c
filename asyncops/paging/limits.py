"""The limits of one walk: how many requests, how many items, how long."""

from attrs import field, frozen
from attrs.validators import optional

from asyncops.utils.checks import check_count, check_seconds
from asyncops.utils.clock import SYSTEM_CLOCK, Clock

MAX_PAGES = 10_000
"""The most requests of one walk, by default."""


@frozen(kw_only=True)
class Limits:
    """The limits of one walk.

    Attributes:
        max_pages: The most requests.
        max_items: The most items to give; ``None`` means no limit.
        deadline: Seconds from the first request on, including the time that the consumer takes;
            ``None`` means no limit.
        clock: Measures the deadline.
    """

    max_pages: int = field(default=MAX_PAGES, validator=check_count(1))
    max_items: int | None = field(default=None, validator=optional(check_count(0)))
    deadline: float | None = field(default=None, validator=optional(check_seconds(positive=True)))
    clock: Clock = SYSTEM_CLOCK
