"""What each type of Zoo operation adds to an ``AsyncApiCallOutput``.

Each function gives two parts: the fields that are there from the start, and the results, which
are absent or null until the operation has completed (`NEVER_NULL`: absent).
"""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from asyncops.testing.described.rows import Row
from asyncops.testing.zoo.formats import READ, WRITTEN, read_options, written_options

__all__ = ["NEVER_NULL", "OUTPUTS", "Json", "code", "prompt_text", "source_range"]

Json = dict[str, Any]

# Optional fields that the service leaves out, and never sends as null.
NEVER_NULL = frozenset(("outputs", "worker"))

_THINGS = ("a bracket", "a gear with 21 teeth", "une vis à tête creuse", "a 25 mm flange", "齿轮")


def code(row: Row) -> str:
    """A little KCL."""
    return f"width = {row.bits % 100}\nbox = startSketchOn(XY)\n"


def prompt_text(row: Row) -> str:
    """What somebody asked for."""
    return f"Design {_THINGS[row.bits % len(_THINGS)]}, number {row.number}"


def source_range(row: Row, place: int) -> Json:
    """One ``source_ranges`` entry; ``file`` is sometimes absent, sometimes null."""
    line = row.bits % 90 + place
    entry: Json = {
        "prompt": f"make edge {place} round",
        "range": {"start": {"line": line, "column": 0}, "end": {"line": line + 1, "column": 12}},
    }
    style = row.bits >> 33 & 3
    if style:
        entry["file"] = "main.kcl" if style > 1 else None
    return entry


def _source(row: Row) -> str:
    return READ[(row.bits >> 4) % len(READ)]


def _target(row: Row) -> str:
    return WRITTEN[(row.bits >> 9) % len(WRITTEN)]


def _base64(row: Row, path: str) -> str:
    # One to three bytes more or less, so that every kind of padding occurs.
    return b64encode(f"{path} of row {row.number}\x00\xff".encode()).decode()


def _conversion(row: Row) -> tuple[Json, Json]:
    source, target = _source(row), _target(row)
    files = {f"part-{place}.{target}": _base64(row, f"part-{place}") for place in range(2)}
    given: Json = {"src_format": source, "output_format": target}
    if row.bits >> 13 & 1:
        given["src_format_options"] = read_options(source, row)
        given["output_format_options"] = written_options(target, row)
    return given, {"outputs": files}


def _center_of_mass(row: Row) -> tuple[Json, Json]:
    point = {"x": row.bits % 997 / 8, "y": -(row.bits % 991) / 8, "z": 0}
    return {"src_format": _source(row), "output_unit": "cm"}, {"center_of_mass": point}


def _mass(row: Row) -> tuple[Json, Json]:
    given: Json = {
        "src_format": _source(row),
        "output_unit": "g",
        "material_density_unit": "kg:m3",
    }
    # Left out, it is 0.0.
    if row.bits >> 15 & 3:
        given["material_density"] = 7.85
    return given, {"mass": row.bits % 10**9 / 1e6}


def _volume(row: Row) -> tuple[Json, Json]:
    given = {"src_format": _source(row), "output_unit": "cm3"}
    return given, {"volume": row.bits % 10**9 / 1e3}


def _density(row: Row) -> tuple[Json, Json]:
    given: Json = {
        "src_format": _source(row),
        "output_unit": "kg:m3",
        "material_mass_unit": "g",
    }
    if row.bits >> 15 & 3:
        given["material_mass"] = 12
    return given, {"density": row.bits % 10**7 / 1e3}


def _surface_area(row: Row) -> tuple[Json, Json]:
    given = {"src_format": _source(row), "output_unit": "cm2"}
    return given, {"surface_area": row.bits % 10**8 / 1e2}


def _model(row: Row) -> Json:
    return {"model": "cad" if row.bits >> 34 & 1 else "kcl", "model_version": f"0.{row.bits % 4}"}


def _text_to_cad(row: Row) -> tuple[Json, Json]:
    target = _target(row)
    given = {**_model(row), "output_format": target, "prompt": prompt_text(row)}
    files = {f"source.{target}": _base64(row, "source"), "main.kcl": _base64(row, "main")}
    return given, {"code": code(row), "kcl_version": "0.2.1", "outputs": files}


def _iteration(row: Row) -> tuple[Json, Json]:
    given: Json = {
        **_model(row),
        "code": code(row),
        "original_source_code": code(row) + "// before\n",
        "source_ranges": [source_range(row, place) for place in range(1 + row.bits % 2)],
    }
    if row.bits >> 14 & 1:
        given["prompt"] = prompt_text(row)
    return given, {}


def _multi_file_iteration(row: Row) -> tuple[Json, Json]:
    given: Json = {
        **_model(row),
        "source_ranges": [source_range(row, place) for place in range(row.bits % 3)],
    }
    if row.bits >> 14 & 1:
        given["prompt"] = prompt_text(row)
        given["project_name"] = f"project-{row.bits % 50}"
    files = {"main.kcl": code(row), "parts/lid.kcl": code(row)}
    return given, {"outputs": files, "kcl_version": "0.2.1"}


OUTPUTS: dict[str, Callable[[Row], tuple[Json, Json]]] = {
    "file_conversion": _conversion,
    "file_volume": _volume,
    "file_center_of_mass": _center_of_mass,
    "file_mass": _mass,
    "file_density": _density,
    "file_surface_area": _surface_area,
    "text_to_cad": _text_to_cad,
    "text_to_cad_iteration": _iteration,
    "text_to_cad_multi_file_iteration": _multi_file_iteration,
}
