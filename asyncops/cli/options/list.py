"""The filters, order and size of a listing, as options of commands."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from typing import Any, Self

import attrs
from attrs import evolve, frozen

from asyncops.checkpoints import Checkpoint
from asyncops.cli.options.fields import option
from asyncops.cli.options.filters import fields_of
from asyncops.cli.options.list_output import OutputOptions
from asyncops.cli.options.on_resource import OnResource, on_resource
from asyncops.cli.options.time_window import Items, When, Window
from asyncops.cli.options.types import FILTERS, READING, Order
from asyncops.cli.resources import Resource
from asyncops.client import BaseClient
from asyncops.http.invalid_items import OnInvalid
from asyncops.http.meter import OnPage
from asyncops.kit.chosen import chosen_of
from asyncops.kit.filters import ALIASES, BY_NAME
from asyncops.kit.options import ListOptions
from asyncops.kit.query import list_plan
from asyncops.listing.pager import Pager

__all__ = ["Query", "query_of"]


@frozen(kw_only=True)
class Query(OnResource):
    """A query of a listing; its fields are options of the commands that list.

    Attributes:
        since: Only what was created then or later: 2h, 7d, 2026-11-01, 2026-11-01T08:00Z.
        until: Only what was created before then.
        max_items: Stop after so many.
        concurrency: Requests under way at once. With more than one, listings that sort both ways
            are read from both ends, and up to half of one is held in memory.

    Raises:
        ValueError: The options do not go together.
    """

    since: When | None = option(None, panel=FILTERS, parser=When.read, metavar="WHEN")
    until: When | None = option(None, panel=FILTERS, parser=When.read, metavar="WHEN")
    max_items: int | None = option(None, panel=READING, metavar="N", min=1)
    concurrency: int = option(1, panel=READING, metavar="N", min=1, max=100)

    def __attrs_post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.since.at >= self.until.at:
            raise ValueError("--since must be before --until")
        if getattr(self, "status", None) and getattr(self, "all_statuses", False):
            raise ValueError("--status and --all-statuses exclude each other")
        description = self.resource.description
        try:
            asked = list_plan(description).read(description.options(**self._arguments()))
            chosen_of(asked.status, description)
        except (TypeError, ValueError) as error:
            raise ValueError(self.in_options(error)) from error

    def _arguments(self) -> dict[str, Any]:
        """The filters and the order, as arguments of the resource's ``list``."""
        given = self.given()
        plan = list_plan(self.resource.description)
        order = plan.listing.order
        if plan.order is not None and order is not None:
            newest = getattr(self, "sort", None) is Order.NEWEST
            given[plan.order] = order.newest if newest else order.oldest
        known = fields_of(self.resource.description.options)
        for name, when in (("created_after", self.since), ("created_before", self.until)):
            if when is not None and name in known:
                given[name] = when.at
        return given

    def without_contents(self) -> Self:
        """The query without what a watch leaves out too, such as the files of parts.

        A table and a picture show nothing of it. An option that was given is kept.
        """
        watched = fields_of(self.resource.description.watch)
        left_out: dict[str, Any] = {
            option: True
            for option, name in self.filters.items()
            if name in watched and watched[name].default is True and getattr(self, option) is None
        }
        return evolve(self, **left_out)

    @property
    def how(self) -> frozenset[str]:
        """The options that change how a listing is read: another run of it may have others."""
        # A place in counted pages hangs on their size.
        counted = list_plan(self.resource.description).listing.is_counted
        return frozenset({"concurrency", *([] if counted else ["page_size"])})

    def items(
        self,
        client: BaseClient,
        *,
        resume: Checkpoint | None = None,
        on_page: OnPage | None = None,
        on_invalid: OnInvalid | None = None,
        given: int = 0,
    ) -> AbstractAsyncContextManager[Items[Any]]:
        """The items of the query: ``async with query.items(client) as items: async for ...``.

        Args:
            client: Of the resource's service.
            resume: Go on from here.
            on_page: Called with each page.
            on_invalid: Called with each row that does not fit; `None` makes such a row an error.
            given: Items that were given before ``resume``; they count for ``max_items``.
        """
        pager = self.verbs(client).list(
            **self._arguments(), resume=resume, on_page=on_page, on_invalid=on_invalid
        )
        return self._opened(pager, given)

    @asynccontextmanager
    async def _opened(self, pager: Pager[Any], given: int) -> AsyncIterator[Items[Any]]:
        window = Window(
            None if self.since is None else self.since.at,
            None if self.until is None else self.until.at,
        )
        most = None if self.max_items is None else max(0, self.max_items - given)
        walk = (
            aclosing(aiter(pager)) if self.concurrency == 1 else pager.concurrent(self.concurrency)
        )
        async with walk as items:
            yield Items(items, window, most)


def query_of(resource: Resource) -> type[Query]:
    """The class of the queries of a resource: its place, its filters, its order."""
    description = resource.description
    plan = list_plan(description)
    known = fields_of(description.options)
    usual = {*attrs.fields_dict(ListOptions), *ALIASES, *BY_NAME, plan.order}
    names = [name for name in known if name not in usual]
    more: dict[str, Any] = {}
    if "status" in known:
        names.insert(0, "status")
        if known["status"].default is None:
            text = "Every status: the default."
            more["all_statuses"] = option(
                False, "--all-statuses", help=text, panel=FILTERS, kind=bool
            )
    if plan.order is not None and plan.listing.order is not None:
        first = Order.OLDEST if plan.listing.order.newest_first is False else Order.NEWEST
        more["sort"] = option(
            first, help="Which come first.", panel=FILTERS, kind=Order, case_sensitive=False
        )
    beside = (OutputOptions,)
    return on_resource(
        Query, resource, description.options, names, beside=beside, size=plan.size, **more
    )
