"""What a test wants to go wrong, and when."""

from collections.abc import Mapping
from threading import Lock

from attrs import define, field, fields, frozen
from attrs.validators import ge, instance_of, le, optional

FOR_GOOD = 1 << 62


@frozen
class Fault:
    """Something that happens to a request instead of, or besides, its answer.

    Without ``status``, ``body`` and ``drop`` the request is answered as usual, after ``delay``
    and with ``headers`` added.

    Attributes:
        status: The HTTP status to answer with (200 if only ``body`` is given).
        on: Which request, 1 for the first; counted are those that match ``path``, from when the
            fault was scripted. None: the next one that no other fault takes.
        times: How many requests in a row, from that one on.
        path: How the request's path begins; None: any.
        message: The message of the service's error.
        headers: Added to the answer.
        body: Sent instead of the service's error, as it is.
        delay: Seconds (of real time) before anything is answered.
        drop: Close the connection without an answer.
        retry_after: The ``Retry-After`` header: seconds, or any text.
    """

    status: int | None = field(
        default=None, validator=optional([instance_of(int), ge(100), le(999)])
    )
    on: int | None = field(default=None, kw_only=True, validator=optional(ge(1)))
    times: int = field(default=1, kw_only=True, validator=ge(1))
    path: str | None = field(default=None, kw_only=True, validator=optional(instance_of(str)))
    message: str | None = field(default=None, kw_only=True, validator=optional(instance_of(str)))
    headers: Mapping[str, str] = field(factory=dict, kw_only=True)
    body: bytes | None = field(default=None, kw_only=True)
    delay: float = field(default=0.0, kw_only=True, validator=ge(0.0))
    drop: bool = field(default=False, kw_only=True)
    retry_after: float | str | None = field(default=None, kw_only=True)

    @property
    def all_headers(self) -> dict[str, str]:
        """``headers``, with ``Retry-After`` if there is one."""
        if self.retry_after is None:
            return dict(self.headers)
        value = self.retry_after
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return {**self.headers, "Retry-After": str(value)}

    @property
    def brief(self) -> str:
        """What differs from the defaults, as Python."""
        told = [
            f"{each.name}={value!r}"
            for each in fields(Fault)
            if (value := getattr(self, each.name)) not in (None, False, 0.0, {})
            and not (each.name == "times" and value in (1, FOR_GOOD))
        ]
        return f"Fault({', '.join(told)})"


@define
class _Entry:
    fault: Fault
    seen: int = 0
    fired: int = 0

    def is_due(self) -> bool:
        on = self.fault.on
        return on is not None and on <= self.seen < on + self.fault.times

    def is_over(self) -> bool:
        on = self.fault.on
        if on is None:
            return self.fired >= self.fault.times
        return self.seen >= on + self.fault.times - 1


class Script:
    """Faults that wait for their request. Safe to add to from any thread."""

    def __init__(self) -> None:
        self._entries: list[_Entry] = []
        self._missed: list[Fault] = []
        self._lock = Lock()

    def add(self, *faults: Fault) -> None:
        """Append faults; where two want the same request, the earlier has it."""
        with self._lock:
            self._entries += [_Entry(fault) for fault in faults]

    def take(self, path: str) -> Fault | None:
        """The fault for the request that has just come, if any. One for an exact number wins."""
        with self._lock:
            matching = [e for e in self._entries if path.startswith(e.fault.path or "")]
            for entry in matching:
                entry.seen += 1
            waiting = (entry for entry in matching if entry.fault.on is None)
            due = (entry for entry in matching if entry.is_due())
            chosen = next(due, None) or next(waiting, None)
            if chosen is not None:
                chosen.fired += 1
            over = [entry for entry in self._entries if entry.is_over()]
            self._missed += [entry.fault for entry in over if not entry.fired]
            self._entries = [entry for entry in self._entries if not entry.is_over()]
        return chosen.fault if chosen else None

    def unused(self) -> list[Fault]:
        """The faults that no request has met: those that wait, and those that came second."""
        with self._lock:
            return self._missed + [entry.fault for entry in self._entries if not entry.fired]

    def clear(self) -> None:
        """Forget every fault."""
        with self._lock:
            self._entries.clear()
            self._missed.clear()
