"""Waiting for many: what comes, what ends it, and what hooks are told."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from asyncops import (
    ConfigurationError,
    Forbidden,
    NotFound,
    Page,
    ServerError,
    State,
    UnexpectedPage,
    WaitTimeout,
)
from asyncops.http.messages import Reply, Request
from asyncops.polling.pending import Listing, Source
from asyncops.polling.policy import Poll, PollPolicy
from asyncops.polling.wait_many import WaitMany, wait_many
from asyncops.testing import FakeClock
from tests.laws.lives import Job, Life, Service, pending
from tests.laws.rows import others

DOWN = ServerError("down", status=503)
FORMS: list[Callable[[Service], Source[Job]]] = [
    Service.unfinished_and_single,
    Service.all_and_single,
    Service.all_only,
]


class TwoPages:
    """A listing of two pages, of which the second hides its row when the list gets shorter."""

    def __init__(self, total: int) -> None:
        rows = [Job(id="b", state=State.SUCCEEDED)] if total == 9 else []
        self._pages: list[Page[Job]] = [
            Page(items=(), total_count=9),
            Page(items=tuple(rows), total_count=total),
        ]
        self._ready: Page[Job] | None = None

    def next_request(self) -> Request | None:
        return Request(path="/") if self._pages else None

    def feed(self, reply: Reply[None]) -> None:  # noqa: ARG002 - it has none
        self._ready = self._pages.pop(0)

    def take(self) -> Page[Job] | None:
        ready, self._ready = self._ready, None
        return ready

    def recover(self, _: object, /) -> bool:
        return False


async def test_what_a_list_that_gets_shorter_may_hide_is_not_missing() -> None:
    """However often that happens."""
    totals = [8] * 10 + [9]

    async def fetch(_: Request) -> Reply[None]:
        return Reply(value=None)

    listing = Listing(fetch, lambda: TwoPages(totals.pop(0)))
    source: Source[Job] = Source(clock=FakeClock(), listings=(listing,), lists_results=True)
    async with wait_many(pending(source, ["b"])) as finished:
        assert [type(result) async for _, result in finished] == [Job]


async def test_rows_that_move_to_a_wrong_page_are_looked_for_again() -> None:
    """As where a service gives its last page for one that is gone."""
    moved = UnexpectedPage("asked for page 4, the answer is page 3")
    service = Service({"a": Life(0, 4.0)}, down=lambda number: moved if number == 1 else None)
    async with wait_many(pending(service.all_only(), ["a"])) as finished:
        assert [type(result) async for _, result in finished] == [Job]


async def test_what_is_seen_now_and_then_is_not_missing() -> None:
    """Three polls in a row have to miss it."""
    service = Service({"shy": Life(0, 100.0)})
    shy = service.lives["shy"]

    def hook(poll: Poll) -> None:
        service.lives = {"shy": shy} if poll.number % 3 == 0 else {}

    async with wait_many(pending(service.all_only(), ["shy"]), on_poll=hook) as finished:
        assert [type(result) async for _, result in finished] == [Job]


async def test_an_error_that_is_made_up_for_is_forgotten() -> None:
    """A timeout does not blame it."""
    for source in FORMS:
        service = Service({"a": Life(0, None)}, down=lambda number: DOWN if number == 1 else None)
        async with wait_many(pending(source(service), ["a"]), timeout=5) as finished:
            (late,) = [result async for _, result in finished]
        assert str(late) == "operation a was still running after 5.0 s"


async def test_without_single_requests_a_refusal_is_the_result_of_each_id() -> None:
    """Each has an error of its own."""
    service = Service({}, refused=Forbidden("no", status=403))
    async with wait_many(pending(service.all_only(), ["a", "b"])) as finished:
        results = [result async for _, result in finished]
    assert [type(result) for result in results] == [Forbidden, Forbidden]
    assert results[0] is not results[1]
    assert service.requests == 1


async def test_what_no_listing_shows_is_missing_after_three_polls() -> None:
    """A service may list what it has just begun a little late."""
    service = Service({"late": Life(0, 20.0)})
    late = service.lives.pop("late")

    def hook(poll: Poll) -> None:
        if poll.number == 2:
            service.lives["late"] = late

    group = pending(service.all_only(), ["late", "missing"])
    async with wait_many(group, on_poll=hook) as finished:
        results = dict([pair async for pair in finished])
    assert isinstance(results["late"], Job)
    missing = results["missing"]
    assert isinstance(missing, NotFound)
    assert "no listing shows an operation missing" in str(missing)


async def test_each_comes_as_soon_as_it_is_seen_to_have_ended() -> None:
    """Not when all have."""
    service = Service({"a": Life(0, 4.0), "b": Life(0, None)})
    group = pending(service.all_only(), list(service.lives))
    async with wait_many(group, poll=PollPolicy(timeout=None)) as finished:
        assert (await anext(finished))[0] == "a"
        assert service.now() < 30


async def test_groups_do_not_wait_for_each_other() -> None:
    """One whose service is down holds up no other."""
    well = Service({"well": Life(0, 10.0)})
    ill = Service({"ill": Life(0, 10.0)}, clock=well.clock, down=lambda _: DOWN)
    both = wait_many(
        pending(well.all_only(), ["well"]), pending(ill.unfinished_and_single(), ["ill"])
    )
    async with both as finished:
        first, second = [pair async for pair in finished]
    assert (first[0], second[0]) == ("well", "ill")
    assert isinstance(first[1], Job)
    assert isinstance(second[1], WaitTimeout)
    assert second[1].last is None


@pytest.mark.parametrize("form", FORMS[1:])
@pytest.mark.parametrize("hanging", [1, 2])
async def test_a_service_that_hangs_takes_no_turns_of_others(
    form: Callable[[Service], Source[Job]], hanging: int
) -> None:
    """Nor do several, wherever they stand; what has ended elsewhere comes at once."""
    well = Service({f"well {number}": Life(0, 0.0) for number in range(30)})
    ill = [Service({}, clock=well.clock, turns=10**9) for _ in range(hanging)]
    stuck = [
        pending(each.unfinished_and_single(), [f"{n} {id(each)}" for n in range(2)]) for each in ill
    ]
    stuck += [
        pending(Source(clock=each.clock, listings=(), get=each.get), [f"{n}" for n in range(50)])
        for each in ill
    ]
    groups = [*stuck, pending(form(well), list(well.lives))]
    async with wait_many(*groups, concurrency=len(groups)) as finished:
        async with asyncio.timeout(90):
            names = {(await anext(finished))[0] for _ in well.lives}
        assert sum(each.under_way for each in ill) <= len(groups) - 1
    assert names == set(well.lives)
    assert not others()


async def test_hooks_are_told_of_all_groups() -> None:
    """Counted together, numbered in the order of the polls."""
    one = Service({"a": Life(0, 3.0), "b": Life(0, 9.0)})
    two = Service({"c": Life(0, 6.0)}, clock=one.clock)
    told: list[Poll] = []
    groups = (pending(one.all_only(), ["a", "b"]), pending(two.all_only(), ["c"]))
    async with wait_many(*groups, on_poll=told.append) as finished:
        assert [name async for name, _ in finished] == ["a", "c", "b"]
    assert [poll.number for poll in told] == list(range(1, len(told) + 1))
    assert all(poll.open + poll.ended == 3 for poll in told)
    assert (told[0].open, told[-1].open, told[-1].next_in) == (3, 0, None)


async def test_delays_begin_anew_when_something_has_ended() -> None:
    """As others may be about to end as well."""
    service = Service({"a": Life(0, 4.0), "b": Life(0, 30.0)})
    group = pending(service.all_only(), ["a", "b"])
    async with wait_many(group, poll=PollPolicy(jitter=0)) as finished:
        assert [name async for name, _ in finished] == ["a", "b"]
    assert service.clock.slept[:6] == pytest.approx([1.0, 1.5, 2.25, 1.0, 1.5, 2.25])


async def test_a_hook_that_raises_ends_the_wait_with_its_error() -> None:
    """What has come before it is still given."""

    def hook(poll: Poll) -> None:
        if poll.ended:
            raise LookupError("of the hook")

    service = Service({"a": Life(0, 4.0), "b": Life(0, 30.0)})
    group = pending(service.all_only(), ["a", "b"])
    async with wait_many(group, on_poll=hook) as finished:
        assert (await anext(finished))[0] == "a"
        with pytest.raises(LookupError, match="of the hook"):
            await anext(finished)
    assert not others()


async def test_a_client_that_cannot_be_used_ends_the_wait() -> None:
    """It is not an error of the ids."""
    closed = ConfigurationError("this client is closed")
    for source in FORMS:
        service = Service({"a": Life(0, 4.0)}, down=lambda _: closed)
        async with wait_many(pending(source(service), ["a"])) as finished:
            with pytest.raises(ConfigurationError, match="closed"):
                await anext(finished)
        assert not others()


async def test_a_poll_under_way_is_given_up_when_the_time_is_up() -> None:
    """Each id says so."""
    service = Service({"a": Life(0, None), "b": Life(0, None)}, turns=10**9)
    for source in FORMS:
        async with wait_many(pending(source(service), ["a", "b"]), timeout=0.005) as finished:
            results = [result async for _, result in finished]
        assert all("not answered in time" in str(result) for result in results)
        assert [type(result) for result in results] == [WaitTimeout, WaitTimeout]
        assert service.under_way == 0


async def test_nothing_to_wait_for_sends_nothing() -> None:
    """No group, or one without ids."""
    service = Service({})
    async with wait_many(pending(service.all_only(), [])) as finished:
        assert [pair async for pair in finished] == []
    nothing: WaitMany[str, Job] = wait_many()
    async with nothing:
        assert [pair async for pair in nothing] == []
    assert service.requests == 0


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"timeout": 0}, ValueError),
        ({"concurrency": 0}, ValueError),
        ({"poll": 5}, TypeError),
        ({"on_poll": 5}, TypeError),
    ],
    ids=str,
)
def test_arguments_are_checked_at_once(options: dict[str, Any], error: type[Exception]) -> None:
    """Before anything is sent, or entered."""
    with pytest.raises(error):
        wait_many(pending(Service({}).all_only(), ["a"]), **options)


def test_what_is_no_group_is_refused() -> None:
    """Named by its position."""
    ids: Any = ["a"]
    with pytest.raises(TypeError, match=r"groups\[1\] must be made by pending\(ids\), got list"):
        wait_many(pending(Service({}).all_only(), ["a"]), ids)


async def test_several_tasks_may_take_results() -> None:
    """Each goes to one of them."""
    lives = {f"job {number}": Life(0, float(number)) for number in range(30)}
    service = Service(lives)

    async def take(finished: Any, into: list[str]) -> None:
        async for name, _ in finished:
            into.append(name)

    taken: list[list[str]] = [[], [], []]
    async with wait_many(pending(service.all_only(), list(lives))) as finished:
        await asyncio.gather(*(take(finished, into) for into in taken))
    assert sorted(flat(taken)) == sorted(lives)


def flat(lists: Iterable[Iterable[str]]) -> list[str]:
    return [each for one in lists for each in one]
