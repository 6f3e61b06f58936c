"""How the items of a resource look in each of their statuses."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from attrs import frozen

from asyncops.errors import DecodeError
from asyncops.http.decoding import Dialect, decoder
from asyncops.http.places import value_at
from asyncops.kit.description import Description
from asyncops.kit.sample import merge
from asyncops.models import JSON, State, Status
from asyncops.testing.described.examples import defaults_of, example, holders_of
from asyncops.testing.described.places import fresh, place_value


@frozen
class Look:
    """How an item looks in one status.

    Attributes:
        state: The state that the status stands for; ``UNKNOWN`` for items without a life.
        words: The statuses that it holds, as the service writes them.
        tree: The item as JSON, without id, times and error of its own.
    """

    state: State
    words: frozenset[str]
    tree: Mapping[str, JSON]


@frozen
class Looks:
    """All looks of a resource, in the order of a life.

    Attributes:
        all: The looks.
    """

    all: tuple[Look, ...]

    def of(self, *states: State) -> tuple[Look, ...]:
        """Return those of some states."""
        return tuple(each for each in self.all if each.state in states)

    @property
    def ended(self) -> tuple[Look, ...]:
        """Those of an item that has ended."""
        return tuple(each for each in self.all if each.state.ended)

    @property
    def words(self) -> frozenset[str]:
        """All statuses, as the service writes them."""
        return frozenset().union(*(each.words for each in self.all))

    def named(self, status: object) -> Look:
        """Return the look of a status, or of a state.

        Raises:
            ValueError: There is none.
        """
        for each in self.all:
            if status in each.words:
                return each
        for each in self.all:
            if status == each.state.value:
                return each
        raise ValueError(f"status must be one of {', '.join(sorted(self.words))}; got {status!r}")


def fits(tree: JSON, kind: Any, json: Dialect) -> Any:
    """Return the object that a tree is read as; ``None`` if it cannot be one."""
    try:
        return decoder(kind, json=json)(msgspec.json.encode(tree))
    except DecodeError:
        return None


def base_of(description: Description, json: Dialect) -> dict[str, JSON]:
    """Return the item that all looks are made from.

    Raises:
        ValueError: No item can be made that fits the item's class.
    """
    made = {**example(description.item), **description.places.item}
    item = fits(made, description.item, json)
    if item is None:
        raise ValueError(
            f"no {description.item.__name__} can be made: give its resource a sample= with an item "
            "that the service has answered with"
        )
    return made if description.sample is not None else {**defaults_of(item), **made}


def looks_of(description: Description, json: Dialect) -> Looks:
    """Return the looks of a resource.

    For each status of the enum, the first tree counts that the item's class reads as the state of
    the status: a patch of the sample, or the sample with the status in one of the fields that hold
    statuses.

    Args:
        description: The resource.
        json: How the service writes JSON.

    Raises:
        ValueError: No item can be made that fits the item's class.
    """
    base, holders = base_of(description, json), _holders(description)
    if not description.lives:
        return Looks((Look(State.UNKNOWN, frozenset(), base),))
    found: list[Look] = []
    for state, trees in _candidates(description, base, holders):
        tree = next((each for each in trees if _reads(each, description, state, json)), None)
        if tree is not None and tree not in [look.tree for look in found]:
            found.append(Look(state, frozenset(_words(tree, holders)), tree))
    if not found:
        raise ValueError(
            f"no {description.item.__name__} reaches a state: give its resource a sample= whose "
            "by_state has a patch for each state"
        )
    order = list(State)
    return Looks(tuple(sorted(found, key=lambda look: order.index(look.state))))


def _holders(description: Description) -> tuple[str, ...]:
    place = description.places.status
    keys = holders_of(description.item, description.enum)
    return keys if keys or place is None else (place,)


def _words(tree: JSON, holders: Iterable[str]) -> Iterator[str]:
    for each in holders:
        value = value_at(each, tree, {})
        if isinstance(value, str):
            yield value


def _candidates(
    description: Description, base: dict[str, JSON], holders: tuple[str, ...]
) -> Iterator[tuple[State, list[dict[str, JSON]]]]:
    """Give states, each with the trees that one may be read as, the likeliest first."""
    patches, enum = description.places.by_state, description.enum
    for state, patch in patches.items():
        yield state, [merge(base, patch)]
    if enum is None:
        yield from ((state, [base]) for state in State)
        return
    for member in enum:
        if member.state is not State.UNKNOWN:
            below = merge(base, patches.get(member.state, {}))
            given = [below] if member.value in set(_words(below, holders)) else []
            yield member.state, [*given, *_with_status(below, member, holders)]


def _reads(tree: JSON, description: Description, state: State, json: Dialect) -> bool:
    item = fits(tree, description.item, json)
    return item is not None and item.state is state


def _with_status(
    base: dict[str, JSON], member: Status, holders: tuple[str, ...]
) -> Iterator[dict[str, JSON]]:
    """Give trees that hold a status: beside the others, then alone."""
    # The further fields tell how an operation has ended, as GitHub's conclusion does.
    keys = holders[::-1] if member.state.ended else holders
    for key in keys:
        yield place_value(fresh(base), key, member.value)
    for key in keys:
        alone = fresh(base)
        for other in holders:
            alone = place_value(alone, other, member.value if other == key else None)
        yield alone
