"""What the data of a fake are computed from, and how it may differ from the usual one."""

from collections.abc import Mapping
from typing import TypeVar

from attrs import define, field, frozen
from attrs.validators import ge, instance_of, le

from asyncops.utils.checks import check_type

H = TypeVar("H")

_MOST_ARRIVALS = 1e6


@define
class Habits:
    """How a fake may differ from the usual one.

    Attributes:
        page_size: The items of a page, where the request does not say.
        most: The most items of a page; ``None`` for what is declared.
        first_page: The number of the first page, where it is not declared.
        empty_pages: How many empty pages come before each page of a token or URL listing.
        circular: Whether each page of a cursor listing leads to the same next one.
        hostile_tokens: Whether page tokens hold ``+``, ``/``, ``=`` and ``&``.
        ends_with_an_empty_page: Whether each page that holds an item leads to another page.
        malformed: What a number or an id is answered with that cannot be read.
        expired: What token is dead: those written before this many refusals.
        expired_status: What a dead token is answered with.
    """

    page_size: int = 10
    most: int | None = None
    first_page: int = 1
    empty_pages: int = 0
    circular: bool = False
    hostile_tokens: bool = False
    ends_with_an_empty_page: bool = False
    malformed: int = 400
    expired: int = 0
    expired_status: int = 410


@frozen(kw_only=True)
class Data:
    """What the data of a fake are computed from.

    Attributes:
        seed: What all of it is computed from.
        sizes: How many rows each resource has to begin with, at each place.
        start: The first instant of the clock.
        arrivals: New rows of each resource in each second of the clock.
        habits: How all listings are.
    """

    seed: int = field(validator=instance_of(int))
    sizes: Mapping[str, int]
    start: int
    arrivals: float = field(default=0.0, validator=[ge(0), le(_MOST_ARRIVALS)])
    habits: Habits = field(factory=Habits)


def habits_of(name: str, given: H | None, kind: type[H]) -> H:
    """Return the habits that a fake was given as ``name``, or else the usual ones."""
    if given is None:
        return kind()
    check_type(name, given, kind)
    return given
