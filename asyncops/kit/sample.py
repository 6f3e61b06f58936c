"""A real answer of a service, from which a fake is made."""

from collections.abc import Iterable, Mapping
from types import NoneType
from typing import Any, get_type_hints

import attrs
from attrs import evolve, field, frozen

from asyncops.models import JSON, State, wire_key

# A place that is told by the class of the items.
_BY_CLASS = ""
_FIELDS = {
    "status": "status",
    "created": "created_at",
    "started": "started_at",
    "finished": "finished_at",
    "error": "error",
}


@frozen(kw_only=True)
class Sample:
    """One real item of a listing, and the places in it that a fake fills.

    ::

        Sample(
            item={"id": "gm3q", "status": "succeeded", "completed_at": "2026-01-01T00:00:00Z"},
            by_state={State.FAILED: {"status": "failed", "error": "out of memory"}},
            finished="completed_at",
        )

    A place that is not given is the key of the field of the item's class: that of ``finished_at``
    for ``finished``. Where the class has no such field, but a property, or one that is annotated
    with ``None`` alone, there is no place.

    Attributes:
        item: The item as the service gave it, as JSON.
        by_state: Patches over the item, by the state that they lead to. A patch is merged into
            objects at any depth, any other value replaces, and ``None`` stands for null.
        results: What came of the item, where ``results`` is asked for.
        id: The place of the id in the item.
        status: The place of the status; ``None`` where the item has none.
        created: The place of the creation time; ``None`` where the item has none.
        started: The place of the start of the work; ``None`` where the item has none.
        finished: The place of the end; ``None`` where the item has none.
        error: The place of the reason of a failure; ``None`` where the item has none. This and the
            two before it may be reachable in a patch only.
    """

    item: Mapping[str, JSON] = field(hash=False)
    by_state: Mapping[State, Mapping[str, JSON]] = field(factory=dict, hash=False)
    results: JSON = field(default=None, hash=False)
    id: str = _BY_CLASS
    status: str | None = _BY_CLASS
    created: str | None = _BY_CLASS
    started: str | None = _BY_CLASS
    finished: str | None = _BY_CLASS
    error: str | None = _BY_CLASS


def with_places(sample: Sample, item: type[Any], ids: Iterable[str]) -> Sample:
    """Return a sample with the places that the class of its item tells.

    Args:
        sample: The sample.
        item: The class.
        ids: The attributes that are the id; the first that is a field has the place.
    """
    hints = get_type_hints(item)
    told = (each for each in attrs.fields(item) if hints[each.name] is not NoneType)
    keys = {each.name: wire_key(each) for each in told}
    places: dict[str, Any] = {place: keys.get(name) for place, name in _FIELDS.items()}
    places["id"] = next((keys[name] for name in ids if name in keys), "id")
    by_class = {name: each for name, each in places.items() if getattr(sample, name) == _BY_CLASS}
    return evolve(sample, **by_class)


def merge(tree: Any, patch: Any) -> Any:
    """Return a tree with a patch over it: deep for objects, any other value replaces."""
    if not isinstance(tree, Mapping) or not isinstance(patch, Mapping):
        return patch
    return {**tree, **{key: merge(tree.get(key), value) for key, value in patch.items()}}
