"""Bytes to models, strictly and in one step; a second reading that says what was wrong.

JSON is UTF-8, always. Where an object holds a key twice, the last one counts. Nothing is coerced:
a number in quotes is not a number, unless the JSON is protobuf's. Unknown fields are passed over.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

import msgspec

from asyncops.errors import APIError, DecodeError
from asyncops.messages import Response
from asyncops.protobuf import camel_case, in_snake_case, settler, wire_shape
from asyncops.retry import parse_retry_after

__all__ = [
    "Decode",
    "Dialect",
    "api_error",
    "decode_json",
    "decode_response",
    "decoder",
    "first_reading",
    "snippet",
]

T = TypeVar("T")

Decode = Callable[[bytes], T]
"""Bytes to a value; raises :class:`DecodeError`."""

Dialect = Literal["plain", "protobuf"]
"""How a service writes JSON. "protobuf" stands for keys in snake_case or camelCase, 64-bit integers
as numbers or in quotes, and fields at their zero value left out."""

# What gateways and small servers make of it; whether it is JSON is seen when it is read.
_JSON_TYPES = frozenset({"application/json", "text/json", "text/plain", "json"})
_NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def decoder(shape: type[T], *, json: Dialect = "plain") -> Decode[T]:
    """A function from bytes to ``shape`` (an attrs class). One is kept for each shape and dialect.

    The function raises :class:`DecodeError`, with the JSON path of what is wrong; its field names
    are those of the class.
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
    """Raise an error for what is no UTF-8: msgspec does not look into the fields that it skips."""
    if body.isascii():
        return
    # Piece by piece: as text, a large body may take four times its size.
    check = getincrementaldecoder("utf-8")().decode
    for start in range(0, len(body), _PIECE):
        check(body[start : start + _PIECE])
    # A character that is cut off at the very end is no JSON either.


def first_reading(shape: type[T], json: Dialect) -> Decode[T | None]:
    """A function from bytes to ``shape`` in one step; it gives None where that does not fit."""
    kind: Any = shape
    protobuf = json == "protobuf"
    read: Decode[T] = msgspec.json.Decoder(wire_shape(kind) if protobuf else shape).decode
    settle = settler(kind) if protobuf else None

    def decode(body: bytes) -> T | None:
        try:
            _check_utf8(body)
            value = read(body)
        except _NOT_JSON:
            # Its error may quote the body, and must not become the context of another.
            return None
        if settle is not None:
            settle((value,))
        return value

    return decode


def decode_json(body: bytes) -> Any:
    """Free-form JSON, with integers of any usual size exact.

    Raises:
        DecodeError: It is not JSON.
    """
    try:
        _check_utf8(body)
        return msgspec.json.decode(body)
    except _NOT_JSON as error:
        reason = str(error) or type(error).__name__
        # What is nested too deep is JSON all the same.
        not_json = not isinstance(error, RecursionError)
    text = snippet(body)
    raise DecodeError(f"the body is not JSON: {reason}: {text!r}", snippet=text, not_json=not_json)


def _second_reading(body: bytes, shape: type[T], json: Dialect) -> T:
    # Imported here, since most programs never need it and it costs a tenth of the start-up.
    from asyncops.structuring import structure  # noqa: PLC0415

    try:
        tree = decode_json(body)
        return structure(in_snake_case(tree, shape) if json == "protobuf" else tree, shape)
    except DecodeError as error:
        error.snippet = snippet(body)
        raise


def decode_response(
    response: Response, decode: Decode[T], *, redact: Callable[[str], str] = str
) -> T:
    """The value of a 2xx answer.

    Args:
        response: The answer.
        decode: From the body's bytes to the value.
        redact: Takes the credential out of a text, should the service have echoed it.

    Raises:
        DecodeError: The content type is not JSON, or ``decode`` refuses the body.
    """
    try:
        if _is_json(response):
            return decode(response.body)
    except DecodeError:
        pass
    problem = DecodeError("the answer cannot be read")
    try:
        # Once more for the error alone, from a body without the credential.
        decode(_json_or_refused(response, redact))
    except DecodeError as error:
        problem = error
    problem.request_id = redact(response.request_id or "") or None
    raise problem


def _media_type(response: Response) -> str:
    content_type = response.headers.get("Content-Type", "application/json")
    return content_type.partition(";")[0].strip().lower()


