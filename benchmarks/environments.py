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
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    name = f"{requirement.replace('==', '-')}-python{version}"
    home = cache / "asyncops-benchmarks" / name
    if not (home / "complete").exists():
        print(f"Making an environment for {requirement} in {home}", file=sys.stderr)
        shutil.rmtree(home, ignore_errors=True)
        venv.create(home, with_pip=True)
        command = [
            str(home / "bin/pip"),
            "install",
            "-q",
            "--disable-pip-version-check",
            requirement,
        ]
        subprocess.run(command, check=True, stdout=sys.stderr)
        (home / "complete").touch()
    return str(home / "bin/python")
