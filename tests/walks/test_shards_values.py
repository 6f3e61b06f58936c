"""Shards as values, the arguments of cutting and reading, and ranges of any listing of tokens."""

import asyncio
import json
import pickle
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from attrs import define, evolve

from asyncops import (
    APIError,
    BadRequest,
    Checkpoint,
    Page,
    ServerError,
    Shard,
    UnexpectedPage,
)
from asyncops.chainloop.models import AsyncOperation, OffsetPagination, OperationsPage
from asyncops.messages import Reply, Request
from asyncops.paging import TokenPaging
from asyncops.placed import RangeCursor
from asyncops.progress import Meter
from asyncops.ranged import EitherWay, NewestFirst, Ranged
from asyncops.seeking import Seek
from asyncops.shards import Landmark, Span, check_shard, micros, moment
from tests.walks.sharded import Calls, Numbered, at
from tests.walks.simulated import Body, Call

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
    landmark=Landmark(7, 50, 2_000, 1),
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
    for hidden in ("secret kind", "completed", "landmark", "2_000", "2000"):
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


def calls(*seconds: int) -> tuple[Call, ...]:
    return tuple(Call(UUID(int=second), at(second), "completed") for second in seconds)


def read(span: Span, *pages: tuple[int, ...]) -> list[list[int]]:
    """What of these pages lies in a range, page by page."""
    ranged: Ranged[Call] = Ranged(
        TokenPaging(Request(path="/")), span, lambda call: call.created_at, EitherWay()
    )
    given: list[list[int]] = []
    last = None
    for number, seconds in enumerate(pages):
        if ranged.next_request() is None:
            break
        token = str(number) if number + 1 < len(pages) else None
        ranged.feed(Reply(value=Body(calls(*seconds), token)))
        while (page := ranged.take()) is not None:
            given.append([call.id.int for call in page.items])
            last = page
    if ranged.next_request() is None:
        assert last is not None
        assert last.next_cursor is None or len(given) > 1
    return given


@pytest.mark.parametrize(
    ("span", "pages", "given"),
    [
        (Span(at(2), at(5)), [(1, 2), (3, 4), (5, 6), (7,)], [[2], [3, 4], []]),
        (Span(at(2), at(5)), [(7, 6), (5, 4), (3, 2), (1, 0), (0,)], [[4], [3, 2], []]),
        (Span(at(2), at(5)), [(7, 6), (5, 5), (1, 0), (0,)], [[]]),
        (Span(at(2), at(5)), [(7, 6), (), (5, 5)], [[]]),
        (Span(at(2), at(5)), [()], [[]]),
        (Span(at(2), None), [(1,), (1,), (2,), (3,)], [[2], [3]]),
        (Span(at(2), None), [(3,), (2,), (1,), (1,)], [[3], [2], []]),
        (Span(None, at(2)), [(3,), (2,), (1,), (1,)], [[1], [1]]),
        (Span(None, at(2)), [(1,), (1,), (2,), (3,)], [[1], [1], []]),
        (Span(at(2), at(5)), [(1,), (1,), (1,)], [[]]),
    ],
    ids=str,
)
def test_a_range_gives_what_lies_in_it_and_ends_behind_it(
    span: Span, pages: list[tuple[int, ...]], given: list[list[int]]
) -> None:
    """In either direction; what holds nothing of it is not given out, but for a last page."""
    assert read(span, *pages) == given


@pytest.mark.parametrize(
    "pages", [[(1, 3, 2)], [(1,), (3,), (2,)], [(3, 1), (2,)], [(4, 4), (3, 4)]], ids=str
)
def test_a_listing_of_tokens_that_is_not_sorted_is_an_error(pages: list[tuple[int, ...]]) -> None:
    """Not a silent loss of what lies behind the place where a range ends."""
    with pytest.raises(UnexpectedPage, match="not sorted by created_at"):
        read(Span(at(0), at(9)), *pages)


def test_empty_pages_are_read_over_however_many_come_in_a_row() -> None:
    """The service's own, as in any walk."""
    assert read(Span(at(0), at(9)), *[()] * 12, (3,)) == [[3]]


