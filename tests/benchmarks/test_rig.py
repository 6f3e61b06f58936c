"""Contestants in processes of their own."""

import pytest

from benchmarks.outcome import Unmeasured
from benchmarks.rig import Contestant, Load, worker


def test_a_contestant_that_has_ended_says_why_and_ends_no_other_row() -> None:
    contestant = Contestant("a peer", "nowhere:walk")
    with worker(contestant, Load(items=1), url=None) as peer:
        # Its process ends by itself, before it is asked for anything.
        assert peer.process.wait(60) is not None
        with pytest.raises(Unmeasured, match=r"a peer: ModuleNotFoundError: .*nowhere"):
            peer.run(items=1)


def test_what_is_counted_hashes_texts_alike_from_run_to_run() -> None:
    """Else the same work would take another number of instructions each time."""
    code = "import os; assert os.environ['PYTHONHASHSEED'] == '0'"
    with worker(
        Contestant("counted", "start:process", {"code": code}), Load(items=1), None, under=("env",)
    ) as process:
        process.run(items=1)
