"""Zoo's JSON: one operation or prompt of a list, as it is at one instant."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, ClassVar, get_args

from asyncops.models import JSON
from asyncops.services.zoo import AsyncApiCallOutput, AsyncApiCallType, MlPromptType
from asyncops.services.zoo.outputs import OUTPUTS
from asyncops.testing.described.examples import keys_of
from asyncops.testing.described.lives import Lives, TimedLives
from asyncops.testing.described.maker import Maker
from asyncops.testing.described.rows import Row
from asyncops.testing.server.hashing import IdSpace, mix
from asyncops.testing.server.lifecycle import Timeline, rfc3339
from asyncops.testing.zoo.values import NEVER_NULL, RESULTS, VALUES, Json, prompted

OPERATION_TYPES = tuple(each.value for each in AsyncApiCallType)
PROMPT_TYPES = tuple(each.value for each in MlPromptType)
_ERRORS = (
    "The mesh is not closed.",
    "The file holds no solid body.",
    "Worker lost; the file was too large.",
    "Modèle illisible : unité inconnue « furlong »",
)
_ASKED = ("mass", "volume", "surface-area", "conversion/step/obj", "conversion/nx/gltf")
_VARIED: Mapping[str, Callable[[Row], JSON]] = {
    "prompt": prompted,
    "first_prompt": prompted,
    "endpoint": lambda row: f"/file/{_ASKED[row.bits % len(_ASKED)]}",
    "price": lambda row: (1 + row.bits % 400) / 10_000,
    "file_path": lambda row: f"parts/gear-{row.number}.step",
}
_USERS = 32
_user = lru_cache(_USERS)(IdSpace(0, "zoo user").encode)


class _ZooMaker(Maker):
    """Writes rows down as Zoo does. Which optional fields are absent and which null varies."""

    types: ClassVar[tuple[str, ...]]

    def lives(self, timeline: Timeline) -> Lives:
        """Return the lives of the rows, of which most have ended."""
        return TimedLives(self.looks, timeline)

    def item(self, row: Row, now: int) -> Json:
        """Return a row as the listing shows it at an instant."""
        return self._written(self.description.item, row, now)

    def _written(self, kind: type[Any], row: Row, now: int) -> Json:
        """Return a row as an object of a class."""
        item = self._shared(row, now)
        done = item["status"] == "completed"
        for shift, each in enumerate(keys_of(kind), start=4):
            write = VALUES.get(each.name)
            if write is None:
                continue
            is_shown = done if each.name in RESULTS else row.bits >> shift & 1
            value = write(row, item) if each.required or is_shown else None
            _add(item, each.name, value, row.bits >> shift + 20)
        return {**item, **row.fields}

    def _shared(self, row: Row, now: int) -> Json:
        course, digits = row.course, row.course.digits
        changed, look = course.now(now)
        # Turning the order block by block shows every type in each full block.
        size = len(self.types)
        kind = self.types[(row.number + mix(row.number // size)) % size]
        item: Json = {
            "id": row.ids["id"],
            "type": row.fields.get("type", kind),
            "status": look.tree["status"],
            "created_at": rfc3339(course.created, digits),
            "updated_at": rfc3339(changed, digits),
            "user_id": _user(row.bits >> 40 & (_USERS - 1)),
        }
        started, finished = course.started(now), course.finished(now)
        error = _ERRORS[row.bits >> 50 & 3] if item["status"] == "failed" else None
        _add(item, "started_at", started and rfc3339(started, digits), row.bits >> 1)
        _add(item, "completed_at", finished and rfc3339(finished, digits), row.bits >> 2)
        _add(item, "error", error, row.bits >> 3)
        return item


class CallMaker(_ZooMaker):
    """Writes calls."""

    name: ClassVar[str] = "zoo operation"
    types: ClassVar[tuple[str, ...]] = OPERATION_TYPES
    results: ClassVar[tuple[type[Any], ...]] = get_args(AsyncApiCallOutput)

    def got(self, row: Row, now: int) -> Json:
        """An ``AsyncApiCallOutput``: the shared fields and those of its type."""
        kind = OUTPUTS.get(self._shared(row, now)["type"])
        return self._written(kind, row, now) if kind else {**self._shared(row, now), **row.fields}


class PromptMaker(_ZooMaker):
    """Writes prompts."""

    name: ClassVar[str] = "zoo prompt"
    types: ClassVar[tuple[str, ...]] = PROMPT_TYPES


class VariedMaker(Maker):
    """Writes items that differ from each other as those of an account do."""

    def item(self, row: Row, now: int) -> dict[str, JSON]:
        """Return a row as the listing shows it at an instant."""
        item = super().item(row, now)
        varied = {name: write(row) for name, write in _VARIED.items() if name in item}
        return {**item, **varied, **row.fields}

    def shows(self, row: Row, values: Mapping[str, frozenset[str]], now: int) -> bool:
        """Whether a row has what ``q`` searches for, and one of the values of each other field."""
        item = self.item(row, now) if "q" in values else {}
        searched = f"{item.get('id')}\n{item.get('file_path')}"
        return all(text in searched for text in values.get("q", ())) and super().shows(
            row, values, now
        )


def _add(item: Json, name: str, value: Any, bit: int) -> None:
    """Add a field; one without a value is null or left out."""
    if value is not None or (bit & 1 and name not in NEVER_NULL):
        item[name] = value