@define
class Quiet:
    """Pages outside of a range, of which the last one does not say that it is."""

    seconds: list[int]
    asked: int = 0
    ready: int | None = None

    def next_request(self) -> Request | None:
        self.asked += 1
        return Request(path="/") if self.seconds else None

    def feed(self, _: Reply[Any]) -> None:
        self.ready = self.seconds.pop(0)

    def take(self) -> Page[Call] | None:
        second, self.ready = self.ready, None
        return None if second is None else Page(items=calls(second), next_cursor="more")

    def recover(self, _: APIError, /) -> bool:
        return True


def test_a_walk_has_a_page_where_the_end_comes_without_a_word() -> None:
    """An empty one; and its strategy, which may count them, is asked once for each request."""
    quiet = Quiet([10, 11, 12])
    ranged: Ranged[Call] = Ranged(quiet, Span(at(1), at(5)), lambda call: call.created_at, Rough())
    pages = []
    while ranged.next_request() is not None:
        ranged.feed(Reply(value=None))
        while (page := ranged.take()) is not None:
            pages.append(page)
        assert ranged.take() is None
    assert [(page.items, page.next_cursor) for page in pages] == [((), None)]
    assert quiet.asked == 4
    assert ranged.recover(BadRequest("no", status=400))


class Rough:
    """An order that never tells where a range ends."""

    def passed(self, *_: object) -> bool:
        return False


async def test_any_number_of_pages_outside_of_a_range_are_passed() -> None:
    """Those are not empty."""
    service = Calls(statuses=("completed",), limit=1)
    for second in range(60):
        service.add(second, 3)
    shards = await service.pager().shards()
    for second in range(60, 90):
        service.add(second, 3)
    bounded = evolve(shards[1], newest=at(60))
    page = await service.shard(bounded)
    assert [call.id.int for call in page.items] == [59]
    assert len(await service.shard(bounded).collect()) == 30


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
    assert evolve(SHARD, index=1, page_size=7, landmark=None).terms == SHARD.terms


@pytest.mark.parametrize(
    ("before", "after", "counts", "disorder"),
    [
        ((9, 8, 3), (5, 2), (40, 40), True),
        ((9, 8, 3), (5, 2), (40, 41), False),
        ((9, 8, 3), (3, 2), (40, 40), False),
        # Newer than all that was there: it is new. Newer than the range: it was there before.
        ((9, 8, 3), (9, 2), (40, 40), False),
        ((9, 8, 3), (7, 2), (40, 40), False),
    ],
)
def test_only_a_row_that_cannot_be_explained_is_disorder(
    before: tuple[int, ...], after: tuple[int, ...], counts: tuple[int, int], disorder: bool
) -> None:
    """Newer than the last one, on the next page of a listing that seems not to have moved."""
    order, span = NewestFirst(), Span(at(1), at(6))

    def passed(number: int, seconds: tuple[int, ...]) -> bool:
        page: Page[Call] = Page(items=(), cursor=4 + number, total_count=counts[number])
        return order.passed(page, list(map(at, seconds)), span)

    assert not passed(0, before)
    if disorder:
        with pytest.raises(UnexpectedPage, match="not sorted"):
            passed(1, after)
    else:
        assert not passed(1, after)


@pytest.mark.parametrize("newer", [True, False], ids=["newer rows", "older rows"])
async def test_the_search_for_a_beginning_has_an_end(newer: bool) -> None:
    """Though every page that it looks at holds nothing but such rows, whatever it is told."""
    seek: Seek[AsyncOperation] = Seek(at(50), first=1, rank=10**9, count=0, number=10**9)
    looks = 0
    found = None
    while found is None:
        looks += 1
        assert looks < 40
        pagination = OffsetPagination(
            total_count=10**15, page=seek.number, total_pages=10**14, page_size=10
        )
        second = 60 if newer else 40
        rows = (AsyncOperation(created_at=at(second)),)
        found = seek.look(
            Reply(value=OperationsPage(operations=rows, pagination=pagination)), [at(second)]
        )
    assert found[0] >= 10**9 if newer else found[0] == 1
