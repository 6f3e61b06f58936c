"""Fetch the next page of a walk while the consumer is busy with the current one."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Generic, TypeVar

from attrs import define, field

from asyncops.models import Page
from asyncops.utils.tasks import cancel_all

T = TypeVar("T")


@define(eq=False)
class PageSource(Generic[T]):
    """The pages of one walk, with the next one fetched ahead if ``prefetch`` is set.

    A plain task fetches ahead, since a task group around a ``yield`` would cancel the consumer's
    body (PEP 789). It begins once the consumer waits for something: a consumer that comes back
    without having waited fetches the page itself, which saves two turns of the event loop.

    Attributes:
        pages: The walk.
        prefetch: Whether the page after the one taken is fetched ahead.
    """

    pages: AsyncGenerator[Page[T], None] = field(repr=False)
    prefetch: bool = False
    _planned: asyncio.Handle | None = field(default=None, init=False)
    _ahead: "asyncio.Task[Page[T] | None] | None" = field(default=None, init=False)

    async def take(self) -> Page[T] | None:
        """Return the next page, or ``None`` at the end.

        The page after it is fetched ahead as soon as the event loop is free.
        """
        if self._planned is not None:
            self._planned.cancel()
        if self._ahead is None:
            page = await anext(self.pages, None)
        else:
            page = await self._ahead
            self._ahead = None
        if self.prefetch and page is not None:
            self._planned = asyncio.get_running_loop().call_soon(self._begin)
        return page

    async def aclose(self) -> None:
        """Cancel the request in flight and close the walk."""
        if self._planned is not None:
            self._planned.cancel()
        try:
            if self._ahead is not None:
                await cancel_all([self._ahead])
                self._ahead = None
        finally:
            await self.pages.aclose()

    def _begin(self) -> None:
        self._planned = None
        self._ahead = asyncio.create_task(_next(self.pages))


async def _next(pages: AsyncGenerator[Page[T], None]) -> Page[T] | None:
    return await anext(pages, None)
