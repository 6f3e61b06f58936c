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
