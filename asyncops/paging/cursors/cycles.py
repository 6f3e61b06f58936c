"""Recognise a cycle: a cursor that one walk has sent before."""

from asyncops.errors import RepeatedToken


class SentCursors(set[str]):
    """The cursors that one walk has sent: tokens and ids as they came, URLs by their queries.

    The cursor of a next page that is among them is refused. An empty page with a new one does not
    end the walk; ``max_pages`` bounds a run of them.
    """

    def refuse(self, *, is_query: bool) -> None:
        """Refuse the cursor of the next page.

        Args:
            is_query: Whether it is the query of a URL.

        Raises:
            RepeatedToken: Always.
        """
        raise RepeatedToken(
            "the service named a next page that was read before; "
            "of its URL, only the query is followed"
            if is_query
            else "the service gave out a page token that was used before"
        )
