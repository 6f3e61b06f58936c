"""What arrived on the wire."""

from collections import Counter, deque
from collections.abc import Mapping
from functools import lru_cache
from threading import Lock
from types import MappingProxyType

from attrs import define

_KEPT = 100_000


@define
class RecordedRequest:
    """One request as the server saw it.

    Attributes:
        method: ``GET``, mostly.
        path: Decoded, without the query.
        query: Decoded parameters; the first of each name.
        headers: By lower-case name, without those that hold a credential.
        authorized: Whether the credential was the server's.
        at: When it came, in seconds since the epoch, on the server's clock.
        status: What it was answered with; None while it is not, and for good if the connection
            was lost first.
        body: The body.
    """

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    authorized: bool
    at: float
    status: int | None = None
    body: bytes = b""


@lru_cache(256)
def recorded_headers(
    raw: tuple[tuple[bytes, bytes], ...], secret: frozenset[str]
) -> Mapping[str, str]:
    """Return the headers to be recorded. Equal ones share one mapping: a client repeats its own.

    Args:
        raw: All headers.
        secret: The names of those that are not recorded, in lower case.
    """
    names = (
        (name.decode("latin-1").lower(), value.decode("utf-8", "replace")) for name, value in raw
    )
    return MappingProxyType({name: value for name, value in names if name not in secret})


class Log:
    """The newest requests whole, and the exact count of all. Safe to read from any thread."""

    def __init__(self) -> None:
        self._requests: deque[RecordedRequest] = deque(maxlen=_KEPT)
        self._counts: Counter[str] = Counter()
        self._lock = Lock()

    def add(self, request: RecordedRequest) -> None:
        """Record one more."""
        with self._lock:
            self._requests.append(request)
            self._counts[request.path] += 1

    def requests(self) -> list[RecordedRequest]:
        """The newest, oldest first."""
        with self._lock:
            return list(self._requests)

    def count(self, path: str | None) -> int:
        """How many requests came, for this very path or in all."""
        with self._lock:
            return self._counts.total() if path is None else self._counts[path]

    def clear(self) -> None:
        """Forget all of it."""
        with self._lock:
            self._requests.clear()
            self._counts.clear()
