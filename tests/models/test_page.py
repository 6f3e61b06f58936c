"""One page of a listing."""

from asyncops.models.page import Page


def test_a_page_shows_neither_its_cursors_nor_its_headers() -> None:
    page = Page(items=(1,), cursor="here", next_cursor="there", headers={"X-Secret": "s"})
    text = repr(page)
    assert "here" not in text
    assert "there" not in text
    assert "X-Secret" not in text
    assert hash(page) == hash(Page(items=(1,), cursor="here", next_cursor="there"))
