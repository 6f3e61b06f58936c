"""What importing asyncops costs a program that imports nothing else."""

import subprocess
import sys
from collections.abc import Iterator
from statistics import median
from time import perf_counter

from benchmarks.effort import Effort
from benchmarks.outcome import Bound, Figures, Outcome
from benchmarks.rig import ROOT

__all__ = ["measure"]

# Importing asyncops alone loads next to nothing: its names are loaded when they are asked for.
_IMPORTS = {
    "asyncops": "from asyncops import ChainloopClient, ZooClient",
    "aiohttp": "import aiohttp",
}


def measure(effort: Effort) -> Iterator[Outcome]:
    """Whole processes, in turns with those that import aiohttp."""
    for each in _IMPORTS:
        _seconds(each)
    pairs = []
    for at in range(effort.schedule(40, 8)):
        order = ("asyncops", "aiohttp") if at % 2 == 0 else ("aiohttp", "asyncops")
        pairs.append({module: _seconds(module) for module in order})
    yield Outcome(
        name="start-up",
        work="import both clients of asyncops, a whole process; import aiohttp",
        bound=Bound(limit=1.3, at_least=False),
        figures=tuple(
            Figures(module, "s", tuple(pair[module] for pair in pairs))
            for module in ("asyncops", "aiohttp")
        ),
        measured=median(pair["asyncops"] / pair["aiohttp"] for pair in pairs),
    )


def _seconds(module: str) -> float:
    start = perf_counter()
    subprocess.run([sys.executable, "-c", _IMPORTS[module]], check=True, cwd=ROOT)
    return perf_counter() - start
