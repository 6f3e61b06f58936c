"""Cursors of this library as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops.paging.cursors.encoding import decode_cursor, encode_cursor


@given(st.lists(st.text() | st.integers(min_value=-(2**63), max_value=2**63 - 1)))
def test_a_cursor_is_read_as_it_was_written(cursor: list[str | int]) -> None:
    text = encode_cursor("mine1.", cursor)
    assert text.startswith("mine1.")
    assert text.isascii()
    assert decode_cursor("mine1.", text, list[str | int]) == cursor


@given(st.text())
def test_another_text_is_no_cursor(text: str) -> None:
    assert decode_cursor("mine1.", encode_cursor("mine1.", text), list[int]) is None
    assert decode_cursor("mine1.", f"mine1.!{text}", list[int]) is None


@pytest.mark.parametrize("change", [("-", "+"), ("_", "/"), ("W", "!W"), ("W", "W\n"), ("W", "=W")])
def test_nothing_is_passed_over(change: tuple[str, str]) -> None:
    text = encode_cursor("mine1.", ["\u00fb\u00ff>?~~~"])
    assert decode_cursor("mine1.", text, list[str]) is not None
    assert change[0] in text
    assert decode_cursor("mine1.", text.replace(*change), list[str]) is None
