"""One contestant in a process of its own, so that memory and garbage are its own as well.

``python -m benchmarks.worker MODULE:NAME ARGUMENTS`` reads lines. For each it runs once and answers
with a line of JSON: ``{"seconds": ..., "cpu": ..., "items": ...}`` or ``{"error": ...}``; for the
line ``idle``, it does all of that but the run. It needs the standard library alone, since some
contestants have an environment of their own.
"""

import asyncio
import contextlib
import gc
import json
import sys
import traceback
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from time import perf_counter, process_time
from typing import Any

__all__ = ["Contestant", "Run", "Tally", "count"]

Tally = Mapping[str, float]
"""What a run counted: its ``items``, and what else it has to say."""

Run = Callable[[], Awaitable[Tally]]

Contestant = Callable[..., AbstractAsyncContextManager[Run]]
"""Sets a client up and gives what runs it once."""


async def count(items: AsyncIterable[object]) -> Tally:
    """Walk to the end, as a program would."""
    found = 0
    async for _ in items:
        found += 1
    return {"items": found}


async def _idle() -> Tally:
    return {"items": 0}


async def _timed(run: Run) -> dict[str, float]:
    gc.collect()
    start, cpu = perf_counter(), process_time()
    tally = await run()
    return {"seconds": perf_counter() - start, "cpu": process_time() - cpu, **tally}


def _answer(**answer: Any) -> None:
    print(json.dumps(answer), flush=True)


def main(place: str, arguments: str) -> None:
    """Set the contestant up, then run it once for each line that comes."""
    with asyncio.Runner() as runner, contextlib.ExitStack() as stack:
        try:
            module, _, name = place.partition(":")
            contestant: Contestant = getattr(import_module(module), name)
            client = contestant(**json.loads(arguments))
            run = runner.run(_entered(client))
            stack.callback(lambda: runner.run(_left(client)))
            for line in sys.stdin:
                _answer(**runner.run(_timed(_idle if line == "idle\n" else run)))
        except Exception as error:  # noqa: BLE001 - whatever it is, the table says it
            traceback.print_exc()
            _answer(error=f"{type(error).__name__}: {error}")


async def _entered(client: AbstractAsyncContextManager[Run]) -> Run:
    return await client.__aenter__()


async def _left(client: AbstractAsyncContextManager[Run]) -> None:
    await client.__aexit__(None, None, None)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
