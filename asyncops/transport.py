"""aiohttp at work: one wire attempt and its limits."""

import asyncio
from collections.abc import Callable, Mapping

import aiohttp
from aiohttp import ClientHandlerType, ClientMiddlewareType, ClientRequest, ClientResponse
from attrs import field, frozen
from yarl import URL

from asyncops.addresses import Proxy
from asyncops.bodies import Pace, read_body
from asyncops.checks import check_seconds
from asyncops.deadlines import Deadlines, Scope
from asyncops.errors import ConfigurationError, ConnectionFailed, TransportError
from asyncops.messages import Response
from asyncops.throttle import Slots
from asyncops.version import VERSION
from asyncops.wire_errors import Dropped, refused_by, transport_error

__all__ = ["Timeout", "Transport"]

CONNECTIONS = 100
KEEP_ALIVE = 4.0
MAX_PAGE = 10 * 1024 * 1024
MAX_RESULT = 256 * 1024 * 1024
MAX_ERROR_BODY = 64 * 1024
MAX_HEADER_LINE = 32 * 1024

_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "User-Agent": f"asyncops/{VERSION}",
}


@frozen
class Timeout:
    """How long things may take, in seconds.

    A single operation's result (of ``get``, ``get_many``, ``wait`` and the like) may be large: the
    time of ``attempt`` and ``deadline`` runs until its first byte has come and stands still from
    then on, as long as 64 KiB come in each ``read`` seconds.

    Attributes:
        connect: Setting up a connection.
        read: Silence between two reads of an answer, and 64 KiB of a single result.
        attempt: One wire attempt as a whole.
        deadline: One call as a whole, waiting and retries included.
        pool: Waiting for a free connection while all are in use. After a 429 fewer of them are
            used; the wait for one of those, and for a ``rate_limit``, does not count and is
            bounded by the deadline alone.
    """

    connect: float = field(default=5.0, validator=check_seconds(positive=True))
    read: float = field(default=30.0, validator=check_seconds(positive=True))
    attempt: float = field(default=60.0, validator=check_seconds(positive=True))
    deadline: float = field(default=120.0, validator=check_seconds(positive=True))
    pool: float = field(default=5.0, validator=check_seconds(positive=True))


