"""What a change says."""

from datetime import timedelta

from asyncops import State
from asyncops.polling.change import Change, ChangeKind
from tests.laws.four_places import job
from tests.laws.lives import EPOCH, Job


def test_a_change_that_ends_without_success_counts_as_failed() -> None:
    """``watch --until-failure`` goes by it."""

    def failed(after: Job) -> bool:
        change = Change(kind=ChangeKind.FINISHED, id="job", after=after, seen_at=EPOCH)
        return change.failed

    assert not failed(job(State.SUCCEEDED))
    assert failed(job(State.FAILED))
    assert failed(job(State.CANCELLED))
    assert failed(job(State.UNKNOWN, "aborted", finished_at=EPOCH + timedelta(1)))
