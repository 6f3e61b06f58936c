"""One page from bytes to models: asyncops's decoder, pydantic's, and msgspec's alone."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from msgspec.json import Decoder

from asyncops import ZooClient
from asyncops.kit.page_decoders import page_decoder
from benchmarks.contestants.models import AttrsPage, PydanticPage
from benchmarks.listings import TokenListing
from benchmarks.worker import Run, Tally

__all__ = ["asyncops", "msgspec", "pydantic"]


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
            found = 0
            for _ in range(pages):
                found += len(read(page).items)
            return {"items": found}

        yield run

    return contestant


asyncops = _reader(page_decoder(ZooClient.operations.description, "plain"))
pydantic = _reader(PydanticPage.model_validate_json)
msgspec = _reader(Decoder(AttrsPage).decode)
