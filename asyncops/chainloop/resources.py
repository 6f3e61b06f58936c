"""Chainloop's endpoints: what they take, and how their pages follow each other."""

from asyncops.ahead import NumberedAhead
from asyncops.chainloop.models import (
    STATUS_PREFIX,
    AsyncOperation,
    AsyncOperationStatus,
    OperationsPage,
)
from asyncops.checks import count, enum_member, plain_text
from asyncops.client import BaseClient
from asyncops.codec import decoder
from asyncops.drift import Drift
from asyncops.messages import Request
from asyncops.models import Checkpoint, Cursor
from asyncops.numbered import NumberedPaging, PageBase
from asyncops.pager import Pager, fingerprint
from asyncops.walks import MAX_PAGES, Limits

__all__ = ["Operations"]

_PATH = "/v1/operations"


class Operations:
    """Chainloop's asynchronous operations: ``chainloop.operations``."""

    def __init__(self, client: BaseClient) -> None:
        self._client = client
        self._base = PageBase()

    def list(
        self,
        *,
        status: AsyncOperationStatus | str | None = None,
        kind: str | None = None,
        resource_type: str | None = None,
        resource_id: str | None = None,
        page: Cursor | None = None,
        page_size: int = 100,
        resume: Checkpoint | None = None,
        max_pages: int = MAX_PAGES,
        deadline: float | None = None,
    ) -> Pager[AsyncOperation]:
        """List operations, in the service's order.

        Whether pages are counted from 0 or from 1 is learned from the answers, and so is the page
        size that the service really uses.

        Args:
            status: Only this status, in full or its last word (``"failed"``); None for all.
            kind: Only this kind, for instance ``evidence_evaluation``.
            resource_type: Only operations on this type of resource; goes with ``resource_id``.
            resource_id: Only operations on this resource; goes with ``resource_type``.
            page: Start at this page, as the service counts: a ``next_cursor`` of the same query.
            page_size: Items of one page to ask for, at least 1; the service may give fewer.
            resume: Start at this checkpoint of the same query.
            max_pages: The most requests of one walk.
            deadline: Seconds that one walk may take, your own work between the items included;
                None for no end.

        Raises:
            ValueError: An argument is out of range, or lacks the one that it goes with.
        """
        request = Request(path=_PATH, params=_filters(status, kind, resource_type, resource_id))
        size = count("page_size", page_size)
        decode = decoder(OperationsPage)

        def strategy(start: Checkpoint) -> NumberedPaging[AsyncOperation]:
            return NumberedPaging(
                request,
                size,
                self._base,
                lambda operation: operation.id,
                _number(start.cursor),
                Drift.since(start),
                start.page_size or 0,
            )

        return Pager(
            lambda request: self._client.fetch(request, decode),
            strategy,
            together=lambda start, n, ordered: NumberedAhead(strategy(start), n, ordered),
            query=fingerprint(request.adding([("page_size", str(size))])),
            identity=lambda operation: operation.id,
            cursor=None if page is None else count("page", page, least=0),
            resume=resume,
            limits=Limits(max_pages=max_pages, deadline=deadline, clock=self._client.clock),
        )


def _filters(
    status: AsyncOperationStatus | str | None,
    kind: str | None,
    resource_type: str | None,
    resource_id: str | None,
) -> tuple[tuple[str, str], ...]:
    if (resource_type is None) != (resource_id is None):
        given, missing = (
            ("resource_id", "resource_type")
            if resource_type is None
            else ("resource_type", "resource_id")
        )
        raise ValueError(f"{given} goes with {missing}; give both or neither")
    filters = []
    if status is not None:
        member = enum_member("status", AsyncOperationStatus, status, short_prefix=STATUS_PREFIX)
        filters.append(("status", member.value))
    for name, value in (
        ("kind", kind),
        ("resource_type", resource_type),
        ("resource_id", resource_id),
    ):
        if value is not None:
            filters.append((name, plain_text(name, value)))
    return tuple(filters)


def _number(cursor: Cursor | None) -> int | None:
    if isinstance(cursor, str):
        raise TypeError("resume holds a page token, and this listing has page numbers")
    return cursor
