"""Shards as values, and the arguments of cutting and reading."""

import asyncio
import json
import pickle
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from attrs import evolve

from asyncops import (
    Checkpoint,
    ServerError,
    Shard,
)
from asyncops.http.messages import Reply, Request
from asyncops.http.meter import Meter
from asyncops.sharding.range_cursor import RangeCursor
from asyncops.sharding.shard import PageHint, check_shard
from asyncops.utils.moments import micros, moment
from tests.laws.sharded import Calls, Numbered, at

SHARD = Shard(
    resource="chainloop.operations",
    index=2,
    of=5,
    oldest=at(10) + timedelta(microseconds=1),
    newest=at(70),
    statuses=("completed",),
    filters=(("kind", "secret kind"),),
    page_size=50,
    descending=False,
    page_hint=PageHint(7, 50, 2_000, 1),
)
BOUNDLESS = Shard(resource="zoo.ml_prompts")


@pytest.mark.parametrize("shard", [SHARD, BOUNDLESS], ids=["all of it", "nothing of it"])
def test_a_shard_comes_back_from_json_and_from_pickle(shard: Shard) -> None:
    """To the microsecond, in less than a kilobyte."""
    text = shard.to_json()
    assert Shard.from_json(text) == Shard.from_json(text.encode()) == shard
    assert pickle.loads(pickle.dumps(shard)) == shard  # noqa: S301
    assert len(text) < 1_000
    assert "\n" not in text


def test_another_process_reads_what_was_pickled_and_what_was_written() -> None:
    """Whatever it has imported before."""
    code = (
        "import sys, pickle; first, second = sys.stdin.buffer.read().split(b'|||'); "
        "shard = pickle.loads(first); from asyncops import Shard; "
        "assert shard == Shard.from_json(second); sys.stdout.write(shard.to_json())"
    )
    sent = pickle.dumps(SHARD, protocol=5) + b"|||" + SHARD.to_json().encode()
    done = subprocess.run([sys.executable, "-c", code], input=sent, capture_output=True, check=True)
    assert done.stdout.decode() == SHARD.to_json()


def test_a_shard_shows_neither_filters_nor_places() -> None:
    """In no repr: what is filtered by may be secret."""
    text = repr(SHARD)
    assert "chainloop.operations" in text
    assert "index=2, of=5" in text
    for hidden in ("secret kind", "completed", "page_hint", "2_000", "2000"):
        assert hidden not in text


def test_bounds_are_kept_in_utc() -> None:
    """So that equal moments are written alike."""
    there = timezone(timedelta(hours=-5))
    shard = evolve(SHARD, oldest=at(11).astimezone(there))
    assert shard.oldest is not None
    assert shard.oldest.tzinfo is UTC
    assert shard == evolve(SHARD, oldest=at(11))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"version": 2}, "version 2 is not supported; expected 1"),
        ({"version": None}, "not a shard"),
        ({"shard": 3}, "not a shard"),
        ({"index": 0}, "no part 0 of 5"),
        ({"index": 6}, "no part 6 of 5"),
        ({"oldest": "2026-01-01T00:00:00Z"}, "not a shard"),
        ({"oldest": 10**30}, "no moment"),
        ({"oldest": 10**18}, "no moment"),
        ({"oldest": 1767225670000000}, "oldest before newest"),
        ({"statuses": "completed"}, "not a shard"),
        ({"filters": [["kind"]]}, "not a shard"),
        ({"page_size": 0}, "page_size must be at least 1"),
        ({"descending": 1}, "not a shard"),
        ({"landmark": [7, 50, 2000]}, "not a shard"),
        ({"landmark": [7, 0, 2000, 1]}, "no place in a listing"),
        ({"landmark": [0, 50, 2000, 1]}, "no place in a listing"),
        ({"landmark": [7, 50, -1, 1]}, "no place in a listing"),
        ({"landmark": [7, 50, 2000, -1]}, "no place in a listing"),
    ],
    ids=str,
)
def test_what_is_no_shard_is_refused(changes: dict[str, Any], words: str) -> None:
    """With a reason, and never half read."""
    document = {**json.loads(SHARD.to_json()), **changes}
    with pytest.raises(ValueError, match=words):
        Shard.from_json(json.dumps(document))


@pytest.mark.parametrize("text", ["", "{}", "[1]", "\ud800", "[" * 100_000, b"\xff"], ids=ascii)
def test_what_is_no_json_of_a_shard_is_refused(text: str | bytes) -> None:
    """Nor does it end the program."""
    with pytest.raises(ValueError, match=r"not a shard|surrogates|utf-8|codec"):
        Shard.from_json(text)


def test_a_checkpoint_is_no_shard_and_a_shard_no_checkpoint() -> None:
    """Both are lines of JSON that people store side by side."""
    with pytest.raises(ValueError, match="not a shard"):
        Shard.from_json(Checkpoint(query="/").to_json())
    with pytest.raises(ValueError, match="not a checkpoint"):
        Checkpoint.from_json(SHARD.to_json())


