"""What the fields of Zoo's calls, results and prompts say, with the formats of files."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from asyncops.models import JSON
from asyncops.services.zoo import MlFeedback
from asyncops.testing.described.rows import Row
from asyncops.testing.server.hashing import IdSpace
from asyncops.testing.server.lifecycle import NEVER, SECOND

Json = dict[str, Any]

READ = ("fbx", "gltf", "obj", "ply", "sldprt", "step", "stl")
WRITTEN = ("fbx", "glb", "gltf", "obj", "ply", "step", "stl")
_LENGTHS = ("mm", "cm", "m", "in", "ft", "yd")
_COORDS = {
    "forward": {"axis": "y", "direction": "negative"},
    "up": {"axis": "z", "direction": "positive"},
}
_SELECTIONS: tuple[Json, ...] = (
    {"type": "default_scene"},
    {"type": "scene_by_index", "index": 0},
    {"type": "mesh_by_name", "name": "lid"},
)
# What each format is stored as; "gltf" includes "glb".
_STORAGE = {
    "fbx": ("ascii", "binary"),
    "gltf": ("binary", "standard", "embedded"),
    "ply": ("ascii", "binary_little_endian", "binary_big_endian"),
    "stl": ("ascii", "binary"),
}


def read_options(name: str, row: Row) -> Json:
    """How a file of this format is to be read."""
    if name in {"fbx", "gltf"}:
        return {"type": name}
    if name in {"sldprt", "step"}:
        return {"type": name, "split_closed_faces": bool(row.bits >> 16 & 1)}
    return {"type": name, **_space(row)}


def written_options(name: str, row: Row) -> Json:
    """How a file of this format is to be written."""
    name = "gltf" if name == "glb" else name
    options: Json = {"type": name}
    if name in {"obj", "ply", "step", "stl"}:
        options |= _space(row)
    if name in {"gltf", "step"}:
        options["presentation"] = ("compact", "pretty")[row.bits >> 17 & 1]
    if name in {"ply", "stl"}:
        options["selection"] = _SELECTIONS[row.bits % len(_SELECTIONS)]
    if name in _STORAGE:
        options["storage"] = _STORAGE[name][row.bits % len(_STORAGE[name])]
    if name in {"fbx", "step"} and row.bits >> 18 & 1:
        options["created"] = None if row.bits >> 19 & 1 else "2026-01-01T00:00:00Z"
    return options


def _space(row: Row) -> Json:
    return {"coords": _COORDS, "units": _LENGTHS[row.bits % len(_LENGTHS)]}


Value = Callable[[Row, Json], JSON]

# Optional fields that are left out, and never null.
NEVER_NULL = frozenset(
    (
        *("attempts", "material_density", "material_mass", "outputs", "worker"),
        *("src_format_options", "output_format_options"),
    )
)
# Optional fields that are there once the operation has completed.
RESULTS = frozenset(
    (
        *("center_of_mass", "code", "density", "feedback", "kcl_version", "mass", "output"),
        *("output_file", "outputs", "seconds", "surface_area", "volume"),
    )
)

_THINGS = ("a bracket", "a gear with 21 teeth", "une vis à tête creuse", "a 25 mm flange", "齿轮")
_PARTS = ("housing", "lid", "gear", "flange", "hinge")
_FEEDBACK = tuple(each.value for each in MlFeedback)
_UNITS = {
    "file_center_of_mass": "cm",
    "file_density": "kg:m3",
    "file_mass": "g",
    "file_surface_area": "cm2",
    "file_volume": "cm3",
}
_conversation = lru_cache(64)(IdSpace(0, "zoo conversation").encode)


def _code(row: Row) -> str:
    return f"width = {row.bits % 100}\nbox = startSketchOn(XY)\n"


def prompted(row: Row) -> str:
    """Return what somebody asked for."""
    return f"Design {_THINGS[row.bits % len(_THINGS)]}, number {row.number}"


def _base64(row: Row, path: str) -> str:
    # One to three bytes more or less, so that every kind of padding occurs.
    return b64encode(f"{path} of row {row.number}\x00\xff".encode()).decode()


def _source(row: Row) -> str:
    return READ[(row.bits >> 4) % len(READ)]


def _target(row: Row) -> str:
    return WRITTEN[(row.bits >> 9) % len(WRITTEN)]


def _outputs(row: Row, item: Json) -> Json:
    if item["type"] == "text_to_cad_multi_file_iteration":
        return {"main.kcl": _code(row), "parts/lid.kcl": _code(row)}
    names = f"part-0.{_target(row)}", f"part-1.{_target(row)}"
    return {name: _base64(row, name.partition(".")[0]) for name in names}


def _input(row: Row, _: Json) -> JSON:
    shape = row.bits >> 12 & 3
    if shape < 2:
        return "{}" if shape else None
    # A whole 64-bit number: more than a double or a signed integer holds.
    return {"checksum": row.bits, "parts": [{"path": f"part-{row.number}.step", "scale": 0.5}]}


def _output(row: Row, item: Json) -> JSON:
    """What was computed, which the listing shows; converted files it does not."""
    name = item["type"].removeprefix("file_")
    return {name: VALUES[name](row, item)} if name in RESULTS else None


def _source_ranges(row: Row, _: Json) -> list[Json]:
    """One or two entries; ``file`` is sometimes absent, sometimes null."""
    line, style = row.bits % 90, row.bits >> 33 & 3
    file = {"file": "main.kcl" if style > 1 else None} if style else {}
    return [
        {
            "prompt": f"make edge {n} round",
            "range": {"start": {"line": n, "column": 0}, "end": {"line": n + 1, "column": 12}},
            **file,
        }
        for n in range(line, line + 1 + row.bits % 2)
    ]


def _metadata(row: Row, item: Json) -> Json:
    given = ("code", "original_source_code", "source_ranges")
    metadata = {name: VALUES[name](row, item) for name in given}
    style = row.bits >> 31 & 3
    if style:
        # Any text: not one of the service's own ids.
        named = f"conversation-{row.number}" if style > 1 else None
        metadata["upstream_conversation_id"] = named
    return metadata


def _seconds(row: Row, _: Json) -> int:
    started, finished = row.course.started(NEVER), row.course.finished(NEVER)
    return ((finished or 0) - (started or 0)) // SECOND


def _worker(row: Row, item: Json) -> str | None:
    return None if item["status"] in {"queued", "uploaded"} else f"worker-{row.bits % 17}"


VALUES: Mapping[str, Value] = {
    "attempts": lambda row, _: 1 + (row.bits >> 23 & 7 == 0),
    "center_of_mass": lambda row, _: {"x": row.bits % 997 / 8, "y": -(row.bits % 991) / 8, "z": 0},
    "code": lambda row, _: _code(row),
    "conversation_id": lambda row, _: _conversation(row.number // 3),
    "density": lambda row, _: row.bits % 10**7 / 1e3,
    "feedback": lambda row, _: _FEEDBACK[row.bits >> 8 & 3] if row.bits >> 10 & 1 else None,
    "input": _input,
    "kcl_version": lambda row, _: f"0.2.{row.bits % 90}",
    "mass": lambda row, _: row.bits % 10**9 / 1e6,
    "material_density": lambda *_: 7.85,
    "material_density_unit": lambda *_: "kg:m3",
    "material_mass": lambda *_: 12,
    "material_mass_unit": lambda *_: "g",
    "metadata": _metadata,
    "model": lambda row, _: "cad" if row.bits >> 34 & 1 else "kcl",
    "model_version": lambda row, _: f"0.{row.bits % 4}.{row.bits % 9}",
    "original_source_code": lambda row, _: _code(row) + "// before\n",
    "output": _output,
    "output_file": lambda row, _: f"{_PARTS[row.bits % len(_PARTS)]}.step",
    "output_format": lambda row, _: _target(row),
    "output_format_options": lambda row, _: written_options(_target(row), row),
    "output_unit": lambda _, item: _UNITS[item["type"]],
    "outputs": _outputs,
    "project_name": lambda row, _: f"{_PARTS[row.bits % len(_PARTS)]}-{row.bits % 50}",
    "prompt": lambda row, _: prompted(row),
    "seconds": _seconds,
    "source_ranges": _source_ranges,
    "src_format": lambda row, _: _source(row),
    "src_format_options": lambda row, _: read_options(_source(row), row),
    "surface_area": lambda row, _: row.bits % 10**8 / 1e2,
    "volume": lambda row, _: row.bits % 10**9 / 1e3,
    "worker": _worker,
}
