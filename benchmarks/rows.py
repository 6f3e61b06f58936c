"""The rows of the table."""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Protocol

from benchmarks.duel import Duel
from benchmarks.growth import WAYS, Growth
from benchmarks.outcome import Outcome
from benchmarks.rig import Contestant, Load
from benchmarks.server import Settings
from benchmarks.verdict import Floor

__all__ = ["KITTYCAD", "ROWS", "Row"]

# The last release of Zoo's own client that lists these calls. It wants attrs below 26.
KITTYCAD = "kittycad==1.3.5"

_LATENCY = 0.02
# Importing asyncops alone loads next to nothing: its names are loaded when they are asked for.
_IMPORT = "from asyncops import ChainloopClient, ZooClient"
_at_most = partial(Floor, at_least=False)


class Row(Protocol):
    """One row or several."""

    def measure(self, *, quick: bool) -> Iterator[Outcome]:
        """Measure; ``quick`` is a look, no proof."""
        ...


def _calls(pages: int, keys: str = "alphabetical", latency: float = 0.0) -> Load:
    settings = Settings(pages={"completed": pages}, keys=keys, latency=latency)
    return Load(pages * 100, settings)


def _statuses(pages: int) -> Load:
    """Six tenths are completed."""
    tenth = pages // 10
    shares = dict.fromkeys(("queued", "uploaded", "in_progress", "failed"), tenth)
    settings = Settings(pages={**shares, "completed": 6 * tenth}, latency=_LATENCY)
    return Load(tenth * 1000, settings)


def _mixed(pages: int) -> Load:
    return Load(pages * 100, Settings(pages={"": pages}, latency=_LATENCY))


def _numbered(pages: int) -> Load:
    return Load(pages * 100, Settings(numbered=pages, latency=_LATENCY))


def _decoded(pages: int, keys: str, digits: int) -> Load:
    return Load(pages * 100, arguments={"pages": pages, "keys": keys, "digits": digits})


def _prompts(pages: int) -> Load:
    return Load(pages * 100, Settings(), {"count": pages * 100, "concurrency": 64})


def _side_by_side(name: str, **arguments: object) -> Contestant:
    return Contestant("aiohttp, msgspec on attrs", f"side_by_side:{name}", arguments)


def _way(way: str, name: str = "asyncops") -> Contestant:
    return Contestant(name, "ours:walk", {"way": way})


_OURS = _way("one status")
_BARE = Contestant("aiohttp, json.loads", "bare:walk")
_BARE_TYPED = Contestant("aiohttp, msgspec on attrs", "bare:walk", {"typed": True})
_WALK = "typed walk, 500 pages of 100"
_slow = partial(_calls, latency=_LATENCY)

_WALKS = tuple(
    Duel(
        name="walk-bare",
        work=f"{_WALK}, keys {keys}",
        ours=_OURS,
        other=_BARE,
        load=partial(_calls, keys=keys),
        floor=floor,
        ceiling=_BARE_TYPED,
    )
    for keys, floor in (("alphabetical", Floor(1.05)), ("shuffled", Floor(1.0)), ("model", None))
)
_PEERS = {
    name: Duel(
        name=name,
        work="typed walk, 200 pages of 100",
        ours=_OURS,
        other=other,
        load=_calls,
        pages=200,
        floor=floor,
        rounds=6,
        runs=1,
    )
    for name, other, floor in (
        (
            "walk-kittycad",
            Contestant("kittycad", "kittycad:walk", requirement=KITTYCAD),
            Floor(3.5),
        ),
        ("walk-openai", Contestant("openai", "openai:walk"), Floor(12.0)),
        ("walk-httpx", Contestant("httpx, pydantic", "bare:walk_httpx"), None),
        ("walk-dlt", Contestant("dlt, no models", "dlt:walk"), None),
    )
}
_DECODING = tuple(
    Duel(
        name="decoding",
        work=f"decoding 100 pages of 100, keys {keys}, {digits} digits after the second",
        ours=Contestant("asyncops", "decoding:asyncops"),
        other=Contestant("pydantic", "decoding:pydantic"),
        load=partial(_decoded, keys=keys, digits=digits),
        pages=100,
        floor=floor,
        runs=5,
        ceiling=Contestant("msgspec on attrs", "decoding:msgspec"),
    )
    for keys, digits, floor in (
        ("alphabetical", 3, Floor(1.8)),
        ("shuffled", 3, Floor(1.8)),
        ("model", 3, None),
        ("alphabetical", 9, None),
    )
)
_OBSERVED = tuple(
    Duel(
        name="observed",
        work=f"{_WALK}; {name}",
        ours=Contestant(name, "ours:walk", {"observer": observer}),
        other=_OURS,
        load=_calls,
        floor=_at_most(limit),
    )
    for observer, name, limit in (
        ("logging", "logging at DEBUG, kept in memory", 1.03),
        ("api", "OpenTelemetry, no SDK set up", 1.05),
        ("sdk", "OpenTelemetry, its SDK recording all", 1.5),
    )
)

