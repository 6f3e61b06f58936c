"""From bytes to models: strict and in one step, with a second reading for the error message.

JSON is always UTF-8. If an object holds a key twice, the last one counts. Nothing is coerced: a
number in quotes is not a number, except in protobuf's JSON. Unknown fields are ignored.
"""

from codecs import getincrementaldecoder
from collections.abc import Callable
from typing import Any, Literal, TypeVar

import msgspec

from asyncops.errors import DecodeError
from asyncops.http.messages import Request, Response
from asyncops.http.protobuf import in_snake_case
from asyncops.http.redaction import redacted_body, snippet
from asyncops.http.settle import converter
from asyncops.http.wire_shape import wire_type

T = TypeVar("T")

Decode = Callable[[bytes], T]
"""Turns bytes into a value, or raises :class:`DecodeError`."""

Dialect = Literal["plain", "protobuf"]
"""How a service writes JSON. "protobuf" allows keys in snake_case and camelCase, 64-bit integers as
numbers and in quotes, and omits fields that have their zero value."""

# Gateways and small servers send all of these; the decoder finds out whether the body is JSON.
_JSON_TYPES = frozenset({"application/json", "text/json", "text/plain", "json"})
_NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def decoder(shape: type[T], *, json: Dialect = "plain") -> Decode[T]:
    """Return a function from bytes to ``shape`` (an attrs class), the same one for each call.

    The function raises :class:`DecodeError` with the JSON path of the bad field, in the spelling of
    the class.
    """
    kept: Decode[T] | None = _decoders.get((shape, json))
    if kept is None:
        kept = _decoders[shape, json] = _make_decoder(shape, json)
    return kept


_decoders: dict[tuple[object, Dialect], Decode[Any]] = {}


def _make_decoder(shape: type[T], json: Dialect) -> Decode[T]:
    first = first_reading(shape, json)

    def decode(body: bytes) -> T:
        value = first(body)
        return _second_reading(body, shape, json) if value is None else value

    return decode


_PIECE = 1 << 20


def _check_utf8(body: bytes) -> None:
    """Raise an error unless the body is UTF-8: msgspec does not check fields that it skips."""
    # In pieces, since a large body may take four times its size as text.
    check = getincrementaldecoder("utf-8")().decode
    for start in range(0, len(body), _PIECE):
        check(body[start : start + _PIECE])
    # JSON cannot end in an incomplete character, so msgspec refuses that.


def first_reading(shape: type[T], json: Dialect) -> Decode[T | None]:
    """Return a function from bytes to ``shape`` in one step, or to ``None`` if they do not fit."""
    protobuf = json == "protobuf"
    read = in_one_step(wire_type(shape, protobuf=protobuf))
    convert = converter(shape, protobuf=protobuf)
    if convert is None:
        return read

    def decode(body: bytes) -> T | None:
        value: Any = read(body)
        try:
            return None if value is None else convert(value)
        except ValueError:
            return None

    return decode


def in_one_step(shape: Any) -> Decode[Any | None]:
    """Return a function from bytes to a type of msgspec's, or to ``None`` if they do not fit."""
    read = msgspec.json.Decoder(shape).decode

    def decode(body: bytes) -> Any | None:
        try:
            if not body.isascii():
                _check_utf8(body)
            return read(body)
        except _NOT_JSON:
            # The error may quote the body, and must not become the context of another error.
            return None

    return decode


def decode_json(body: bytes) -> Any:
    """Decode free-form JSON, with exact integers.

    Raises:
        DecodeError: The body is not JSON.
    """
    try:
        _check_utf8(body)
        return msgspec.json.decode(body)
    except _NOT_JSON as error:
        reason = str(error) or type(error).__name__
        # A body that is nested too deep is JSON.
        not_json = not isinstance(error, RecursionError)
    text = snippet(body)
    raise DecodeError(f"the body is not JSON: {reason}: {text!r}", snippet=text, not_json=not_json)


def _second_reading(body: bytes, shape: type[T], json: Dialect) -> T:
    # Most programs never need cattrs, and its import takes a tenth of the start-up.
    from asyncops.http.decode_errors import structure  # noqa: PLC0415

    try:
        tree = decode_json(body)
        return structure(in_snake_case(tree, shape) if json == "protobuf" else tree, shape)
    except DecodeError as error:
        error.snippet = snippet(body)
        raise


def decode_response(
    response: Response,
    decode: Decode[T],
    *,
    redact: Callable[[str], str] = str,
    request: Request | None = None,
) -> T:
    """Return the value of a 2xx answer.

    Args:
        response: The answer.
        decode: Turns the bytes of the body into the value.
        redact: Removes the credential from a text, which the service may have echoed.
        request: What was sent. Where that may have changed something, the body is read whatever
            its content type says, since refusing it would not undo that.

    Raises:
        DecodeError: The content type is not JSON, or ``decode`` refuses the body.
    """
    try:
        # The usual type is known at once.
        is_json = response.headers.get("Content-Type") == "application/json"
        if is_json or _is_json(response, request):
            return decode(response.body)
    except DecodeError:
        pass
    error = _error_without_credential(response, decode, redact, request)
    error.request_id = redact(response.request_id or "") or None
    raise error


def _error_without_credential(
    response: Response, decode: Decode[T], redact: Callable[[str], str], request: Request | None
) -> DecodeError:
    """Decode again, without the credential, for an error that does not show it."""
    body = redacted_body(response.body, redact)
    if not _is_json(response, request):
        text, kind = snippet(body), _media_type(response, redact)
        return DecodeError(
            f"the answer is {kind!r}, not JSON: {text!r}", snippet=text, not_json=True
        )
    try:
        decode(body)
    except DecodeError as error:
        return error
    return DecodeError("the answer cannot be read")


def _media_type(response: Response, redact: Callable[[str], str] = str) -> str:
    # In lower case, a credential would not be recognized.
    content_type = redact(response.headers.get("Content-Type", "application/json"))
    return content_type.partition(";")[0].strip().lower()


def _is_json(response: Response, request: Request | None) -> bool:
    media_type = _media_type(response)
    if media_type in _JSON_TYPES or media_type.endswith("+json"):
        return True
    # AWS's JSON protocols: application/x-amz-json-1.0 and 1.1.
    if media_type.startswith("application/x-amz-json-"):
        return True
    # What else begins like this is no JSON for the decoder either.
    return request is not None and not request.safe and response.body.lstrip()[:1] in {b"{", b"["}
