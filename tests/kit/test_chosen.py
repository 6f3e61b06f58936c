"""Which statuses are asked for, and which are filtered for here."""

from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve

from asyncops.kit import ByStatus, Order, Pages, State, Status
from asyncops.kit.chosen import Chosen, chosen_of, matches
from tests.kit.described.github import GitHubClient, Run, RunStatus
from tests.kit.parts import Job, JobStatus, listing, resource

WAITING, DONE, BROKEN = JobStatus
SORTED = Order(param="sort_by")


def choose(status: Any, **parts: Any) -> Chosen:
    return chosen_of(status, resource(listing=listing(**parts)).description)


@pytest.mark.parametrize(
    ("status", "parts", "chosen"),
    [
        (None, {}, Chosen()),
        ("done", {}, Chosen()),
        # Cursors: every filter is safe.
        (None, {"by_status": ByStatus()}, Chosen()),
        ("waiting", {"by_status": ByStatus()}, Chosen(sent=(WAITING,))),
        ("Done", {"by_status": ByStatus()}, Chosen(sent=(DONE,))),
        (State.FAILED, {"by_status": ByStatus()}, Chosen(sent=(BROKEN,))),
        (["done", "waiting"], {"by_status": ByStatus(many="comma")}, Chosen(sent=(WAITING, DONE))),
        (["done", "waiting"], {"by_status": ByStatus()}, Chosen(kept=(WAITING, DONE))),
        (
            ["done", "waiting"],
            {"by_status": ByStatus(), "order": SORTED},
            Chosen(merged=(WAITING, DONE)),
        ),
        # The service wants a status.
        (
            None,
            {"by_status": ByStatus(required=True), "order": SORTED},
            Chosen(merged=(WAITING, DONE, BROKEN)),
        ),
        ("done", {"by_status": ByStatus(required=True), "order": SORTED}, Chosen(merged=(DONE,))),
        (
            None,
            {"by_status": ByStatus(many="repeat", required=True)},
            Chosen(sent=(WAITING, DONE, BROKEN)),
        ),
        # Counted pages: ended states alone.
        ("done", {"by_status": ByStatus(), "paging": Pages(total="n")}, Chosen(sent=(DONE,))),
        ("waiting", {"by_status": ByStatus(), "paging": Pages(total="n")}, Chosen(kept=(WAITING,))),
        (
            ["waiting", "done"],
            {"by_status": ByStatus(many="comma"), "paging": Pages(total="n")},
            Chosen(kept=(WAITING, DONE)),
        ),
        (
            ["broken", "done"],
            {"by_status": ByStatus(many="comma"), "paging": Pages(total="n")},
            Chosen(sent=(DONE, BROKEN)),
        ),
        (
            ["broken", "done"],
            {"by_status": ByStatus(), "paging": Pages(total="n")},
            Chosen(kept=(DONE, BROKEN)),
        ),
    ],
)
def test_statuses_are_sent_merged_or_kept(
    status: Any, parts: dict[str, Any], chosen: Chosen
) -> None:
    assert choose(status, **parts) == chosen


def test_what_is_kept_is_what_checkpoints_are_bound_to() -> None:
    assert Chosen(kept=(WAITING, DONE)).terms == (("kept", "done"), ("kept", "waiting"))
    assert Chosen(sent=(DONE,)).terms == ()
    assert Chosen(sent=(DONE,)).all == (DONE,)
    assert Chosen(merged=(DONE,)).all == (DONE,)
    assert Chosen().all == ()


def test_a_typing_error_is_refused() -> None:
    with pytest.raises(ValueError, match="status 'wating' is not known; did you mean 'waiting'"):
        choose("wating", by_status=ByStatus())


@pytest.mark.parametrize("one", [True, False])
def test_a_status_that_was_asked_for_as_such_does_not_hide_the_same_text(one: bool) -> None:
    described = resource(listing=listing(by_status=ByStatus())).description
    meant: Any = JobStatus("wating")
    assert chosen_of(meant if one else (meant, DONE), described).all
    with pytest.raises(ValueError, match="status 'wating' is not known; did you mean 'waiting'"):
        chosen_of("wating" if one else ("wating", DONE), described)


def test_an_unknown_status_is_asked_for_with_a_hint() -> None:
    chosen = choose("paused", by_status=ByStatus())
    assert chosen.all == (JobStatus("paused"),)
    assert chosen.hints == {
        400: "The statuses that this release knows are 'waiting', 'done', 'broken'."
    }
    assert Chosen(sent=(DONE,)).hints == Chosen().hints == {}


def test_an_item_matches_by_any_of_its_statuses() -> None:
    run = Run(
        id=1,
        status=RunStatus("completed"),
        conclusion=RunStatus.FAILURE,
        created_at=None,  # type: ignore[arg-type]
        updated_at=None,  # type: ignore[arg-type]
    )
    description = GitHubClient.runs.resource.description
    match = matches((RunStatus.FAILURE, RunStatus.SKIPPED), description)
    assert match is not None
    assert match(run)
    assert match(evolve(run, conclusion=RunStatus.SKIPPED))
    assert not match(evolve(run, conclusion=None))
    assert matches((), description) is None


def test_a_status_in_the_services_own_spelling_matches_as_its_word_does() -> None:
    """A new one may be given in short, and comes in full."""

    class Statuses(Status):
        DONE = "JOB_DONE", State.SUCCEEDED
        BROKEN = "JOB_BROKEN", State.FAILED

    paused: Any = Statuses("JOB_PAUSED")
    broken: Any = Statuses.BROKEN
    job = Job(id="j1", status=paused, created_at=datetime(2026, 1, 1, tzinfo=UTC))
    match = matches((Statuses("paused"),), resource(statuses=Statuses).description)
    assert match is not None
    assert match(job)
    assert not match(evolve(job, status=broken))


def test_protobufs_word_for_no_status_stands_for_all() -> None:
    class Statuses(Status):
        ANY = "STATUS_UNSPECIFIED"
        DONE = "STATUS_DONE", State.SUCCEEDED
        FAILED = "STATUS_FAILED", State.FAILED

    described = resource(listing=listing(by_status=ByStatus()), statuses=Statuses).description
    assert chosen_of("unspecified", described) == Chosen()
    assert chosen_of("done", described) == Chosen(sent=(Statuses.DONE,))
