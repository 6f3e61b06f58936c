"""Which rows a listing holds, and in which order: what a request asks for, read backwards."""

from asyncops.kit.description import Description
from asyncops.kit.filters import Filter
from asyncops.kit.listing import Listing, Window
from asyncops.kit.query import list_plan
from asyncops.kit.windowed import split_bounds
from asyncops.testing.described.examples import key_names
from asyncops.testing.described.params import Params, bad_request
from asyncops.testing.described.places import text_of
from asyncops.testing.described.rows import Wanted
from asyncops.testing.server.lifecycle import MICROSECOND
from asyncops.utils.moments import TimeRange, moment, rounded, shifted


class Selecting:
    """The filters and the orders of a listing.

    Args:
        description: The resource.
        listing: Its listing.

    Attributes:
        known: The names of all parameters, without those of pages.
    """

    def __init__(self, description: Description, listing: Listing) -> None:
        plan = list_plan(description)
        self._listing = listing
        self._filters = plan.filters
        self.known: frozenset[str] = plan.wires - {""}
        self._keys = key_names(description.item)
        enum = description.enum
        self._words = frozenset() if enum is None else frozenset(each.value for each in enum)

    def wanted(self, params: Params, now: int) -> Wanted:
        """Return what a request asks for.

        Raises:
            RefusedError: A parameter has no such value.
        """
        asked = ((each, self._values(each, params)) for each in self._filters)
        return Wanted(
            newest_first=self._newest_first(params),
            words=self._statuses(params),
            values={self._keys.get(each.name, each.wire): texts for each, texts in asked if texts},
            created=_created(self._listing.window, params, now),
        )

    def _values(self, each: Filter, params: Params) -> frozenset[str]:
        """The values of a filter, as texts; none if it was not sent."""
        values = params.all(each.wire)
        if each.required and not values:
            raise bad_request(f"{each.wire} must be given.")
        texts = map(text_of, values)
        if each.many == "comma":
            return frozenset(part for text in texts for part in text.split(","))
        return frozenset(texts)

    def _statuses(self, params: Params) -> frozenset[str] | None:
        """The statuses that are asked for; ``None`` for all."""
        by_status = self._listing.by_status
        if by_status is None:
            return None
        before, after = by_status.form.split("{}")
        sent = [str(value) for value in params.all(by_status.param)]
        for value in sent:
            if not (value.startswith(before) and value.endswith(after)):
                raise bad_request(f"{by_status.param} cannot be {value!r}.")
        values = [value.removeprefix(before).removesuffix(after) for value in sent]
        if by_status.many == "comma":
            values = [part for value in values for part in value.split(",")]
        if by_status.many == "no" and len(values) > 1:
            raise bad_request(f"{by_status.param} takes one status.")
        if by_status.required and not values:
            raise bad_request(f"{by_status.param} must be given.")
        for value in values:
            if self._words and value not in self._words:
                raise bad_request(f"{by_status.param} cannot be {value!r}.")
        return frozenset(values) or None

    def _newest_first(self, params: Params) -> bool | None:
        order = self._listing.order
        if order is None or order.newest_first is None:
            return None
        if order.param is None:
            return order.newest_first
        value = params.one(order.param)
        if value in {order.newest, order.oldest}:
            return bool(value == order.newest)
        if value in order.by.values():
            return None
        raise bad_request(f"{order.param} cannot be {value!r}.")


def _created(window: Window | None, params: Params, now: int) -> TimeRange:
    """Return the range that a request asks for, with all of the steps that its bounds are in.

    Raises:
        RefusedError: A bound is no time in the form of the window.
    """
    if window is None:
        return TimeRange()
    names = [name for name in (window.after, window.before) if name is not None]
    sent = [(name, str(value)) for name in names if (value := params.one(name)) is not None]
    try:
        asked, _ = split_bounds(window, tuple(sent))
        oldest, newest = asked.oldest, asked.newest
        if oldest is None and window.unfiltered is not None:
            oldest = moment(now // MICROSECOND) - window.unfiltered
        step = window.resolution
        last = newest and rounded(newest, step)
        return TimeRange(oldest and rounded(oldest, step), last and shifted(last, step))
    except (ValueError, TypeError):
        raise bad_request(f"{sent} is no time in the form {window.form!r}.") from None
