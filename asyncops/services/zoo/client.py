"""Zoo: asynchronous API calls and prompts to its models."""

from typing import TYPE_CHECKING, ClassVar, Final

from attrs import frozen

from asyncops.kit import (
    ByStatus,
    Client,
    Listing,
    ListOptions,
    Order,
    Resource,
    Service,
    Token,
    WatchOptions,
)
from asyncops.models import Cursor
from asyncops.services.zoo.models import AsyncApiCall, CreatedAtSortMode, MlPrompt, Statuses

if TYPE_CHECKING:
    from asyncops.services.zoo.outputs import AsyncApiCallOutput

__all__ = ["ZooClient"]

_NEWEST, _OLDEST = (
    CreatedAtSortMode.CREATED_AT_DESCENDING,
    CreatedAtSortMode.CREATED_AT_ASCENDING,
)
_PAGING = Token("next_page", size="limit")
_ORDER = Order(param="sort_by", newest=_NEWEST.value, oldest=_OLDEST.value)
_STAFF_ONLY = "Zoo answers this only to accounts with staff access."
_LISTING_HINTS = {
    403: _STAFF_ONLY,
    404: "This listing has left Zoo's published description and may be gone; getting an operation "
    "by its id is still in it.",
}


def _decode_output(body: bytes) -> "AsyncApiCallOutput":
    # Loaded with the first result: start-up is short.
    from asyncops.services.zoo.outputs import decode_output  # noqa: PLC0415

    return decode_output(body)


@frozen(kw_only=True)
class PromptOptions(ListOptions):
    """The keyword arguments of ``zoo.ml_prompts.list``.

    Attributes:
        sort_by: The order, newest first by default.
        page_token: Start at this page: a ``next_cursor`` of the same query.
    """

    sort_by: CreatedAtSortMode | str = _NEWEST
    page_token: Cursor | None = None


@frozen(kw_only=True)
class CallOptions(PromptOptions):
    """The keyword arguments of ``zoo.operations.list``.

    Attributes:
        status: One status or several, in any case of letters; a :class:`asyncops.State` stands for
            all statuses of that state; ``None`` for all that this release knows. A status that this
            release does not know is sent as it is given; a text that is nearly a known status is
            refused, unless it is given as ``ApiCallStatus(text)``. Each status is asked for by
            itself, and several are merged by ``created_at``: a call that moves on meanwhile is
            given once. Of each of several statuses, at least 20 items are asked for at once.
    """

    status: Statuses | None = None


@frozen(kw_only=True)
class CallWatchOptions(WatchOptions):
    """The keyword arguments of ``zoo.operations.watch``.

    Attributes:
        status: Only changes to operations that are in one of these statuses before or after the
            change, as ``list`` takes them; ``None`` for all. All is read in any case.
        limit: Items of one page, at least 1; ``None`` means the service's choice.
    """

    status: Statuses | None = None
    limit: int | None = None


@frozen(kw_only=True)
class PromptWatchOptions(CallWatchOptions):
    """The keyword arguments of ``zoo.ml_prompts.watch``.

    Attributes:
        lookback: How old, in seconds, prompts may be that have not ended at the beginning, since
            Zoo does not list them apart. ``None`` reads the whole listing for them, once.
    """

    lookback: float | None = 86_400.0


class ZooClient(Client):
    """A client for Zoo's API: asynchronous API calls and ML prompts.

    The token comes from ``token=`` or ``ZOO_API_TOKEN``, the address from ``base_url=`` or
    ``ZOO_BASE_URL``. See :class:`asyncops.client.BaseClient` for all arguments.
    """

    service: ClassVar[Service] = Service(
        name="zoo",
        title="Zoo",
        url="https://api.zoo.dev",
        token="ZOO_API_TOKEN",  # noqa: S106 - the variable's name
        request_id=("X-Api-Call-Id", "X-Request-Id"),
        errors={"message": "message", "code": "error_code", "request_id": "request_id"},
    )
    operations: Final = Resource(
        AsyncApiCall,
        Listing(
            "/async/operations",
            "items",
            paging=_PAGING,
            order=_ORDER,
            by_status=ByStatus(required=True),
            hints=_LISTING_HINTS,
        ),
        options=CallOptions,
        watch=CallWatchOptions,
        get="/async/operations/{id}",
        result=_decode_output,
        changes=("status", "updated_at"),
    )
    ml_prompts: Final = Resource(
        MlPrompt,
        Listing("/ml-prompts", "items", paging=_PAGING, order=_ORDER, hints=_LISTING_HINTS),
        options=PromptOptions,
        watch=PromptWatchOptions,
        get="/ml-prompts/{id}",
        changes=("status", "updated_at"),
        hints={
            403: _STAFF_ONLY,
            404: "Check the id; getting prompts has left Zoo's published description and may be "
            "gone.",
        },
    )
