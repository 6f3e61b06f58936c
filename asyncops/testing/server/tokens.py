"""Page tokens: opaque to clients, checked, and of the two kinds that clients meet."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b
from typing import NamedTuple

import msgspec

from asyncops.testing.server.hashing import key

# Each character that a careless client garbles. What remains of them is not read again.
_HOSTILE = "&+/="


class Cursor(NamedTuple):
    """Where the next page begins: beyond row ``after`` (None: at the start).

    ``empties`` empty pages have been served at this place.
    """

    after: int | None
    empties: int = 0


class TokenCodec:
    """Writes and reads tokens. One is good only in the scope that it was written for.

    A token is URL-safe base64 of JSON, as dropshot writes it; a hostile one holds ``+``, ``/``,
    ``=`` and ``&`` besides.
    """

    def __init__(self, seed: int, *, hostile: bool = False) -> None:
        self._key = key(seed, "page token").to_bytes(8)
        self._ending = _HOSTILE if hostile else ""

    def encode(self, cursor: Cursor, scope: str) -> str:
        """The token of a cursor, at most 512 bytes."""
        start = {**cursor._asdict(), "check": self._check(cursor, scope)}
        text = msgspec.json.encode({"v": "v1", "page_start": start})
        return urlsafe_b64encode(text).decode() + self._ending

    def decode(self, token: str, scope: str) -> Cursor:
        """The cursor of a token.

        Raises:
            ValueError: The token was not written here, or for another listing.
        """
        try:
            text = urlsafe_b64decode(token.removesuffix(self._ending))
            start = msgspec.json.decode(text)["page_start"]
            cursor = Cursor(start["after"], start["empties"])
        except (ValueError, KeyError, TypeError):
            raise ValueError("the page token cannot be read") from None
        # Written again, as the reading of base64 passes over what does not belong there.
        if token != self.encode(cursor, scope):
            raise ValueError("the page token is not one of this listing")
        return cursor

    def _check(self, cursor: Cursor, scope: str) -> str:
        data = f"{cursor.after} {cursor.empties} {scope}".encode()
        return blake2b(data, key=self._key, digest_size=9).hexdigest()
