"""What one asynchronous call gave: nine typed results, told apart by ``type``.

Source: Zoo's API, ``GET /async/operations/{id}``. Files come as ``bytes``, decoded from base64.
"""

from collections.abc import Mapping
from typing import TypeVar
from uuid import UUID

import attrs
import msgspec
from attrs import field, frozen

from asyncops.errors import DecodeError
from asyncops.http.decoding import decode_json, decoder
from asyncops.http.redaction import snippet
from asyncops.models import JSON, UNNAMED, files
from asyncops.services.zoo.calls import AsyncApiCallType, CallRecord
from asyncops.services.zoo.prompts import MlFeedback, SourceRangePrompt

T = TypeVar("T", bound=CallRecord)


@frozen(kw_only=True)
class Point3D:
    """A point in space, in the unit that its result names."""

    x: float
    y: float
    z: float


@frozen(kw_only=True)
class FileConversion(CallRecord):
    """A file in another format. ``outputs`` maps paths to file contents."""

    type: AsyncApiCallType = AsyncApiCallType.FILE_CONVERSION
    src_format: str
    output_format: str
    src_format_options: JSON = field(default=None, hash=False)
    output_format_options: JSON = field(default=None, hash=False)
    outputs: dict[str, bytes] | None = files()


@frozen(kw_only=True)
class Measurement(CallRecord):
    """What was measured on a file, in ``output_unit``."""

    src_format: str
    output_unit: str


@frozen(kw_only=True)
class FileCenterOfMass(Measurement):
    """The centre of mass."""

    type: AsyncApiCallType = AsyncApiCallType.FILE_CENTER_OF_MASS
    center_of_mass: Point3D | None = None


@frozen(kw_only=True)
class FileMass(Measurement):
    """The mass, of the given density."""

    type: AsyncApiCallType = AsyncApiCallType.FILE_MASS
    material_density: float = 0.0
    material_density_unit: str
    mass: float | None = None


@frozen(kw_only=True)
class FileVolume(Measurement):
    """The volume."""

    type: AsyncApiCallType = AsyncApiCallType.FILE_VOLUME
    volume: float | None = None


@frozen(kw_only=True)
class FileDensity(Measurement):
    """The density, of the given mass."""

    type: AsyncApiCallType = AsyncApiCallType.FILE_DENSITY
    material_mass: float = 0.0
    material_mass_unit: str
    density: float | None = None


@frozen(kw_only=True)
class FileSurfaceArea(Measurement):
    """The surface area."""

    type: AsyncApiCallType = AsyncApiCallType.FILE_SURFACE_AREA
    surface_area: float | None = None


@frozen(kw_only=True)
class Answer(CallRecord):
    """What a model answered to words."""

    conversation_id: UUID
    model: str
    model_version: str


@frozen(kw_only=True)
class TextToCad(Answer):
    """A model made from words. ``outputs`` maps paths to file contents."""

    output_format: str
    prompt: str
    code: str | None = None
    feedback: MlFeedback | None = None
    kcl_version: str | None = None
    outputs: dict[str, bytes] | None = files()


@frozen(kw_only=True)
class TextToCadIteration(Answer):
    """A model changed by words."""

    code: str
    original_source_code: str
    source_ranges: tuple[SourceRangePrompt, ...]
    prompt: str | None = None
    feedback: MlFeedback | None = None


@frozen(kw_only=True)
class TextToCadMultiFileIteration(Answer):
    """A project of several files changed by words. ``outputs`` maps paths to source text."""

    source_ranges: tuple[SourceRangePrompt, ...]
    outputs: dict[str, str] | None = files()
    project_name: str | None = None
    prompt: str | None = None
    kcl_version: str | None = None
    feedback: MlFeedback | None = None


@frozen(kw_only=True)
class UnknownOutput(CallRecord):
    """A result of a type that this release does not know; ``fields`` has the rest as it came."""

    fields: dict[str, JSON] = field(
        factory=dict, init=False, repr=False, hash=False, metadata={UNNAMED: True}
    )


TextToCadOutput = TextToCad | TextToCadIteration | TextToCadMultiFileIteration | UnknownOutput
AsyncApiCallOutput = (
    FileConversion
    | FileCenterOfMass
    | FileMass
    | FileVolume
    | FileDensity
    | FileSurfaceArea
    | TextToCadOutput
)

_TEXT_TO_CAD: dict[str, type[TextToCad | TextToCadIteration | TextToCadMultiFileIteration]] = {
    AsyncApiCallType.TEXT_TO_CAD: TextToCad,
    AsyncApiCallType.TEXT_TO_CAD_ITERATION: TextToCadIteration,
    AsyncApiCallType.TEXT_TO_CAD_MULTI_FILE_ITERATION: TextToCadMultiFileIteration,
}
OUTPUTS: dict[str, type[AsyncApiCallOutput]] = {
    AsyncApiCallType.FILE_CONVERSION: FileConversion,
    AsyncApiCallType.FILE_CENTER_OF_MASS: FileCenterOfMass,
    AsyncApiCallType.FILE_MASS: FileMass,
    AsyncApiCallType.FILE_VOLUME: FileVolume,
    AsyncApiCallType.FILE_DENSITY: FileDensity,
    AsyncApiCallType.FILE_SURFACE_AREA: FileSurfaceArea,
    **_TEXT_TO_CAD,
}


class _Tagged(msgspec.Struct):
    type: str


_tagged = msgspec.json.Decoder(_Tagged)


def _tag_of(body: bytes) -> str:
    try:
        return _tagged.decode(body).type
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # What is wrong with it, the reading will say.
        return ""


_COMMON = frozenset(field.name for field in attrs.fields(CallRecord))


def decode_output(body: bytes) -> AsyncApiCallOutput:
    """The typed result in the body of ``GET /async/operations/{id}``.

    Raises:
        DecodeError: It is not one, with the JSON path of what is wrong.
    """
    return _decoded(body, OUTPUTS)


def decode_text_to_cad(body: bytes) -> TextToCadOutput:
    """The typed result in the body of ``GET /user/text-to-cad/{id}``.

    Raises:
        DecodeError: It is not one, with the JSON path of what is wrong.
    """
    return _decoded(body, _TEXT_TO_CAD)


def _decoded(body: bytes, shapes: Mapping[str, type[T]]) -> T | UnknownOutput:
    shape = shapes.get(_tag_of(body))
    if shape is not None:
        # In one step: files may be large, and go from base64 to bytes without a copy between.
        return decoder(shape)(body)
    # cattrs is loaded by those who need it: listings do not.
    from asyncops.http.decode_errors import tagged  # noqa: PLC0415

    tree = decode_json(body)
    try:
        output = tagged(tree, "type", shapes, UnknownOutput)
    except DecodeError as error:
        error.snippet = snippet(body)
        raise
    if isinstance(output, UnknownOutput):
        output.fields.update({name: value for name, value in tree.items() if name not in _COMMON})
    return output
