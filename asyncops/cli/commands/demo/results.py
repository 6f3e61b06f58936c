"""A result in a few words."""

from asyncops.services.zoo import (
    AsyncApiCallOutput,
    FileCenterOfMass,
    FileConversion,
    FileDensity,
    FileMass,
    FileSurfaceArea,
    FileVolume,
    Point3D,
    TextToCad,
    TextToCadIteration,
    TextToCadMultiFileIteration,
)

__all__ = ["in_words"]


def in_words(output: AsyncApiCallOutput) -> str:
    """What a result holds, on one line."""
    match output:
        case FileConversion():
            return f"{output.src_format} to {output.output_format}: {_files(output.outputs)}"
        case FileCenterOfMass():
            return f"{_point(output.center_of_mass)} {output.output_unit}"
        case (
            FileMass(mass=value, output_unit=unit)
            | FileVolume(volume=value, output_unit=unit)
            | FileDensity(density=value, output_unit=unit)
            | FileSurfaceArea(surface_area=value, output_unit=unit)
        ):
            return "nothing" if value is None else f"{value:,.3f} {unit}"
        case TextToCad():
            return f'"{output.prompt}": {_files(output.outputs)}'
        case TextToCadIteration() | TextToCadMultiFileIteration():
            return f"source ranges: {len(output.source_ranges)}"
        case _:
            return output.type.value


def _files(files: dict[str, bytes] | None) -> str:
    if not files:
        return "no files"
    size = sum(map(len, files.values()))
    return f"{', '.join(files)} ({size:,} bytes)"


def _point(point: Point3D | None) -> str:
    return "nowhere" if point is None else f"({point.x:,.2f}, {point.y:,.2f}, {point.z:,.2f})"
