"""Which statuses a listing asks the service for, and which are filtered for here.

The rows of a filter by an unfinished status leave it as they move on. On counted pages each row
that leaves pulls those behind it onto pages that were read already, while as many may enter: no
count can tell. So such a listing is read whole, in which rows stay, and the filter is applied to
what has come. A cursor does not move, so that every filter is safe there.
"""

from collections.abc import Callable, Mapping
from functools import cache, cached_property, lru_cache
from typing import Any, get_args, get_type_hints

from attrs import frozen

from asyncops.kit.description import Description
from asyncops.models import Status
from asyncops.utils.statuses import filtered_statuses, in_order, known_words


@frozen
class Chosen:
    """The statuses of one listing.

    Attributes:
        sent: Statuses that one request asks for.
        merged: Statuses that are listed one by one and merged.
        kept: Statuses that are filtered for here.
    """

    sent: tuple[Status, ...] = ()
    merged: tuple[Status, ...] = ()
    kept: tuple[Status, ...] = ()

    @cached_property
    def all(self) -> tuple[Status, ...]:
        """All statuses that were asked for; none if every status is."""
        return self.sent or self.merged or self.kept

    @cached_property
    def hints(self) -> Mapping[int, str]:
        """What helps if the service refuses a status that this release does not know."""
        if all(each.known for each in self.all):
            return {}
        words = known_words(type(self.all[0]))
        return {400: f"The statuses that this release knows are {words}."}

    @cached_property
    def terms(self) -> tuple[tuple[str, str], ...]:
        """What checkpoints are bound to, besides what is sent."""
        return tuple(("kept", each.word) for each in sorted(self.kept))


def chosen_of(status: Any, description: Description) -> Chosen:
    """Return the statuses that an argument names.

    Args:
        status: One status or several: members, their texts, states; ``None`` for all.
        description: The resource.

    Raises:
        ValueError: There is no such status.
        TypeError: A status is no text.
    """
    # Of one status, the same for each call. Several may hold a text that is equal to a member and
    # is read otherwise.
    return (_of_one if isinstance(status, str | None) else _chosen)(status, description)


def _chosen(status: Any, description: Description) -> Chosen:
    enum = description.enum
    listing = description.listing
    by_status = None if listing is None else listing.by_status
    if enum is None or listing is None or by_status is None:
        return Chosen()
    if status is None and not by_status.required:
        return Chosen()
    statuses = filtered_statuses(status, enum)
    one_by_one = by_status.many == "no"
    if by_status.required and not statuses:
        statuses = in_order(tuple(enum), enum)
    if listing.is_counted and not all(each.known and each.state.ended for each in statuses):
        return Chosen(kept=statuses)
    if len(statuses) < 2 or not one_by_one:
        return Chosen(merged=statuses) if by_status.required and one_by_one else Chosen(statuses)
    return Chosen(merged=statuses) if listing.is_sorted else Chosen(kept=statuses)


_of_one = lru_cache(maxsize=256, typed=True)(_chosen)


def matches(statuses: tuple[Status, ...], description: Description) -> Callable[[Any], bool] | None:
    """Return whether an item is in one of the statuses; ``None`` if there are none.

    An item may hold statuses in several fields, as GitHub's runs have a conclusion as well.
    """
    if not statuses:
        return None
    words = {each.word for each in statuses}
    names = _holders(description, type(statuses[0]))

    def match(item: Any) -> bool:
        values = (getattr(item, name) for name in names)
        return any(value is not None and value.word in words for value in values)

    return match


@cache
def _holders(description: Description, enum: type[Status]) -> tuple[str, ...]:
    """The attributes of an item that hold statuses."""
    found = [
        name
        for name, hint in get_type_hints(description.item).items()
        if hint is enum or enum in get_args(hint)
    ]
    return tuple(found) or ("status",)
