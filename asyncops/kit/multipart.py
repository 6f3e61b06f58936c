"""A body of several parts (RFC 7578): a form whose values may be objects and arrays, as JSON."""

from collections.abc import Iterable
from secrets import token_hex

from asyncops.kit.places_in_body import json_of
from asyncops.models import JSON


def multipart(values: Iterable[tuple[str, JSON]]) -> tuple[bytes, str]:
    """Return the body with a part for each value, and its content type.

    Args:
        values: The values by the names of their parts; a text is sent as it is.
    """
    # Nobody can have put it into a value.
    boundary = token_hex(16)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n'.encode()
        + (value.encode() if isinstance(value, str) else json_of(name, value))
        + b"\r\n"
        for name, value in values
    ]
    body = b"".join([*parts, f"--{boundary}--\r\n".encode()])
    return body, f"multipart/form-data; boundary={boundary}"


def _quoted(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
