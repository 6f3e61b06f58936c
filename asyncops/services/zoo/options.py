"""The keyword arguments of ``list`` and ``watch`` that several of Zoo's resources share."""

from attrs import frozen

from asyncops.kit import ListOptions, WatchOptions
from asyncops.models import Cursor
from asyncops.services.zoo.calls import CreatedAtSortMode, Statuses


@frozen(kw_only=True)
class SortedOptions(ListOptions):
    """The keyword arguments of ``list``, where there are no filters.

    Attributes:
        sort_by: The order, newest first by default.
        page_token: Start at this page: a ``next_cursor`` of the same query.
    """

    sort_by: CreatedAtSortMode | str = CreatedAtSortMode.CREATED_AT_DESCENDING
    page_token: Cursor | None = None


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


@frozen(kw_only=True)
class ApiCallWatchOptions(WatchOptions):
    """The keyword arguments of ``zoo.api_calls.watch``.

    Attributes:
        limit: Items of one page, at least 1; ``None`` means the service's choice.
        lookback: How old, in seconds, calls may be that have not ended at the beginning. ``None``
            reads the whole listing for them, once.
    """

    limit: int | None = None
    lookback: float | None = 86_400.0
