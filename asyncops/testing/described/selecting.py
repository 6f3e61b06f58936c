"""Which rows a listing holds, and in which order."""

import attrs

from asyncops.kit.filters import Filter, filters_of
from asyncops.kit.listing import Listing
from asyncops.kit.path import names_in
from asyncops.kit.statuses import enum_of
from asyncops.models import wire_key
from asyncops.testing.described.bounds import bounds_of
from asyncops.testing.described.maker import Maker
from asyncops.testing.described.params import Params, bad_request
from asyncops.testing.described.wanted import Wanted

__all__ = ["Selecting"]


class Selecting:
    """The filters and the orders of a listing.

    Args:
        maker: Writes the items.
        listing: The listing.
    """

    def __init__(self, maker: Maker, listing: Listing) -> None:
        description = maker.description
        self._listing = listing
        in_path = names_in(listing.path)
        order = listing.order.param if listing.order else None
        self._filters = tuple(
            each
            for each in filters_of(description.options)
            if each.name not in in_path and each.wire != order
        )
        self._keys = {each.name: wire_key(each) for each in attrs.fields(description.item)}
        enum = enum_of(description)
        self._words = frozenset() if enum is None else frozenset(each.value for each in enum)

    @property
    def known(self) -> frozenset[str]:
        """The names of all parameters, without those of pages."""
        listing = self._listing
        window, by_status, order = listing.window, listing.by_status, listing.order
        names = {each.wire for each in self._filters}
        names |= {window.after, window.before or window.after} if window else set()
        names |= {by_status.param} if by_status else set()
        names |= {order.param} if order and order.param else set()
        return frozenset(names)

    def wanted(self, params: Params, now: int) -> Wanted:
        """Return what a request asks for.

        Raises:
            RefusedError: A parameter has no such value.
        """
        asked = {each: self._values(each, params) for each in self._filters}
        return Wanted(
            newest_first=self._newest_first(params),
            words=self._statuses(params),
            values={
                self._keys.get(each.name, each.wire): texts
                for each, texts in asked.items()
                if texts is not None
            },
            bounds=bounds_of(self._listing.window, params, now),
        )

    def _values(self, each: Filter, params: Params) -> frozenset[str] | None:
        """The values of a filter, as texts; ``None`` if it was not sent."""
        values = params.all(each.wire)
        if each.required and not values:
            raise bad_request(f"{each.wire} must be given.")
        if not values:
            return None
        texts = [str(value).lower() if isinstance(value, bool) else str(value) for value in values]
        if each.many == "comma":
            texts = [part for text in texts for part in text.split(",")]
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
