"""Checks of the sample of a resource: its places have to be there."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from asyncops.errors import DecodeError
from asyncops.http.decoding import decoder
from asyncops.http.places import path_steps
from asyncops.kit.checks.subject import Subject
from asyncops.kit.sample import Sample, merge
from asyncops.models import State

_REQUIRED = ("id", "status", "created")
_IN_A_PATCH = ("started", "finished", "error")


def check_sample(subject: Subject) -> None:
    """Check the sample of a resource, if it has one.

    Raises:
        DescriptionError: A place of it cannot be reached, it does not fit the class of the items,
            or a patch does not lead to its state.
    """
    sample: object = subject.described.sample
    if sample is None:
        return
    if not isinstance(sample, Sample):
        raise subject.error("sample", f"it must be a Sample, got {type(sample).__name__}")
    states: Iterable[object] = sample.by_state
    for state in states:
        if not isinstance(state, State):
            words = ", ".join(f"State.{each.name}" for each in State)
            raise subject.error("sample", f"by_state has the key {state!r}: write one of {words}")
    for name in (*_REQUIRED, *_IN_A_PATCH):
        place = getattr(subject.described.places, name)
        if place is None:
            continue
        subject.check_place(f"sample: {name}", place)
        if not all(isinstance(step, str) for step in path_steps(place)):
            fix = "name another place" if name == "id" else f"write {name}=None"
            raise subject.error(
                "sample", f"{name}={place!r} leads into an array, where a fake fills nothing: {fix}"
            )
        trees = [sample.item, *(sample.by_state.values() if name in _IN_A_PATCH else ())]
        if not any(_reaches(tree, place) for tree in trees):
            where = "item nor in a patch" if name in _IN_A_PATCH else "item"
            raise subject.error(
                "sample",
                f"{name}={place!r} is not in the {where}: name the place, or write {name}=None if "
                "the service has no such field"
                if name != "id"
                else f"id={place!r} is not in the item: name the place of the id",
            )
    _check_reading(subject, sample)


def _check_reading(subject: Subject, sample: Sample) -> None:
    """Check that the class of the items reads the item, alone and under each patch."""
    read = decoder(subject.described.item, json=subject.json)
    trees: list[tuple[str, State | None, Any]] = [("item", None, sample.item)]
    trees += [
        (f"by_state[State.{state.name}]", state, merge(sample.item, patch))
        for state, patch in sample.by_state.items()
    ]
    for name, wanted, tree in trees:
        try:
            item: Any = read(msgspec.json.encode(tree))
        except DecodeError as error:
            kind = subject.described.item.__name__
            raise subject.error(
                "sample", f"{name} does not fit {kind}: {error}; change the class, or the sample"
            ) from None
        if subject.described.lives and wanted is not None and item.state is not wanted:
            raise subject.error(
                "sample",
                f"{name} is read as State.{item.state.name}: give the patch the status that the "
                "service has then",
            )


def _reaches(tree: Any, place: str) -> bool:
    for step in path_steps(place):
        if not isinstance(tree, Mapping) or step not in tree:
            return False
        tree = tree[step]
    return True
