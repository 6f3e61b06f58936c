"""A listing with cursors and where its walks begin."""

import pytest

from asyncops.checkpoints import Checkpoint
from asyncops.http.messages import Request
from asyncops.paging.cursors.cursor_listing import CursorListing
from asyncops.paging.styles import After

LISTING: CursorListing[str] = CursorListing(Request(path="/x"), After(), str)


def test_a_walk_begins_where_its_checkpoint_says() -> None:
    LISTING.check(Checkpoint(query="q", cursor="7"))
    request = LISTING.sequential(Checkpoint(query="q", cursor="7")).next_request()
    assert request is not None
    assert request.target == "/x?after=7"


def test_a_page_number_is_no_cursor_of_it() -> None:
    with pytest.raises(TypeError, match="page number, and this listing has page tokens"):
        LISTING.check(Checkpoint(query="q", cursor=7))
