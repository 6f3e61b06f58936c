"""Operations that hold what services seldom send, and must be able to."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from attrs import frozen

from asyncops import ApiCallStatus, AsyncApiCall, AsyncApiCallType, MlPrompt, Tracked
from asyncops.services.chainloop import AsyncOperation, AsyncOperationStatus
from asyncops.services.zoo import MlPromptType

__all__ = ["NOON", "Metadata", "Wrapped", "call", "operation", "prompt"]

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ID = UUID("f135d675-c44a-4e2e-9638-87d941fa1872")
USER = UUID("00000000-0000-4000-8000-000000000001")


def call(**fields: Any) -> AsyncApiCall:
    """A call that has been asked for at noon."""
    given: dict[str, Any] = {
        "id": ID,
        "type": AsyncApiCallType.FILE_MASS,
        "status": ApiCallStatus.QUEUED,
        "created_at": NOON,
        "updated_at": NOON,
        "user_id": USER,
        **fields,
    }
    return AsyncApiCall(**given)


def prompt(**fields: Any) -> MlPrompt:
    """A prompt that has been asked for at noon."""
    given: dict[str, Any] = {
        "id": ID,
        "user_id": USER,
        "prompt": "a gear",
        "type": MlPromptType.TEXT_TO_CAD,
        "status": ApiCallStatus.QUEUED,
        "model_version": "1",
        "created_at": NOON,
        "updated_at": NOON,
        **fields,
    }
    return MlPrompt(**given)


def operation(**fields: Any) -> AsyncOperation:
    """An operation of Chainloop's that has been asked for at noon."""
    given: dict[str, Any] = {
        "id": str(ID),
        "kind": "evidence_evaluation",
        "status": AsyncOperationStatus.PENDING,
        "created_at": NOON,
        **fields,
    }
    return AsyncOperation(**given)


@frozen
class Metadata:
    """What a service says of any of its items."""

    name: str


@frozen
class Wrapped(Tracked):
    """An operation whose id and status are not fields of their own."""

    created_at: datetime
    metadata: Metadata

    @property
    def id(self) -> str:
        return self.metadata.name

    @property
    def status(self) -> ApiCallStatus:
        return ApiCallStatus.QUEUED

    @property
    def error(self) -> str | None:
        return None