def test_bounds_have_to_be_aware() -> None:
    """A moment without a zone is no moment."""
    with pytest.raises(ValueError, match="aware"):
        Shard(resource="zoo.operations", newest=datetime(2026, 1, 1))  # noqa: DTZ001


def test_a_shard_of_another_resource_is_refused_with_what_would_be_right() -> None:
    """And what is no shard, by its type."""
    with pytest.raises(ValueError, match=r"read it with chainloop\.operations\.shard\(\)"):
        check_shard(SHARD, "zoo.operations")
    with pytest.raises(TypeError, match="must be a Shard, got str"):
        check_shard(SHARD.to_json(), "chainloop.operations")


def test_moments_are_exact() -> None:
    """A float would not hold them."""
    for when in (at(0) + timedelta(microseconds=999_999), datetime(9999, 12, 31, 23, tzinfo=UTC)):
        assert moment(micros(when)) == when


@pytest.mark.parametrize("n", [0, -1])
async def test_fewer_parts_than_one_are_refused(n: int) -> None:
    """Before anything is sent."""
    service = Calls()
    with pytest.raises(ValueError, match="n must be at least 1"):
        await service.pager().shards(n)
    assert service.asked == []


async def test_a_shard_is_not_cut_again() -> None:
    """Only what list() gives."""
    service = Numbered()
    (shard,) = await service.pager().shards()
    with pytest.raises(ValueError, match="cannot be cut"):
        await service.shard(shard).shards()


async def numbered_of(count: int) -> tuple[Numbered, list[Shard]]:
    service = Numbered(size=5)
    for _ in range(count):
        service.insert(1)
    shards = await service.pager().shards(3)
    service.asked.clear()
    return service, shards


async def test_a_checkpoint_of_another_shard_is_refused() -> None:
    """Each is bound to its own range."""
    service, shards = await numbered_of(60)
    walk = aiter(service.shard(shards[0]))
    for _ in range(7):
        await anext(walk)
    place = walk.checkpoint
    await walk.aclose()
    with pytest.raises(ValueError, match="another query"):
        service.shard(shards[1], place)
    with pytest.raises(ValueError, match="another query"):
        service.shard(evolve(shards[0], oldest=shards[1].oldest), place)
    assert [row.id async for row in service.shard(evolve(shards[0], index=1, of=9), place)]


@pytest.mark.parametrize(
    "cursor",
    [
        7,
        "",
        "token",
        "range1.",
        "range1.e30",
        "range1.////",
        RangeCursor(0, (), 0, 0).encode()[:-3],
        "range1.eyJwbGFjZSI6MTAwMDAwMDAwMDAwMDAwMDAwMCwiZ2l2ZW4iOltdLCJyYW5rIjowLCJjb3VudCI6MH0",
        "range1.eyJwbGFjZSI6MSwiZ2l2ZW4iOltdLCJyYW5rIjotMSwiY291bnQiOjB9",
    ],
)
async def test_a_cursor_of_another_kind_is_refused(cursor: str | int) -> None:
    """Before anything is sent."""
    service, shards = await numbered_of(60)
    place = Checkpoint(query=repr(shards[1].terms), cursor=cursor)
    with pytest.raises(ValueError, match="no place in a shard"):
        service.shard(shards[1], place)
    assert service.asked == []


def test_a_cursor_of_a_range_comes_back_from_its_text() -> None:
    """And shows no ids."""
    cursor = RangeCursor(micros(at(3)), ("secret id",), 20, 60)
    assert RangeCursor.decode(cursor.encode()) == cursor
    assert RangeCursor.decode(None) is None
    assert cursor.newest == at(3) + timedelta(microseconds=1)
    assert "secret" not in repr(cursor)


async def test_a_request_of_the_cut_that_fails_ends_all_of_it() -> None:
    """With the error of that request, and no other one left under way."""
    service, _ = await numbered_of(200)
    under_way = 0
    fetch = service.fetch

    async def failing(request: Request, meter: Meter) -> Reply[Any]:
        nonlocal under_way
        under_way += 1
        try:
            if dict(request.params)["pagination.page"] == "30":
                raise ServerError("down", status=503)
            if service.asked:
                await asyncio.Event().wait()
            return await fetch(request, meter)
        finally:
            under_way -= 1

    pager = service.pager()
    pager._fetch = failing
    with pytest.raises(ServerError):
        await pager.shards(4)
    assert under_way == 0
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.parametrize(
    "changes",
    [
        {"resource": "zoo.operations"},
        {"oldest": at(11)},
        {"newest": None},
        {"statuses": ("failed",)},
        {"filters": (("kind", "other"),)},
        {"descending": True},
    ],
    ids=str,
)
def test_a_checkpoint_is_bound_to_all_that_decides_what_comes(changes: dict[str, Any]) -> None:
    """And to nothing else, such as a guess of where to begin."""
    assert evolve(SHARD, **changes).terms != SHARD.terms
    assert evolve(SHARD, index=1, page_size=7, page_hint=None).terms == SHARD.terms
