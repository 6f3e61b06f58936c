"""The read timeout, which costs nothing for an answer that comes soon."""

import asyncio

from aiohttp.client_proto import ResponseHandler

_LATE = 1 / 16
"""How much later than it is due silence may be noticed, as a part of the timeout."""


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
