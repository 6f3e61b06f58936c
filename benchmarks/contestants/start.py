"""Whole processes that import a module and end."""

import resource
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from benchmarks.worker import Run, Tally

__all__ = ["process"]


@asynccontextmanager
async def process(code: str) -> AsyncIterator[Run]:
    """Run a program in a process of its own, whose processor time is the one that counts."""

    async def run() -> Tally:
        before = _used()
        subprocess.run([sys.executable, "-c", code], check=True)  # noqa: ASYNC221 - it is alone
        return {"items": 1, "cpu": _used() - before}

    yield run


def _used() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
