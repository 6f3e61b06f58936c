"""How listings are cut, what a shard costs to read, and what it says when it cannot be read."""

import pytest

from asyncops import Checkpoint, Shard
from asyncops.sharding.split_sorted import SortedShard
from tests.laws.sharded import Calls, at
from tests.laws.simulated import LIFE


def calls_of(seconds: dict[str, range], statuses: tuple[str, ...] = LIFE, limit: int = 5) -> Calls:
    """Calls of each status, created at these seconds."""
    service = Calls(statuses=statuses, limit=limit)
    for status, moments in seconds.items():
        for second in moments:
            service.add(second, LIFE.index(status))
    return service


async def test_one_status_is_cut_half_way_in_time() -> None:
    """Each half is read from its own end, and costs half of the pages and one more at most."""
    service = calls_of({"completed": range(100)}, ("completed",))
    shards = await service.pager().shards()
    assert len(service.asked) == 2
    assert [(shard.oldest, shard.newest, shard.descending) for shard in shards] == [
        (None, shards[1].oldest, False),
        (shards[0].newest, None, True),
    ]
    for shard in shards:
        service.asked.clear()
        assert 49 <= len(await service.shard(shard).collect()) <= 51
        assert len(service.asked) <= 10 + 1


async def test_what_has_ended_is_cut_by_status_and_what_moves_is_kept_together() -> None:
    """At the moment when the oldest was created that is alive."""
    service = calls_of(
        {"completed": range(95), "failed": range(1, 90, 4), "in_progress": range(90, 99, 3)}
    )
    shards = await service.pager().shards()
    assert [params["status"] for params in service.asked] == [
        *LIFE[:3],
        *("completed", "completed", "failed", "failed"),
    ]
    assert [shard.statuses for shard in shards] == [
        ("completed",),
        ("completed",),
        ("failed",),
        ("failed",),
        LIFE,
    ]
    assert (shards[1].newest, shards[3].newest, shards[4].oldest) == (at(90), at(90), at(90))
    assert shards[4].newest is None
    service.asked.clear()
    newest = await service.shard(shards[4]).collect()
    assert len(newest) == 8
    assert len(service.asked) <= 7


async def test_nothing_alive_leaves_the_newest_shard_to_what_is_to_come() -> None:
    """It begins right behind the newest that there is."""
    service = calls_of({"completed": range(30), "failed": range(0, 40, 2)})
    shards = await service.pager().shards()
    assert shards[-1].oldest is not None
    assert at(38) < shards[-1].oldest < at(39)
    service.add(60)
    assert [call.id.int for call in await service.shard(shards[-1]).collect()] == [50]


async def test_one_that_is_alive_for_ages_does_not_keep_a_listing_from_being_cut() -> None:
    """All statuses together are cut half way in time, where nothing slips through either."""
    service = calls_of({"queued": range(1), "completed": range(100), "failed": range(0, 100, 2)})
    shards = await service.pager().shards()
    assert [shard.statuses for shard in shards] == [LIFE, LIFE]
    counts = [len(await service.shard(shard).collect()) for shard in shards]
    assert sum(counts) == 151
    assert min(counts) > 70


@pytest.mark.parametrize(
    ("failed", "statuses"),
    [
        (range(0, 40, 2), ["completed", "completed", "failed", "failed"]),
        (range(3), ["completed", "completed", "failed"]),
        (range(0), ["completed", "completed", "failed"]),
    ],
    ids=["many have failed", "one page has", "none has"],
)
async def test_only_what_has_ended_is_cut_by_status_alone(
    failed: range, statuses: list[str]
) -> None:
    """Nothing in such a listing moves; what ends later is in those without a newest bound."""
    service = calls_of({"completed": range(60), "failed": failed}, ("completed", "failed"))
    shards = await service.pager().shards()
    assert [shard.statuses for shard in shards] == [(status,) for status in statuses]
    service.add(70, 3)
    service.add(70, 4)
    found = [call.id for shard in shards for call in await service.shard(shard).collect()]
    assert len(found) == len(set(found)) == len(service.calls)


async def test_what_is_created_while_it_is_cut_may_be_left_out_but_what_was_there_is_not() -> None:
    """Calls that move on between its requests are seen in the status that they move to."""
    service = calls_of({"completed": range(40), "failed": range(40), "queued": range(30, 31)})
    (moving,) = (call.id for call in service.calls.values() if call.status == "queued")

    def move_on() -> None:
        if len(service.asked) in {1, 2}:
            service.move(moving.int, "completed")

    service.before_answer = move_on
    shards = await service.pager().shards()
    assert [params["status"] for params in service.asked[:3]] == list(LIFE[:3])
    assert shards[-1].oldest == at(30)
    found = [call.id for shard in shards for call in await service.shard(shard).collect()]
    assert sorted(found) == sorted(service.calls)


