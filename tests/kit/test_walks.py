"""The ways to walk a listing, by its style of paging."""

from typing import Any

import pytest

from asyncops.checkpoints import Checkpoint
from asyncops.http.messages import Request
from asyncops.kit import After, ByStatus, NextURL, Offset, Order, Pages, Token
from asyncops.kit.chosen import Chosen
from asyncops.kit.listing import Ordering
from asyncops.kit.walks import Asked
from asyncops.paging.counted.listing import NumberedListing
from asyncops.paging.counted.numbering import PageBase
from asyncops.paging.cursors.cursor_listing import CursorListing
from asyncops.paging.statuses.listing import SortedListing
from asyncops.sharding.shard import Shard
from asyncops.sharding.split_numbered import NumberedShard
from asyncops.sharding.split_sorted import SortedShard
from tests.kit.parts import JobStatus, listing

WAITING, DONE, BROKEN = JobStatus
NEWEST = Ordering(True)
EVERY = Chosen()
START = Checkpoint(query="")
SORTED: dict[str, Any] = {
    "order": Order(param="sort", newest="new", oldest="old"),
    "by_status": ByStatus("state", required=True),
    "paging": Token(size="limit"),
}


def asked(
    ordering: Ordering = NEWEST,
    chosen: Chosen = EVERY,
    size: int | None = None,
    **parts: Any,
) -> Asked:
    return Asked(
        resource="farm.jobs",
        listing=listing(**parts),
        request=Request(path="/jobs", params=(("scene", "s1"),)),
        ordering=ordering,
        chosen=chosen,
        size=size,
        identity=lambda job: job.id,
        base=PageBase(),
    )


def test_an_order_both_ways_is_read_from_both_ends() -> None:
    ways = asked(chosen=Chosen(merged=(WAITING, DONE)), size=5, **SORTED).ways()
    assert isinstance(ways.walkable, SortedListing)
    assert ways.walkable.descending
    assert ways.walkable.statuses == (WAITING, DONE)
    assert ways.terms == (
        ("scene", "s1"),
        ("sort", "new"),
        ("state", "waiting"),
        ("state", "done"),
    )
    assert ways.concurrent is not None
    assert ways.cut is not None
    assert len(ways.scans()) == 2


def test_another_order_is_read_from_one_end() -> None:
    """Only orders by creation have two ends."""
    parts = {**SORTED, "by_status": None}
    ways = asked(Ordering(None, (("sort", "by_end"),)), size=5, **parts).ways()
    assert isinstance(ways.walkable, CursorListing)
    assert ways.walkable.request.params == (("scene", "s1"), ("sort", "by_end"), ("limit", "5"))
    assert ways.terms == (("scene", "s1"), ("sort", "by_end"))
    assert ways.concurrent is None
    assert ways.cut is None


@pytest.mark.parametrize("paging", [Token(), NextURL(), After()])
def test_cursors_are_read_one_by_one(paging: Any) -> None:
    ways = asked(paging=paging).ways()
    assert isinstance(ways.walkable, CursorListing)
    assert ways.walkable.style is paging
    (scan,) = ways.scans()
    assert scan().next_request() == ways.walkable.sequential(START).next_request()


@pytest.mark.parametrize("paging", [Pages(total="n"), Offset(total="n")])
def test_counted_pages_are_read_side_by_side(paging: Any) -> None:
    ways = asked(paging=paging, size=20, chosen=Chosen(kept=(WAITING,))).ways()
    assert isinstance(ways.walkable, NumberedListing)
    assert ways.terms == (("scene", "s1"), ("page_size", "20"))
    assert ways.concurrent is not None
    assert ways.cut is not None


def test_a_shard_is_a_part_of_its_kind() -> None:
    shard = Shard(resource="farm.jobs")
    assert isinstance(asked(**SORTED).part(shard), SortedShard)
    assert isinstance(asked(paging=Pages(total="n")).part(shard), NumberedShard)


@pytest.mark.parametrize("paging", [Token(), Pages(total="n")])
def test_without_an_order_none_is_kept_and_nothing_is_cut(paging: Any) -> None:
    ways = asked(Ordering(None), paging=paging, order=None).ways()
    assert ways.cut is None
    assert ways.concurrent is not None
    with pytest.raises(ValueError, match=r"no order by creation.*concurrent\(n, ordered=False\)"):
        ways.concurrent(START, 4, True, False)
    assert ways.concurrent(START, 4, False, False).ask() is not None


def test_one_status_may_come_in_another_order() -> None:
    other = Ordering(None, (("sort", "by_end"),))
    ways = asked(other, Chosen(merged=(DONE,)), **SORTED).ways()
    assert ways.terms == (("scene", "s1"), ("sort", "by_end"), ("state", "done"))
    with pytest.raises(ValueError, match="several statuses are merged by creation: ask for one"):
        asked(other, Chosen(merged=(DONE, BROKEN)), **SORTED).ways()
