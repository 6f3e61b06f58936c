"""Spans and metrics of a client's work, for OpenTelemetry (the extra ``otel``).

``ZooClient(telemetry=OpenTelemetry())`` turns them on. Spans:

- ``walk /async/operations``, INTERNAL: one walk over a listing, from its first request to its end.
- ``call /async/operations/{id}``, INTERNAL: one call with its retries, below its walk, or else
  below the current span; each sleep between attempts is a ``backoff`` event.
- ``GET /async/operations/{id}``, CLIENT: one request on the wire, below its call, with the
  attributes of OpenTelemetry's conventions for HTTP clients.

None of them becomes the current span, so that your own spans in the body of an ``async for`` keep
their parents. Leaving early and a cancellation are no errors of a walk or a call:
``asyncops.outcome`` is ``left``. For a request on the wire they are errors, by the conventions.

Metrics: ``http.client.request.duration`` (s), and the counters ``asyncops.requests``,
``asyncops.retries``, ``asyncops.throttles`` (answers with status 429), ``asyncops.sleep`` (s) and
``asyncops.items``. Their attributes have few values: ``server.address``, ``server.port`` and
``url.template``; for durations also the method, the status and the type of the error.

Spans and metrics hold nothing secret. ``url.full`` ends before the query, which holds page tokens
and filters. No header, no body and no text of the service is recorded. Names and ``url.template``
have the path as the service is described: ``/repos/{owner}/{repo}/actions/runs/{id}``.

Turn off an instrumentation of aiohttp's client: it would give each request a second span, not
below this one and with its query in ``url.full``, count it twice in
``http.client.request.duration``, and send that span's ``traceparent``.
"""

try:
    from asyncops.otel.telemetry import OpenTelemetry
except ModuleNotFoundError as _missing:
    if (_missing.name or "").partition(".")[0] != "opentelemetry":
        raise
    raise ModuleNotFoundError(
        "asyncops.otel needs OpenTelemetry: pip install 'asyncops[otel]'", name=_missing.name
    ) from _missing

__all__ = ["OpenTelemetry"]
