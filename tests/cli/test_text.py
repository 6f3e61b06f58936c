"""Text of a service on a terminal: it is shown, it does not act."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from wcwidth import wcwidth

from asyncops.cli.text import cut, end_of, padded, visible

# With what terminals act on, and with what they do not agree about, far more often than chance.
HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\x1b\x07\x9b\r\n\t\x7f\u202e\u2066\u200b\u200d\ufe0f\u0301\u3042"),
        st.sampled_from("\U0001f469\U0001f3fd\U0001f1e9\ud800\U000e0041 a"),
    )
)


def cells(text: str) -> int:
    """As a terminal counts them that takes one character after the other."""
    return sum(map(wcwidth, text))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("The mesh is not closed.", "The mesh is not closed.", id="plain"),
        pytest.param("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m", id="colours"),
        pytest.param("\x1b]0;title\x07", "\\x1b]0;title\\x07", id="a title for the window"),
        pytest.param("\x9b2J", "\\x9b2J", id="a control sequence in one byte"),
        pytest.param("one\r\n\ttwo  three\u2028", "one two three", id="white space"),
        pytest.param("a\u202egnp.exe", "a\\u202egnp.exe", id="text that runs backwards"),
        pytest.param("\ud800", "\\ud800", id="half a character"),
        pytest.param("\U000e0041", "\\U000e0041", id="a tag that nobody sees"),
        pytest.param("\U0001f469\u200d\U0001f52c", "\U0001f469\U0001f52c", id="joined emoji"),
        pytest.param("\u2764\ufe0f", "\u2764", id="emoji by a selector"),
        pytest.param("\U0001f44d\U0001f3fd", "\U0001f44d", id="tinted emoji"),
        pytest.param("\U0001f1e9\U0001f1ea", "DE", id="a flag"),
        pytest.param("Modèle « furlong » 你好", "Modèle « furlong » 你好", id="other scripts"),
    ],
)
def test_what_a_terminal_would_act_on_is_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(HOSTILE)
def test_visible_text_holds_nothing_that_acts_and_is_as_wide_as_it_says(text: str) -> None:
    shown = visible(text)
    assert not any(unicodedata.category(each)[0] == "C" for each in shown)
    assert "\n" not in shown
    assert cell_len(shown) == cells(shown)
    assert visible(shown) == shown


@given(HOSTILE, st.integers(0, 30), st.sampled_from(["…", "...", ""]))
def test_no_text_takes_more_cells_than_it_is_given(text: str, width: int, ellipsis: str) -> None:
    shown = cut(text, width, ellipsis=ellipsis)
    assert cells(shown) <= width
    assert len(shown) <= 4 * (width + 1) + len(ellipsis)
    for right in (False, True):
        assert cells(padded(text, width, right=right, ellipsis=ellipsis)) == width


@given(HOSTILE, st.integers(1, 30))
def test_no_end_of_a_text_takes_more_cells_than_it_is_given(text: str, width: int) -> None:
    assert cell_len(end_of(text, width)) <= width


def test_a_text_may_be_cut_at_its_beginning() -> None:
    assert end_of("four", 4) == "four"
    assert end_of("fives", 4) == "…ves"
    assert end_of("你好你好", 4) == "…好"
    assert end_of("fives", 1) == "…"
    assert len(end_of("a" + "\u0301" * 10_000, 5)) < 30


def test_a_text_that_fits_is_whole_and_one_that_does_not_ends_in_an_ellipsis() -> None:
    assert cut("four", 4) == "four"
    assert cut("fives", 4) == "fiv…"
    assert cut("你好你好", 4) == "你…"
    assert cut("a" + " " * 10_000 + "b", 4) == "a…"
    assert cut("fives", 4, ellipsis="...") == "f..."


def test_marks_that_take_no_room_cannot_pile_up() -> None:
    assert len(cut("a" + "\u0301" * 10_000, 5)) < 30


def test_a_cell_is_filled_on_either_side() -> None:
    assert padded("12s", 6, right=True) == "   12s"
    assert padded("好", 4) == "好  "
