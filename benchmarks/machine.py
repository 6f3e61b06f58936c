"""What the figures were measured with, and how steady it was."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter, process_time

from attrs import define, field

from asyncops.version import VERSION

__all__ = ["Steadiness", "machine", "versions"]

_PACKAGES = (
    *("aiohttp", "attrs", "cattrs", "msgspec", "tenacity"),
    *("pydantic", "openai", "httpx", "dlt", "opentelemetry-sdk"),
)


@define
class Steadiness:
    """A fixed piece of work, done before each row: what it takes says how the machine wavers."""

    seconds: list[float] = field(factory=list)
    cpu: list[float] = field(factory=list)

    def probe(self) -> None:
        """Do it once more."""
        start, cpu = perf_counter(), process_time()
        sum(each * each for each in range(1_000_000))
        self.seconds.append(perf_counter() - start)
        self.cpu.append(process_time() - cpu)

    def __str__(self) -> str:
        spans = [
            f"{min(each) * 1000:.0f} to {max(each) * 1000:.0f} ms {of}"
            for each, of in ((self.seconds, "on the wall"), (self.cpu, "of the processor"))
        ]
        return f"The same piece of work took {' and '.join(spans)}, row by row"


def machine() -> dict[str, object]:
    """The machine, and how busy it is now."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "load": list(os.getloadavg()) if hasattr(os, "getloadavg") else None,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def versions() -> dict[str, str]:
    """The version of each package that takes part, where it is installed."""
    found = {"asyncops": VERSION}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
