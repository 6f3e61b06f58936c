"""A cursor that comes again is noticed."""

import pytest

from asyncops.errors import RepeatedToken
from asyncops.paging.cursors.cycles import SentCursors


def test_a_cursor_that_was_sent_before_is_an_error_in_the_words_of_its_style() -> None:
    sent = SentCursors({"t"})
    with pytest.raises(RepeatedToken, match="page token that was used before"):
        sent.refuse(is_query=False)
    with pytest.raises(RepeatedToken, match="only the query is followed"):
        sent.refuse(is_query=True)
