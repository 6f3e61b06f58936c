"""One operation of each kind, in a status."""

from datetime import UTC, datetime
from uuid import UUID

from asyncops.services.zoo import (
    ApiCallStatus,
    AsyncApiCall,
    AsyncApiCallType,
    FileVolume,
    MlPrompt,
    MlPromptType,
)

__all__ = ["BORN", "ENDED", "zoo_call", "zoo_output", "zoo_prompt"]

BORN = datetime(2026, 1, 1, tzinfo=UTC)
ENDED = datetime(2026, 1, 2, tzinfo=UTC)


def zoo_call(status: str) -> AsyncApiCall:
    return AsyncApiCall(
        id=UUID(int=1),
        status=ApiCallStatus(status),
        type=AsyncApiCallType.FILE_MASS,
        created_at=BORN,
        updated_at=BORN,
        user_id=UUID(int=2),
        completed_at=ENDED,
        error="e",
    )


def zoo_prompt(status: str) -> MlPrompt:
    return MlPrompt(
        id=UUID(int=1),
        user_id=UUID(int=2),
        prompt="p",
        type=MlPromptType.COPILOT,
        status=ApiCallStatus(status),
        model_version="1",
        created_at=BORN,
        updated_at=BORN,
        completed_at=ENDED,
        error="e",
    )


def zoo_output(status: str) -> FileVolume:
    return FileVolume(
        id=UUID(int=1),
        type=AsyncApiCallType.FILE_VOLUME,
        status=ApiCallStatus(status),
        created_at=BORN,
        updated_at=BORN,
        user_id=UUID(int=2),
        completed_at=ENDED,
        error="e",
        src_format="step",
        output_unit="cm3",
    )
