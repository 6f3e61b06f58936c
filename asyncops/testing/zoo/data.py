"""Zoo's JSON: one operation or prompt of a list, as it is at one instant."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar, get_args

from asyncops.http.decoding import Dialect
from asyncops.kit.resources import ResourcePath
from asyncops.services.zoo import AsyncApiCallOutput
from asyncops.testing.described.rows import Row
from asyncops.testing.described.timed import TimedMaker
from asyncops.testing.server.hashing import IdSpace, key, mix
from asyncops.testing.server.lifecycle import SECOND, rfc3339
from asyncops.testing.zoo.outputs import NEVER_NULL, OUTPUTS, Json, code, prompt_text, source_range

__all__ = ["OPERATION_TYPES", "PROMPT_TYPES", "CallMaker", "PromptMaker"]

OPERATION_TYPES = tuple(OUTPUTS)
PROMPT_TYPES = (
    "text_to_cad",
    "text_to_kcl",
    "text_to_kcl_iteration",
    "text_to_kcl_multi_file_iteration",
    "copilot",
)
FEEDBACK = ("thumbs_up", "thumbs_down", "accepted", "rejected")
_ERRORS = (
    "The mesh is not closed.",
    "The file holds no solid body.",
    "Worker lost; the file was too large.",
    "Modèle illisible : unité inconnue « furlong »",
)
_FEATURES = ("housing", "lid", "gear", "flange", "hinge")
_USERS = 32
_RECENT = 64
_COMPUTED: dict[str, Callable[[Row], Json]] = {
    "file_volume": lambda row: {"volume": row.bits % 10**9 / 1e3},
    "file_mass": lambda row: {"mass": row.bits % 10**9 / 1e6},
    "file_density": lambda row: {"density": row.bits % 10**7 / 1e3},
    "file_surface_area": lambda row: {"surface_area": row.bits % 10**8 / 1e2},
}


class _ZooMaker(TimedMaker):
    """Writes rows down as Zoo does. Which optional fields are absent and which null varies."""

    types: ClassVar[tuple[str, ...]]

    def __init__(self, resource: ResourcePath, json: Dialect, seed: int) -> None:
        super().__init__(resource, json, seed)
        self._type_key = key(seed, "zoo type")
        users = IdSpace(seed, "zoo user")
        self._users = [users.encode(number) for number in range(_USERS)]
        self._conversation = lru_cache(_RECENT)(IdSpace(seed, "zoo conversation").encode)

    def _type(self, row: Row) -> str:
        if "type" in row.fields:
            return str(row.fields["type"])
        # Turning the order block by block shows every type in each full block.
        size = len(self.types)
        turn = mix(self._type_key + row.number // size)
        return self.types[(row.number + turn) % size]

    def _shared(self, row: Row, now: int) -> Json:
        course, digits = row.course, row.course.digits
        changed, look = course.now(now)
        status = look.tree["status"]
        item: Json = {
            "id": row.ids["id"],
            "type": self._type(row),
            "status": status,
            "created_at": rfc3339(course.created, digits),
            "updated_at": rfc3339(changed, digits),
            "user_id": self._users[row.bits >> 40 & (_USERS - 1)],
        }
        started, finished = course.started(now), course.finished(now)
        error = _ERRORS[row.bits >> 50 & 3] if status == "failed" else None
        _optional(item, "started_at", started and rfc3339(started, digits), row.bits >> 1)
        _optional(item, "completed_at", finished and rfc3339(finished, digits), row.bits >> 2)
        _optional(item, "error", error, row.bits >> 3)
        return item


class CallMaker(_ZooMaker):
    """Writes calls."""

    name: ClassVar[str] = "zoo operation"
    types: ClassVar[tuple[str, ...]] = OPERATION_TYPES
    results: ClassVar[tuple[type[Any], ...]] = get_args(AsyncApiCallOutput)

    def item(self, row: Row, now: int) -> Json:
        """An ``AsyncApiCall``, as the listing has it: without converted files."""
        item = self._shared(row, now)
        item["input"] = _input(row)
        compute = _COMPUTED.get(item["type"]) if item["status"] == "completed" else None
        _optional(item, "output", compute(row) if compute else None, row.bits >> 20)
        unset = item["status"] in {"queued", "uploaded"}
        _optional(item, "worker", None if unset else f"worker-{row.bits % 17}", row.bits >> 21)
        if row.bits >> 22 & 1:
            item["attempts"] = 0 if unset else 1 + (row.bits >> 23 & 7 == 0)
        item.update(row.fields)
        return item

    def got(self, row: Row, now: int) -> Json:
        """An ``AsyncApiCallOutput``: the shared fields and those of its type."""
        item = self._shared(row, now)
        kind, write = item["type"], OUTPUTS.get(item["type"])
        if write is not None:
            given, results = write(row)
            item.update(given)
            if kind.startswith("text_to_cad"):
                item["conversation_id"] = self._conversation(row.number // 3)
                results["feedback"] = FEEDBACK[row.bits % 4] if row.bits >> 24 & 3 == 0 else None
            done = item["status"] == "completed"
            for shift, (name, value) in enumerate(results.items(), start=25):
                _optional(item, name, value if done else None, row.bits >> shift)
        item.update(row.fields)
        return item


class PromptMaker(_ZooMaker):
    """Writes prompts."""

    name: ClassVar[str] = "zoo prompt"
    types: ClassVar[tuple[str, ...]] = PROMPT_TYPES

    def item(self, row: Row, now: int) -> Json:
        """An ``MlPrompt``."""
        item = self._shared(row, now)
        bits, kind = row.bits, item["type"]
        done = item["status"] == "completed"
        item["prompt"] = prompt_text(row)
        item["model_version"] = f"0.{bits % 4}.{bits % 9}"
        feature = _FEATURES[bits % len(_FEATURES)]
        optional = {
            "conversation_id": self._conversation(row.number // 3) if bits & 3 else None,
            "feedback": FEEDBACK[bits >> 8 & 3] if done and bits >> 10 & 1 else None,
            "kcl_version": f"0.2.{bits % 90}" if "kcl" in kind else None,
            "output_file": f"{feature}.step" if done and kind == "text_to_cad" else None,
            "project_name": f"{feature}-{bits % 50}" if "multi_file" in kind else None,
            "seconds": _seconds(row, now) if done else None,
            "metadata": _metadata(row) if "iteration" in kind else None,
        }
        for shift, (name, value) in enumerate(optional.items(), start=12):
            _optional(item, name, value, bits >> shift)
        item.update(row.fields)
        return item


def _seconds(row: Row, now: int) -> int:
    started, finished = row.course.started(now), row.course.finished(now)
    return ((finished or 0) - (started or 0)) // SECOND


def _metadata(row: Row) -> Json:
    metadata: Json = {
        "code": code(row),
        "original_source_code": code(row) + "// before\n",
        "source_ranges": [source_range(row, place) for place in range(row.bits % 3)],
    }
    # Any text: not one of the service's own ids.
    upstream = f"conversation-{row.number}" if row.bits >> 31 & 1 else None
    _optional(metadata, "upstream_conversation_id", upstream, row.bits >> 32)
    return metadata


def _optional(item: Json, name: str, value: Any, bit: int) -> None:
    if value is not None:
        item[name] = value
    elif bit & 1 and name not in NEVER_NULL:
        item[name] = None


def _input(row: Row) -> Any:
    shape = row.bits >> 12 & 3
    if shape == 0:
        return "{}"
    if shape == 1:
        return None
    # A whole 64-bit number: more than a double or a signed integer holds.
    return {"checksum": row.bits, "parts": [{"path": f"part-{row.number}.step", "scale": 0.5}]}
