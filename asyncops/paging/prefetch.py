"""Fetch the next page of a walk while the consumer is busy with the current one."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Generic, TypeVar

from attrs import define, field

from asyncops.models import Page
from asyncops.utils.tasks import cancel_all

__all__ = ["PageSource"]

T = TypeVar("T")


@define(eq=False)
class PageSource(Generic[T]):
    """The pages of one walk, with the next one fetched ahead if ``prefetch`` is set.

    A plain task fetches ahead, since a task group around a ``yield`` would cancel the consumer's
    body (PEP 789).

    Attributes:
        pages: The walk.
        prefetch: Whether :meth:`fetch_ahead` has an effect.
    """

    pages: AsyncGenerator[Page[T], None] = field(repr=False)
    prefetch: bool = False
    _ahead: "asyncio.Task[Page[T] | None] | None" = field(default=None, init=False)

    async def take(self) -> Page[T] | None:
        """Return the next page, or ``None`` at the end."""
        if self._ahead is None:
            return await anext(self.pages, None)
        page = await self._ahead
        self._ahead = None
        return page

    def fetch_ahead(self) -> None:
        """Begin to fetch the page that :meth:`take` returns next."""
        if self.prefetch:
            self._ahead = asyncio.create_task(_next(self.pages))

    async def aclose(self) -> None:
        """Cancel the request in flight and close the walk."""
        try:
            if self._ahead is not None:
                await cancel_all([self._ahead])
                self._ahead = None
        finally:
            await self.pages.aclose()


async def _next(pages: AsyncGenerator[Page[T], None]) -> Page[T] | None:
    return await anext(pages, None)
