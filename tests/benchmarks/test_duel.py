"""Two contestants that run in turns."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from benchmarks import duel
from benchmarks.duel import Duel
from benchmarks.rig import Contestant, Load, Worker, worker


def test_each_sample_is_of_processes_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs of one process have more in common than those of two."""
    workers: list[Worker] = []

    @contextmanager
    def noted(contestant: Contestant, load: Load, url: str | None) -> Iterator[Worker]:
        with worker(contestant, load, url) as process:
            workers.append(process)
            yield process

    monkeypatch.setattr(duel, "worker", noted)
    one, other = (Contestant(name, "start:process", {"code": "pass"}) for name in ("a", "b"))
    row = Duel(
        name="a row",
        work="nothing",
        ours=one,
        other=other,
        load=lambda _: Load(1),
        rounds=2,
        runs=3,
        counted=False,
    )
    (outcome,) = row.measure(quick=False)
    assert [each.name for each in workers] == ["a", "b"] * 2
    assert len({each.process.pid for each in workers}) == 4
    assert len(outcome.samples) == 2
    assert [len(each.cpu) for each in outcome.figures] == [6, 6]
