"""The command line, ``asyncops``. It needs the extra ``asyncops[cli]``."""

import sys

__all__ = ["main"]

_INTERRUPTED = 130
_EXTRA = frozenset({"platformdirs", "rich", "typer"})


def main() -> int:
    """Run the command that ``sys.argv`` asks for.

    Returns:
        The exit code, where the command line itself does not end the program: 2 when the extra is
        not installed.
    """
    try:
        from asyncops.cli.app import run  # noqa: PLC0415 - typer and rich may be missing

        return run()
    except KeyboardInterrupt:
        # It takes a moment to load all this.
        return _INTERRUPTED
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        sys.stderr.write("the command line needs the extra: pip install 'asyncops[cli]'\n")
        return 2
