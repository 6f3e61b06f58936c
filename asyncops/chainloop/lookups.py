"""Chainloop's operations by their ids, and waiting for them."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterable, Iterable
from typing import Literal, overload

from asyncops.chainloop.listings import PATH, filters_of
from asyncops.chainloop.models import AsyncOperation
from asyncops.chainloop.pending import operations_source
from asyncops.chainloop.singles import Singles
from asyncops.checks import choice, path_segment
from asyncops.client import BaseClient
from asyncops.errors import NotFound
from asyncops.many import Many
from asyncops.many_waits import CONCURRENCY, WaitMany, wait_many
from asyncops.messages import Request
from asyncops.numbered import PageBase
from asyncops.pager import Pager
from asyncops.pending import Pending
from asyncops.polling import OnPoll, PollPolicy
from asyncops.rounds import Rounds, checked_hook
from asyncops.waiting import wait_for_all, wait_for_one

__all__ = ["Lookups", "Missing"]

Missing = Literal["wait", "error"]
"""What a wait makes of an operation that is not there yet."""


class Lookups(ABC):
    """What can be asked about operations whose ids, or whose resource, are known."""

    def __init__(self, client: BaseClient) -> None:
        self._client = client
        self._base = PageBase()
        self._singles = Singles(client, self._base)

    async def get(self, id: str) -> AsyncOperation:  # noqa: A002 - the API's own name
        """One operation.

        Args:
            id: The operation's id.

        Raises:
            NotFound: There is no such operation.
            APIError: The service answered with another error; also where it is a Chainloop that
                has no request for one operation, which the error says.
            ValueError: ``id`` cannot be an id.
        """
        return await self._singles.get(path_segment("id", id))

    def get_many(
        self,
        ids: Iterable[str] | AsyncIterable[str],
        *,
        concurrency: int = 16,
        ordered: bool = False,
    ) -> Many[str, AsyncOperation]:
        """Many operations, several asked for at once.

        ``async with chainloop.operations.get_many(ids) as results: async for id, result in
        results`` gives each id with its operation, or with the error that it met: one that is
        missing costs the others nothing. See :class:`asyncops.many.Many`.

        Args:
            ids: Operation ids. An iterable is checked whole, at once; of an async iterable, ids
                are taken as they can be asked for.
            concurrency: The most requests under way at once, at least 1; never more than the
                100 connections of a client.
            ordered: Give the results in the order of ``ids``, not as they come.

        Raises:
            ValueError: An id cannot be one; nothing has been sent.
        """
        return Many(
            ids, self._singles.get, check=path_segment, concurrency=concurrency, ordered=ordered
        )

    @overload
    async def wait(
        self,
        id: str,
        *,
        missing: Missing = "error",
        poll: PollPolicy = PollPolicy(),
        timeout: float | None = None,
        raise_on_failure: bool = True,
        on_poll: OnPoll | None = None,
    ) -> AsyncOperation: ...

    @overload
    async def wait(
        self,
        *,
        resource_type: str,
        resource_id: str,
        kind: str | None = None,
        missing: Missing | Literal["ok"] = "wait",
        poll: PollPolicy = PollPolicy(),
        timeout: float | None = None,
        raise_on_failure: bool = True,
        on_poll: OnPoll | None = None,
    ) -> tuple[AsyncOperation, ...]: ...

    async def wait(
        self,
        id: str | None = None,  # noqa: A002 - the API's own name
        *,
        resource_type: str | None = None,
        resource_id: str | None = None,
        kind: str | None = None,
        missing: Missing | Literal["ok"] | None = None,
        poll: PollPolicy = PollPolicy(),
        timeout: float | None = None,
        raise_on_failure: bool = True,
        on_poll: OnPoll | None = None,
    ) -> AsyncOperation | tuple[AsyncOperation, ...]:
        """One operation once it has ended, or all on a resource once all of them have ended.

        ``await chainloop.operations.wait(id)`` gives one operation. ``await
        chainloop.operations.wait(resource_type="evidence", resource_id=id)`` gives all operations
        on a resource, in the service's order.

        Cancelling this leaves the operations alone. A look that fails with what may pass (a lost
        connection, 5xx, 429) is made up for by the next one; all else ends the wait.

        Args:
            id: The operation's id; give it, or a resource.
            resource_type: The type of the resource; goes with ``resource_id``.
            resource_id: The resource; goes with ``resource_type``.
            kind: Of a resource, only operations of this kind, for instance
                ``evidence_evaluation``.
            missing: What to do as long as there is no such operation, or none on the resource.
                ``"wait"``: go on until the timeout, as it may have yet to begin; unless told
                otherwise, a resource is waited for so. ``"error"``: raise ``NotFound`` at once;
                unless told otherwise, an id is waited for so. ``"ok"``, for a resource only: give
                none, at once.
            poll: How often to look, and for how long; the first look is at once.
            timeout: Seconds in all; None for the policy's own. The look that is under way then is
                given up; where none is, a last one may take 5 seconds more. A result that has
                begun to come by then is read to its end.
            raise_on_failure: Whether failure is an error; if not, what failed is given all the
                same.
            on_poll: Told of each look.

        Raises:
            OperationFailed: It failed, or all ended and some failed. The error carries the first
                that failed as ``operation``, and of a resource all as ``operations``.
            WaitTimeout: Not all had ended in time, or none had begun; the error carries what was
                seen as ``last``.
            NotFound: There is no such operation, and ``missing`` is ``"error"``.
            ValueError: An argument is not valid, or it is neither one ``id`` nor one resource.
        """
        rounds = Rounds.checked(
            poll, timeout, self._client.clock, attempts=self._client.retry.attempts
        )
        hook = checked_hook(on_poll)
        if id is not None:
            if (resource_type, resource_id, kind) != (None, None, None):
                raise ValueError(
                    "wait takes an id, or resource_type and resource_id (and kind), not both"
                )
            segment = path_segment("id", id)
            awaits = choice("missing", missing or "error", ("wait", "error")) == "wait"
            return await wait_for_one(
                _Awaited(self._singles, segment).look
                if awaits
                else lambda: self._singles.get(segment),
                rounds,
                name=segment,
                on_poll=hook,
                raise_on_failure=raise_on_failure,
            )
        if resource_type is None and resource_id is None:
            raise ValueError("wait takes an id, or resource_type and resource_id; neither is given")
        chosen = choice("missing", missing or "wait", ("wait", "error", "ok"))
        listing = self._listing(kind, resource_type, resource_id)

        async def look() -> list[AsyncOperation]:
            operations = await listing.collect()
            if operations or chosen != "error":
                return operations
            nothing = NotFound(f"no operation on {resource_type} {resource_id}", status=404)
            nothing.sent = False
            raise nothing

        return await wait_for_all(
            look,
            rounds,
            at_least_one=chosen != "ok",
            on_poll=hook,
            raise_on_failure=raise_on_failure,
        )

    def wait_many(
        self,
        ids: Iterable[str],
        *,
        kind: str | None = None,
        resource_type: str | None = None,
        resource_id: str | None = None,
        missing: Missing = "error",
        poll: PollPolicy = PollPolicy(),
        timeout: float | None = None,
        on_poll: OnPoll | None = None,
        concurrency: int = CONCURRENCY,
    ) -> WaitMany[str, AsyncOperation]:
        """Many operations, each given when it has ended.

        ``async with chainloop.operations.wait_many(ids) as finished`` is iterated over for pairs:
        each id once, with its operation, failed or not, or with its error. See :meth:`pending`
        and :class:`asyncops.WaitMany`.

        Args:
            ids: Operation ids, checked at once. One that is given twice comes once.
            kind: Their kind, if they share one: less has to be listed.
            resource_type: Their resource's type, if they share one; goes with ``resource_id``.
            resource_id: Their resource; goes with ``resource_type``.
            missing: ``"error"``: an id that is not there is given as :class:`NotFound`.
                ``"wait"``: it is waited for until the timeout, as it may have yet to begin.
            poll: How often to look, and for how long; ``initial`` again after each end.
            timeout: Seconds in all; None for the policy's own.
            on_poll: Told of each look.
            concurrency: The most requests under way at once, at least 1.

        Raises:
            ValueError: An argument is not valid; nothing has been sent.
        """
        return wait_many(
            self.pending(
                ids,
                kind=kind,
                resource_type=resource_type,
                resource_id=resource_id,
                missing=missing,
            ),
            poll=poll,
            timeout=timeout,
            on_poll=on_poll,
            concurrency=concurrency,
        )

    def pending(
        self,
        ids: Iterable[str],
        *,
        kind: str | None = None,
        resource_type: str | None = None,
        resource_id: str | None = None,
        missing: Missing = "error",
    ) -> Pending[str, AsyncOperation]:
        """Operations to wait for together with others, by :func:`asyncops.wait_many`.

        A look reads the listing from its beginning where that takes fewer requests than asking
        for each id. A Chainloop without a request for one operation is asked by its listing alone;
        there, an id that three looks in a row found nowhere is given as :class:`NotFound`.

        Args:
            ids: Operation ids, checked at once.
            kind: Their kind, if they share one: less has to be listed.
            resource_type: Their resource's type, if they share one; goes with ``resource_id``.
            resource_id: Their resource; goes with ``resource_type``.
            missing: ``"error"``: an id that is not there is given as :class:`NotFound`.
                ``"wait"``: it is waited for until the timeout, as it may have yet to begin.

        Raises:
            ValueError: An argument is not valid; nothing has been sent.
        """
        request = Request(path=PATH, params=filters_of(kind, resource_type, resource_id))
        awaits = choice("missing", missing, ("wait", "error")) == "wait"
        source = operations_source(self._client, request, self._singles, awaits=awaits)
        return Pending(ids, source, check=path_segment)

    @abstractmethod
    def _listing(
        self, kind: str | None, resource_type: str | None, resource_id: str | None
    ) -> Pager[AsyncOperation]:
        """All operations on a resource."""


class _Awaited:
    """Looks at one operation that may have yet to begin; one that has been there is gone."""

    def __init__(self, singles: Singles, segment: str) -> None:
        self._singles = singles
        self._segment = segment
        self._seen = False

    async def look(self) -> AsyncOperation | None:
        """The operation; None as long as it is not there."""
        try:
            operation = await self._singles.get(self._segment)
        except NotFound:
            if self._seen:
                raise
            return None
        self._seen = True
        return operation
