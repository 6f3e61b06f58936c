"""How much memory this process has held at the most."""

import sys
from pathlib import Path

__all__ = ["resident_peak"]


def resident_peak() -> int:
    """The process's highest resident size so far, in bytes, as the system counts it."""
    # Where there is /proc, getrusage starts from what the parent held when it forked.
    status = Path("/proc/self/status")
    if status.exists():
        high = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(high.split()[1]) * 1024
    import resource  # noqa: PLC0415 - not every system has it

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
