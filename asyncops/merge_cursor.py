"""The cursor of a merged listing, as one opaque string that fits where a page token goes."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple, Self

import msgspec
from attrs import frozen

__all__ = ["MergeCursor", "Position"]

_PREFIX = "merge1."


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
        tokens: For each of them, the page token to read again from.
    """

    descending: bool
    position: Position | None
    names: tuple[str, ...]
    tokens: tuple[str | None, ...]

    def encode(self) -> str:
        """The cursor as text."""
        document = msgspec.json.encode(self)
        return _PREFIX + urlsafe_b64encode(document).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, names: tuple[str, ...]) -> Self:
        """Read what :meth:`encode` wrote, for the same statuses.

        Raises:
            ValueError: It is another text, or belongs to other statuses.
        """
        prefix, document = text[: len(_PREFIX)], text[len(_PREFIX) :]
        cursor = None
        try:
            raw = urlsafe_b64decode(document + "=" * (-len(document) % 4))
            if prefix == _PREFIX:
                cursor = msgspec.json.decode(raw, type=cls)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            # base64's and Unicode's errors are ValueErrors.
            cursor = None
        if cursor is None or len(cursor.tokens) != len(cursor.names):
            raise ValueError(
                "page_token is not one of a listing over several statuses; "
                "a service's own token goes with the one status it came from"
            )
        if cursor.names != names:
            raise ValueError(
                f"page_token belongs to the statuses {', '.join(cursor.names)}, "
                f"not to {', '.join(names)}"
            )
        return cursor
