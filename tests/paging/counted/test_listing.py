"""A listing of numbered pages: where a walk begins, and the ways to walk."""

import pytest

from asyncops import Checkpoint
from asyncops.http.messages import Reply, Request
from asyncops.http.meter import Meter
from asyncops.paging.counted.listing import NumberedListing, page_number
from asyncops.paging.counted.numbering import PageBase
from asyncops.paging.limits import Limits
from asyncops.paging.sequential import walk
from asyncops.paging.strategy import PageStrategy
from tests.laws.listings import CHAINLOOP, NumberedBody
from tests.laws.listings import NumberedListing as Rows

START = Checkpoint(query="")


def listing() -> NumberedListing[str]:
    return NumberedListing(Request(path="/"), 3, PageBase(), str, style=CHAINLOOP)


async def read(strategy: PageStrategy[NumberedBody, str], rows: Rows) -> list[str]:
    async def fetch(request: Request) -> Reply[NumberedBody]:
        reply = await rows.fetch(request, Meter())
        # A row goes behind each page that is read.
        rows.total -= 1
        return reply

    pages = walk(fetch, strategy, Limits())
    return [item async for page in pages for item in page.items]


async def test_a_walk_goes_after_rows_that_moved_unless_it_is_told_not_to() -> None:
    """Whoever reads the listing again soon does without: so many pages, so many requests."""
    repaired, plain = Rows(9, 3), Rows(9, 3)
    await read(listing().sequential(START), repaired)
    assert await read(listing().unrepaired(), plain) == [str(number) for number in range(7)]
    assert repaired.requests > plain.requests == 3


def test_a_walk_begins_at_the_page_of_its_checkpoint() -> None:
    """With the page size of the caller, whatever the checkpoint counts in."""
    request = listing().sequential(Checkpoint(query="", cursor=4, page_size=5)).next_request()
    assert request is not None
    assert dict(request.params) == {"pagination.page": "4", "pagination.page_size": "3"}


def test_a_page_token_is_no_place_in_numbered_pages() -> None:
    """It is refused before a strategy is made."""
    listing().check(Checkpoint(query="", cursor=4))
    for use in (listing().check, listing().sequential):
        with pytest.raises(TypeError, match="has page numbers"):
            use(Checkpoint(query="", cursor="4"))
    assert page_number(None) is None
