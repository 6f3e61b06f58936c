"""The verbs of Chainloop's operations: waiting for all on a resource, and for what is not there."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Generic, Literal, Unpack, overload

from asyncops.errors import NotFound
from asyncops.kit.generics import P, W
from asyncops.kit.operations import Operations as Verbs
from asyncops.kit.query import list_plan
from asyncops.listing.pager import Pager
from asyncops.models import Id
from asyncops.polling.pending import Pending
from asyncops.polling.wait import WaitOptions, wait_for_all
from asyncops.polling.wait_many import WaitMany, WaitManyOptions, wait_many
from asyncops.services.chainloop.models import AsyncOperation
from asyncops.utils.checks import choice, plain_text

Missing = Literal["wait", "error"]
"""What a wait makes of an operation that is not there yet."""


class Operations(Verbs[P, W, AsyncOperation, AsyncOperation], Generic[P, W]):
    """Chainloop's asynchronous operations: ``chainloop.operations``.

    A poll of a watch reads the newest of all operations, and gets each operation that is older and
    had not ended by its id. If the listing is not from new to old, it is read whole each time. A
    Chainloop without a request for one operation is read back to the oldest that had not ended.
    """

    @overload
    async def wait(
        self, id: Id, *, missing: Missing = "error", **options: Unpack[WaitOptions]
    ) -> AsyncOperation: ...

    @overload
    async def wait(
        self,
        *,
        resource_type: str,
        resource_id: str,
        kind: str | None = None,
        missing: Missing | Literal["ok"] = "wait",
        **options: Unpack[WaitOptions],
    ) -> tuple[AsyncOperation, ...]: ...

    async def wait(
        self,
        id: Id | None = None,  # noqa: A002 - the API's own name
        *,
        resource_type: str | None = None,
        resource_id: str | None = None,
        kind: str | None = None,
        missing: Missing | Literal["ok"] | None = None,
        **options: Unpack[WaitOptions],
    ) -> AsyncOperation | tuple[AsyncOperation, ...]:
        """One operation once it has ended, or all on a resource once all of them have ended.

        ``await chainloop.operations.wait(id)`` gives one operation. ``await
        chainloop.operations.wait(resource_type="evidence", resource_id=id)`` gives all operations
        on a resource, in the service's order.

        Cancelling this leaves the operations alone. A poll that fails with what may pass (a lost
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
            options: ``poll``, how often to poll, and for how long; the first poll is at once.
                ``timeout``, seconds in all; None for the policy's own. The poll that is under way
                then is given up; where none is, a last one may take 5 seconds more. A result that
                has begun to come by then is read to its end. ``raise_on_failure``, whether failure
                is an error; if not, what failed is given all the same. ``on_poll``, told of each
                poll. ``on_blocked``, which is ``"wait"``, or ``"raise"`` for ``OperationBlocked``
                where one waits for a person.

        Raises:
            OperationFailed: It failed, or all ended and some failed. The error carries the first
                that failed as ``operation``, and of a resource all as ``operations``.
            WaitTimeout: Not all had ended in time, or none had begun; the error carries what was
                seen as ``last``.
            NotFound: There is no such operation, and ``missing`` is ``"error"``.
            ValueError: An argument is not valid, or it is neither one ``id`` nor one resource.
        """
        on = (resource_type, resource_id, kind)
        if id is not None:
            if on != (None, None, None):
                raise ValueError(
                    "wait takes an id, or resource_type and resource_id (and kind), not both"
                )
            awaits = choice("missing", missing or "error", ("wait", "error")) == "wait"
            operation: AsyncOperation = await self._bound.wait(id, awaits=awaits, **options)
            return operation
        if resource_type is None and resource_id is None:
            raise ValueError("wait takes an id, or resource_type and resource_id; neither is given")
        chosen = choice("missing", missing or "wait", ("wait", "error", "ok"))
        read = self._on_resource(*on, or_error=chosen == "error")
        schedule, rules = self._bound.waiting(**options)
        return await wait_for_all(read, schedule, at_least_one=chosen != "ok", **rules)

    def _on_resource(
        self,
        resource_type: str | None,
        resource_id: str | None,
        kind: str | None,
        *,
        or_error: bool,
    ) -> Callable[[], Awaitable[Sequence[AsyncOperation]]]:
        """Return a poll of all operations on a resource; with ``or_error``, none are an error."""
        listing: Pager[AsyncOperation] = self._bound.pager(
            kind=kind,
            resource_type=plain_text("resource_type", resource_type),
            resource_id=plain_text("resource_id", resource_id),
        )

        async def read() -> Sequence[AsyncOperation]:
            found = await listing.collect()
            if found or not or_error:
                return found
            nothing = NotFound(f"no operation on {resource_type} {resource_id}", status=404)
            nothing.sent = False
            raise nothing

        return read

    def wait_many(
        self,
        ids: Iterable[Id],
        *,
        kind: str | None = None,
        resource_type: str | None = None,
        resource_id: str | None = None,
        missing: Missing = "error",
        **options: Unpack[WaitManyOptions],
    ) -> WaitMany[Id, AsyncOperation]:
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
            options: ``poll``, how often to poll, and for how long; ``initial`` again after each
                end. ``timeout``, seconds in all; None for the policy's own. ``on_poll``, told of
                each poll. ``on_blocked``: ``"raise"`` gives what waits for a person as
                ``OperationBlocked``. ``concurrency``, the most requests under way at once.

        Raises:
            ValueError: An argument is not valid; nothing has been sent.
        """
        pending = self.pending(
            ids, kind=kind, resource_type=resource_type, resource_id=resource_id, missing=missing
        )
        return wait_many(pending, **options)

    def pending(
        self,
        ids: Iterable[Id],
        *,
        kind: str | None = None,
        resource_type: str | None = None,
        resource_id: str | None = None,
        missing: Missing = "error",
    ) -> Pending[Id, AsyncOperation]:
        """Operations to wait for together with others, by :func:`asyncops.wait_many`.

        A poll reads the listing from its beginning where that takes fewer requests than asking
        for each id. A Chainloop without a request for one operation is asked by its listing alone;
        there, an id that three polls in a row found nowhere is given as :class:`NotFound`.

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
        description = self._bound.description
        options = description.options(
            kind=kind, resource_type=resource_type, resource_id=resource_id
        )
        awaits = choice("missing", missing, ("wait", "error")) == "wait"
        source = self._bound.source(list_plan(description).read(options), awaits=awaits)
        return Pending(ids, source, check=self._bound.single.check)
