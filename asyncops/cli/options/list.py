"""The filters, order and size of a listing, as options of commands, and the items that come."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from typing import Any, Generic, Self, TypeVar

from attrs import Factory, define, evolve, field, frozen

from asyncops.checkpoints import Checkpoint
from asyncops.cli.options.fields import FILTERS, READING, Order, fields_of, option
from asyncops.cli.options.list_output import OutputOptions
from asyncops.cli.options.on_resource import OnResource, on_resource
from asyncops.cli.resources import Resource
from asyncops.cli.text import moment
from asyncops.kit import Client
from asyncops.kit.chosen import chosen_of
from asyncops.kit.filters import filters_of
from asyncops.kit.query import list_plan
from asyncops.listing.pager import Pager
from asyncops.listing.walk import Walk
from asyncops.models import Operation, known_time
from asyncops.utils.moments import TimeRange

T = TypeVar("T", bound=Operation)


@frozen
class When:
    """A moment as the user wrote it.

    Attributes:
        text: The words: ``2h`` or ``2026-11-01``.
        at: The moment that they named when they were read; aware.
    """

    text: str
    at: datetime = Factory(lambda when: moment(when.text), takes_self=True)


@define(eq=False)
class Window:
    """A span of creation times, and whether a listing has gone past it.

    The direction is learned from the items that came: a listing that claims no order, or whose
    items are in none, is read to its end.

    Attributes:
        span: The span.
        ordered: Whether the listing claims an order by creation.
    """

    span: TimeRange = field(factory=TimeRange)
    ordered: bool = True
    _last: datetime | None = field(default=None, init=False)
    _direction: int = field(default=0, init=False)
    _mixed: bool = field(default=False, init=False)

    def holds(self, moment: datetime | None) -> bool:
        """Whether a moment is in the window; an unknown moment is only in one without a bound."""
        return self.span.whole if moment is None else self.span.holds(moment)

    def passed(self, moment: datetime | None) -> bool:
        """Whether the listing has left the window for good, given the creation time of an item."""
        if moment is None or not self.ordered:
            return False
        if self._last is not None and moment != self._last:
            direction = 1 if moment > self._last else -1
            self._mixed |= self._direction not in {0, direction}
            self._direction = direction
        self._last = moment
        if self._mixed or self._direction == 0:
            return False
        span = self.span
        rest = TimeRange(span.oldest) if self._direction < 0 else TimeRange(newest=span.newest)
        return not rest.holds(moment)


class Items(Generic[T]):
    """Operations, page by page, with a checkpoint after each page.

    Args:
        walk: The walk that gives the operations.
        window: When they may have been created.
        most: The largest number to give; `None` means no limit.
    """

    def __init__(self, walk: Walk[T], window: Window, most: int | None) -> None:
        self._walk = walk
        self._window = window
        self._left = most
        self._taken = 0
        # The items of the pages that have come.
        self._there = 0
        self._ended = False

    async def batch(self) -> list[T]:
        """The rest of the current page, or the next page that has an operation in the window.

        Returns:
            The operations; an empty list at the end.
        """
        found: list[T] = []
        while not (self._ended or self._left == 0):
            item = await anext(self._walk, None)
            if item is None:
                self._ended = True
                break
            if self._admits(item):
                found.append(item)
            if found and self._taken == self._there:
                # The next one has yet to come, and these need not wait for it.
                break
        return found

    def _admits(self, item: T) -> bool:
        self._taken += 1
        if self._taken > self._there:
            self._there = self._walk.report.items
        window = self._window
        if not window.span.whole:
            moment = known_time(item.created_at)
            self._ended = window.passed(moment)
            if not window.holds(moment):
                return False
        if self._left is not None:
            self._left -= 1
        return True

    @property
    def cut(self) -> bool:
        """Whether the largest number was reached, so that the listing may go on."""
        return self._left == 0

    @property
    def checkpoint(self) -> Checkpoint:
        """The place after the item last given."""
        return self._walk.checkpoint


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

    since: When | None = option(None, panel=FILTERS, parser=When, metavar="WHEN")
    until: When | None = option(None, panel=FILTERS, parser=When, metavar="WHEN")
    max_items: int | None = option(None, panel=READING, metavar="N", min=1)
    concurrency: int = option(1, panel=READING, metavar="N", min=1, max=100)

    def __attrs_post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.since.at >= self.until.at:
            raise ValueError("--since must be before --until")
        if getattr(self, "status", None) and getattr(self, "all_statuses", False):
            raise ValueError("--status and --all-statuses exclude each other")
        description = self.resource.description
        with self.right_use(ValueError):
            asked = list_plan(description).read(description.options(**self._arguments()))
            chosen_of(asked.status, description)

    def _arguments(self) -> dict[str, Any]:
        """The filters and the order, as arguments of the resource's ``list``."""
        given, span = self.given(), self.span
        plan = list_plan(self.resource.description)
        order = plan.listing.order
        if plan.order is not None and order is not None:
            newest = getattr(self, "sort", None) == "newest"
            given[plan.order] = order.newest if newest else order.oldest
        known = fields_of(self.resource.description.options)
        for name, when in (("created_after", span.oldest), ("created_before", span.newest)):
            if when is not None and name in known:
                given[name] = when
        return given

    @property
    def span(self) -> TimeRange:
        """The creation times that were asked for."""
        return TimeRange(*(None if each is None else each.at for each in (self.since, self.until)))

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

    @asynccontextmanager
    async def items(self, client: Client, given: int = 0, **more: Any) -> AsyncIterator[Items[Any]]:
        """The items of the query: ``async with query.items(client) as items: await items.batch()``.

        Args:
            client: Of the resource's service.
            given: Items that were given before ``resume``; they count for ``max_items``.
            more: Further arguments of the resource's ``list``: ``resume``, ``on_page``,
                ``on_invalid``.

        Raises:
            Failure: The listing cannot be asked for so.
        """
        with self.right_use():
            pager: Pager[Any] = self.verbs(client).list(**self._arguments(), **more)
        most = None if self.max_items is None else max(0, self.max_items - given)
        ordered = list_plan(self.resource.description).listing.order is not None
        walk = aclosing(aiter(pager))
        if self.concurrency > 1:
            walk = pager.concurrent(self.concurrency, ordered=ordered)
        async with walk as items:
            yield Items(items, Window(self.span, ordered), most)


def query_of(resource: Resource) -> type[Query]:
    """The class of the queries of a resource: its place, its filters, its order."""
    description = resource.description
    plan = list_plan(description)
    known = fields_of(description.options)
    names = [each.name for each in filters_of(description.options) if each.name != plan.order]
    more: dict[str, Any] = {}
    if "status" in known:
        names.insert(0, "status")
    if "status" in known and known["status"].default is None:
        text = "Every status: the default."
        more["all_statuses"] = option(False, "--all-statuses", help=text, panel=FILTERS, kind=bool)
    if plan.order is not None and plan.listing.order is not None:
        first = "oldest" if plan.listing.order.newest_first is False else "newest"
        more["sort"] = option(
            first, help="Which come first.", panel=FILTERS, kind=Order, case_sensitive=False
        )
    options, beside = description.options, [OutputOptions]
    return on_resource(Query, resource, options, names, beside=beside, size=plan.size, **more)
