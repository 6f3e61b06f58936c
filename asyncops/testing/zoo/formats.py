"""The formats of files that Zoo reads and writes, and what is said about each."""

from typing import Any

from asyncops.testing.described.rows import Row

__all__ = ["READ", "WRITTEN", "read_options", "written_options"]

Json = dict[str, Any]

READ = ("fbx", "gltf", "obj", "ply", "sldprt", "step", "stl")
WRITTEN = ("fbx", "glb", "gltf", "obj", "ply", "step", "stl")
_UNITS = ("mm", "cm", "m", "in", "ft", "yd")
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
    return {"coords": _COORDS, "units": _UNITS[row.bits % len(_UNITS)]}
