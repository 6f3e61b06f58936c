"""What belongs to an organization: its datasets, their conversions, its API calls."""

from typing import Final

from attrs import evolve, frozen

from asyncops.kit import ByStatus, Collection, Group, ListOptions, Resource, WatchOptions
from asyncops.models import Cursor
from asyncops.services.zoo.api_calls import ApiCallWithPrice
from asyncops.services.zoo.datasets import (
    ConversionSortMode,
    DatasetConversion,
    DatasetConversionDetails,
    DatasetConversionPhase,
    DatasetConversionStatus,
    OrgDataset,
)
from asyncops.services.zoo.listings import BY_CREATION, listing
from asyncops.services.zoo.options import ApiCallWatchOptions, SortedOptions
from asyncops.services.zoo.samples import API_CALL, CONVERSION, DATASET

_MEMBERS = {403: "Zoo answers this only to members of an organization."}
_ADMINS = {403: "Zoo answers this only to the administrators of an organization."}
_CONVERSIONS = "/org/datasets/{dataset_id}/conversions"
_IN_EIGHT_ORDERS = evolve(BY_CREATION, by={each.value: each.value for each in ConversionSortMode})


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
class ConversionWatchOptions(WatchOptions):
    """The keyword arguments of ``zoo.org.datasets(id).conversions.watch``.

    Attributes:
        status: Only changes to conversions that are in one of these statuses before or after the
            change, as ``list`` takes them; ``None`` for all.
        limit: Items of one page, at least 1; ``None`` means the service's choice.
    """

    status: DatasetConversionStatus | str | tuple[DatasetConversionStatus | str, ...] | None = None
    limit: int | None = None


class Dataset(Group):
    """What lies below a dataset."""

    conversions: Final = Resource(
        DatasetConversion,
        listing(
            _CONVERSIONS,
            order=_IN_EIGHT_ORDERS,
            by_status=ByStatus("filter", form="status:{}"),
            hints=_MEMBERS,
        ),
        options=ConversionOptions,
        watch=ConversionWatchOptions,
        get=f"{_CONVERSIONS}/{{id}}",
        result=DatasetConversionDetails,
        # A new release of the converter tries failed ones again.
        reopens=True,
        changes=("status", "phase", "updated_at"),
        hints=_MEMBERS,
        sample=CONVERSION,
    )


class Org(Group):
    """What belongs to the organization of the account."""

    datasets: Final = Collection(
        OrgDataset,
        listing("/org/datasets", hints=_MEMBERS),
        options=DatasetOptions,
        within=Dataset("dataset_id"),
        sample=DATASET,
    )
    api_calls: Final = Resource(
        ApiCallWithPrice,
        listing("/org/api-calls", hints=_ADMINS),
        options=SortedOptions,
        watch=ApiCallWatchOptions,
        changes=("status_code", "completed_at", "updated_at"),
        sample=API_CALL,
    )


org: Final = Org()
