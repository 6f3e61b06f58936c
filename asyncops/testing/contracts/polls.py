"""What is promised of waiting and watching, and of what cancels operations."""

from typing import Any

import pytest

from asyncops.errors import (
    AsyncOpsError,
    Conflict,
    NotFound,
    OperationCancelled,
    OperationFailed,
    WaitTimeout,
)
from asyncops.models import State
from asyncops.polling.change import ChangeKind
from asyncops.testing.contracts.case import Case, Live, needs

_ERRORS = {State.FAILED: OperationFailed, State.CANCELLED: OperationCancelled}


def ends_of(live: Live) -> list[State]:
    """The states in which an item may end."""
    return sorted({look.state for look in live.served.maker.looks.ended})


@needs(Case.waits)
async def test_a_wait_comes_to_each_end(live: Live) -> None:
    """``wait`` gives an operation that succeeded, and raises for one that did not."""
    for state in ends_of(live):
        item = live.add(status=state.value)
        if state is State.SUCCEEDED:
            assert (await live.verbs.wait(live.id(item))).state is state
            continue
        with pytest.raises(OperationFailed) as raised:
            await live.verbs.wait(live.id(item))
        assert raised.type is _ERRORS[state]
        assert raised.value.operation.id == item.id


@needs(Case.waits)
async def test_a_wait_goes_through_a_life(live: Live) -> None:
    """``wait`` polls an operation until it has ended."""
    item = live.add(lifetime=30)
    assert not item.state.ended
    ended = await live.verbs.wait(live.id(item), timeout=300, raise_on_failure=False)
    assert ended.state.ended
    assert live.id(ended) == live.id(item)


@needs(Case.waits)
async def test_a_wait_gives_up_in_time(live: Live) -> None:
    """``wait`` raises ``WaitTimeout``, with the operation as it was last."""
    item = live.add(lifetime=10_000)
    with pytest.raises(WaitTimeout) as raised:
        await live.verbs.wait(live.id(item), timeout=60)
    assert raised.value.last is not None


@needs(Case.waits)
async def test_a_wait_for_many_gives_each_once(live: Live) -> None:
    """``wait_many`` gives each id once, with its operation as it ended."""
    items = [live.add(lifetime=10 * n) for n in range(1, 4)]
    items += [live.add(status=state.value) for state in ends_of(live)]
    ids = [str(live.id(item)) for item in items]
    async with live.verbs.wait_many(ids, timeout=600) as finished:
        found = [(str(id_), result) async for id_, result in finished]
    assert sorted(id_ for id_, _ in found) == sorted(ids)
    errors = [result for _, result in found if isinstance(result, AsyncOpsError)]
    assert not errors, errors


async def changes_of(watch: Any, wanted: int) -> list[Any]:
    """The next changes of a watch."""
    changes = []
    async for change in watch:
        changes.append(change)
        if len(changes) == wanted:
            break
    return changes


@needs(Case.is_watched, rows=0)
async def test_a_watch_tells_each_end_once(live: Live) -> None:
    """``watch`` tells that an operation is new, and once that it has ended."""
    async with live.watch() as watch:
        items = [live.add(lifetime=5 * n) for n in range(1, 4)]
        ended: list[str] = []
        created: list[str] = []
        async for change in watch:
            ended += [change.id] if change.kind is ChangeKind.FINISHED else []
            created += [change.id] if change.kind is ChangeKind.CREATED else []
            if len(ended) == 3:
                break
        keys = sorted(str(live.key(item)) for item in items)
        assert sorted(created) == keys
        assert sorted(ended) == keys
        # A change that comes after the ends shows that none of them is told again.
        last = live.add()
        [change] = await changes_of(watch, 1)
        assert (change.kind, change.id) == (ChangeKind.CREATED, str(live.key(last)))


@needs(Case.is_watched, rows=0)
async def test_a_watch_tells_what_is_there_only_if_asked(live: Live) -> None:
    """``from_start`` gives what has not ended when the watch begins; otherwise only changes."""
    for from_start in (True, False):
        there = live.add(lifetime=100_000)
        async with live.watch(from_start=from_start) as watch:
            new = live.add(lifetime=100_000)
            [first] = await changes_of(watch, 1)
            assert first.kind is ChangeKind.CREATED
            assert first.id == str(live.key(there if from_start else new))


@needs(Case.is_watched, rows=0)
async def test_a_watch_goes_on_from_a_checkpoint(live: Live) -> None:
    """A watch that goes on from a checkpoint tells what has changed since."""
    item = live.add(lifetime=30)
    async with live.watch() as watch:
        place = watch.checkpoint
    live.fake.advance(60)
    async with live.watch(resume=place) as watch:
        [change] = await changes_of(watch, 1)
        assert (change.kind, change.id) == (ChangeKind.FINISHED, str(live.key(item)))


@needs(Case.reopens, rows=0)
async def test_a_watch_tells_that_an_operation_goes_on(live: Live) -> None:
    """An ended operation that goes on is told as reopened, and its next end again."""
    looks = live.served.maker.looks
    alive, ended = looks.all[0].state, looks.ended[0].state
    item = live.add(status=alive.value)
    async with live.watch() as watch:
        kinds = []
        for state in (ended, alive, ended):
            live.move(item, state)
            kinds += [change.kind for change in await changes_of(watch, 1)]
    assert kinds == [ChangeKind.FINISHED, ChangeKind.REOPENED, ChangeKind.FINISHED]


@needs(Case.is_cancelled)
async def test_what_is_cancelled_ends(live: Live) -> None:
    """``cancel`` ends an operation."""
    content, given = live.least("cancel")
    item = live.add(lifetime=10_000)
    await live.verbs.cancel(live.id(item), *content, **given)
    assert live.fake.items(live.case.resource.name, *live.case.texts)[0].state.ended


@needs(Case.is_cancelled)
async def test_what_has_ended_is_not_cancelled(live: Live) -> None:
    """``cancel`` of an operation that has succeeded is an error, and changes nothing."""
    content, given = live.least("cancel")
    item = live.add(status=State.SUCCEEDED.value)
    with pytest.raises(Conflict):
        await live.verbs.cancel(live.id(item), *content, **given)
    newest = live.fake.items(live.case.resource.name, *live.case.texts)[0]
    assert newest.state is State.SUCCEEDED


@needs(Case.has_results)
async def test_what_has_succeeded_has_results(live: Live) -> None:
    """``results`` gives what came of an operation, and before its end there is nothing."""
    item = live.add(lifetime=10_000)
    with pytest.raises(NotFound):
        await live.verbs.results(live.id(item))
    live.move(item, State.SUCCEEDED)
    assert await live.verbs.results(live.id(item)) == live.case.description.places.results
