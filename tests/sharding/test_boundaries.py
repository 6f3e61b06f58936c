"""Where listings are cut."""

from collections.abc import Callable
from functools import partial

import pytest

from asyncops.sharding.boundaries import halfway
from tests.laws.sharded import Calls, Numbered, at


@pytest.mark.parametrize(
    "make",
    [Calls, partial(Calls, statuses=()), Numbered],
    ids=["by status", "all as one", "numbered"],
)
async def test_an_empty_listing_is_one_shard_for_what_is_to_come(
    make: Callable[[], Calls | Numbered],
) -> None:
    """Its first page is empty, and what is created later is in it."""
    service = make()
    (shard,) = await service.pager().shards()
    assert shard.time_range.whole
    assert (await service.shard(shard)).items == ()
    if isinstance(service, Numbered):
        service.insert(1)
    else:
        service.add(1)
    assert len(await service.shard(shard).collect()) == 1


@pytest.mark.parametrize(("oldest", "newest"), [(0, 1), (0, 10), (3, 3)])
def test_half_way_is_later_than_the_oldest_wherever_it_can_be(oldest: int, newest: int) -> None:
    """Else one of the halves would be empty."""
    middle = halfway(at(oldest), at(newest))
    assert at(oldest) <= middle <= at(newest)
    assert (middle > at(oldest)) == (newest > oldest)
    assert halfway(at(0), at(10)) == at(5)
