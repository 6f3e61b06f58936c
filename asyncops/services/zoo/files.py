"""What can be asked about a file: another format, its mass, its volume and so on."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Concatenate, Final, TypeVar

from attrs import frozen

from asyncops.kit import Action, FromSuffix, Group, Lookup, Sample, UploadOptions
from asyncops.kit.generics import S
from asyncops.services.zoo.calls import CallRecord
from asyncops.services.zoo.formats import (
    FileExportFormat,
    FileImportFormat,
    UnitArea,
    UnitDensity,
    UnitLength,
    UnitMass,
    UnitVolume,
)
from asyncops.services.zoo.outputs import (
    FileCenterOfMass,
    FileConversion,
    FileDensity,
    FileMass,
    FileSurfaceArea,
    FileVolume,
    decode_output,
)
from asyncops.services.zoo.samples import file_sample

if TYPE_CHECKING:
    from asyncops.http.upload import Content
    from asyncops.kit.actions import StartedLookups

F = TypeVar("F", bound=CallRecord)

_GET = "/async/operations/{id}"
# Those that are not the format's name. A .prt may be a part of Creo or of NX.
_READ = {
    **dict.fromkeys(("sat", "sab"), "acis"),
    **dict.fromkeys(("catpart", "catproduct"), "catia"),
    **dict.fromkeys(("ipt", "iam"), "inventor"),
    **dict.fromkeys(("x_t", "x_b", "xmt_txt", "xmt_bin"), "parasolid"),
    "glb": "gltf",
    "stp": "step",
}
_CONVERTED = file_sample("file_conversion", {"outputs": {"part.obj": "dgo="}}, output_format="obj")


@frozen(kw_only=True)
class FileInput(UploadOptions):
    """What all of these are asked with, besides the file.

    Attributes:
        src_format: The format of the file.
    """

    src_format: Annotated[FileImportFormat | str, FromSuffix("content", also=_READ)]


@frozen(kw_only=True)
class ConversionInput(FileInput):
    """The keyword arguments of ``zoo.files.convert``.

    Attributes:
        output_format: The format to convert to.
    """

    output_format: Annotated[FileExportFormat | str, FromSuffix("result", also={"stp": "step"})]


@frozen(kw_only=True)
class MeasurementInput(FileInput):
    """What all are asked with that measure something.

    Attributes:
        output_unit: The unit of the result; ``None`` means the service's choice.
    """

    output_unit: str | None = None


@frozen(kw_only=True)
class CenterInput(MeasurementInput):
    """The keyword arguments of ``zoo.files.center_of_mass``."""

    output_unit: UnitLength | str | None = None


@frozen(kw_only=True)
class AreaInput(MeasurementInput):
    """The keyword arguments of ``zoo.files.surface_area``."""

    output_unit: UnitArea | str | None = None


@frozen(kw_only=True)
class VolumeInput(MeasurementInput):
    """The keyword arguments of ``zoo.files.volume``."""

    output_unit: UnitVolume | str | None = None


@frozen(kw_only=True)
class MassInput(MeasurementInput):
    """The keyword arguments of ``zoo.files.mass``.

    Attributes:
        material_density: The density of the material.
        material_density_unit: Its unit; ``None`` means the service's choice.
    """

    output_unit: UnitMass | str | None = None
    material_density: float
    material_density_unit: UnitDensity | str | None = None


@frozen(kw_only=True)
class DensityInput(MeasurementInput):
    """The keyword arguments of ``zoo.files.density``.

    Attributes:
        material_mass: The mass of the part.
        material_mass_unit: Its unit; ``None`` means the service's choice.
    """

    output_unit: UnitDensity | str | None = None
    material_mass: float
    material_mass_unit: UnitMass | str | None = None


def _on_a_file(
    kind: type[F], path: str, options: Callable[S, UploadOptions], sample: Sample
) -> "Lookup[StartedLookups[F, Concatenate[Content, S], F]]":
    """Return what starts an operation on a file, whose result is of one class."""
    start = Action(path, body="bytes", options=options, result=kind)
    return Lookup(kind, get=_GET, start=start, sample=sample)


class Files(Group):
    """What can be asked about a file; each is called, and gives what it started.

    ::

        started = await zoo.files.convert(Path("part.step"), src_format="step", output_format="obj")
        files = (await started.wait()).outputs

    The file is bytes, a path, an open binary file or an async iterable of bytes; only bytes are
    held in memory as a whole. ``operations`` knows what was started by its id, of whatever kind.
    """

    convert: Final = _on_a_file(
        FileConversion, "/file/conversion/{src_format}/{output_format}", ConversionInput, _CONVERTED
    )
    mass: Final = _on_a_file(
        FileMass,
        "/file/mass",
        MassInput,
        file_sample(
            "file_mass",
            {"mass": 154.1},
            output_unit="g",
            material_density=7.85,
            material_density_unit="kg:m3",
        ),
    )
    volume: Final = _on_a_file(
        FileVolume,
        "/file/volume",
        VolumeInput,
        file_sample("file_volume", {"volume": 19.63}, output_unit="cm3"),
    )
    density: Final = _on_a_file(
        FileDensity,
        "/file/density",
        DensityInput,
        file_sample(
            "file_density",
            {"density": 7850.0},
            output_unit="kg:m3",
            material_mass=12.0,
            material_mass_unit="g",
        ),
    )
    surface_area: Final = _on_a_file(
        FileSurfaceArea,
        "/file/surface-area",
        AreaInput,
        file_sample("file_surface_area", {"surface_area": 47.9}, output_unit="cm2"),
    )
    center_of_mass: Final = _on_a_file(
        FileCenterOfMass,
        "/file/center-of-mass",
        CenterInput,
        file_sample(
            "file_center_of_mass",
            {"center_of_mass": {"x": 0.5, "y": -1.25, "z": 3.0}},
            output_unit="cm",
        ),
    )
    operations: Final = Lookup(FileConversion, get=_GET, result=decode_output, sample=_CONVERTED)


files: Final = Files()
