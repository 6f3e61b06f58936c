"""What can be asked about a file: another format, its mass, its volume and so on."""

from typing import Final

from attrs import frozen

from asyncops.kit import Action, Group, Lookup, UploadOptions
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
)
from asyncops.services.zoo.samples import file_sample

__all__ = ["files"]

_GET = "/async/operations/{id}"


@frozen(kw_only=True)
class FileInput(UploadOptions):
    """What all of these are asked with, besides the file.

    Attributes:
        src_format: The format of the file.
    """

    src_format: FileImportFormat | str


@frozen(kw_only=True)
class ConversionInput(FileInput):
    """The keyword arguments of ``zoo.files.convert``.

    Attributes:
        output_format: The format to convert to.
    """

    output_format: FileExportFormat | str


@frozen(kw_only=True)
class CenterInput(FileInput):
    """The keyword arguments of ``zoo.files.center_of_mass``.

    Attributes:
        output_unit: The unit of the coordinates; ``None`` means the service's choice.
    """

    output_unit: UnitLength | str | None = None


@frozen(kw_only=True)
class AreaInput(FileInput):
    """The keyword arguments of ``zoo.files.surface_area``.

    Attributes:
        output_unit: The unit of the area; ``None`` means the service's choice.
    """

    output_unit: UnitArea | str | None = None


@frozen(kw_only=True)
class VolumeInput(FileInput):
    """The keyword arguments of ``zoo.files.volume``.

    Attributes:
        output_unit: The unit of the volume; ``None`` means the service's choice.
    """

    output_unit: UnitVolume | str | None = None


@frozen(kw_only=True)
class MassInput(FileInput):
    """The keyword arguments of ``zoo.files.mass``.

    Attributes:
        material_density: The density of the material.
        material_density_unit: Its unit; ``None`` means the service's choice.
        output_unit: The unit of the mass; ``None`` means the service's choice.
    """

    material_density: float
    material_density_unit: UnitDensity | str | None = None
    output_unit: UnitMass | str | None = None


@frozen(kw_only=True)
class DensityInput(FileInput):
    """The keyword arguments of ``zoo.files.density``.

    Attributes:
        material_mass: The mass of the part.
        material_mass_unit: Its unit; ``None`` means the service's choice.
        output_unit: The unit of the density; ``None`` means the service's choice.
    """

    material_mass: float
    material_mass_unit: UnitMass | str | None = None
    output_unit: UnitDensity | str | None = None


class Files(Group):
    """What can be asked about a file; each is called, and gives what it started.

    ::

        started = await zoo.files.convert(Path("part.step"), src_format="step", output_format="obj")
        files = (await started.wait()).outputs

    The file is bytes, a path, an open binary file or an async iterable of bytes; only bytes are
    held in memory as a whole. ``zoo.operations`` knows what was started by its id.
    """

    convert: Final = Lookup(
        FileConversion,
        get=_GET,
        start=Action(
            "/file/conversion/{src_format}/{output_format}",
            body="bytes",
            options=ConversionInput,
            result=FileConversion,
        ),
        sample=file_sample(
            "file_conversion", {"outputs": {"part.obj": "dgo="}}, output_format="obj"
        ),
    )
    mass: Final = Lookup(
        FileMass,
        get=_GET,
        start=Action("/file/mass", body="bytes", options=MassInput, result=FileMass),
        sample=file_sample(
            "file_mass",
            {"mass": 154.1},
            output_unit="g",
            material_density=7.85,
            material_density_unit="kg:m3",
        ),
    )
    volume: Final = Lookup(
        FileVolume,
        get=_GET,
        start=Action("/file/volume", body="bytes", options=VolumeInput, result=FileVolume),
        sample=file_sample("file_volume", {"volume": 19.63}, output_unit="cm3"),
    )
    density: Final = Lookup(
        FileDensity,
        get=_GET,
        start=Action("/file/density", body="bytes", options=DensityInput, result=FileDensity),
        sample=file_sample(
            "file_density",
            {"density": 7850.0},
            output_unit="kg:m3",
            material_mass=12.0,
            material_mass_unit="g",
        ),
    )
    surface_area: Final = Lookup(
        FileSurfaceArea,
        get=_GET,
        start=Action("/file/surface-area", body="bytes", options=AreaInput, result=FileSurfaceArea),
        sample=file_sample("file_surface_area", {"surface_area": 47.9}, output_unit="cm2"),
    )
    center_of_mass: Final = Lookup(
        FileCenterOfMass,
        get=_GET,
        start=Action(
            "/file/center-of-mass", body="bytes", options=CenterInput, result=FileCenterOfMass
        ),
        sample=file_sample(
            "file_center_of_mass",
            {"center_of_mass": {"x": 0.5, "y": -1.25, "z": 3.0}},
            output_unit="cm",
        ),
    )


files: Final = Files()