async def test_two_pages_are_not_cut_for_fewer_than_five() -> None:
    """Halves of less than a page each would cost as much as the whole."""
    service = calls_of({"completed": range(5), "failed": range(5)})
    (shard,) = await service.pager().shards(3)
    assert shard.time_range.whole


async def test_a_shard_keeps_the_size_of_the_pages() -> None:
    """As the listing was asked for, each shard of it."""
    service = calls_of({"completed": range(40), "failed": range(40)})
    assert {shard.page_size for shard in await service.pager().shards()} == {5}


async def test_a_newest_call_is_not_taken_for_the_oldest() -> None:
    """Of a service that knows one direction only, where a call that comes makes it look sorted."""
    service = calls_of({"completed": range(60), "failed": range(4), "in_progress": range(50, 51)})
    service.falls = True

    def arrive() -> None:
        if len(service.asked) == 4:
            service.add(70, 3)

    service.before_answer = arrive
    shards = await service.pager().shards()
    assert len(shards) == 3
    found = [call.id for shard in shards for call in await service.shard(shard).collect()]
    assert sorted(found) == sorted(service.calls)


async def test_each_status_is_cut_half_way_to_what_moves() -> None:
    """Not half way through itself, which may lie behind that."""
    service = calls_of(
        {"completed": range(40, 100), "failed": range(60), "uploaded": range(60, 61)}
    )
    shards = await service.pager().shards()
    assert [shard.newest for shard in shards[1::2]] == [at(60), at(60)]
    parts = [await service.shard(shard).collect() for shard in shards]
    assert [len(part) for part in parts] == [10, 10, 30, 30, 41]


async def test_statuses_that_were_empty_need_no_shard_below_what_moves() -> None:
    """Nothing can come to be there any more."""
    service = calls_of({"completed": range(60), "failed": range(61, 90), "queued": range(60, 62)})
    shards = await service.pager().shards()
    assert [shard.statuses for shard in shards] == [("completed",), ("completed",), LIFE]


@pytest.mark.parametrize(("n", "parts"), [(1, 1), (2, 2), (4, 2), (5, 5), (50, 5)])
async def test_n_is_the_most_shards_of_a_listing_of_tokens(n: int, parts: int) -> None:
    """Fewer than five are two halves of all statuses."""
    service = calls_of({"completed": range(60), "failed": range(50), "queued": range(60, 62)})
    shards = await service.pager().shards(n)
    assert [(shard.index, shard.of) for shard in shards] == [
        (index, parts) for index in range(1, parts + 1)
    ]


@pytest.mark.parametrize("direction", ["rises", "falls"])
async def test_a_service_that_knows_one_direction_is_read_whole(direction: str) -> None:
    """Asked for both ends, it gives the same one twice: there is nothing to cut by."""
    service = calls_of({"completed": range(60), "failed": range(50), "queued": range(55, 60)})
    service.ignores_direction, service.falls = direction == "rises", direction == "falls"
    for n in (2, 8):
        (shard,) = await service.pager().shards(n)
        assert shard.time_range.whole
        assert len(await service.shard(shard).collect()) == 115


@pytest.mark.parametrize("direction", ["rises", "falls"])
async def test_a_direction_that_is_not_kept_to_costs_more_and_loses_nothing(direction: str) -> None:
    """The shards were cut while it still was: they hold the same, and end where they can."""
    service = calls_of({"completed": range(60)}, ("completed",))
    shards = await service.pager().shards()
    expected = [{call.id for call in await service.shard(shard).collect()} for shard in shards]
    service.ignores_direction, service.falls = direction == "rises", direction == "falls"
    costs = []
    for shard, ids in zip(shards, expected, strict=True):
        service.asked.clear()
        found = [call.id for call in await service.shard(shard).collect()]
        assert (len(found), set(found)) == (len(ids), ids)
        costs.append(len(service.asked))
    assert max(costs) == 12
    assert min(costs) <= 7


def test_a_walk_that_cannot_begin_at_a_checkpoint_is_refused_before_it_is_made() -> None:
    """A page number belongs to numbered pages; a token is the service's own, and not judged."""
    service = calls_of({"completed": range(9)}, ("completed",))
    part = SortedShard(Shard(resource="calls", newest=at(5)), service.listing(("completed",)))
    part.check(Checkpoint(query="", cursor="any token"))
    with pytest.raises(TypeError, match="has page tokens"):
        part.check(Checkpoint(query="", cursor=3))
