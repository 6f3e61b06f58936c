"""The keyword arguments of ``list`` and ``watch`` of Zoo's resources."""

from collections.abc import Collection
from uuid import UUID

from attrs import frozen

from asyncops.kit import ListOptions, WatchOptions
from asyncops.models import Cursor, State
from asyncops.services.zoo.calls import CreatedAtSortMode, Statuses
from asyncops.services.zoo.datasets import (
    ConversionSortMode,
    DatasetConversionPhase,
    DatasetConversionStatus,
)

__all__ = [
    "ApiCallWatchOptions",
    "CallOptions",
    "CallWatchOptions",
    "ConversionOptions",
    "ConversionWatchOptions",
    "DatasetOptions",
    "PromptWatchOptions",
    "SortedOptions",
    "TextToCadOptions",
    "TextToCadWatchOptions",
]


ConversionStatuses = (
    State | DatasetConversionStatus | str | Collection[State | DatasetConversionStatus | str]
)
"""One status of conversions or several: the service's own, states, or their texts."""


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
class CallOptions(SortedOptions):
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
class TextToCadOptions(SortedOptions):
    """The keyword arguments of ``zoo.text_to_cad.list``.

    Attributes:
        no_parts: Leave the files out.
        conversation_id: Only what was asked for in this conversation.
    """

    no_parts: bool | None = None
    conversation_id: UUID | str | None = None


@frozen(kw_only=True)
class DatasetOptions(SortedOptions):
    """The keyword arguments of ``zoo.org.datasets.list``.

    Attributes:
        lookup_enabled: Only datasets that may be searched by models, or only the others.
    """

    lookup_enabled: bool | None = None


@frozen(kw_only=True)
class ConversionOptions(ListOptions):
    """The keyword arguments of ``zoo.org.datasets(id).conversions.list``.

    Attributes:
        sort_by: The order, newest first by default. Only the two orders by creation are read from
            both ends and cut into shards, and only in these several statuses are merged.
        page_token: Start at this page: a ``next_cursor`` of the same query.
        status: One status or several, in any case of letters, or a :class:`asyncops.State`.
        phase: Only conversions that are in this phase.
        q: A part of the id or of the file's path.
    """

    sort_by: ConversionSortMode | str = ConversionSortMode.CREATED_AT_DESCENDING
    page_token: Cursor | None = None
    status: DatasetConversionStatus | str | tuple[DatasetConversionStatus | str, ...] | None = None
    phase: DatasetConversionPhase | str | None = None
    q: str | None = None


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
class TextToCadWatchOptions(PromptWatchOptions):
    """The keyword arguments of ``zoo.text_to_cad.watch``.

    Attributes:
        no_parts: Leave the files out.
        conversation_id: Only what was asked for in this conversation.
    """

    no_parts: bool | None = True
    conversation_id: UUID | str | None = None


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


@frozen(kw_only=True)
class ConversionWatchOptions(WatchOptions):
    """The keyword arguments of ``zoo.org.datasets(id).conversions.watch``.

    Attributes:
        status: Only changes to conversions that are in one of these statuses before or after the
            change, as ``list`` takes them; ``None`` for all.
        limit: Items of one page, at least 1; ``None`` means the service's choice.
    """

    status: DatasetConversionStatus | str | tuple[DatasetConversionStatus | str, ...] | None = None
    limit: int | None = None
