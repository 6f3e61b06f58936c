"""Which listings a watch reads, and what is a change."""

from typing import Any

import pytest
from attrs import evolve

from asyncops.kit import ByStatus, Order, Pages
from asyncops.kit.chosen import Chosen
from asyncops.kit.watching import Parts, mark_of, parts_of
from tests.kit.parts import Job, JobStatus, listing, resource

WAITING, DONE, BROKEN = JobStatus
SORTED = Order(param="sort_by")


@pytest.mark.parametrize(
    ("fields", "parts"),
    [
        ({}, Parts((), (Chosen(),))),
        # Rows that leave a filter would shift counted pages.
        ({"by_status": ByStatus(), "paging": Pages(total="n")}, Parts((), (Chosen(),))),
        ({"by_status": ByStatus()}, Parts((Chosen(sent=(WAITING,)),), (Chosen(),))),
        (
            {"by_status": ByStatus(required=True), "order": SORTED},
            Parts((Chosen(merged=(WAITING,)),), (Chosen(merged=(DONE,)), Chosen(merged=(BROKEN,)))),
        ),
        (
            {"by_status": ByStatus(many="comma", required=True)},
            Parts((Chosen(sent=(WAITING,)),), (Chosen(sent=(WAITING, DONE, BROKEN)),)),
        ),
    ],
)
def test_a_watch_reads_the_unfinished_and_the_newest(fields: dict[str, Any], parts: Parts) -> None:
    assert parts_of(listing(**fields), JobStatus) == parts


def test_without_statuses_everything_is_read() -> None:
    assert parts_of(listing(by_status=ByStatus()), None) == Parts()


def test_a_change_is_noticed_by_all_fields_or_by_those_declared() -> None:
    job = Job(id="j1", status=WAITING, created_at=None)  # type: ignore[arg-type]
    every = mark_of(resource().description)
    some = mark_of(resource(changes=("status", "error")).description)
    moved, renamed = evolve(job, status=DONE), evolve(job, scene="s2")
    assert every(job) == every(evolve(job))
    assert len({every(job), every(moved), every(renamed)}) == 3
    assert some(job) == some(renamed) != some(moved)
