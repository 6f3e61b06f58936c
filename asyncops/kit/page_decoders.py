"""The decoder of a listing's pages, from the places that its style of paging names."""

from functools import cache
from typing import Any

import attrs

from asyncops.http.decoding import Dialect
from asyncops.http.page_body import PagePlaces
from asyncops.http.page_decoding import PageDecoder
from asyncops.kit.description import Description
from asyncops.paging.styles import Paging

# What a style of paging calls the places of which a page has another name.
_SPELLINGS = {
    "next_page": "next",
    "page_size": "used_size",
    "total_count": "total",
    "total_pages": "pages",
}


@cache
def page_decoder(description: Description, json: Dialect) -> PageDecoder[Any]:
    """Return the decoder of a resource's pages, the same one for each call."""
    listing = description.listed
    dated = "created_at" if listing.order is not None else None
    places = page_places(listing.paging, listing.items)
    return PageDecoder(
        description.item, places, json=json, some_row_has=dated, identity=description.identity
    )


def page_places(style: Paging, items: str = "") -> PagePlaces:
    """Return where the answers of a listing hold what a walk needs.

    ::

        PageDecoder(Run, page_places(Token("meta.next"), "data.items"))

    Args:
        style: How the listing is paged.
        items: The path of the rows; ``""`` if the whole body is their array.
    """
    names = [each.name for each in attrs.fields(PagePlaces) if each.name != "items"]
    return PagePlaces(items, **{n: getattr(style, _SPELLINGS.get(n, n), None) for n in names})
