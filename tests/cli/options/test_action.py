"""The content that a command sends."""

import io
import os
from pathlib import Path

from asyncops.cli.options.action import Content


def test_a_file_has_a_buffer_and_a_pipe_has_none(tmp_path: Path) -> None:
    """A file may be closed while a thread reads from it; a thread may wait for a pipe for ever."""
    file, pipe = tmp_path / "file", tmp_path / "pipe"
    file.write_bytes(b"points")
    os.mkfifo(pipe)
    writer = os.open(pipe, os.O_RDWR)
    try:
        with Content(file=file).opened() as content:
            assert isinstance(content, io.BufferedReader)
        with Content(file=pipe).opened() as content:
            assert isinstance(content, io.FileIO)
    finally:
        os.close(writer)
