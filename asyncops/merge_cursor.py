"""The cursor of a merged listing, as one opaque string that fits where a page token goes."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple, Self

import msgspec
from attrs import field, frozen

__all__ = ["MergeCursor", "Position"]

_PREFIX = "merge1."
# A reader that knows nothing of the far end would give its items again.
_TWO_ENDED = "merge2."


class Position(NamedTuple):
    """The last item given out: where along ``created_at``, and its id."""

    place: float
    identity: str


@frozen(kw_only=True)
class MergeCursor:
    """Where a merged walk stands.

    Attributes:
        descending: The direction of the walk.
        position: The last item given out; None at the beginning.
        names: The statuses, in the order of a life.
        query: The listing and the order that were asked for, for a person to read.
        tokens: For each of them, the page token to read again from.
        far: The last item given out by a walk from the other end, as that walk counts places;
            None where there was none.
        far_tokens: For each status, the page token in the other direction.
    """

    descending: bool
    position: Position | None
    names: tuple[str, ...]
    tokens: tuple[str | None, ...] = field(repr=False)
    far: Position | None = None
    far_tokens: tuple[str | None, ...] = field(default=(), repr=False)
    query: str = ""

    def encode(self) -> str:
        """The cursor as text."""
        document = msgspec.json.encode(self)
        prefix = _PREFIX if self.far is None else _TWO_ENDED
        return prefix + urlsafe_b64encode(document).decode().rstrip("=")

    def text(self) -> str | None:
        """The cursor as a page has it: None at the beginning, where nothing was given out."""
        return None if self.position is None and self.far is None else self.encode()

    @staticmethod
    def fits(text: str | None) -> bool:
        """Whether a text looks like a cursor of this kind rather than a service's token."""
        return text is not None and text.startswith((_PREFIX, _TWO_ENDED))

    @classmethod
    def decode(cls, text: str, names: tuple[str, ...], query: str = "") -> Self:
        """Read what :meth:`encode` wrote, for the same statuses of the same listing.

        Raises:
            ValueError: It is another text, or belongs to other statuses or another order.
        """
        prefix, document = text[: len(_PREFIX)], text[len(_PREFIX) :]
        cursor = None
        try:
            raw = urlsafe_b64decode(document + "=" * (-len(document) % 4))
            if cls.fits(prefix):
                cursor = msgspec.json.decode(raw, type=cls)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            # base64's and Unicode's errors are ValueErrors.
            cursor = None
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
