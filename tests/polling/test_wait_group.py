"""Waiting for many: which requests are sent, and how many."""

from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from asyncops import (
    DecodeError,
    Forbidden,
    ServerError,
    WaitTimeout,
)
from asyncops.polling.fair_slots import FairSlots
from asyncops.polling.pending import Source
from asyncops.polling.policy import BlockedPolicy, Poll, Tolerance
from asyncops.polling.wait_group import WaitGroup
from asyncops.polling.wait_many import wait_many
from tests.laws.lives import Job, Life, Service, pending

DOWN = ServerError("down", status=503)
FORMS: list[Callable[[Service], Source[Job]]] = [
    Service.unfinished_and_single,
    Service.all_and_single,
    Service.all_only,
]


async def test_a_round_reads_listings_where_that_takes_fewer_requests() -> None:
    """And asks for what is in none of them, once each has ended."""
    lives = {f"job {number}": Life(-number, 10.0 + number / 10) for number in range(300)}
    service = Service(lives, size=50)
    sent: list[int] = []
    group = pending(service.unfinished_and_single(), list(lives))
    async with wait_many(group, on_poll=lambda _: sent.append(service.requests)) as finished:
        assert len([pair async for pair in finished]) == 300
    schedule = [after - before for before, after in zip([0, *sent], sent, strict=False)]
    assert sum(schedule) < 300 + 10 * len(schedule)
    assert sorted(service.asked) == sorted(lives)


@pytest.mark.parametrize("ascending", [False, True])
async def test_a_listing_is_read_no_further_than_what_is_open(ascending: bool) -> None:
    """However long it is, in either order, and although what has ended is nowhere in it."""
    near, far = (800, 60) if ascending else (60, 800)
    older = {f"older {number}": Life(-1000 - number, None) for number in range(far)}
    newer = {f"newer {number}": Life(-400 + number / 10, None) for number in range(near)}
    lives = {f"job {number}": Life(-500 - number, 30.0 + number) for number in range(40)}
    service = Service(lives | older | newer, size=20, ascending=ascending)
    polls: list[Poll] = []
    group = pending(service.unfinished_and_single(), list(lives))
    async with wait_many(group, on_poll=polls.append) as finished:
        assert len([pair async for pair in finished]) == 40
    # The first poll has yet to learn how old they are; the others take a few pages each.
    assert service.requests < 40 + 39 + 8 * len(polls)


async def test_all_requests_of_all_groups_are_counted_together() -> None:
    """Those for listings as well."""
    service = Service({f"job {number}": Life(0, 5.0 + number) for number in range(20)}, turns=3)
    groups = [pending(source(service), list(service.lives)) for source in FORMS]
    async with wait_many(*groups, concurrency=1) as finished:
        assert len([pair async for pair in finished]) == 60
    assert service.most == 1


async def test_a_listing_that_fails_is_done_without() -> None:
    """Each is asked for by itself, until the listing is there again."""
    lives = {f"job {number}": Life(0, 30.0) for number in range(30)}
    service = Service(lives, refused=DOWN)
    async with wait_many(pending(service.unfinished_and_single(), list(lives))) as finished:
        assert all([isinstance(result, Job) async for _, result in finished])
    assert service.listed > 1


async def test_a_listing_that_is_too_long_is_not_read_for_a_few() -> None:
    """Each is asked for by itself; the listing is tried, ever more rarely."""
    strangers = {f"stranger {number}": Life(-number, None) for number in range(1500)}
    lives = {f"job {number}": Life(-1200 - number, 300.0) for number in range(20)}
    service = Service(lives | strangers, size=20)
    polls: list[Poll] = []
    group = pending(service.all_and_single(), list(lives))
    async with wait_many(group, on_poll=polls.append) as finished:
        assert len([pair async for pair in finished]) == 20
    assert service.listed <= 19 * 4
    assert service.requests < 1.3 * 20 * len(polls) + 20


@pytest.mark.parametrize("refusal", [Forbidden("staff only", status=403), DecodeError("odd")])
async def test_a_listing_that_is_refused_is_not_asked_for_again(refusal: Any) -> None:
    """Single requests do without it."""
    lives = {f"job {number}": Life(0, 20.0) for number in range(30)}
    service = Service(lives, refused=refusal)
    group = pending(service.unfinished_and_single(), list(lives))
    async with wait_many(group) as finished:
        assert all([isinstance(result, Job) async for _, result in finished])
    assert service.listed == 1


async def test_an_outage_is_not_answered_by_a_request_for_each_id() -> None:
    """A few failures say enough."""
    lives = {f"job {number}": Life(0, 1.0) for number in range(300)}
    service = Service(lives, refused=Forbidden("staff only", status=403))
    polls: list[Poll] = []
    service.down = lambda number: DOWN if 2 <= number < 100 else None
    group = pending(service.unfinished_and_single(), list(lives))
    async with wait_many(group, on_poll=polls.append, concurrency=4) as finished:
        assert all([isinstance(result, Job) async for _, result in finished])
    failed = [poll for poll in polls if poll.error is not None]
    assert len(failed) > 10
    assert service.requests <= 300 + 7 * (len(failed) + 1)


async def test_an_id_that_always_fails_keeps_no_other_from_its_turn() -> None:
    """It comes as a timeout that says why."""
    lives = {f"job {number}": Life(0, 5.0) for number in range(40)}
    service = Service(lives, refused=Forbidden("staff only", status=403))
    service.forbidden = {f"job {number}": ServerError("odd", status=500) for number in range(9)}
    group = pending(service.unfinished_and_single(), list(lives))
    async with wait_many(group, concurrency=3, timeout=60) as finished:
        results = dict([pair async for pair in finished])
    late = {name for name, result in results.items() if isinstance(result, WaitTimeout)}
    assert late == set(service.forbidden)
    assert all("500: odd" in str(results[name]) for name in late)


async def test_what_a_listing_shows_to_have_ended_is_asked_for_where_it_is_not_all() -> None:
    """As where a service lists more states than it was asked for."""
    service = Service({f"job {number}": Life(0, 5.0 + number // 5) for number in range(20)})
    source = evolve(service.all_and_single(), lists_results=False)
    async with wait_many(pending(source, list(service.lives))) as finished:
        assert all([isinstance(result, Job) async for _, result in finished])
    assert sorted(service.asked) == sorted(service.lives)


async def test_a_poll_gives_what_has_ended_and_keeps_the_rest_open() -> None:
    """With what it saw of them."""
    service = Service({"a": Life(-9, -1.0), "b": Life(-9, None)})
    given: list[str] = []
    group = WaitGroup.of(
        pending(service.all_only(), ["a", "b"]),
        lambda name, _: given.append(name),
        FairSlots(4),
        Tolerance(),
        BlockedPolicy(),
    )
    assert await group.poll() is None
    assert given == ["a"]
    (left,) = group.open.values()
    assert (left.id, left.error, left.absent) == ("b", None, 0)
    assert left.last is not None
