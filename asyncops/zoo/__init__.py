"""Zoo: asynchronous API calls and ML prompts."""

from typing import TYPE_CHECKING

from asyncops.zoo.client import ZooClient
from asyncops.zoo.models import (
    ApiCallStatus,
    AsyncApiCall,
    AsyncApiCallType,
    CreatedAtSortMode,
    MlFeedback,
    MlPrompt,
    MlPromptMetadata,
    MlPromptType,
    SourcePosition,
    SourceRange,
    SourceRangePrompt,
)

if TYPE_CHECKING:
    from asyncops.zoo.outputs import (
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
        UnknownOutput,
    )

__all__ = [
    "ApiCallStatus",
    "AsyncApiCall",
    "AsyncApiCallOutput",
    "AsyncApiCallType",
    "CreatedAtSortMode",
    "FileCenterOfMass",
    "FileConversion",
    "FileDensity",
    "FileMass",
    "FileSurfaceArea",
    "FileVolume",
    "MlFeedback",
    "MlPrompt",
    "MlPromptMetadata",
    "MlPromptType",
    "Point3D",
    "SourcePosition",
    "SourceRange",
    "SourceRangePrompt",
    "TextToCad",
    "TextToCadIteration",
    "TextToCadMultiFileIteration",
    "UnknownOutput",
    "ZooClient",
]


if not TYPE_CHECKING:  # a checker would take any name for granted

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        # The results' classes are loaded when they are asked for first: start-up is short.
        from asyncops.zoo import outputs  # noqa: PLC0415

        return getattr(outputs, name)


def __dir__() -> list[str]:
    return __all__
