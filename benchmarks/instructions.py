"""The instructions that a page takes in the client's process, as Callgrind counts them."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from benchmarks.outcome import Unmeasured
from benchmarks.rig import Contestant, Load, Worker, page_server, worker

__all__ = ["instructions"]

# Under Callgrind a page takes fifty times as long, and each counts the same.
_PAGES = 20
# The first run, which fills the caches, need not be counted: that would take fifty times as long.
_CALLGRIND = (
    *("valgrind", "-q", "--tool=callgrind", "--instr-atstart=no"),
    f"--callgrind-out-file={os.devnull}",
)
_THREAD = re.compile(r"^\s*Th \d+ +([\d,]+|\.)\s*$", re.MULTILINE)
_known: dict[str, float] = {}


def instructions(
    contestants: Sequence[Contestant], load: Callable[[int], Load]
) -> Mapping[str, float]:
    """Return what a page of a hundred takes, by the name of the contestant.

    There is nothing in it where Valgrind is not installed.

    Raises:
        Unmeasured: A contestant failed, or Callgrind did.
    """
    if not (shutil.which("valgrind") and shutil.which("callgrind_control")):
        return {}
    given = load(_PAGES)
    with ThreadPoolExecutor() as pool:
        # Side by side: what else the machine does changes no count.
        counts = pool.map(lambda each: _counted(each, given), contestants)
        return {each.name: count for each, count in zip(contestants, counts, strict=True)}


def _counted(contestant: Contestant, load: Load) -> float:
    key = repr((contestant.place, contestant.arguments, load))
    if key not in _known:
        with (
            page_server(load.settings) as url,
            worker(contestant, load, url, under=_CALLGRIND) as process,
        ):
            _known[key] = _of_a_run(process, load.items) / _PAGES
    return _known[key]


def _of_a_run(process: Worker, items: int) -> float:
    """The instructions of a run, less those of all else that a worker does for it."""
    process.run(items=items)
    _control(process, "--instr=on")
    marks = [_total(process)]
    for each in (0, items):
        process.run(items=each)
        marks.append(_total(process))
    before, idle, after = marks
    return (after - idle) - (idle - before)


def _total(process: Worker) -> int:
    """All that it has counted so far: a line for each thread, such as `` Th 1  59,532,026``."""
    found = _THREAD.findall(_control(process, "-e"))
    return sum(int(each.replace(",", "")) for each in found if each != ".")


def _control(process: Worker, option: str) -> str:
    command = ["callgrind_control", option, str(process.process.pid)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise Unmeasured(f"{process.name}: {done.stderr.strip()}")
    return done.stdout
