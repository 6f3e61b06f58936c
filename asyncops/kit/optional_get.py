"""One operation by its id, where a service may have no request for it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from attrs import define, field

from asyncops.errors import APIError, AsyncOpsError, ConfigurationError, NotFound

# How a service says that it has no such path, or no such method on it.
_ABSENT = frozenset({404, 405, 501})
# Attempts to find out that may fail before a 404 is taken at its word.
_ATTEMPTS = 3


@define(eq=False)
class OptionalGet:
    """The request for one operation, of one client's service, which may have no such request.

    A 404 says that there is no such operation, or no such request. To tell the two apart, the
    first 404 of a client that has had no good answer yet costs up to two requests more: the newest
    operation of the listing is asked for by its id as well.

    Args:
        fetch: Sends the request for one operation, by its id as it is sent.
        newest: Lists, and returns the id of the newest operation as it is sent; ``None`` if there
            is none.
        missing: What such a service lacks: ``this Chainloop has no request for ...``.

    Attributes:
        there: Whether the request exists; ``None`` until an answer has told.
    """

    _fetch: Callable[[str], Awaitable[Any]]
    _newest: Callable[[], Awaitable[str | None]]
    _missing: str = field(kw_only=True)
    there: bool | None = field(default=None, init=False)
    _failures: int = field(default=0, init=False)
    _one_at_a_time: asyncio.Lock = field(factory=asyncio.Lock, init=False)

    def usable(self) -> bool:
        """Whether one operation can be asked for, as far as is known."""
        return self.there is not False

    async def get(self, segment: str) -> Any:
        """Get one operation by its id as it is sent.

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
                f"{self._missing}; list, wait_many and watch find it in the listing",
                status=refusal.status,
                code=refusal.code,
                request_id=refusal.request_id,
                reason=refusal.reason,
                details=refusal.details,
            )
        if self.there is None and isinstance(refusal, NotFound):
            refusal.hint = (
                f"There is no such operation, or {self._missing}: list shows which operations "
                "there are."
            )
        raise refusal

    async def _ask(self, segment: str) -> Any:
        operation = await self._fetch(segment)
        self.there = True
        return operation

    async def _find_out(self, segment: str) -> None:
        """Ask for an operation that exists; an empty listing tells nothing."""
        newest: str | None = None
        try:
            newest = await self._newest()
            if newest is not None and newest != segment:
                await self._ask(newest)
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
