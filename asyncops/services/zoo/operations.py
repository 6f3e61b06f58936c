"""Asynchronous API calls: how they are listed, fetched and watched."""

from typing import Final

from attrs import frozen

from asyncops.kit import ByStatus, Resource
from asyncops.services.zoo.calls import AsyncApiCall, Statuses
from asyncops.services.zoo.listings import CHANGES, STAFF_HINTS, listing
from asyncops.services.zoo.options import CallWatchOptions, SortedOptions
from asyncops.services.zoo.outputs import decode_output
from asyncops.services.zoo.samples import CALL


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


operations: Final = Resource(
    AsyncApiCall,
    listing("/async/operations", by_status=ByStatus(required=True), hints=STAFF_HINTS),
    options=CallOptions,
    watch=CallWatchOptions,
    get="/async/operations/{id}",
    result=decode_output,
    changes=CHANGES,
    sample=CALL,
)
