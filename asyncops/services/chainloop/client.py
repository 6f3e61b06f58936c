"""Chainloop: asynchronous operations."""

import os
from typing import TYPE_CHECKING, ClassVar, Final, ParamSpec, Unpack

from attrs import frozen

from asyncops.client import ClientOptions
from asyncops.http.credential import TokenProvider
from asyncops.kit import (
    ByStatus,
    Client,
    Listing,
    ListOptions,
    Pages,
    Resource,
    Service,
    WatchOptions,
)
from asyncops.models import Cursor
from asyncops.services.chainloop.models import AsyncOperation, Statuses
from asyncops.utils.checks import header_text, path_segment

if TYPE_CHECKING:
    from asyncops.kit.bound import Bound
    from asyncops.services.chainloop.verbs import Operations

__all__ = ["ChainloopClient"]

P = ParamSpec("P")
W = ParamSpec("W")


def _verbs(bound: "Bound[P, W]") -> "Operations[P, W]":
    # Loaded when the resource is used first: start-up is short.
    from asyncops.services.chainloop.verbs import Operations  # noqa: PLC0415

    return Operations(bound)


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


class ChainloopClient(Client):
    """A client for Chainloop's API: asynchronous operations.

    The token comes from ``token=`` or ``CHAINLOOP_TOKEN``, the address from ``base_url=`` or
    ``CHAINLOOP_BASE_URL``. See :class:`asyncops.client.BaseClient` for all arguments.

    Args:
        token: The API token, or an async callable that gives one.
        organization: The organization to work in, by its name, for a user's token that has
            several: each request says it in ``Chainloop-Organization``. ``None`` for what
            ``CHAINLOOP_ORGANIZATION`` says; ``""`` for the token's own, whatever that says.
        options: The arguments of every client.

    Raises:
        ConfigurationError: There is no token, or it would travel in the clear.
        ValueError: An argument is out of range, or ``organization`` cannot be sent in a header.
    """

    service: ClassVar[Service] = Service(
        name="chainloop",
        title="Chainloop",
        url="https://api.app.chainloop.dev",
        token="CHAINLOOP_TOKEN",  # noqa: S106 - the variable's name
        json="protobuf",
    )
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
        verbs=_verbs,
    )

    def __init__(
        self,
        token: str | TokenProvider | None = None,
        *,
        organization: str | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        if organization is None:
            organization = os.environ.get("CHAINLOOP_ORGANIZATION", "").strip()
        if organization != "":
            named = {"Chainloop-Organization": header_text("organization", organization)}
            options["headers"] = {**options.get("headers", {}), **named}
        super().__init__(token, **options)
        self._organization = organization or None

    @property
    def organization(self) -> str | None:
        """The organization that each request names; ``None`` where it is the token's own."""
        return self._organization
