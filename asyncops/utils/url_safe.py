"""URL-safe base64, with nothing else in it."""

from base64 import b64decode

# The other alphabet's characters become ones that belong to none.
_ALPHABET = str.maketrans("-_+/", "+/-_")


def decode_url_safe(text: str) -> bytes:
    """Decode URL-safe base64 that is padded.

    ``urlsafe_b64decode`` passes over what does not belong there, and takes the other alphabet too,
    of which Python 3.15 warns.

    Raises:
        ValueError: Something else is in the text, or its padding is wrong.
    """
    return b64decode(text.translate(_ALPHABET), validate=True)
