"""Recognise a cycle: a cursor that one walk has sent before."""

from asyncops.errors import RepeatedToken


class SentCursors(set[str]):
    """The cursors that one walk has sent: tokens and ids as they came, URLs by their queries.

    An empty page with a new cursor does not end the walk; ``max_pages`` bounds a run of them.
    """

    def check(self, cursor: str, *, is_query: bool = False) -> None:
        """Check the cursor of the next page.

        Args:
            cursor: The cursor.
            is_query: Whether it is the query of a URL.

        Raises:
            RepeatedToken: The walk has sent this cursor before.
        """
        if cursor in self:
            raise RepeatedToken(
                "the service named a next page that was read before; "
                "of its URL, only the query is followed"
                if is_query
                else "the service gave out a page token that was used before"
            )
