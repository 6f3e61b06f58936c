"""The progress of an upload: a bar on a terminal, which is gone at the end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress_bar import ProgressBar

from asyncops.cli.output.progress_line import progress_line
from asyncops.cli.text.times import span
from asyncops.http.sending import OnUpload, UploadProgress

__all__ = ["upload_line"]

_EVERY = 0.1


@contextmanager
def upload_line(name: str, *, hidden: bool) -> Iterator[OnUpload | None]:
    """Show how far an upload has come: gives the hook that is told of it.

    Args:
        name: What is sent.
        hidden: Whether the command writes something else to standard error meanwhile.
    """
    line = progress_line(hidden=hidden)
    if line is None:
        yield None
        return
    began, next_draw = time.monotonic(), 0.0

    def on_upload(progress: UploadProgress) -> None:
        nonlocal next_draw
        now, whole = time.monotonic(), progress.sent == progress.total
        if now >= next_draw or whole:
            next_draw = now + _EVERY
            bar = ProgressBar(total=progress.total, completed=progress.sent)
            line.draw(_words(name, progress, now - began), bar)

    try:
        yield on_upload
    finally:
        line.clear()


def _words(name: str, progress: UploadProgress, passed: float) -> str:
    if progress.sent == progress.total:
        return f"sent {name}, waiting for the answer"
    of = "" if progress.total is None else f" of {progress.total:,}"
    words = f"sending {name}: {progress.sent:,}{of} bytes, {span(round(passed))}"
    return f"{words}, {progress.sent / passed:,.0f}/s" if passed > 1 else words