async def _send_once(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise Dropped from error


def _authorized(value: str) -> ClientMiddlewareType:
    async def authorize(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        request.headers["Authorization"] = value
        return await handler(request)

    return authorize


class _Connector(aiohttp.TCPConnector):
    """Drops an idle connection on which the server has sent something unasked.

    aiohttp would take it for the answer to the next request.
    """

    async def connect(
        self,
        req: ClientRequest,
        traces: "list[aiohttp.tracing.Trace]",
        timeout: aiohttp.ClientTimeout,
    ) -> "aiohttp.connector.Connection":
        """A connection that nothing has come on yet, or at least nothing since its last answer."""
        for _ in range(CONNECTIONS):
            connection = await super().connect(req, traces, timeout)
            if connection.protocol is None or not connection.protocol.should_close:
                return connection
            connection.close()
        raise ConnectionFailed("the server speaks before it is asked", sent=False)


class Transport:
    """Sends one request, once, and gives back a whole answer or a :class:`TransportError`.

    Attributes:
        slots: The connections that may be in use at once; a request is sent within one of them.
    """

    def __init__(
        self,
        timeout: Timeout,
        *,
        max_body: int | None = None,
        session: aiohttp.ClientSession | None = None,
        proxy: Proxy | None = None,
    ) -> None:
        self._proxy = proxy
        self._proxy_url = None if proxy is None else URL(proxy.url)
        self._max_page = max_body or MAX_PAGE
        self._max_result = max_body or MAX_RESULT
        self._read = timeout.read
        self._given = session
        self._session = session
        # aiohttp's own queue for connections has no time limit apart from connecting's, and
        # cancels whoever waits in it when the session closes.
        self.slots: Slots = Slots(_connections_of(session), timeout.pool)
        self._attempts = Deadlines(timeout.attempt)
        self._limits = aiohttp.ClientTimeout(
            # That is for the scopes above, which cost less than aiohttp's.
            total=None,
            # Another client may have filled a session that both were given.
            connect=timeout.pool + timeout.connect,
            sock_connect=timeout.connect,
            sock_read=timeout.read,
        )

    async def send(
        self,
        method: str,
        url: str,
        authorization: str,
        headers: Mapping[str, str] | None = None,
        *,
        on_result: Callable[[], None] | None = None,
    ) -> Response:
        """Send one request, within one of the :attr:`slots`.

        Args:
            method: HTTP method.
            url: The whole URL, already encoded.
            authorization: The header that holds the credential.
            headers: Further headers.
            on_result: Given where a single result is asked for; called when its first byte has
                come and there is more to come. It has as long as it takes from then on.

        Raises:
            TransportError: No whole answer arrived.
        """
        try:
            with self._attempts.scope() as scope:
                pace = None if on_result is None else self._pace(scope, on_result)
                return await self._exchange(method, url, authorization, headers, pace)
        except TransportError:
            raise
        except (aiohttp.ClientError, Dropped, OSError) as error:
            failure = transport_error(error, self._proxy)
        # Raised out here, so that aiohttp's error, whose repr shows the headers, is not kept as
        # its context.
        raise failure

    async def close(self) -> None:
        """End what is under way and close the session, unless it was given from outside."""
        self._attempts.end_all()
        if self._session is not None and self._given is None:
            await self._session.close()

    def _pace(self, attempt: Scope, on_result: Callable[[], None]) -> Pace:
        def begun() -> None:
            attempt.pause()
            on_result()

        return Pace(self._read, begun)

    async def _exchange(
        self,
        method: str,
        url: str,
        authorization: str,
        further: Mapping[str, str] | None,
        pace: Pace | None,
    ) -> Response:
        session = self._open()
        headers, middlewares = self._additions(session, authorization)
        if further:
            headers = {**further, **headers}
        async with session.request(
            method,
            URL(url, encoded=True),
            headers=headers,
            allow_redirects=False,
            raise_for_status=False,
            auto_decompress=False,
            timeout=self._limits,
            middlewares=middlewares,
            proxy=self._proxy_url,
        ) as response:
            if self._proxy is not None and response.status == 407:
                raise refused_by(self._proxy, 407)
            if "\0" in (response.reason or ""):
                raise TransportError("the answer is not well-formed HTTP")
            failed = response.status >= 300
            limit = self._max_page if pace is None else self._max_result
            try:
                body = await (
                    read_body(response, min(limit, MAX_ERROR_BODY), cut=True)
                    if failed
                    else read_body(response, limit, cut=False, pace=pace)
                )
            except (TransportError, aiohttp.ClientPayloadError):
                if not failed:
                    raise
                # The status says enough; a body that cannot be unpacked does not hide it.
                body = b""
            return Response(status=response.status, headers=response.headers, body=body)

    def _additions(
        self, session: aiohttp.ClientSession, authorization: str
    ) -> tuple[dict[str, str], tuple[ClientMiddlewareType, ...]]:
        """The headers and middlewares that a request needs on top of its session's own."""
        if self._given is None:
            return {"Authorization": authorization}, (_send_once,)
        # Naming middlewares for a request replaces those of the session.
        middlewares = (*getattr(session, "_middlewares", ()), _send_once)
        if session.trust_env or session.auth is not None:
            # aiohttp refuses our Authorization next to one from a netrc file or the session.
            return dict(_HEADERS), (*middlewares, _authorized(authorization))
        return {**_HEADERS, "Authorization": authorization}, middlewares

    def _open(self) -> aiohttp.ClientSession:
        if self._given is not None:
            if self._given.closed:
                raise ConfigurationError("the session that this client was given is closed")
            if getattr(self._given, "_loop", None) not in {None, asyncio.get_running_loop()}:
                raise ConfigurationError("the session that was given is of another event loop")
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=_Connector(limit=CONNECTIONS, keepalive_timeout=KEEP_ALIVE),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=_HEADERS,
                trust_env=False,
                max_line_size=MAX_HEADER_LINE,
                max_field_size=MAX_HEADER_LINE,
            )
        return self._session


def _connections_of(session: aiohttp.ClientSession | None) -> int:
    limit = session.connector.limit if session is not None and session.connector else 0
    return min(limit or CONNECTIONS, CONNECTIONS)
