"""Every way in which a request can go wrong, as a deck of cards to draw from."""

import gzip
import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import msgspec
from attrs import frozen

from tests.wire.faultserver import FIN, RST, SILENCE, Drip, Step, answer, chunked, head

__all__ = ["FATAL", "ODD", "PASSING", "Asked", "Deck"]

DATE = "Date: Thu, 01 Jan 2026 00:00:00 GMT"
GATEWAY = b"<!doctype html><title>Bad gateway</title><p>Try again.</p>"


@frozen
class Asked:
    """One request, and the body of its right answer.

    Attributes:
        path: Path, decoded.
        query: Query, decoded.
        body: What the service says to it.
        later: Gives what it says to the request for the page after it, where pages have numbers.
    """

    path: str
    query: Mapping[str, str]
    body: bytes
    later: Callable[[], bytes] | None = None

    @property
    def first(self) -> bool:
        """Whether it is for the first page."""
        token, number = self.query.get("page_token"), self.query.get("pagination.page", "0")
        return token is None and number == "0"


Play = Callable[[Asked], Sequence[Step]]
"""What is sent instead of the right answer; nothing where the card does not fit the request."""


def _whole(body: bytes) -> bytes:
    return answer(body)


def _chunks(body: bytes) -> bytes:
    pieces = [body[at : at + 1000] for at in range(0, len(body), 1000)]
    return head("Transfer-Encoding: chunked") + chunked(*pieces)


def _gzip_without_length(body: bytes) -> bytes:
    return head("Content-Encoding: gzip") + gzip.compress(body, 1)


def _zipped(body: bytes) -> bytes:
    return answer(gzip.compress(body, 1), "Content-Encoding: gzip")


def _two_members(body: bytes) -> bytes:
    half = len(body) // 2
    members = gzip.compress(body[:half], 1) + gzip.compress(body[half:], 1)
    return answer(members, "Content-Encoding: gzip")


def _lost(render: Callable[[bytes], bytes], end: Step, cut: int, asked: Asked) -> Sequence[Step]:
    return [render(asked.body)[:cut], end]


def _said(raw: bytes, _: Asked) -> Sequence[Step]:
    return [raw]


def _refused(status: str, *headers: str) -> Play:
    body = b'{"message":"not now","code":14,"details":[]}'
    return partial(_said, answer(body, *headers, status=status))


def _page_of_html(status: str) -> Play:
    return partial(_said, answer(GATEWAY, status=status, content_type="text/html"))


_CUTS: dict[str, tuple[Callable[[bytes], bytes], int]] = {
    "before the head": (_whole, 0),
    "inside the head": (_whole, 30),
    "inside the body": (_whole, -20),
    "after the head of chunks": (_chunks, 68),
    "inside a chunk": (_chunks, -20),
    "before the last chunk": (_chunks, -5),
    "inside gzip without a length": (_gzip_without_length, -9),
}
_STATUSES = (
    "408 Request Timeout",
    "500 Internal Server Error",
    "502 Bad Gateway",
    "503 Service Unavailable",
    "504 Gateway Timeout",
)
# The last ones say nothing that can be waited for.
_RETRY_AFTERS = (
    "Retry-After: 0",
    "Retry-After: 3",
    "Retry-After: 1.5",
    "Retry-After-Ms: 250",
    "Retry-After: Thu, 01 Jan 2026 00:00:07 GMT",
    "Retry-After: Thu, 01 Jan 2015 00:00:00 GMT",
    "Retry-After: Thu, 01 Jan 100000 00:00:00 GMT",
    "Retry-After: -1",
    "Retry-After: inf",
    "Retry-After: nan",
    "Retry-After: 1_000",
    # Arabic digits, as UTF-8 puts them on the wire.
    "Retry-After: \xd9\xa3",
    "Retry-After: ",
    "X-Nothing: said",
)


def _gzip_cut_short(asked: Asked) -> Sequence[Step]:
    """The frame is whole, so only the compressed data says that something is missing."""
    return [answer(gzip.compress(asked.body, 1)[:-9], "Content-Encoding: gzip")]


PASSING: dict[str, Play] = {
    **{
        f"{how} {place}": partial(_lost, render, end, cut)
        for how, end in (("closed", FIN), ("reset", RST))
        for place, (render, cut) in _CUTS.items()
    },
    **{status: _refused(status) for status in _STATUSES},
    **{f"{status} as HTML": _page_of_html(status) for status in _STATUSES[2:4]},
    **{f"429 {said}": _refused("429 Too Many Requests", DATE, said) for said in _RETRY_AFTERS},
    "503 Retry-After": _refused("503 Service Unavailable", DATE, "Retry-After: 2"),
    "gzip cut short": _gzip_cut_short,
    "silence": lambda _: [SILENCE],
    "silence inside the body": lambda asked: [answer(asked.body)[:-20], SILENCE],
    "slow head": lambda asked: [Drip(answer(asked.body), 0.02)],
    "slow body": lambda asked: [head("Content-Length: 9999"), Drip(asked.body, 0.02)],
}
"""What trying again makes good."""


