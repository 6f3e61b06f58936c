"""A real answer of a service, from which a fake is made."""

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from asyncops.models import JSON, State

__all__ = ["Sample", "merge"]


@frozen(kw_only=True)
class Sample:
    """One real item of a listing, and the places in it that a fake fills.

    ::

        Sample(
            item={"id": "gm3q", "status": "succeeded", "completed_at": "2026-01-01T00:00:00Z"},
            by_state={State.FAILED: {"status": "failed", "error": "out of memory"}},
            finished="completed_at",
        )

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
            other places may be reachable in a patch only.
    """

    item: Mapping[str, JSON] = field(hash=False)
    by_state: Mapping[State, Mapping[str, JSON]] = field(factory=dict, hash=False)
    results: JSON = field(default=None, hash=False)
    id: str = "id"
    status: str | None = "status"
    created: str | None = "created_at"
    started: str | None = "started_at"
    finished: str | None = "finished_at"
    error: str | None = "error"


def merge(tree: Any, patch: Any) -> Any:
    """Return a tree with a patch over it: deep for objects, any other value replaces."""
    if not isinstance(tree, Mapping) or not isinstance(patch, Mapping):
        return patch
    return {**tree, **{key: merge(tree.get(key), value) for key, value in patch.items()}}
