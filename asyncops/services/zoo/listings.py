"""What Zoo's listings have in common: pages by tokens, sorted by creation in both ways."""

from collections.abc import Mapping
from types import MappingProxyType

from asyncops.kit import ByStatus, Listing, Order, Token
from asyncops.services.zoo.calls import CreatedAtSortMode

STAFF_ONLY = "Zoo answers this only to accounts with staff access."
STAFF_HINTS: Mapping[int, str] = {
    403: STAFF_ONLY,
    404: "This listing has left Zoo's published description and may be gone; getting an operation "
    "by its id is still in it.",
}
CHANGES = ("status", "updated_at")
BY_CREATION = Order(
    param="sort_by",
    newest=CreatedAtSortMode.CREATED_AT_DESCENDING.value,
    oldest=CreatedAtSortMode.CREATED_AT_ASCENDING.value,
)


def listing(
    path: str,
    *,
    order: Order = BY_CREATION,
    by_status: ByStatus | None = None,
    hints: Mapping[int, str] = MappingProxyType({}),
) -> Listing:
    """Return a listing of Zoo's at a path."""
    return Listing(
        path,
        "items",
        paging=Token("next_page", size="limit"),
        order=order,
        by_status=by_status,
        hints=hints,
    )
