"""What can be asked of each listing, as options of commands."""

from abc import abstractmethod
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from typing import ClassVar, Generic, Literal, TypeVar

from attrs import frozen

from asyncops.chainloop import AsyncOperation, ChainloopClient
from asyncops.chainloop.statuses import chosen_of
from asyncops.checks import plain_text
from asyncops.cli.items import Arrivals, Items, Window
from asyncops.cli.options import (
    AllStatuses,
    ChainloopStatuses,
    Concurrency,
    Kind,
    Limit,
    MaxItems,
    Order,
    PageSize,
    ResourceId,
    ResourceType,
    Since,
    Sort,
    Until,
    ZooStatuses,
)
from asyncops.cli.taking import taking
from asyncops.invalid import OnInvalid
from asyncops.models import Checkpoint, Operation
from asyncops.pager import Pager
from asyncops.progress import OnPage
from asyncops.zoo import AsyncApiCall, MlPrompt, ZooClient
from asyncops.zoo.listings import life_of

__all__ = [
    "ChainloopQuery",
    "Client",
    "Order",
    "Query",
    "Resource",
    "ZooOperationsQuery",
    "ZooPromptsQuery",
    "taking",
]

T = TypeVar("T", bound=Operation)
C = TypeVar("C")

Client = ZooClient | ChainloopClient


@frozen(kw_only=True)
class Resource:
    """What is listed.

    Attributes:
        name: As the commands are called: ``zoo operations``.
        service: Whose it is.
        title: For headings: ``Zoo operations``.
        model: The class of its operations.
    """

    name: str
    service: Literal["zoo", "chainloop"]
    title: str
    model: type


@frozen(kw_only=True)
class Query(Generic[T]):
    """What is asked of a listing; its fields are the options of the commands that take it.

    Raises:
        ValueError: The options do not go together.
    """

    resource: ClassVar[Resource]

    since: Since = None
    until: Until = None
    max_items: MaxItems = None
    concurrency: Concurrency = 1

    def __attrs_post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.since.at >= self.until.at:
            raise ValueError("--since must be before --until")
        self._check()

    @abstractmethod
    def _check(self) -> None:
        """Raises :class:`ValueError` where options do not go together."""

    @abstractmethod
    def pager(
        self,
        client: Client,
        *,
        resume: Checkpoint | None = None,
        on_page: OnPage | None = None,
        on_invalid: OnInvalid | None = None,
    ) -> Pager[T]:
        """The whole listing, not cut to the span of time or to a number of items."""

    def items(
        self,
        client: Client,
        *,
        resume: Checkpoint | None = None,
        on_page: OnPage | None = None,
        on_invalid: OnInvalid | None = None,
        given: int = 0,
    ) -> AbstractAsyncContextManager[Items[T]]:
        """What was asked for: ``async with query.items(client) as items: async for ...``.

        Args:
            client: Of the resource's service.
            resume: Go on from here.
            on_page: Told of each page.
            on_invalid: Told of each row that does not fit; None: it is an error.
            given: Items that were given before ``resume``; they count for ``max_items``.
        """
        arrivals = Arrivals(on_page)
        pager = self.pager(client, resume=resume, on_page=arrivals.turn, on_invalid=on_invalid)
        return self._opened(pager, arrivals, given)

    @asynccontextmanager
    async def _opened(
        self, pager: Pager[T], arrivals: Arrivals, given: int
    ) -> AsyncIterator[Items[T]]:
        window = Window(
            None if self.since is None else self.since.at,
            None if self.until is None else self.until.at,
        )
        most = None if self.max_items is None else max(0, self.max_items - given)
        walk = (
            aclosing(aiter(pager)) if self.concurrency == 1 else pager.concurrent(self.concurrency)
        )
        async with walk as items:
            yield Items(items, arrivals, window, most)


@frozen(kw_only=True)
class ZooOperationsQuery(Query[AsyncApiCall]):
    """Zoo's asynchronous API calls."""

    resource: ClassVar[Resource] = Resource(
        name="zoo operations", service="zoo", title="Zoo operations", model=AsyncApiCall
    )

    status: ZooStatuses = None
    all_statuses: AllStatuses = False
    sort: Sort = Order.NEWEST
    limit: Limit = None

    def _check(self) -> None:
        _one_of(self.status, self.all_statuses)
        life_of(self.status or None)

    def pager(
        self,
        client: Client,
        *,
        resume: Checkpoint | None = None,
        on_page: OnPage | None = None,
        on_invalid: OnInvalid | None = None,
    ) -> Pager[AsyncApiCall]:
        """The whole listing, not cut to the span of time or to a number of items."""
        return _of(client, ZooClient).operations.list(
            status=self.status or None,
            sort_by=_SORT[self.sort],
            limit=self.limit,
            resume=resume,
            on_page=on_page,
            on_invalid=on_invalid,
        )


@frozen(kw_only=True)
class ZooPromptsQuery(Query[MlPrompt]):
    """Zoo's prompts to its models."""

    resource: ClassVar[Resource] = Resource(
        name="zoo prompts", service="zoo", title="Zoo prompts", model=MlPrompt
    )

    sort: Sort = Order.NEWEST
    limit: Limit = None

    def pager(
        self,
        client: Client,
        *,
        resume: Checkpoint | None = None,
        on_page: OnPage | None = None,
        on_invalid: OnInvalid | None = None,
    ) -> Pager[MlPrompt]:
        """The whole listing, not cut to the span of time or to a number of items."""
        return _of(client, ZooClient).ml_prompts.list(
            sort_by=_SORT[self.sort],
            limit=self.limit,
            resume=resume,
            on_page=on_page,
            on_invalid=on_invalid,
        )

    def _check(self) -> None:
        return


@frozen(kw_only=True)
class ChainloopQuery(Query[AsyncOperation]):
    """Chainloop's operations."""

    resource: ClassVar[Resource] = Resource(
        name="chainloop operations",
        service="chainloop",
        title="Chainloop operations",
        model=AsyncOperation,
    )

    status: ChainloopStatuses = None
    all_statuses: AllStatuses = False
    kind: Kind = None
    resource_type: ResourceType = None
    resource_id: ResourceId = None
    page_size: PageSize = 100

    def _check(self) -> None:
        _one_of(self.status, self.all_statuses)
        chosen_of(self.status or None)
        if (self.resource_type is None) != (self.resource_id is None):
            raise ValueError("--resource-type and --resource-id go together; give both or neither")
        for name in ("kind", "resource_type", "resource_id"):
            if (value := getattr(self, name)) is not None:
                plain_text(f"--{name.replace('_', '-')}", value)

    def pager(
        self,
        client: Client,
        *,
        resume: Checkpoint | None = None,
        on_page: OnPage | None = None,
        on_invalid: OnInvalid | None = None,
    ) -> Pager[AsyncOperation]:
        """The whole listing, not cut to the span of time or to a number of items."""
        return _of(client, ChainloopClient).operations.list(
            status=self.status or None,
            kind=self.kind,
            resource_type=self.resource_type,
            resource_id=self.resource_id,
            page_size=self.page_size,
            resume=resume,
            on_page=on_page,
            on_invalid=on_invalid,
        )


_SORT = {Order.NEWEST: "created_at_descending", Order.OLDEST: "created_at_ascending"}


def _one_of(status: object, all_statuses: bool) -> None:
    if status and all_statuses:
        raise ValueError("--status and --all-statuses exclude each other")


def _of(client: Client, kind: type[C]) -> C:
    if not isinstance(client, kind):
        raise TypeError(f"this query needs a {kind.__name__}, got a {type(client).__name__}")
    return client
