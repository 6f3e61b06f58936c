"""The cursor of a merged listing, as an opaque text that is given where a page token goes."""

from typing import NamedTuple, Self

from attrs import field, frozen

from asyncops.paging.cursors.encoding import decode_cursor, encode_cursor

_PREFIX = "merge1."
# A prefix of its own, since a reader that ignored ``far`` would give its items twice.
_TWO_ENDED = "merge2."


class StatusPosition(NamedTuple):
    """The sort key and the id of an item."""

    sort_key: float
    identity: str


@frozen(kw_only=True)
class MergeCursor:
    """The position of a merged walk.

    Attributes:
        descending: The direction of the walk.
        position: The last item given out; ``None`` at the beginning.
        names: The statuses, in the order of a life.
        query: The listing and its order, in words.
        tokens: For each status, the page token to go on from.
        far: The last item given out by a walk from the other end, with its sort key in that
            direction; ``None`` if there was none.
        far_tokens: For each status, the page token to go on from in the other direction.
    """

    descending: bool
    position: StatusPosition | None
    names: tuple[str, ...]
    tokens: tuple[str | None, ...] = field(repr=False)
    far: StatusPosition | None = None
    far_tokens: tuple[str | None, ...] = field(default=(), repr=False)
    query: str = ""

    def encode(self) -> str:
        """Return the cursor as text."""
        return encode_cursor(_PREFIX if self.far is None else _TWO_ENDED, self)

    def text(self) -> str | None:
        """Return the cursor of a page: ``None`` while nothing was given out."""
        return None if self.position is None and self.far is None else self.encode()

    @staticmethod
    def fits(text: str | None) -> bool:
        """Whether a text is a cursor of this kind, by its prefix."""
        return text is not None and text.startswith((_PREFIX, _TWO_ENDED))

    @classmethod
    def decode(cls, text: str, names: tuple[str, ...], query: str = "") -> Self:
        """Read the text of :meth:`encode`, for the same statuses of the same listing.

        Raises:
            ValueError: The text is no such cursor, or belongs to other statuses or another order.
        """
        prefix = text[: len(_PREFIX)]
        cursor = decode_cursor(prefix, text, cls) if cls.fits(text) else None
        if (
            cursor is None
            or len(cursor.tokens) != len(cursor.names)
            or len(cursor.far_tokens) != (len(cursor.names) if prefix == _TWO_ENDED else 0)
            or (cursor.far is None) != (prefix == _PREFIX)
        ):
            raise ValueError(
                "page_token is not one of a listing over several statuses; "
                "a service's own token goes with the one status it came from"
            )
        if cursor.names != names:
            raise ValueError(
                f"page_token belongs to the statuses {', '.join(cursor.names)}, "
                f"not to {', '.join(names)}"
            )
        if cursor.query != query:
            raise ValueError(
                f"page_token belongs to {cursor.query}, not to {query}; "
                "give it to the same listing, in the same order"
            )
        return cursor
