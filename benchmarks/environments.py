"""Environments of their own for peers whose pins clash with the rest.

They lie in the user's cache folder, outside the tree, and are made once.
"""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

__all__ = ["own_python"]


def own_python(requirement: str) -> str:
    """The Python of an environment that holds ``requirement`` and nothing else.

    It is made where there is none yet, which takes a network and says so.

    Raises:
        subprocess.CalledProcessError: pip could not install it.
    """
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    home = _cache() / f"{requirement.replace('==', '-')}-python{version}"
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    complete = home / "complete"
    if not complete.exists():
        print(f"Making an environment for {requirement} in {home}", file=sys.stderr)
        shutil.rmtree(home, ignore_errors=True)
        venv.create(home, with_pip=True)
        quiet = ["-q", "--disable-pip-version-check"]
        command = [str(python), "-m", "pip", "install", *quiet, requirement]
        subprocess.run(command, check=True, stdout=sys.stderr)
        complete.touch()
    return str(python)


def _cache() -> Path:
    if os.name == "nt":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "asyncops-benchmarks"
