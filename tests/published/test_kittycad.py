"""Zoo's own client reads the fake Zoo, and counts the same there as asyncops.

Run with ``pytest -m peers``. ``ASYNCOPS_KITTYCAD`` names the Python of an environment with
``tests/published/kittycad.txt``; without it the test makes one, which takes a network.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from asyncops import ApiCallStatus, ZooClient
from asyncops.testing import FakeServer

HERE = Path(__file__).parent

pytestmark = [pytest.mark.peers, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def kittycad(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python that can import it."""
    given = os.environ.get("ASYNCOPS_KITTYCAD")
    if given:
        return given
    home = tmp_path_factory.mktemp("kittycad")
    subprocess.run([sys.executable, "-m", "venv", home], check=True)
    python = str(home / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    pins = str(HERE / "kittycad.txt")
    subprocess.run(
        [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", pins],
        check=True,
        stdout=sys.stderr,
    )
    return python


async def test_kittycad_reads_the_fake_whole_and_counts_the_same(kittycad: str) -> None:
    """Both listings over several pages, every result with its files, every prompt."""
    with FakeServer(operations=600, prompts=130) as server:
        # All has ended, so that both read the same.
        server.advance(60)
        theirs = await asyncio.to_thread(read_by_kittycad, kittycad, server.url, server.token)
        ours = await read(server.url, server.token)
    assert len(ours["files"]) > 500
    assert theirs == ours


def read_by_kittycad(python: str, url: str, token: str) -> Any:
    """What its program says that it has read."""
    done = subprocess.run(
        [python, HERE / "kittycad_walk.py", url, token],
        capture_output=True,
        encoding="utf-8",
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


async def read(url: str, token: str) -> dict[str, Any]:
    """The same by asyncops."""
    types: Counter[str] = Counter()
    files: dict[str, int] = {}
    operations: dict[str, list[str]] = {}
    async with ZooClient(token, base_url=url) as zoo:
        for status in ApiCallStatus:
            calls = await zoo.operations.list(status=status, limit=40).collect()
            operations[status.value] = [str(call.id) for call in calls]
            for call in calls:
                result = await zoo.operations.get(call.id)
                types[str(result.type)] += 1
                outputs = getattr(result, "outputs", None) or {}
                files[str(call.id)] = sum(map(len, outputs.values()))
        prompts = await zoo.ml_prompts.list(limit=40).collect()
        known = [str((await zoo.ml_prompts.get(prompt.id)).id) for prompt in prompts]
    return {
        "operations": operations,
        "prompts": [str(prompt.id) for prompt in prompts],
        "types": types,
        "files": files,
        "prompts_by_id": known,
    }
