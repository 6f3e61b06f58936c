"""Chainloop's asynchronous operations: how they are listed, fetched and watched."""

from typing import Final

from attrs import frozen

from asyncops.kit import ByStatus, Listing, ListOptions, Pages, Resource, WatchOptions
from asyncops.models import Cursor
from asyncops.services.chainloop.models import AsyncOperation, Statuses
from asyncops.services.chainloop.verbs import Operations
from asyncops.utils.checks import path_segment


@frozen(kw_only=True, slots=False)
class _Filters:
    """The filters of ``list`` and of ``watch``.

    Attributes:
        kind: Only this kind, for instance ``evidence_evaluation``.
        resource_type: Only operations on this type of resource; goes with ``resource_id``.
        resource_id: Only operations on this resource; goes with ``resource_type``.
        page_size: Items of one page to ask for, at least 1; the service may give fewer. Chainloop
            takes up to 100; a larger size is sent as it is given.
    """

    kind: str | None = None
    resource_type: str | None = None
    resource_id: str | None = None
    page_size: int = 100

    def __attrs_post_init__(self) -> None:
        given, missing = "resource_type", "resource_id"
        if self.resource_type is None:
            given, missing = missing, given
        if getattr(self, given) is not None and getattr(self, missing) is None:
            raise ValueError(f"{given} goes with {missing}; give both or neither")


@frozen(kw_only=True)
class OperationOptions(_Filters, ListOptions):
    """The keyword arguments of ``chainloop.operations.list``.

    Whether pages are counted from 0 or from 1 is learned from the answers, and so is the page size
    that the service really uses. The filters are those of ``watch`` as well.

    Attributes:
        status: One status or several, in full or by the last word (``"failed"``), in any case of
            letters; a :class:`asyncops.State` stands for all statuses of that state; ``None`` for
            all. An ended status is sent as a filter where it is the only one. All others are
            filtered for here, since rows that leave a filter would shift its pages: all operations
            are read, a page holds those of one answer that match, perhaps none, and its
            ``total_count`` is ``None``. A text that is nearly a known status is refused, unless it
            is given as ``AsyncOperationStatus(text)``.
        page: Start at this page, as the service counts: a ``next_cursor`` of the same query.
    """

    status: Statuses | None = None
    page: Cursor | None = None


@frozen(kw_only=True)
class OperationWatchOptions(_Filters, WatchOptions):
    """The keyword arguments of ``chainloop.operations.watch``.

    Attributes:
        status: Only changes to operations that are in one of these statuses before or after the
            change, as ``list`` takes them; ``None`` for all. All is read in any case.
    """

    status: Statuses | None = None


operations: Final = Resource(
    AsyncOperation,
    Listing(
        "/v1/operations",
        "operations",
        paging=Pages(
            param="pagination.page",
            first=None,
            size="pagination.page_size",
            most=100,
            total="pagination.total_count",
            pages="pagination.total_pages",
            number="pagination.page",
            used_size="pagination.page_size",
        ),
        by_status=ByStatus(),
    ),
    options=OperationOptions,
    watch=OperationWatchOptions,
    get="/v1/operations/{id}",
    optional_get=True,
    found="operation",
    check_id=path_segment,
    changes=(
        *("status", "started_at", "finished_at", "output"),
        *("error_message", "project_version_id"),
    ),
    verbs=Operations,
)
