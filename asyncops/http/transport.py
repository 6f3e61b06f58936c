"""One request over aiohttp, and its answer."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from functools import partial

import aiohttp
from aiohttp import ClientHandlerType, ClientMiddlewareType, ClientRequest, ClientResponse
from aiohttp.client_proto import ResponseHandler
from yarl import URL

from asyncops.errors import ConfigurationError, ConnectionFailed, TransportError
from asyncops.http.addresses import Proxy
from asyncops.http.aiohttp_internals import loop_of, middlewares_of
from asyncops.http.body import MAX_ERROR_BODY, MAX_PAGE, MAX_RESULT, Pace, read_body
from asyncops.http.messages import Response, merged
from asyncops.http.sending import OnUpload, Sending
from asyncops.http.timeouts import Timeout
from asyncops.http.transport_errors import Dropped, refused_by, transport_error
from asyncops.http.upload import Upload
from asyncops.retry.connection_limit import ConnectionLimit
from asyncops.utils.time_limits import TimeLimit, TimeLimits
from asyncops.version import VERSION

CONNECTIONS = 100
KEEP_ALIVE = 4.0
MAX_HEADER_LINE = 32 * 1024
# aiohttp warns of more in one piece, which would hold the event loop up.
_MAX_PIECE = 2**20
# How much later than it is due silence may be noticed, as a part of the read timeout.
_LATE = 1 / 16

HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "User-Agent": f"asyncops/{VERSION}",
}


def encoded_url(url: str) -> URL:
    """Return a whole URL that is encoded already, as ``URL(url, encoded=True)`` does.

    Of a base URL that was checked, with a path and a query behind it, the parts are plain to see,
    and yarl takes half as long again to find them.
    """
    scheme, _, rest = url.partition("://")
    authority, _, target = rest.partition("/")
    path, _, query = target.partition("?")
    if scheme not in {"http", "https"} or "?" in authority or "#" in url or not url.isprintable():
        return URL(url, encoded=True)
    return URL.build(
        scheme=scheme, authority=authority, path=f"/{path}", query_string=query, encoded=True
    )


async def _send_once(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """Keep aiohttp from sending the request again when the connection is lost."""
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise Dropped from error


def _authorized(authorization: Mapping[str, str]) -> ClientMiddlewareType:
    async def authorize(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        request.headers.update(authorization)
        return await handler(request)

    return authorize


class ReadTimeout:
    """Tells aiohttp how long a server may be silent, where an answer takes long.

    aiohttp starts a timer anew with each piece of an answer, which is a thirtieth of what a page
    costs. So it is told only of the answers that are still to come when a timer of this class's own
    goes off. That one goes off so often that silence is noticed a sixteenth of the timeout too late
    at most, and never too early.

    Args:
        seconds: The longest silence between two pieces of an answer.
    """

    __slots__ = ("_limited", "_new", "_seconds", "_timer")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._new: dict[asyncio.Task[object] | None, ResponseHandler] = {}
        self._limited: dict[asyncio.Task[object] | None, ResponseHandler] = {}
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, protocol: ResponseHandler) -> None:
        """Begin with the answer that the current task is to get over this connection."""
        self._new[asyncio.current_task()] = protocol
        if self._timer is None:
            self._start()

    def end(self, task: "asyncio.Task[object]") -> None:
        """End with the answer that the task has got, if it was to get one."""
        self._new.pop(task, None)
        if self._limited:
            protocol = self._limited.pop(task, None)
            # Another task may have the connection already.
            if protocol is not None and protocol not in self._limited.values():
                _limit(protocol, None)

    def _start(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._seconds * _LATE, self._limit_new)

    def _limit_new(self) -> None:
        self._timer = None
        if self._new:
            for protocol in self._new.values():
                _limit(protocol, self._seconds)
            self._limited.update(self._new)
            self._new.clear()
            self._start()


def _limit(protocol: ResponseHandler, seconds: float | None) -> None:
    protocol.read_timeout = seconds
    protocol.start_timeout()


class _Connector(aiohttp.TCPConnector):
    """A connector that drops an idle connection on which the server has sent something.

    aiohttp would take the bytes for the answer to the next request.

    Args:
        read_timeout: For the answers to requests that have no read timeout of aiohttp's own.
    """

    def __init__(self, read_timeout: ReadTimeout) -> None:
        super().__init__(limit=CONNECTIONS, keepalive_timeout=KEEP_ALIVE)
        self._read_timeout = read_timeout

    async def connect(
        self,
        req: ClientRequest,
        traces: "list[aiohttp.tracing.Trace]",
        timeout: aiohttp.ClientTimeout,
    ) -> "aiohttp.connector.Connection":
        """Return a connection without unread bytes."""
        for _ in range(CONNECTIONS):
            connection = await super().connect(req, traces, timeout)
            protocol = connection.protocol
            if protocol is None or not protocol.should_close:
                if protocol is not None and timeout.sock_read is None:
                    self._read_timeout.begin(protocol)
                return connection
            connection.close()
        raise ConnectionFailed("the server speaks before it is asked", sent=False)


class Transport:
    """Sends one request, once, and returns the whole answer or raises a :class:`TransportError`.

    Args:
        timeout: The time limits.
        request_id: The names of the headers that may hold the id of a request, the best one first.
        max_body: The largest body that is read, in bytes after decompression.
        session: The session to use, instead of one of its own.
        proxy: The proxy.

    Attributes:
        connections: Limits the requests in flight; take one of them for each :meth:`send`.
    """

    def __init__(
        self,
        timeout: Timeout,
        *,
        request_id: Sequence[str] = (),
        max_body: int | None = None,
        session: aiohttp.ClientSession | None = None,
        proxy: Proxy | None = None,
    ) -> None:
        self._request_id = request_id
        self._proxy = proxy
        self._proxy_url = None if proxy is None else URL(proxy.url)
        self._max_page = max_body or MAX_PAGE
        self._max_result = max_body or MAX_RESULT
        self._read_seconds = timeout.read
        self._given = session
        self._session = session
        # aiohttp's own queue for connections has no time limit apart from that for connecting, and
        # cancels the tasks in it when the session closes.
        self.connections: ConnectionLimit = ConnectionLimit(_limit_of(session), timeout.pool)
        self._attempts = TimeLimits(timeout.attempt)
        timeouts = partial(
            aiohttp.ClientTimeout,
            # `_attempts` limits the whole, at a lower cost than aiohttp.
            total=None,
            # Another client may have taken all connections of a session that both were given.
            connect=timeout.pool + timeout.connect,
            sock_connect=timeout.connect,
        )
        # The time of a body that is sent does not count: aiohttp knows when it is over.
        self._with_body = timeouts(sock_read=timeout.read)
        self._without_body = timeouts() if session is None else self._with_body
        self._read_timeout = ReadTimeout(timeout.read)

    async def send(
        self,
        method: str,
        url: str,
        authorization: Mapping[str, str],
        headers: Mapping[str, str],
        *,
        body: bytes | Upload | None = None,
        result: bool = False,
        stop_time: Callable[[], None] = lambda: None,
        go_on: Callable[[], None] = lambda: None,
        on_upload: OnUpload | None = None,
    ) -> Response:
        """Send one request and read its answer.

        Args:
            method: HTTP method.
            url: The whole URL, already encoded.
            authorization: The headers with the credential; they win over all others.
            headers: The further headers.
            body: The body of the request, if any.
            result: Whether the answer is a single result, which may be large.
            stop_time: Called at the first byte of an upload, and at that of a result if more are
                to come; no time limit applies from then on but the pace.
            go_on: Called when an upload has been sent.
            on_upload: Told of the progress of the body, which is then sent as an upload.

        Raises:
            TransportError: No whole answer arrived.
        """
        sending: Sending | None = None
        failure: Exception
        try:
            with TimeLimit(self._attempts) as limit:
                session = self._open()
                data: bytes | AsyncGenerator[bytes, None] | None = None
                if isinstance(body, bytes) and not on_upload and len(body) <= _MAX_PIECE:
                    data = body or None
                elif body is not None:
                    upload = Upload.of_bytes(body) if isinstance(body, bytes) else body
                    sending = Sending(
                        upload, self._read_seconds, limit, stop_time, go_on, on_upload
                    )
                    data = sending.pieces()
                    if upload.size is not None:
                        headers = {**headers, "Content-Length": str(upload.size)}
                all_headers, middlewares = self._additions(session, authorization, headers)
                response: ClientResponse | None = None
                # Not `async with`: a response whose body was read has released itself.
                try:
                    response = await session.request(
                        method,
                        encoded_url(url),
                        headers=all_headers,
                        data=data,
                        allow_redirects=False,
                        raise_for_status=False,
                        auto_decompress=False,
                        timeout=self._without_body if data is None else self._with_body,
                        middlewares=middlewares,
                        proxy=self._proxy_url,
                    )
                    return await self._read(response, limit, stop_time, result=result)
                finally:
                    self._read_timeout.end(limit.task)
                    if response is not None:
                        if data is not None or response.connection is not None:
                            response.release()
                        if data is not None:
                            await response.wait_for_close()
        except TransportError:
            raise
        except (aiohttp.ClientError, Dropped, OSError) as error:
            ended_by = None if sending is None else sending.failure
            failure = ended_by or transport_error(error, self._proxy)
        # Raised outside of the handler: as context of ours, aiohttp's error would be kept, and its
        # repr shows the headers.
        raise failure

    async def close(self) -> None:
        """End all requests and close the session, unless it was given from outside."""
        self._attempts.end_all()
        if self._session is not None and self._given is None:
            await self._session.close()

    def _pace(self, attempt: TimeLimit, stop_time: Callable[[], None]) -> Pace:
        def begin() -> None:
            attempt.pause()
            stop_time()

        return Pace(self._read_seconds, begin)

    async def _read(
        self,
        response: ClientResponse,
        attempt: TimeLimit,
        stop_time: Callable[[], None],
        *,
        result: bool,
    ) -> Response:
        if self._proxy is not None and response.status == 407:
            raise refused_by(self._proxy, 407)
        if "\0" in (response.reason or ""):
            raise TransportError("the answer is not well-formed HTTP")
        limit = self._max_result if result else self._max_page
        if response.status < 300:
            comes = result and not response.content.is_eof()
            pace = self._pace(attempt, stop_time) if comes else None
            body = await read_body(response, limit, cut=False, result=result, pace=pace)
        else:
            body = await self._error_body(response, min(limit, MAX_ERROR_BODY))
        headers = response.headers
        request_id = next(filter(None, map(headers.get, self._request_id)), None)
        return Response(status=response.status, headers=headers, body=body, request_id=request_id)

    async def _error_body(self, response: ClientResponse, limit: int) -> bytes:
        """Read the body of an error, if it comes: without it, the status says enough."""
        try:
            async with asyncio.timeout(self._read_seconds):
                return await read_body(response, limit, cut=True)
        except (TransportError, aiohttp.ClientError, TimeoutError):
            return b""

    def _additions(
        self,
        session: aiohttp.ClientSession,
        authorization: Mapping[str, str],
        headers: Mapping[str, str],
    ) -> tuple[Mapping[str, str], tuple[ClientMiddlewareType, ...]]:
        """Return the headers and middlewares of a request, in addition to its session's own."""
        if self._given is None:
            return merged(headers, authorization) if headers else authorization, (_send_once,)
        middlewares = (*middlewares_of(session), _send_once)
        if session.trust_env or session.auth is not None:
            # aiohttp refuses our header next to a login from a netrc file or the session.
            return merged(HEADERS, headers), (*middlewares, _authorized(authorization))
        return merged(HEADERS, headers, authorization), middlewares

    def _open(self) -> aiohttp.ClientSession:
        if self._given is not None:
            if self._given.closed:
                raise ConfigurationError("the session that this client was given is closed")
            if loop_of(self._given) not in {None, asyncio.get_running_loop()}:
                raise ConfigurationError("the session that was given is of another event loop")
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=_Connector(self._read_timeout),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=HEADERS,
                trust_env=False,
                max_line_size=MAX_HEADER_LINE,
                max_field_size=MAX_HEADER_LINE,
            )
        return self._session


def _limit_of(session: aiohttp.ClientSession | None) -> int:
    limit = session.connector.limit if session is not None and session.connector else 0
    return min(limit or CONNECTIONS, CONNECTIONS)
