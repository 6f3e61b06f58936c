"""The exception for an error answer of a service."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from asyncops.errors import APIError, DecodeError
from asyncops.http.decoding import decode_json
from asyncops.http.messages import Request, Response
from asyncops.http.places import Place, value_at
from asyncops.http.redaction import redacted_body, snippet
from asyncops.http.service import ErrorField, Service
from asyncops.models import JSON
from asyncops.retry.rate_headers import meant_status, wait_asked_for

_CONFLICT = 409
# Where services put them, the commonest places first.
_USUAL: Mapping[ErrorField, str] = {
    "message": "message error.message error_description error detail errors[0].detail "
    "errors[0].title errors[0].message errors[0] detail[0].msg detail.reason "
    "details.reason exception_detail[0].msg exception_message [0].message title Message",
    "code": "error_code errorCode code error.code error.type errors[0].code [0].errorCode "
    "[0].code __type",
    "request_id": "request_id requestId error.request_id",
}


def is_refused(response: Response, request: Request, ok: Place | None) -> bool:
    """Return whether an answer of status 2xx says that the service did not do what was asked for.

    Args:
        response: The answer.
        request: What was asked.
        ok: The place that holds nothing in a good answer; ``None`` if there is none.
    """
    try:
        body = decode_json(response.body)
    except DecodeError:
        return False
    reports_error = ok is not None and bool(value_at(ok, body, response.headers))
    return reports_error or _refusal(request, body) is not None


def _refusal(request: Request, body: JSON) -> str | None:
    """Return what says in an answer of status 2xx that the request is refused."""
    for place, values in request.accepted.items():
        found = value_at(place, body, {})
        if found not in values:
            said = snippet(repr(found).encode())
            return f"{place} is {said}, not {' or '.join(map(repr, values))}"
    return None


def meaning_of(response: Response, service: Service, now: float) -> int:
    """Return the status that an error answer means: by its code, or by the limit on requests.

    Args:
        response: The answer.
        service: The service.
        now: The time in seconds since the epoch.
    """
    status = meant_status(response.status, response.headers, now, service.rate_limit)
    if not service.codes or not 400 <= status < 500:
        return status
    try:
        body = decode_json(response.body)
    except DecodeError:
        return status
    found = (value_at(place, body, response.headers) for place in _places(service, "code"))
    code = next((code for code in map(_code, found) if code is not None), "")
    return service.codes.get(str(code).rpartition("#")[2], status)


def api_error(
    response: Response,
    *,
    request: Request,
    service: Service,
    now: float,
    hints: Mapping[int, str],
    redact: Callable[[str], str],
) -> APIError:
    """Return the exception for an answer that is an error.

    Args:
        response: The answer. Its body may be of any shape.
        request: What was asked.
        service: The service.
        now: The time in seconds since the epoch.
        hints: A sentence on the usual remedy, by status.
        redact: Removes the credential from a text.
    """
    status, headers = response.status, response.headers
    body = _redacted(_body_of(response, redact), redact)
    fields = body if isinstance(body, dict) else {}

    def values(name: ErrorField) -> Iterator[object]:
        places = _places(service, name)
        for place in (*places, service.ok) if name == "message" and service.ok else places:
            value = value_at(place, body, headers)
            yield value if isinstance(place, str) else redact(value or "")

    message = next((text for text in map(_text, values("message")) if text), None)
    meant = meaning_of(response, service, now)
    if 200 <= status < 300 and (refusal := _refusal(request, body)) is not None:
        message, meant = message or refusal, _CONFLICT
    if 300 <= status < 400:
        message = f"a redirect {_destination(headers)} is not followed"
    request_id = next((text for text in map(_text, values("request_id")) if text), None)
    return APIError.of(meant)(
        message or "the answer gives no message",
        status=status,
        code=next((code for code in map(_code, values("code")) if code is not None), None),
        request_id=request_id or redact(response.request_id or "") or None,
        retry_after=wait_asked_for(status, headers, now, service.rate_limit),
        reason=_text(fields.get("reason")),
        details=fields.get("details", fields.get("metadata")),
        hint=hints.get(meant),
    )


def _places(service: Service, name: ErrorField) -> Sequence[Place]:
    """Return where an error may say something of itself."""
    declared = service.errors.get(name)
    return _USUAL[name].split() if declared is None else [declared]


def _body_of(response: Response, redact: Callable[[str], str]) -> Any:
    """Return the body of an error, or one with a message of ours if it cannot be read."""
    try:
        return decode_json(response.body)
    except DecodeError:
        body = redacted_body(response.body, redact)
        return {"message": f"no JSON in the answer: {snippet(body)!r}"}


# Deeper than any sensible error, and far from the depth at which pickling or comparing fails.
_DEEPEST = 100


def _redacted(tree: Any, redact: Callable[[str], str], depth: int = _DEEPEST) -> Any:
    """Return a JSON tree without the credential, which may be escaped in the bytes of a body."""
    if depth == 0:
        return "(nested too deep to keep)"
    match tree:
        case str():
            return redact(tree)
        case dict():
            return {redact(k): _redacted(v, redact, depth - 1) for k, v in tree.items()}
        case list():
            return [_redacted(value, redact, depth - 1) for value in tree]
        case _:
            return tree


def _destination(headers: Mapping[str, str]) -> str:
    """Name the host of a redirect; the rest of its URL may hold a credential."""
    address = headers.get("Location")
    if not address:
        return "without an address"
    try:
        return f"to {urlsplit(address).hostname or 'the same host'}"
    except ValueError:
        return "to no valid address"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _code(value: object) -> str | int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else _text(value)
