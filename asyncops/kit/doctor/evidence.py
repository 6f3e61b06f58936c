"""The pages that the tests of a description read, and what they have in common."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

import attrs
from attrs import define, evolve, field

from asyncops.errors import BadRequest, Gone, NotFound, UnexpectedPage, Unprocessable
from asyncops.http.invalid_items import InvalidItem
from asyncops.kit.bound import Bound
from asyncops.kit.chosen import Chosen
from asyncops.kit.lister import Lister
from asyncops.kit.listing import Listing
from asyncops.kit.options import ListOptions
from asyncops.kit.query import Query
from asyncops.kit.windowed import window_params
from asyncops.models import Page, Status

FEW = 3
"""The items of a page that the tests ask for where the size can be chosen."""


@define(eq=False)
class Evidence:
    """The pages that were read of one listing.

    Attributes:
        bound: The resource at its place.
        verbs: What code calls.
        query: The filters that each request has.
        statuses: The statuses that each request has, where the service wants some.
        first: The first page, in the size that a plain listing asks for.
        few: The first page again, with few items if the size can be chosen.
        following: The page behind ``few``.
        items: All items that came.
        invalid: All rows that came and do not fit the class.
    """

    bound: Bound[..., ...]
    verbs: Any
    query: Query
    statuses: Chosen
    first: Page[Any] = field(factory=lambda: Page(items=()))
    few: Page[Any] = field(factory=lambda: Page(items=()))
    following: Page[Any] | None = None
    items: list[Any] = field(factory=list)
    invalid: list[InvalidItem] = field(factory=list)

    @property
    def listing(self) -> Listing:
        """How the resource is listed."""
        return self.bound.lister.listing

    @property
    def is_sized(self) -> bool:
        """Whether the items of a page can be chosen."""
        return self.listing.paging.size is not None

    @property
    def few_items(self) -> dict[str, Any]:
        """What a request for a page of few items has."""
        return {"size": FEW} if self.is_sized else {}

    @cached_property
    def _lister(self) -> Lister:
        """The listing without its window, by which what is refused would be got round."""
        listing = evolve(self.listing, window=None)
        return Lister(self.bound.description, listing, self.bound.where)

    async def page(
        self,
        statuses: Chosen | None = None,
        *,
        after: datetime | None = None,
        before: datetime | None = None,
        **changes: Any,
    ) -> Page[Any]:
        """Read one page.

        Args:
            statuses: The statuses to ask for.
            after: The earliest creation time to ask for.
            before: The latest creation time to ask for.
            changes: What the request has that the others do not have, as fields of a `Query`.
        """
        query, window = evolve(self.query, **changes), self.listing.window
        if window is not None:
            bounds = after or query.after, before or query.before
            created = window_params(window, *bounds, in_body=self.listing.method == "POST")
            query = evolve(query, params=(*query.params, *created), after=None, before=None)
        options = ListOptions(on_invalid=self.invalid.append)
        page = await self._lister.pager(query, statuses or self.statuses, options)
        self.items += page.items
        return page

    async def page_if_any(self, **changes: Any) -> Page[Any] | None:
        """Read one page, as :meth:`page` does; ``None`` if the service says that there is none."""
        try:
            return await self.page(**changes)
        except (BadRequest, NotFound, Gone, Unprocessable, UnexpectedPage):
            return None

    async def read_first(self) -> None:
        """Read the pages that most tests look at."""
        self.first = self.few = await self.page()
        if self.is_sized:
            self.few = await self.page(**self.few_items)

    def key(self, item: Any) -> str:
        """Return what tells one item from another."""
        return str(getattr(item, self.bound.description.identity))

    def keys(self, page: Page[Any]) -> list[str]:
        """Return the same of the items of a page."""
        return [self.key(item) for item in page.items]

    def statuses_seen(self) -> list[Status]:
        """Return the statuses of all items that came, each once, in any field of theirs."""
        names = [each.name for each in attrs.fields(self.bound.description.item)]
        found = (getattr(item, name) for item in self.items for name in names)
        return list(dict.fromkeys(each for each in found if isinstance(each, Status)))


def times(items: Sequence[Any]) -> list[datetime]:
    """Return the creation times of items, without those that have none."""
    found = (getattr(item, "created_at", None) for item in items)
    return [each for each in found if each is not None]
