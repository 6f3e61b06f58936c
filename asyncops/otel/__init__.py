"""Spans and metrics of a client's work, for OpenTelemetry (the extra ``otel``).

``ZooClient(telemetry=OpenTelemetry())`` is all that it takes. Spans:

- ``walk /async/operations``, INTERNAL: one walk over a listing, from its first request to its end.
- ``call /async/operations/{id}``, INTERNAL: one call with its retries, below its walk, or else
  below the span that is current; each sleep before it went on is a ``backoff`` event.
- ``GET /async/operations/{id}``, CLIENT: one request on the wire, below its call, with what
  OpenTelemetry's conventions for HTTP clients ask for.

None of them is ever made the current span, so that your own spans in the body of an ``async for``
stay where they belong. Leaving early, or a cancellation, is no error of a walk or a call, and
``asyncops.outcome`` says ``left``; for a request that is on the wire then it is one, by the
conventions.

Metrics: ``http.client.request.duration`` (s), and the counters ``asyncops.requests``,
``asyncops.retries``, ``asyncops.throttles`` (answers with status 429), ``asyncops.sleep`` (s) and
``asyncops.items``. What tells their series apart has few values: ``server.address``,
``server.port`` and ``url.template``; for durations also the method, the status and the kind of
error; for items the path of the listing alone, as ``url.template``.

Nothing secret is in any of it. ``url.full`` ends where the query would begin, since that holds page
tokens and filters. No header, no body, and none of the service's words are told. In names and in
``url.template``, ``{id}`` stands for the UUIDs and the numbers in a path.

An instrumentation of aiohttp's client that is on as well sees the same requests. Each then has a
second span, not below this one and with its query in ``url.full``, is counted twice in
``http.client.request.duration``, and carries that span's ``traceparent``. Have one of them on.
"""

try:
    from asyncops.otel.hook import OpenTelemetry
except ModuleNotFoundError as _missing:
    if (_missing.name or "").partition(".")[0] != "opentelemetry":
        raise
    raise ModuleNotFoundError(
        "asyncops.otel needs OpenTelemetry: pip install 'asyncops[otel]'", name=_missing.name
    ) from _missing

__all__ = ["OpenTelemetry"]
