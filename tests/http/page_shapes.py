"""Pages as nested models, as a user of the decoder may write them."""

import math

from attrs import field, frozen

from asyncops.services.chainloop.models import AsyncOperation
from asyncops.services.zoo import AsyncApiCall, MlPrompt

__all__ = ["AsyncApiCallPage", "MlPromptPage", "OffsetPagination", "OperationsPage"]


@frozen(kw_only=True)
class AsyncApiCallPage:
    """The body of ``GET /async/operations``."""

    items: tuple[AsyncApiCall, ...]
    next_page: str | None = None


@frozen(kw_only=True)
class MlPromptPage:
    """The body of ``GET /ml-prompts``."""

    items: tuple[MlPrompt, ...]
    next_page: str | None = None


@frozen(kw_only=True)
class OffsetPagination:
    """Where a page is in its listing, as it came."""

    total_count: int = 0
    page: int = 0
    total_pages: int = 0
    page_size: int = 0


@frozen(kw_only=True)
class OperationsPage:
    """The body of ``GET /v1/operations``."""

    operations: tuple[AsyncOperation, ...] = ()
    pagination: OffsetPagination = field(factory=OffsetPagination)

    @property
    def items(self) -> tuple[AsyncOperation, ...]:
        """The operations, under the name common to all pages."""
        return self.operations

    @property
    def number(self) -> int:
        """The page's number, as the service counts."""
        return self.pagination.page

    @property
    def page_size(self) -> int:
        """The page size that the service used; 0 where it does not say."""
        return self.pagination.page_size

    @property
    def total_count(self) -> int:
        """Operations in the whole listing."""
        return self.pagination.total_count

    @property
    def total_pages(self) -> int:
        """Pages in the whole listing; worked out where the service does not say."""
        said = self.pagination.total_pages
        return said or (math.ceil(self.total_count / self.page_size) if self.page_size else 0)
