"""What is promised of a listing: the walk is the rows, in every way of walking."""

from collections import Counter
from contextlib import aclosing

from asyncops.checkpoints import Checkpoint
from asyncops.kit.statuses import enum_of
from asyncops.testing.contracts.case import MANY, PAGE, ROWS, Case, Live, needs
from asyncops.testing.server.request import now_ns

__all__ = ["CHECKS"]


def same(live: Live, found: list[object], rows: list[object] | None = None) -> None:
    """Check that a walk has given the rows: each once, and in the order that is declared."""
    wanted = live.keys(live.rows() if rows is None else rows)
    keys = live.keys(found)
    twice = [key for key, times in Counter(keys).items() if times > 1]
    assert not twice, f"given twice: {twice}"
    lost = [key for key in wanted if key not in keys]
    assert not lost, f"not given: {lost}"
    assert sorted(map(str, keys)) == sorted(map(str, wanted)), "given, and not in the listing"
    if live.case.is_ordered() and not live.case.is_merged():
        assert keys == wanted, "given in another order than is declared"


@needs(Case.is_listed)
async def test_a_walk_is_the_rows(case: Case) -> None:
    """``list()`` gives each item once."""
    async with case.serving() as live:
        same(live, [item async for item in live.pager()])
        same(live, await live.pager().collect())


