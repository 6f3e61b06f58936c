"""What the figures were measured with."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from asyncops.version import VERSION

__all__ = ["machine", "versions"]

_PACKAGES = ("aiohttp", "attrs", "cattrs", "msgspec", "tenacity", "pydantic", "openai")


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