ROWS: Mapping[str, Sequence[Row]] = {
    "walk-bare": _WALKS,
    **{name: [row] for name, row in _PEERS.items()},
    "decoding": _DECODING,
    "kit": [
        Duel(
            name="kit",
            work=f"{_WALK}; described by the kit, against written by hand",
            ours=_way("by the kit"),
            other=_way("by hand", "written by hand"),
            load=_calls,
            floor=Floor(0.98),
        )
    ],
    "get-many": [
        Duel(
            name="get-many",
            work="get_many of 10,000 ids, 64 at once",
            ours=Contestant("asyncops", "ours:get_many"),
            other=Contestant("aiohttp, json.loads", "bare:get_many"),
            load=_prompts,
            pages=100,
            floor=Floor(0.9),
            rounds=8,
            runs=1,
            ceiling=Contestant("aiohttp, msgspec on attrs", "bare:get_many", {"typed": True}),
        )
    ],
    "two-ended": [
        Duel(
            name="two-ended",
            work="200 pages of 100 at 20 ms, from both ends; one page after the other",
            ours=_way("one status, two-ended"),
            other=_way("one status", "sequential"),
            load=_slow,
            pages=200,
            floor=Floor(1.9),
            by="seconds",
            rounds=4,
            runs=1,
            ceiling=_side_by_side("both_ends"),
        )
    ],
    "numbered": [
        Duel(
            name="numbered",
            work="concurrent(16), 500 numbered pages at 20 ms; the round trips alone",
            ours=_way("numbered, concurrent"),
            # The first page by itself, then the others 16 at a time.
            other=lambda pages: (math.ceil((pages - 1) / 16) + 1) * _LATENCY,
            load=_numbered,
            floor=_at_most(1.12),
            by="seconds",
            runs=1,
            ceiling=_side_by_side("numbered"),
        )
    ],
    "statuses": [
        Duel(
            name="statuses",
            work="all five statuses, concurrent(16), 500 pages at 20 ms; half of the longest alone",
            ours=_way("all statuses, concurrent"),
            other=lambda pages: pages * 6 // 10 // 2 * _LATENCY,
            load=_statuses,
            floor=_at_most(1.2),
            by="seconds",
            rounds=4,
            runs=1,
            ceiling=_side_by_side("both_ends", all_statuses=True),
        )
    ],
    "window": [
        Duel(
            name="window",
            work=f"concurrent(16) with a window, 320 pages at 20 ms{of}; one after the other",
            ours=_way(f"{way}, concurrent"),
            other=_way(way, "sequential"),
            load=load,
            pages=320,
            floor=Floor(12.0),
            by="seconds",
            rounds=4,
            runs=1,
            ceiling=_side_by_side("windows", **query),
        )
        for way, load, of, query in (
            ("window", _slow, "", {"status": "completed"}),
            ("all statuses, window", _mixed, ", all statuses", {}),
        )
    ],
    "growth": [Growth(way) for way in WAYS],
    "observed": _OBSERVED,
    "start-up": [
        Duel(
            name="start-up",
            work="importing both clients, a whole process; importing aiohttp",
            ours=Contestant("asyncops", "start:process", {"code": _IMPORT}),
            other=Contestant("aiohttp", "start:process", {"code": "import aiohttp"}),
            load=lambda _: Load(1),
            floor=_at_most(1.3),
            rounds=20,
            runs=1,
            counted=False,
        )
    ],
}
"""By the names that ``--only`` takes."""