@needs(Case.is_listed)
async def test_each_page_is_asked_for_once(case: Case) -> None:
    """A walk asks for no page twice, and for none beyond the one that tells the end."""
    async with case.serving() as live:
        await live.pager().collect()
        asked = [(each.path, str(each.query), each.body) for each in live.fake.requests]
        again = len(asked) - len(set(asked))
        assert again <= case.pages_read_twice(), "a page was asked for twice"
        listings = len({str(each.query.get("status")) for each in live.fake.requests})
        assert len(asked) - again <= -(-ROWS // PAGE) + 2 * listings


@needs(Case.is_listed)
async def test_an_empty_listing_has_no_items(case: Case) -> None:
    """A listing without rows ends at once."""
    async with case.serving(0) as live:
        assert await live.pager().collect() == []
        assert (await live.pager()).items == ()


@needs(Case.is_listed)
async def test_a_page_leads_to_the_next_one(case: Case) -> None:
    """``await list()`` is the first page; its ``next_cursor`` leads to the others."""
    async with case.serving() as live:
        page = await live.pager()
        found = list(page.items)
        while page.next_cursor is not None:
            assert len(found) < 2 * ROWS, "the pages do not come to an end"
            page = await live.pager(cursor=page.next_cursor)
            found += page.items
        same(live, found)


@needs(Case.is_sized)
async def test_a_page_has_the_size_that_is_asked_for(case: Case) -> None:
    """``limit`` is the number of items of a page."""
    async with case.serving() as live:
        sizes = [len(page.items) async for page in live.pager(limit=3).pages()]
        assert max(sizes) == 3, f"pages of {sizes} items"


@needs(Case.is_listed)
async def test_a_walk_goes_on_after_any_item(case: Case) -> None:
    """A walk that goes on from the checkpoint after an item gives the rest, and nothing twice."""
    async with case.serving(11) as live:
        whole = await live.pager().collect()
        for number in range(len(whole)):
            walk = aiter(live.pager())
            async with aclosing(walk):
                before = [await anext(walk) for _ in range(number + 1)]
                place = Checkpoint.from_json(walk.checkpoint.to_json())
            after = await live.pager(resume=place).collect()
            assert live.keys([*before, *after]) == live.keys(whole), f"after item {number}"


@needs(Case.is_listed)
async def test_a_walk_ends_after_max_items(case: Case) -> None:
    """``max_items`` ends a walk, without a request more than it takes."""
    async with case.serving() as live:
        whole = await live.pager().collect()
        for most in (0, 1, PAGE, PAGE + 1):
            live.fake.server.reset_counters()
            found = await live.pager(max_items=most).collect()
            assert live.keys(found) == live.keys(whole[:most])
            if len({str(each.query.get("status")) for each in live.fake.requests}) < 2:
                again = case.pages_read_twice() if most > PAGE else 0
                assert live.fake.count() <= -(-most // PAGE) + again


@needs(Case.is_listed)
async def test_a_concurrent_walk_is_the_walk(case: Case) -> None:
    """``concurrent()`` gives what a walk from page to page gives."""
    async with case.serving() as live:
        whole = await live.pager().collect()
        for ordered in (True, False) if case.is_ordered() else (False,):
            async with live.pager().concurrent(4, ordered=ordered) as walk:
                found = [item async for item in walk]
            if ordered and case.has_two_ends():
                # Items of one instant may come in another order from the other end.
                assert [each.created_at for each in found] == [each.created_at for each in whole]
            elif ordered:
                assert live.keys(found) == live.keys(whole)
            assert set(live.keys(found)) == set(live.keys(whole))
            assert len(found) == len(whole)


@needs(Case.is_cut)
async def test_the_shards_are_the_walk(case: Case) -> None:
    """All shards of a listing together give each item once."""
    async with case.serving(MANY) as live:
        shards = await live.pager().shards(4)
        assert len(shards) > 1, "the listing was not cut"
        found = [item for shard in shards for item in await live.verbs.shard(shard).collect()]
        keys = live.keys(found)
        assert len(keys) == len(set(keys)), "two shards give the same item"
        assert set(keys) == set(live.keys(live.rows()))


@needs(Case.has_window)
async def test_a_window_is_a_part_of_the_walk(case: Case) -> None:
    """``created_after`` and ``created_before`` give what was created between them."""
    async with case.serving() as live:
        rows = live.rows()
        times = sorted(item.created_at for item in rows)
        after, before = times[6], times[18]
        found = await live.pager(created_after=after, created_before=before).collect()
        window = case.listing.window
        margin = window.resolution if window is not None else before - after
        keys = set(live.keys(found))
        inside = [item for item in rows if after <= item.created_at <= before]
        nearby = [item for item in rows if after - margin <= item.created_at <= before + margin]
        lost = set(live.keys(inside)) - keys
        assert not lost, f"created in the window, and not given: {lost}"
        assert keys <= set(live.keys(nearby)), "given, and not created in the window"


@needs(Case.has_statuses)
async def test_a_status_is_a_part_of_the_walk(case: Case) -> None:
    """``status`` gives the items in this status, whether the service filters or the client does."""
    async with case.serving() as live:
        looks = live.served.maker.looks.all
        assert enum_of(case.description) is not None
        for word in sorted({word for look in looks for word in look.words}):
            found = await live.pager(status=word).collect()
            wanted = [
                item for item, row in zip(live.rows(), _rows(live), strict=True) if word in row
            ]
            assert sorted(map(str, live.keys(found))) == sorted(map(str, live.keys(wanted))), word


def _rows(live: Live) -> list[frozenset[str]]:
    """The statuses of all rows, in the order of the listing."""
    now = now_ns(live.fake.clock)
    table = live.served.table(live.case.texts)
    words = [row.course.now(now)[1].words for row in table.all(now)]
    listing = live.case.listing
    descending = listing.order is None or listing.order.newest_first is not False
    return words if descending else words[::-1]


@needs(Case.is_listed, Case.is_ordered)
async def test_the_order_is_the_one_that_is_declared(case: Case) -> None:
    """The items come in the order by creation that is declared."""
    async with case.serving() as live:
        created = [item.created_at async for item in live.pager()]
        order = case.listing.order
        newest_first = order is None or order.newest_first is not False
        assert created == sorted(created, reverse=newest_first)


@needs(Case.has_tokens)
async def test_empty_pages_are_followed(case: Case) -> None:
    """A page without items is no end."""
    async with case.serving(empty_pages=2) as live:
        same(live, await live.pager().collect())


CHECKS = (
    test_a_walk_is_the_rows,
    test_each_page_is_asked_for_once,
    test_an_empty_listing_has_no_items,
    test_a_page_leads_to_the_next_one,
    test_a_page_has_the_size_that_is_asked_for,
    test_a_walk_goes_on_after_any_item,
    test_a_walk_ends_after_max_items,
    test_a_concurrent_walk_is_the_walk,
    test_the_shards_are_the_walk,
    test_a_window_is_a_part_of_the_walk,
    test_a_status_is_a_part_of_the_walk,
    test_the_order_is_the_one_that_is_declared,
    test_empty_pages_are_followed,
)
