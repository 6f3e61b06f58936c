"""How pages follow each other: their sizes, their order of places, and their counts."""

from typing import Any

from asyncops.kit.doctor.evidence import FEW, Evidence
from asyncops.kit.doctor.finding import Check, Finding, bad, good, unknown
from asyncops.models import Page
from asyncops.paging.styles import After, Offset, Pages


async def _size(evidence: Evidence) -> Finding | None:
    """The parameter for the size is honoured, and ``most`` is what the service gives."""
    if not evidence.is_sized:
        return None
    style, few, first = evidence.listing.paging, evidence.few, evidence.first
    if len(few.items) > FEW:
        found = f"asked for {FEW} items by {style.size}, got {len(few.items)}"
        return bad("size", found, "name the right parameter as size=, or write size=None")
    most, came = style.most, len(first.items)
    is_short = most is not None and came < most and first.next_cursor is not None
    ends = getattr(style, "ends", None)
    if is_short and (ends or isinstance(style, After)) and first.total_count is None:
        # What is behind this page tells whether it is short.
        following = await evidence.page(cursor=first.next_cursor)
        is_short = bool(set(evidence.keys(following)) - set(evidence.keys(first)))
        if not (is_short or ends):
            more = getattr(style, "more", None)
            found = f"nothing follows a page of {came} items, and {more} does not say so"
            return bad("end", found, f"name the right place in place of {more}")
    if is_short and not evidence.invalid:
        found = f"asked for {most} items by {style.size}, got {came}, and more follow"
        return bad("size", found, f"write most={came}")
    if few.next_cursor is None:
        return unknown("size", "the listing is shorter than a page")
    return good("size", f"{len(few.items)} of {FEW} items came")


async def _next_page(evidence: Evidence) -> Finding | None:
    """The next page holds other items, and no earlier ones."""
    few = evidence.few
    if few.next_cursor is None:
        if evidence.is_sized and len(few.items) == FEW < len(evidence.first.items):
            more = len(evidence.first.items)
            came = f"no next page behind {FEW} of at least {more} items"
            return bad("paging", came, "name the right place as next=, more=, total= or pages=")
        return unknown("paging", "the listing has one page")
    page = await evidence.page(cursor=few.next_cursor, **evidence.few_items)
    evidence.following = page
    before, keys = evidence.keys(few), evidence.keys(page)
    again = set(before) & set(keys)
    if keys and len(again) == len(keys):
        param = getattr(evidence.listing.paging, "param", "its query")
        fix = f"name the right parameter in place of {param}"
        return bad("paging", "the next page holds the same items", fix)
    if again and not isinstance(evidence.listing.paging, Pages | Offset):
        return bad(
            "paging", f"the next page holds {len(again)} items again", "check next= and param="
        )
    return good("paging", "the next page holds other items")


async def _base(evidence: Evidence) -> Finding | None:
    """There is no page in front of the first one."""
    style = evidence.listing.paging
    if not isinstance(style, Pages) or style.first != 1:
        return None
    page = await evidence.page_if_any(cursor=0, **evidence.few_items)
    if page is None or set(evidence.keys(page)) <= set(evidence.keys(evidence.first)):
        return good("first", "there is no page in front of page 1")
    return bad("first", "page 0 holds items that page 1 does not", "write first=0")


async def _total(evidence: Evidence) -> Finding | None:
    """The total is that of the listing: there is a last page where it says, and none behind it."""
    style, few = evidence.listing.paging, evidence.few
    if not isinstance(style, Pages | Offset) or style.total is None:
        return None
    total = few.total_count
    if not total:
        return bad("total", f"nothing at {style.total}", "name the place of the count as total=")
    if total == len(few.items) and len(evidence.first.items) > total:
        return bad("total", "it counts the items of the page", "leave total= out")
    size = few.page_size or len(few.items)
    last = -(-total // size) - 1
    if style.depth is not None and last * size >= style.depth:
        return unknown("total", f"{total} items, of which the service gives {style.depth}")
    page = await _counted(evidence, last)
    if page is None or not page.items:
        fix = "name the right place as total=, or say depth= if the service gives no more"
        return bad("total", f"{total} items are told, and the last page has none", fix)
    behind = await _counted(evidence, last + 1)
    if behind is not None and set(evidence.keys(behind)) - set(evidence.keys(page)):
        if behind.total_count != total:
            return unknown("total", "items came or went during the test")
        fix = "name the right place as total=, or leave it out"
        return bad("total", f"{total} items are told, and more follow", fix)
    return good("total", f"{total} items, and the last page is where they end")


async def _counted(evidence: Evidence, index: int) -> Page[Any] | None:
    """Read a page of few items by its place, from 0; ``None`` if there is none."""
    few = evidence.few
    unit = (few.page_size or len(few.items)) if isinstance(evidence.listing.paging, Offset) else 1
    first = few.cursor if isinstance(few.cursor, int) else 0
    return await evidence.page_if_any(cursor=first + index * unit, **evidence.few_items)


CHECKS = (
    Check("size", _size, "check size= and most="),
    Check("paging", _next_page, "check next= and param="),
    Check("first", _base, "check first="),
    Check("total", _total, "check total="),
)
