"""What is promised of a listing: the walk is the rows, in every way of walking."""

from collections import Counter
from contextlib import aclosing

from asyncops.checkpoints import Checkpoint
from asyncops.testing.contracts.case import MANY, PAGE, ROWS, Case, Live, needs
from asyncops.utils.moments import TimeRange


def same(live: Live, found: list[object]) -> None:
    """Check that a walk has given the rows: each once, and in the order that is declared."""
    wanted = live.keys(live.rows())
    keys = live.keys(found)
    twice = [key for key, times in Counter(keys).items() if times > 1]
    assert not twice, f"given twice: {twice}"
    lost = [key for key in wanted if key not in keys]
    assert not lost, f"not given: {lost}"
    assert sorted(map(str, keys)) == sorted(map(str, wanted)), "given, and not in the listing"
    if live.case.is_ordered() and not live.case.is_merged():
        assert keys == wanted, "given in another order than is declared"


@needs(Case.is_listed)
async def test_a_walk_is_the_rows(live: Live) -> None:
    """``list()`` gives each item once."""
    same(live, [item async for item in live.pager()])
    same(live, await live.pager().collect())


@needs(Case.is_listed)
async def test_each_page_is_asked_for_once(live: Live) -> None:
    """A walk asks for no page twice, and for none beyond the one that tells the end."""
    await live.pager().collect()
    asked = [(each.path, str(each.query), each.body) for each in live.fake.requests]
    again = len(asked) - len(set(asked))
    assert again <= live.case.pages_read_twice(), "a page was asked for twice"
    listings = len({str(each.query.get("status")) for each in live.fake.requests})
    assert len(asked) - again <= -(-ROWS // PAGE) + 2 * listings


@needs(Case.is_listed, rows=0)
async def test_an_empty_listing_has_no_items(live: Live) -> None:
    """A listing without rows ends at once."""
    assert await live.pager().collect() == []
    assert (await live.pager()).items == ()


@needs(Case.is_listed)
async def test_a_page_leads_to_the_next_one(live: Live) -> None:
    """``await list()`` is the first page; its ``next_cursor`` leads to the others."""
    page = await live.pager()
    found = list(page.items)
    while page.next_cursor is not None:
        assert len(found) < 2 * ROWS, "the pages do not come to an end"
        page = await live.pager(cursor=page.next_cursor)
        found += page.items
    same(live, found)


@needs(Case.is_sized)
async def test_a_page_has_the_size_that_is_asked_for(live: Live) -> None:
    """``limit`` is the number of items of a page."""
    sizes = [len(page.items) async for page in live.pager(limit=3).pages()]
    assert max(sizes) == 3, f"pages of {sizes} items"


@needs(Case.is_listed, rows=11)
async def test_a_walk_goes_on_after_any_item(live: Live) -> None:
    """A walk that goes on from the checkpoint after an item gives the rest, and nothing twice."""
    whole = await live.pager().collect()
    for number in range(len(whole)):
        walk = aiter(live.pager())
        async with aclosing(walk):
            before = [await anext(walk) for _ in range(number + 1)]
            place = Checkpoint.from_json(walk.checkpoint.to_json())
        after = await live.pager(resume=place).collect()
        assert live.keys([*before, *after]) == live.keys(whole), f"after item {number}"


@needs(Case.is_listed)
async def test_a_walk_ends_after_max_items(live: Live) -> None:
    """``max_items`` ends a walk, without a request more than it takes."""
    whole = await live.pager().collect()
    for most in (0, 1, PAGE, PAGE + 1):
        live.fake.reset_counters()
        found = await live.pager(max_items=most).collect()
        assert live.keys(found) == live.keys(whole[:most])
        if len({str(each.query.get("status")) for each in live.fake.requests}) < 2:
            again = live.case.pages_read_twice() if most > PAGE else 0
            assert live.fake.count() <= -(-most // PAGE) + again


@needs(Case.is_listed)
async def test_a_concurrent_walk_is_the_walk(live: Live) -> None:
    """``concurrent()`` gives what a walk from page to page gives."""
    whole = await live.pager().collect()
    for ordered in (True, False) if live.case.is_ordered() else (False,):
        async with live.pager().concurrent(4, ordered=ordered) as walk:
            found = [item async for item in walk]
        if ordered and live.case.listing.is_sorted:
            # Items of one instant may come in another order from the other end.
            assert [each.created_at for each in found] == [each.created_at for each in whole]
        elif ordered:
            assert live.keys(found) == live.keys(whole)
        assert set(live.keys(found)) == set(live.keys(whole))
        assert len(found) == len(whole)


@needs(Case.is_cut, rows=MANY)
async def test_the_shards_are_the_walk(live: Live) -> None:
    """All shards of a listing together give each item once."""
    shards = await live.pager().shards(4)
    assert len(shards) > 1, "the listing was not cut"
    found = [item for shard in shards for item in await live.verbs.shard(shard).collect()]
    keys = live.keys(found)
    assert len(keys) == len(set(keys)), "two shards give the same item"
    assert set(keys) == set(live.keys(live.rows()))


@needs(Case.has_window)
async def test_a_window_is_a_part_of_the_walk(live: Live) -> None:
    """``created_after`` and ``created_before`` give what was created between them."""
    rows = live.rows()
    times = sorted(item.created_at for item in rows)
    after, before = times[6], times[18]
    found = await live.pager(created_after=after, created_before=before).collect()
    window = live.case.listing.window
    assert window is not None
    most = TimeRange(after, before).taken_in(window.margin)
    keys = set(live.keys(found))
    inside = [item for item in rows if after <= item.created_at <= before]
    nearby = [item for item in rows if most.holds(item.created_at)]
    lost = set(live.keys(inside)) - keys
    assert not lost, f"created in the window, and not given: {lost}"
    assert keys <= set(live.keys(nearby)), "given, and not created in the window"


@needs(Case.has_statuses)
async def test_a_status_is_a_part_of_the_walk(live: Live) -> None:
    """``status`` gives the items in this status, whether the service filters or the client does."""
    looks = live.served.maker.looks.all
    assert live.case.description.enum is not None
    for word in sorted({word for look in looks for word in look.words}):
        found = await live.pager(status=word).collect()
        wanted = [item for item in live.rows() if word in live.words(item)]
        assert sorted(map(str, live.keys(found))) == sorted(map(str, live.keys(wanted))), word


@needs(Case.is_ordered)
async def test_the_order_is_the_one_that_is_declared(live: Live) -> None:
    """The items come in the order by creation that is declared."""
    created = [item.created_at async for item in live.pager()]
    assert created == sorted(created, reverse=not live.case.rises())


@needs(Case.has_tokens, empty_pages=2)
async def test_empty_pages_are_followed(live: Live) -> None:
    """A page without items is no end."""
    same(live, await live.pager().collect())
