"""Distributions that register services, for the tests of the command line."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from asyncops.cli import resources

Register = Callable[..., None]


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Register]:
    """Installs a distribution that registers services."""
    folder = tmp_path / "site"
    folder.mkdir()

    def installing(distribution: str, **entries: str) -> None:
        info = folder / f"{distribution}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n"
        )
        lines = [f"{name} = {value}\n" for name, value in entries.items()]
        (info / "entry_points.txt").write_text("".join([f"[{resources.GROUP}]\n", *lines]))
        resources.installed.cache_clear()

    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("ASYNCOPS_CONFIG", os.devnull)
    yield installing
    resources.installed.cache_clear()
