"""The ways to walk a listing that is filtered by creation."""

import pytest

from asyncops import Checkpoint
from asyncops.http.messages import Request
from asyncops.paging.cursors.cursor_listing import CursorListing
from asyncops.paging.styles import Token
from asyncops.paging.windows.window_cursor import Gap, WindowCursor
from asyncops.paging.windows.window_listing import WindowListing
from tests.paging.windows.made import Item, created


def test_a_cursor_is_checked_by_whoever_wrote_it() -> None:
    plain: CursorListing[Item] = CursorListing(Request(path="/"), Token(), lambda item: item.id)
    listing = WindowListing(plain, created())
    listing.check(Checkpoint(query="", cursor="token"))
    listing.check(Checkpoint(query="", cursor=WindowCursor(gaps=(Gap(),)).encode()))
    with pytest.raises(TypeError):
        listing.check(Checkpoint(query="", cursor=3))
    with pytest.raises(ValueError, match="no place in a walk"):
        listing.check(Checkpoint(query="", cursor="window1.x"))
