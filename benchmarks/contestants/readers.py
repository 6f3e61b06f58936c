"""One page from bytes: asyncops's decoder, pydantic, bare msgspec, with equivalent types."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from attrs import frozen
from msgspec.json import Decoder
from pydantic import AwareDatetime, BaseModel

from asyncops import ZooClient
from asyncops.kit.page_decoders import page_decoder
from benchmarks.listings import TokenListing
from benchmarks.worker import Run, Tally

__all__ = ["PeerPage", "read_asyncops", "read_msgspec", "read_pydantic"]


class PeerStatus(StrEnum):
    """The values of ``ApiCallStatus``."""

    QUEUED = "queued"
    UPLOADED = "uploaded"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"


class PeerType(StrEnum):
    """The values of ``AsyncApiCallType``."""

    FILE_CONVERSION = "file_conversion"
    FILE_VOLUME = "file_volume"
    FILE_CENTER_OF_MASS = "file_center_of_mass"
    FILE_MASS = "file_mass"
    FILE_DENSITY = "file_density"
    FILE_SURFACE_AREA = "file_surface_area"
    TEXT_TO_CAD = "text_to_cad"
    TEXT_TO_CAD_ITERATION = "text_to_cad_iteration"
    TEXT_TO_CAD_MULTI_FILE_ITERATION = "text_to_cad_multi_file_iteration"


class PeerCall(BaseModel):
    """The fields of ``AsyncApiCall``, as pydantic reads them."""

    id: UUID
    type: PeerType
    status: PeerStatus
    created_at: AwareDatetime
    updated_at: AwareDatetime
    user_id: UUID
    started_at: AwareDatetime | None = None
    completed_at: AwareDatetime | None = None
    error: str | None = None
    worker: str | None = None
    input: Any = None
    output: Any = None
    attempts: int | None = None


class PeerPage(BaseModel):
    """A page of them."""

    items: tuple[PeerCall, ...]
    next_page: str | None = None


@frozen(kw_only=True)
class _Call:
    """The fields of ``AsyncApiCall`` on attrs alone, as msgspec reads them."""

    id: UUID
    type: PeerType
    status: PeerStatus
    created_at: datetime
    updated_at: datetime
    user_id: UUID
    started_at: datetime | None = None
    completed_at: datetime | None = None
    error: str | None = None
    worker: str | None = None
    input: Any = None
    output: Any = None
    attempts: int | None = None


@frozen(kw_only=True)
class _CallPage:
    items: tuple[_Call, ...]
    next_page: str | None = None


class _Page(Protocol):
    @property
    def items(self) -> tuple[object, ...]: ...


def _reader(
    read: Callable[[bytes], _Page],
) -> Callable[[int, str, int], AbstractAsyncContextManager[Run]]:
    @asynccontextmanager
    async def contestant(pages: int, keys: str, digits: int) -> AsyncIterator[Run]:
        page = TokenListing(pages=2, keys=keys, digits=digits).page()

        async def run() -> Tally:
            count = 0
            for _ in range(pages):
                count += len(read(page).items)
            return {"items": count}

        yield run

    return contestant


read_asyncops = _reader(page_decoder(ZooClient.operations.description, "plain"))
read_pydantic = _reader(PeerPage.model_validate_json)
read_msgspec = _reader(Decoder(_CallPage).decode)
