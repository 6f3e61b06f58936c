"""A resource of one client at one place: what its verbs are made of."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from functools import cached_property
from typing import Any, Generic, Unpack
from urllib.parse import quote

from attrs import evolve

from asyncops.errors import AsyncOpsError, MayHaveStarted
from asyncops.http.decoding import decode_json
from asyncops.kit.acting import acting_of
from asyncops.kit.chosen import Chosen, chosen_of
from asyncops.kit.description import Description
from asyncops.kit.generics import P, W
from asyncops.kit.get import Get
from asyncops.kit.home import Group, Where
from asyncops.kit.lister import Lister
from asyncops.kit.optional_get import OptionalGet
from asyncops.kit.options import ListOptions
from asyncops.kit.query import Query, watch_plan
from asyncops.kit.single import Single, single_of
from asyncops.kit.watching import parts_of, target_of
from asyncops.listing.get_many import GetMany
from asyncops.listing.pager import Pager
from asyncops.models import JSON, Id
from asyncops.polling.pending import Listing as Begun
from asyncops.polling.pending import Pending, Source
from asyncops.polling.policy import BlockedPolicy, OnBlocked, OnPoll, PollPolicy
from asyncops.polling.wait import WaitOptions, WaitRules, awaited, wait_for_one
from asyncops.polling.wait_schedule import PollSchedule
from asyncops.polling.watch import Watch
from asyncops.sharding.shard import Shard
from asyncops.utils.checks import flag, plain_hook
from asyncops.utils.misuse import check_call

# Requests for single operations that a watch may have in flight at once.
_LOOKUPS = 8
# Items of one page that a poll asks for, where the listing does not say.
_SCANNED = 100


class Bound(Generic[P, W]):
    """A resource of one client at one place.

    Its methods take and give what the typed verbs do; a class of verbs written by hand calls them.
    Its parameters are those of the options of ``list`` and of ``watch``.

    Attributes:
        description: The resource.
        where: Its client and its place.
        single: How one item is asked for.
        ask: Gets one item by its id as it is sent.
        usable: Whether ``ask`` can be used, as far as is known by now; ``None`` if it always can.
    """

    def __init__(self, description: Description, where: Where) -> None:
        self.description = description
        self.where = where
        self._clock = where.client.clock
        self.single: Single = single_of(description, where.service.json)
        self.ask: Callable[[str], Awaitable[Any]] = self.fetch_one
        self.usable: Callable[[], bool] | None = None
        if description.optional_get and description.get is not None:
            missing = f"this {where.service.title} has no request for one operation"
            optional = OptionalGet(
                self.fetch_one,
                self._newest,
                missing=f"{missing} ({description.get.method} {description.get.path})",
            )
            self.ask, self.usable = optional.get, optional.usable

    @cached_property
    def lister(self) -> Lister:
        """The listings."""
        if self.description.listing is None:
            raise TypeError(f"{self.where.name} is not listed")
        return Lister(self.description, self.description.listing, self.where)

    async def get(self, id: Id) -> Any:  # noqa: A002 - the field's own name
        """Get one item."""
        return await self.ask(self.single.check("id", id))

    async def fetch_one(self, segment: str) -> Any:
        """Get one item by its id as it is sent, by the request that is described."""
        single = self.single
        if single.decode is None:
            raise TypeError(f"{self.where.name} cannot be asked for one item")
        request = single.request(self.where.place, segment)
        return (await self.where.client.fetch(request, decode=single.decode)).value

    async def results(self, id: Id) -> JSON:  # noqa: A002 - the field's own name
        """Get what came of an operation."""
        single = evolve(self.single, asked=self.description.results or Get(""))
        request = single.request(self.where.place, single.check("id", id))
        return (await self.where.client.fetch(request, decode=decode_json)).value

    async def _newest(self) -> str | None:
        """List, and return the id of the newest item as it is sent; ``None`` if there is none."""
        size = 1 if self.lister.listing.paging.size is not None else None
        page = await self.lister.pager(Query(size=size), chosen_of(None, self.description))
        if not page.items:
            return None
        return self.single.check("id", getattr(page.items[0], self.description.id))

    async def wait(
        self,
        id: Id,  # noqa: A002 - the field's own name
        *,
        awaits: bool = False,
        ended: Any = None,
        **options: Unpack[WaitOptions],
    ) -> Any:
        """Wait until an operation has ended, and before that until it is there, if ``awaits``.

        With ``ended``, the operation as it ended is known, and nothing is sent.
        """
        segment = self.single.check("id", id)

        async def get() -> Any:
            return await self.ask(segment) if ended is None else ended

        schedule, rules = self.waiting(**options)
        return await wait_for_one(awaited(get) if awaits else get, schedule, name=segment, **rules)

    def waiting(self, **options: Unpack[WaitOptions]) -> tuple[PollSchedule, WaitRules]:
        """Return when the polls of a wait are due, and what it makes of what they see."""
        found: tuple[PollSchedule, WaitRules] = self._options(
            "wait", self._waiting, (), {**options}
        )
        return found

    def _waiting(
        self,
        poll: PollPolicy = PollPolicy(),
        timeout: float | None = None,
        raise_on_failure: bool = True,
        on_poll: OnPoll | None = None,
        on_blocked: OnBlocked = "wait",
    ) -> tuple[PollSchedule, WaitRules]:
        attempts = self.where.client.retry.attempts
        schedule = PollSchedule.checked(poll, timeout, self._clock, attempts=attempts)
        return schedule, {
            "on_poll": plain_hook("on_poll", on_poll, takes="Poll"),
            "raise_on_failure": flag("raise_on_failure", raise_on_failure),
            "blocked": BlockedPolicy.checked(on_blocked),
        }

    def pager(self, *args: Any, **given: Any) -> Pager[Any]:
        """List the items; the arguments are those of the options class."""
        lister = self.lister
        options = self._options("list", self.description.options, args, given)
        query = lister.plan.read(options)
        return lister.pager(query, chosen_of(query.status, self.description), options)

    def _options(self, verb: str, make: Any, args: Any, given: dict[str, Any]) -> Any:
        """Return the options of one call."""
        try:
            return make(*args, **given)
        except TypeError:
            check_call(f"{self.where.name}.{verb}", make, args, given)
            raise

    def shard(self, shard: Shard, options: ListOptions) -> Pager[Any]:
        """Read one part of a listing."""
        return self.lister.shard(shard, options)

    def watch(self, *args: Any, **given: Any) -> Watch[Any]:
        """Watch operations; the arguments are those of the options class."""
        options = self._options("watch", self.description.watch, args, given)
        lister = self.lister
        target = target_of(
            self.description,
            lister,
            watch_plan(self.description).read(options),
            lookback=options.lookback,
            lookup=self.look_up if self._is_known_by_id else None,
            usable=self.usable,
        )
        return Watch(
            target,
            clock=self._clock,
            attempts=self.where.client.retry.attempts,
            poll=options.poll,
            resume=options.resume,
            from_start=options.from_start,
            overlap=options.overlap,
            on_poll=options.on_poll,
        )

    def look_up(self, ids: Collection[str]) -> GetMany[str, Any]:
        """Get several items by ids that the service itself has given, as a listing shows them."""
        return GetMany(
            ids,
            self.ask if self.description.result is None else self._fetch_listed,
            check=lambda _, id_: quote(id_, safe="/" if self.single.slashes else ""),
            concurrency=_LOOKUPS,
            ordered=False,
        )

    def pending(self, ids: Iterable[Id]) -> Pending[Id, Any]:
        """Operations to wait for together with others."""
        return Pending(ids, self.source(), check=self.single.check)

    def source(self, query: Query | None = None, *, awaits: bool = False) -> Source[Any]:
        """How the service is asked about operations.

        Args:
            query: The filters of the listings that are read; ``None`` means none.
            awaits: Whether to wait for an id that the service does not know yet.

        Raises:
            ValueError: Nothing can be asked: there are only listings, and these need filters.
        """
        client, listing = self.where.client, self.description.listing
        # A filter that only a caller of list() gives is not known here.
        unknown = self.lister.plan.needed if listing is not None and query is None else ()
        query = query or Query()
        if query.size is None and listing is not None and listing.paging.size is not None:
            query = evolve(query, size=listing.paging.most or _SCANNED)
        get = self.ask if self.single.decode is not None else None
        scans: tuple[Chosen, ...] = ()
        whole = False
        if get is None and unknown:
            raise ValueError(
                f"{self.where.name} can be waited for by its listing alone, which needs "
                f"{', '.join(sorted(unknown))}: list it or watch it with that instead"
            )
        if listing is not None and not unknown:
            parts = parts_of(listing, self.description.enum)
            whole = get is None or not parts.unfinished
            scans = parts.recent if whole else parts.unfinished
        return Source(
            clock=self._clock,
            attempts=client.retry.attempts,
            listings=tuple(
                Begun(self.lister.fetch, scan)
                for chosen in scans
                for scan in self.lister.asked(query, chosen).ways().scans()
            ),
            get=get,
            usable=self.usable,
            awaits=awaits,
            by_creation=listing is not None and listing.is_sorted,
            lists_results=whole and self.description.result is None,
            spelling=self._spelling,
        )

    def _spelling(self, item: Any) -> str:
        """Return the id of a listed item as it is sent; ``""`` if it has none."""
        try:
            return self.single.check("id", getattr(item, self.description.id))
        except (TypeError, ValueError):
            return ""

    @property
    def _is_known_by_id(self) -> bool:
        """Whether an item of a listing can be asked for by its id."""
        return self.single.decode is not None and self.description.id == self.description.identity

    async def _fetch_listed(self, segment: str) -> Any:
        """Get one item, as far as it says what a listing says."""
        request = self.single.request(self.where.place, segment)
        return (await self.where.client.fetch(request, decode=self.single.decode_listed)).value

    async def act(self, verb: str, *args: Any, **given: Any) -> Any:
        """Start an operation, or cancel one.

        Args:
            verb: ``"start"`` or ``"cancel"``.
            args: The content, where the action sends one; for ``"cancel"``, the id in front of it.
            given: The fields of the action's options class.
        """
        place = self.where.place
        if verb == "cancel":
            id_, args = args[0], args[1:]
            place = {**place, "id": self.single.check("id", id_)}
        action, json = getattr(self.description, verb), self.where.service.json
        acting = acting_of(action, json, number=self.single.number)
        request = acting.request(f"{self.where.name}.{verb}", place, args, given)
        try:
            reply = await self.where.client.fetch(request, decode=acting.decode)
        except AsyncOpsError as error:
            started = MayHaveStarted.after(error) if verb == "start" else None
            if started is None:
                raise
            raise started from error
        return acting.cancelled(reply) if verb == "cancel" else acting.result(reply)

    def below(self, id: Id) -> Any:  # noqa: A002 - the field's own name
        """Return the resources below one item."""
        group: Group = self.description.within
        return group.at(self.where.at({str(group.item): self.single.check("id", id)}))
