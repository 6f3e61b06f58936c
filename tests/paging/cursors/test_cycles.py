"""A cursor that comes again is noticed."""

import pytest

from asyncops.errors import RepeatedToken
from asyncops.paging.cursors.cycles import SentCursors


def test_a_cursor_that_was_sent_before_is_an_error_in_the_words_of_its_style() -> None:
    sent = SentCursors({"t"})
    sent.check("u")
    with pytest.raises(RepeatedToken, match="page token that was used before"):
        sent.check("t")
    with pytest.raises(RepeatedToken, match="only the query is followed"):
        sent.check("t", is_query=True)
