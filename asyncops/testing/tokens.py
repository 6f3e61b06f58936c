"""Page tokens: opaque, checked, and full of characters that a careless client garbles."""

from base64 import b64decode, b64encode
from hashlib import blake2b
from typing import NamedTuple

from asyncops.testing.hashing import key

__all__ = ["Cursor", "TokenCodec"]

_CHECK_BYTES = 9
_POSITION_BYTES = 8
_BODY_BYTES = 10
_TRIES = 256


class Cursor(NamedTuple):
    """Where the next page begins: beyond row ``after`` (None: at the start).

    ``empties`` empty pages have been served at this place.
    """

    after: int | None
    empties: int = 0


class TokenCodec:
    """Writes and reads tokens. One is good only in the scope that it was written for."""

    def __init__(self, seed: int) -> None:
        self._key = key(seed, "page token").to_bytes(8)

    def encode(self, cursor: Cursor, scope: str) -> str:
        """A token that holds each of ``+``, ``/``, ``=`` and ``&``."""
        position = 0 if cursor.after is None else cursor.after + 1
        body = position.to_bytes(_POSITION_BYTES) + cursor.empties.to_bytes(2)
        token = ""
        for nonce in range(_TRIES):
            token = self._write(bytes([nonce]), body, scope)
            if "+" in token and "/" in token:
                break
        return token

    def decode(self, token: str, scope: str) -> Cursor:
        """The cursor of a token.

        Raises:
            ValueError: The token was not written here, or for another listing.
        """
        head, _, _ = token.partition("&")
        sealed = b64decode(head, validate=True)
        nonce, body = sealed[:1], self._veil(sealed[:1], sealed[1:])
        if len(body) != _BODY_BYTES or token != self._write(nonce, body, scope):
            raise ValueError("the page token is not one of this listing")
        position = int.from_bytes(body[:_POSITION_BYTES])
        empties = int.from_bytes(body[_POSITION_BYTES:])
        return Cursor(position - 1 if position else None, empties)

    def _write(self, nonce: bytes, body: bytes, scope: str) -> str:
        check = self._digest(nonce + body + scope.encode(), _CHECK_BYTES)
        sealed = nonce + self._veil(nonce, body)
        return f"{b64encode(sealed).decode()}&{b64encode(check).decode()}"

    def _veil(self, nonce: bytes, body: bytes) -> bytes:
        stream = self._digest(nonce, _BODY_BYTES)
        return bytes(a ^ b for a, b in zip(body, stream, strict=False))

    def _digest(self, data: bytes, size: int) -> bytes:
        return blake2b(data, key=self._key, digest_size=size).digest()
