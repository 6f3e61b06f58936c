"""What belongs to an organization: its datasets, their conversions, its API calls."""

from typing import Final

from asyncops.kit import ByStatus, Collection, Group, Resource
from asyncops.services.zoo.api_calls import ApiCallWithPrice
from asyncops.services.zoo.datasets import (
    DatasetConversion,
    DatasetConversionDetails,
    OrgDataset,
)
from asyncops.services.zoo.listings import IN_EIGHT_ORDERS, listing
from asyncops.services.zoo.options import (
    ApiCallWatchOptions,
    ConversionOptions,
    ConversionWatchOptions,
    DatasetOptions,
    SortedOptions,
)
from asyncops.services.zoo.samples import API_CALL, CONVERSION, DATASET

__all__ = ["Dataset", "Org"]

_MEMBERS = {403: "Zoo answers this only to members of an organization."}
_ADMINS = {403: "Zoo answers this only to the administrators of an organization."}
_CONVERSIONS = "/org/datasets/{dataset_id}/conversions"


class Dataset(Group):
    """What lies below a dataset."""

    conversions: Final = Resource(
        DatasetConversion,
        listing(
            _CONVERSIONS,
            order=IN_EIGHT_ORDERS,
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