ODD: dict[str, Play] = {
    "chunks": lambda asked: [_chunks(asked.body)],
    "gzip": lambda asked: [_zipped(asked.body)],
    "gzip of two members": lambda asked: [_two_members(asked.body)],
    "no length": lambda asked: [head() + asked.body, FIN],
    "gzip without a length": lambda asked: [_gzip_without_length(asked.body), FIN],
    "closed behind the answer": lambda asked: [answer(asked.body), FIN],
    "a goodbye behind the answer": lambda asked: [
        answer(asked.body) + answer(b"", "Connection: close", status="408 Request Timeout"),
        FIN,
    ],
    "a lying charset": lambda asked: [
        answer(asked.body, content_type="application/json; charset=utf-16")
    ],
}
"""Right answers in unusual clothes."""


def _broken(
    change: Callable[[bytes], bytes], *headers: str, kind: str = "application/json"
) -> Play:
    return lambda asked: [answer(change(asked.body), *headers, content_type=kind)]


def _with_bad_field(value: bytes) -> Play:
    """Both services' pages have one of these fields, and it is no such thing."""
    return _broken(lambda _: b'{"items":%b,"operations":%b,"next_page":null}' % (value, value))


def _bad_request(asked: Asked) -> Sequence[Step]:
    # To page 0, a 400 means that pages are counted from 1.
    return [] if asked.first else _refused("400 Bad Request")(asked)


def _repeated_token(asked: Asked) -> Sequence[Step]:
    token = asked.query.get("page_token")
    if token is None:
        return []
    return [answer(msgspec.json.encode({**msgspec.json.decode(asked.body), "next_page": token}))]


def _page_after(asked: Asked) -> Sequence[Step]:
    # Instead of page 0, page 1 means that pages are counted from 1.
    return [] if asked.first or asked.later is None else [answer(asked.later())]


_FLAT_REFUSALS = (
    "401 Unauthorized",
    "403 Forbidden",
    "404 Not Found",
    "409 Conflict",
    "410 Gone",
    "418 I'm a teapot",
    "422 Unprocessable Content",
    "501 Not Implemented",
)
_BOTH_LENGTHS = head("Content-Length: 12", "Transfer-Encoding: chunked") + chunked(b'{"items":[]}')

FATAL: dict[str, Play] = {
    **{status: _refused(status) for status in _FLAT_REFUSALS},
    "400 Bad Request": _bad_request,
    "a redirect": _refused("302 Found", "Location: https://elsewhere.example/operations"),
    "Retry-After of 1e9": _refused("429 Too Many Requests", "Retry-After: 1e9"),
    "Retry-After above the cap": _refused("503 Service Unavailable", "Retry-After: 121"),
    "no length, closed inside": lambda asked: [head() + asked.body[:-20], FIN],
    "no length, reset inside": lambda asked: [head() + asked.body[:-20], RST],
    "no length, closed at once": lambda _: [head(), FIN],
    "Content-Length and Transfer-Encoding": lambda _: [_BOTH_LENGTHS, FIN],
    "NUL in the head": lambda asked: [answer(asked.body, "X-Api-Call-Id: a\0b"), FIN],
    "a header line of 40 kB": lambda asked: [answer(asked.body, f"X-Long: {'x' * 40_000}"), FIN],
    "gzip that is none": lambda asked: [answer(asked.body, "Content-Encoding: gzip")],
    "another encoding": lambda asked: [answer(asked.body, "Content-Encoding: br")],
    "too large": _broken(lambda body: body + b" " * (1 << 20)),
    "an empty body": _broken(lambda _: b""),
    "HTML": _broken(lambda _: GATEWAY, kind="text/html"),
    "JSON that says it is HTML": _broken(lambda body: body, kind="text/html"),
    "half a document": _broken(lambda body: body[: len(body) // 2]),
    "invalid UTF-8": _broken(lambda body: body[:-1] + b',"note":"\xff"}'),
    "a BOM": _broken(lambda body: b"\xef\xbb\xbf" + body),
    "NaN": _with_bad_field(b"NaN"),
    "100,000 deep": _with_bad_field(b"[" * 100_000 + b"]" * 100_000),
    "a number for a list": _with_bad_field(b"7"),
    "null for an item": _with_bad_field(b"[null]"),
    "a token used before": _repeated_token,
    "the page after": _page_after,
}
"""What ends a call, by design: the walk goes on from the error's checkpoint."""


class Deck:
    """Cards in random order; all are drawn before one comes again, if they fit."""

    def __init__(self, cards: Mapping[str, Play], dice: random.Random) -> None:
        self._cards = cards
        self._dice = dice
        self._left: list[str] = []

    def draw(self, asked: Asked) -> tuple[str, Sequence[Step]]:
        """The name of the next card that fits the request, and what it plays."""
        for _ in range(2):
            for name in self._left:
                steps = self._cards[name](asked)
                if steps:
                    self._left.remove(name)
                    return name, steps
            self._left += self._dice.sample(list(self._cards), len(self._cards))
        raise RuntimeError("no card fits")
