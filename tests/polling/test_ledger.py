"""Which changes a poll's findings are, and what a checkpoint holds after each."""

from datetime import timedelta

import pytest

from asyncops import ServerError, WatchCheckpoint
from asyncops.polling.ledger import Ledger
from asyncops.polling.watermark import Watermark
from tests.laws.changing import EPOCH, Op

NOW = EPOCH + timedelta(hours=1)


def op(name: str, second: int, status: str = "queued") -> Op:
    return Op(name, second, status, EPOCH + timedelta(seconds=second))


def begun(
    *ops: Op, overlap: float = 10, introduce: bool = False, reopens: bool = False
) -> Ledger[Op]:
    ledger: Ledger[Op] = Ledger("q", lambda each: each.status, Watermark(overlap), reopens)
    base = max((each.created_at.timestamp() for each in ops if each.created_at), default=None)
    found = {each.id: each for each in ops}
    ledger.begin(found, base, NOW, polled_at=NOW.timestamp(), introduce=introduce)
    return ledger


def changes(ledger: Ledger[Op], *ops: Op, gone: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """What one more poll tells."""
    found = {each.id: each for each in ops}
    ledger.compare(found, gone, NOW, polled_at=NOW.timestamp())
    told = []
    while (change := ledger.take()) is not None:
        told.append((change.kind.value, change.id or ""))
    return told


def test_what_was_there_is_no_change_unless_it_is_introduced() -> None:
    assert begun(op("a", 1), op("b", 2, "completed")).idle
    ledger = begun(op("a", 1), op("b", 2, "completed"), introduce=True)
    change = ledger.take()
    assert change is not None
    assert (change.kind, change.id, ledger.take()) == ("created", "a", None)


def test_an_operation_is_created_updated_and_finished_once() -> None:
    ledger = begun()
    assert changes(ledger, op("a", 1)) == [("created", "a")]
    assert changes(ledger, op("a", 1)) == []
    assert changes(ledger, op("a", 1, "in_progress")) == [("updated", "a")]
    assert changes(ledger, op("a", 1, "completed")) == [("finished", "a")]
    assert changes(ledger, op("a", 1, "completed")) == []


@pytest.mark.parametrize(("reopens", "kind"), [(True, "reopened"), (False, "updated")])
@pytest.mark.parametrize("second", [100, 5], ids=["within the overlap", "long ago"])
def test_one_that_had_ended_and_goes_on_is_told_and_so_is_its_next_end(
    reopens: bool, kind: str, second: int
) -> None:
    """Also where the ledger of another process goes on from a place in between."""
    ledger = begun(op("a", 100), op("b", second), reopens=reopens)
    assert changes(ledger, op("a", 100), op("b", second, "failed")) == [("finished", "b")]
    for ended in ("completed", "failed", "completed"):
        assert changes(ledger, op("a", 100), op("b", second)) == [(kind, "b")]
        assert changes(ledger, op("a", 100), op("b", second)) == []
        place = ledger.checkpoint
        assert place is not None
        ledger = Ledger("q", lambda each: each.status, Watermark(10), reopens)
        ledger.go_on(WatchCheckpoint.from_json(place.to_json()))
        assert changes(ledger, op("a", 100), op("b", second, ended)) == [("finished", "b")]
        assert changes(ledger, op("a", 100)) == []


def test_one_that_came_and_ended_between_two_polls_is_told_of_as_both() -> None:
    ledger = begun(op("a", 100))
    assert changes(ledger, op("a", 100), op("b", 101, "failed")) == [
        ("created", "b"),
        ("finished", "b"),
    ]


def test_one_that_ended_before_the_floor_is_old() -> None:
    ledger = begun(op("a", 100), overlap=10)
    assert ledger.watermark.floor == EPOCH.timestamp() + 90
    assert changes(ledger, op("a", 100), op("old", 89, "completed")) == []


def test_one_that_is_gone_has_vanished() -> None:
    ledger = begun(op("a", 1))
    assert changes(ledger, gone=("a",)) == [("vanished", "a")]
    assert ledger.open == 0


def test_a_checkpoint_stands_after_the_change_that_was_taken() -> None:
    ledger = begun(op("a", 1), op("b", 2))
    found = {each.id: each for each in (op("a", 1, "completed"), op("b", 2, "failed"))}
    ledger.compare(found, (), NOW, polled_at=NOW.timestamp())
    assert (ledger.open, ledger.finishing) == (0, 2)
    ledger.take()
    place = ledger.checkpoint
    assert place is not None
    later: Ledger[Op] = Ledger("q", lambda each: each.status, Watermark(10))
    later.go_on(place)
    assert list(later.unfinished) == ["b"]
    assert changes(later, *found.values()) == [("finished", "b")]


def test_an_interruption_is_told_once_and_its_end_too() -> None:
    ledger = begun(op("a", 1))
    for _ in range(2):
        ledger.interrupt(ServerError("down", status=503), NOW)
        change = ledger.take()
    assert change is None
    assert changes(ledger, op("a", 1)) == [("recovered", "")]
