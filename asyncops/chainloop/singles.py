"""One operation by its id, and whether this Chainloop answers such a request."""

import asyncio
from contextlib import aclosing

from attrs import define, field

from asyncops.chainloop.listings import PATH, decode_operations, one_by_one
from asyncops.chainloop.models import AsyncOperation, OneOperation
from asyncops.checks import path_segment
from asyncops.client import BaseClient
from asyncops.codec import decoder
from asyncops.errors import APIError, AsyncOpsError, ConfigurationError, NotFound
from asyncops.messages import Request
from asyncops.models import Checkpoint
from asyncops.numbered import PageBase
from asyncops.walks import Limits, walk

__all__ = ["Singles"]

_decode = decoder(OneOperation, json="protobuf")

# How a service says that it has no such path, or no such method on it.
_ABSENT = frozenset({404, 405, 501})
_WITHOUT = (
    "this Chainloop has no request for one operation (GET /v1/operations/{id}); "
    "list, wait_many and watch find it in the listing"
)
_PERHAPS = (
    "There is no such operation, or this Chainloop has no request for one operation "
    "(GET /v1/operations/{id}): list shows which operations there are."
)
# Attempts to find out that may fail before a 404 is taken at its word.
_ATTEMPTS = 3


@define(eq=False)
class Singles:
    """``GET /v1/operations/{id}`` of one client's Chainloop.

    A 404 says that there is no such operation, or no such request. To tell the two apart, the
    first 404 of a client that has had no good answer yet costs up to two requests more: the newest
    operation of the listing is asked for by its id as well.

    Attributes:
        client: Sends the requests.
        base: What the client has learned of page numbers.
        there: Whether the request exists; None until an answer has told.
    """

    client: BaseClient
    base: PageBase
    there: bool | None = field(default=None, init=False)
    _failures: int = field(default=0, init=False)
    _one_at_a_time: asyncio.Lock = field(factory=asyncio.Lock, init=False)

    def usable(self) -> bool:
        """Whether one operation can be asked for, as far as is known."""
        return self.there is not False

    async def get(self, segment: str) -> AsyncOperation:
        """One operation.

        Args:
            segment: Its id, checked.

        Raises:
            NotFound: There is no such operation.
            APIError: The service has no request for one operation; this is no ``NotFound``.
        """
        try:
            return await self._ask(segment)
        except APIError as error:
            if error.status not in _ABSENT:
                raise
            refusal = error
        if refusal.status != 404:
            self.there = False
        async with self._one_at_a_time:
            if self.there is None and self._failures < _ATTEMPTS:
                await self._find_out(segment)
        if self.there is False:
            raise APIError(
                _WITHOUT,
                status=refusal.status,
                code=refusal.code,
                request_id=refusal.request_id,
                reason=refusal.reason,
                details=refusal.details,
            )
        if self.there is None and isinstance(refusal, NotFound):
            refusal.hint = _PERHAPS
        raise refusal

    async def _ask(self, segment: str) -> AsyncOperation:
        request = Request(path=f"{PATH}/{segment}", result=True)
        operation = (await self.client.fetch(request, _decode)).value.operation
        self.there = True
        return operation

    async def _find_out(self, segment: str) -> None:
        """Ask for an operation that exists; an empty listing tells nothing."""
        newest: str | None = None
        try:
            newest = await self._newest()
            if newest is not None and newest != segment:
                await self._ask(path_segment("id", newest))
        except ConfigurationError:
            raise
        except (AsyncOpsError, ValueError) as error:
            refused = isinstance(error, APIError) and error.status in _ABSENT
            if newest is not None and refused:
                self.there = False
            else:
                self._failures += 1
            return
        if newest == segment:
            self.there = False

    async def _newest(self) -> str | None:
        paging = one_by_one(Request(path=PATH), 1, self.base)(Checkpoint(query=""))
        pages = walk(
            lambda request: self.client.fetch(request, decode_operations), paging, Limits()
        )
        async with aclosing(pages):
            async for page in pages:
                return page.items[0].id if page.items else None
        return None
