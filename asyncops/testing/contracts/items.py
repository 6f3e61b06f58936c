"""What is promised of the items of a resource."""

import pytest

from asyncops.errors import NotFound
from asyncops.http.places import value_at
from asyncops.models import State, times_of
from asyncops.testing.contracts.case import Case, Live, needs


@needs()
async def test_items_fit_their_class(live: Live) -> None:
    """Each item that the service may show is read as the item's class."""
    assert len(live.rows()) == 25, "the sample and the item's class make no 25 items"


@needs(Case.lives)
async def test_every_state_is_reached(live: Live) -> None:
    """Each state that a status stands for is that of an item in this status."""
    enum = live.case.description.enum
    declared = set() if enum is None else {each.state for each in enum} - {State.UNKNOWN}
    reached = {look.state for look in live.served.maker.looks.all}
    missing = sorted(state.value for state in declared - reached)
    assert not missing, (
        f"no item reaches {', '.join(missing)}: write a patch for it in Sample(by_state=...), "
        "or let state say it"
    )
    assert any(state.ended for state in reached), "no item ever ends"


@needs(Case.lives)
async def test_times_are_in_the_order_of_a_life(live: Live) -> None:
    """An item is created, then started, then finished; only an ended one is finished."""
    for item in live.rows():
        told = [when for when in times_of(item) if when is not None]
        assert all(when.tzinfo is not None for when in told), f"a time has no zone: {item}"
        assert told == sorted(told), f"its times are not in order: {item}"
        assert item.finished_at is None or item.state.ended, f"it is finished before: {item}"


@needs(Case.lives)
async def test_an_ended_item_tells_when_and_why(live: Live) -> None:
    """An item that has ended has the end and the reason of a failure that the service shows."""
    places = live.case.description.places
    for look in live.served.maker.looks.ended:
        item = live.add(status=look.state.value)
        if places.finished is not None:
            assert item.finished_at is not None, f"finished_at is not {places.finished}"
        if look.state is State.FAILED and places.error is not None:
            told = value_at(places.error, live.wire(item), {})
            assert item.error is not None or told is None, f"error is not {places.error}"


@needs(Case.is_got)
async def test_get_gives_the_item_of_the_listing(live: Live) -> None:
    """``get`` gives the item with the id that it was asked with, as the listing shows it."""
    for item in live.rows()[:5]:
        got = await live.verbs.get(live.id(item))
        assert live.key(got) == live.key(item)
        if live.case.description.result is None:
            assert got == item


@needs(Case.is_got)
async def test_what_is_missing_is_not_found(live: Live) -> None:
    """``get`` raises ``NotFound`` for an item that the service no longer has."""
    item = live.rows()[0]
    live.fake.remove(live.case.resource.name, live.id(item), *live.case.texts)
    with pytest.raises(NotFound):
        await live.verbs.get(live.id(item))


@needs(Case.is_got)
async def test_get_many_gives_each_id_once_and_an_error_for_what_is_missing(live: Live) -> None:
    """``get_many`` gives each id with its item; the error of one costs the others nothing."""
    items = live.rows()[:6]
    ids = [live.id(item) for item in items]
    live.fake.remove(live.case.resource.name, ids[2], *live.case.texts)
    async with live.verbs.get_many(ids, concurrency=3) as results:
        found = {id_: result async for id_, result in results}
    assert set(found) == set(ids)
    assert isinstance(found.pop(ids[2]), NotFound)
    assert all(live.id(result) == id_ for id_, result in found.items())
