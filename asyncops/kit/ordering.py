"""The orders that a call of ``list`` may ask for."""

from collections.abc import Mapping

from attrs import frozen

from asyncops.kit.listing import Order

__all__ = ["Ordering", "orderings", "params_for"]

Params = tuple[tuple[str, str], ...]


@frozen
class Ordering:
    """An order of a listing.

    Attributes:
        descending: Whether the newest items come first; ``None`` if it is not an order by
            creation, or is not known to be one.
        params: What is sent for it.
    """

    descending: bool | None
    params: Params = ()


def params_for(order: Order | None, *, descending: bool) -> Params:
    """Return what is sent for an order by creation."""
    if order is None or order.param is None:
        return ()
    value = order.newest if descending else order.oldest
    return () if value is None else ((order.param, value),)


def orderings(order: Order | None) -> Mapping[str | None, Ordering]:
    """Return the orders of a listing by the caller's word for each; ``None`` stands for no word."""
    if order is None:
        return {None: Ordering(None)}
    if order.param is None:
        return {None: Ordering(order.newest_first)}
    newest, oldest = (Ordering(way, params_for(order, descending=way)) for way in (True, False))
    default = oldest if order.newest_first is False else newest
    known = {order.oldest: oldest, order.newest: newest, None: default}
    for word, sent in order.by.items():
        known.setdefault(word, Ordering(None, ((order.param, sent),)))
    return known