def _is_json(response: Response) -> bool:
    if response.headers.get("Content-Type") == "application/json":
        return True
    media_type = _media_type(response)
    return media_type in _JSON_TYPES or media_type.endswith("+json")


def _json_or_refused(response: Response, redact: Callable[[str], str]) -> bytes:
    body = _redacted(response.body, redact)
    if not _is_json(response):
        text = snippet(body)
        kind = redact(_media_type(response))
        raise DecodeError(
            f"the answer is {kind!r}, not JSON: {text!r}", snippet=text, not_json=True
        )
    return body


def _redacted(body: bytes, redact: Callable[[str], str]) -> bytes:
    return redact(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def api_error(
    response: Response,
    *,
    now: float,
    hints: Mapping[int, str],
    redact: Callable[[str], str],
) -> APIError:
    """What a non-2xx answer means, from either service's shape or from none at all.

    Args:
        response: The answer.
        now: Wall-clock time in seconds since the epoch, to read ``Retry-After`` dates by.
        hints: A sentence on what usually helps, by status.
        redact: Takes the credential out of a text.
    """
    fields = _error_fields(response, redact)
    message = _text(fields.get("message")) or "the answer gives no message"
    request_id = _text(_either(fields, "request_id"))
    code = _either(fields, "error_code")
    code = fields.get("code") if code is None else code
    return APIError.of(response.status)(
        message,
        status=response.status,
        code=code if isinstance(code, str | int) and not isinstance(code, bool) else None,
        request_id=request_id or redact(response.request_id or "") or None,
        retry_after=parse_retry_after(response.headers, now),
        reason=_text(fields.get("reason")),
        details=fields.get("details", fields.get("metadata")),
        hint=hints.get(response.status),
    )


def _error_fields(response: Response, redact: Callable[[str], str]) -> dict[str, Any]:
    """What an error's body says; a message of ours where it says nothing that can be read."""
    try:
        fields = decode_json(response.body)
    except DecodeError:
        body = _redacted(response.body, redact)
        fields = {"message": f"no JSON in the answer: {snippet(body)!r}"}
    fields = _without(redact, fields) if isinstance(fields, dict) else {}
    if 300 <= response.status < 400:
        fields["message"] = f"a redirect to {_host(response.headers)} is not followed"
    return fields


def _either(fields: Mapping[str, Any], name: str) -> Any:
    """A field in either spelling."""
    value = fields.get(name)
    return fields.get(camel_case(name)) if value is None else value


# Deeper than any error means to be, and far from what Python can pickle or compare.
_DEEPEST = 100


def _without(redact: Callable[[str], str], tree: Any, depth: int = _DEEPEST) -> Any:
    """A JSON tree with every text redacted: in the bytes, a credential may be escaped."""
    if depth == 0:
        return "(nested too deep to keep)"
    match tree:
        case str():
            return redact(tree)
        case dict():
            return {redact(k): _without(redact, v, depth - 1) for k, v in tree.items()}
        case list():
            return [_without(redact, value, depth - 1) for value in tree]
        case _:
            return tree


def _host(headers: Mapping[str, str]) -> str:
    """The host that a redirect names, and nothing more of it: the rest may hold a credential."""
    try:
        return urlsplit(headers.get("Location", "")).hostname or "the same host"
    except ValueError:
        return "no valid address"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


# re compiles these when an error first needs them, and keeps them.
_MASKED = (
    r"(?i)(?:(?:bearer|basic)\s+\S+"
    r"|[\"']?(?:token|secret|password|authorization|api[-_]?key)[\"']?\s*[:=]\s*"
    r"(?:(?:bearer|basic)\s+)?\S+"
    r"|[A-Za-z0-9+/_.=-]{24,})"
)

_RUN_AT_THE_END = r"\S+\Z"


def snippet(body: bytes, limit: int = 100) -> str:
    """The beginning of a body for people: one line, short, what looks secret masked."""
    window = body[: 4 * limit]
    text = window.decode("utf-8", "replace")
    if len(window) < len(body):
        # What the window cuts in two would be too short to be known for a secret.
        text = re.sub(_RUN_AT_THE_END, "", text)
    text = " ".join(text.split())
    text = "".join(char if char.isprintable() else "?" for char in text)
    text = re.sub(_MASKED, "***", text)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
