"""Calls of Zoo's API, with what each cost."""

from datetime import datetime
from typing import Final
from uuid import UUID

from attrs import frozen

from asyncops.kit import Resource
from asyncops.models import OpenEnum, State, Timestamp, Tracked, private
from asyncops.services.zoo.listings import listing
from asyncops.services.zoo.options import ApiCallWatchOptions, SortedOptions
from asyncops.services.zoo.samples import API_CALL


class HttpMethod(OpenEnum):
    """The method of a request."""

    OPTIONS = "OPTIONS"
    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    DELETE = "DELETE"
    HEAD = "HEAD"
    TRACE = "TRACE"
    CONNECT = "CONNECT"
    PATCH = "PATCH"
    EXTENSION = "EXTENSION"


@frozen(kw_only=True)
class ApiCallWithPrice(Tracked):
    """One call of the API.

    The service names no status. A ``status_code`` from 200 on says that the call has ended, and
    how; without one, the times tell whether it has begun. A call that was completed without a
    ``status_code`` has the state ``UNKNOWN``.

    Attributes:
        started_at: When the service began to bill it.
        completed_at: When the service had billed it.
        duration: How long it took, in the service's unit.
        minutes: The minutes that were billed.
        seconds: The seconds that were billed.
        price: In US dollars.
        token: The id of the API token; it, ``email`` and ``ip_address`` stand in no table and in no
            ``repr``.
    """

    id: UUID
    method: HttpMethod
    endpoint: str | None = None
    status_code: int | None = None
    created_at: Timestamp
    updated_at: Timestamp
    started_at: Timestamp | None = None
    completed_at: Timestamp | None = None
    duration: int | None = None
    minutes: int | None = None
    seconds: int | None = None
    price: float | None = None
    user_id: UUID
    org_id: UUID | None = None
    user_agent: str
    origin: str | None = None
    request_query_params: str | None = None
    stripe_invoice_item_id: str | None = None
    token: UUID = private()
    email: str | None = private(None)
    ip_address: str | None = private(None)

    @property
    def kind(self) -> str:
        """The method and the endpoint."""
        return f"{self.method} {self.endpoint or ''}".rstrip()

    @property
    def state(self) -> State:
        """The state, by ``status_code`` and the times."""
        code = self.status_code
        if code is not None and (code >= 200 or self.completed_at is not None):
            return State.FAILED if code >= 400 else State.SUCCEEDED
        if self.completed_at is not None:
            return State.UNKNOWN
        return State.PENDING if self.started_at is None else State.RUNNING

    @property
    def finished_at(self) -> datetime | None:
        """``completed_at``, under the name common to all services."""
        return self.completed_at

    @property
    def error(self) -> str | None:
        """The status code of a call that failed; the service tells no more."""
        return f"HTTP status {self.status_code}" if self.state is State.FAILED else None


api_calls: Final = Resource(
    ApiCallWithPrice,
    listing("/user/api-calls"),
    options=SortedOptions,
    watch=ApiCallWatchOptions,
    get="/user/api-calls/{id}",
    changes=("status_code", "completed_at", "updated_at"),
    sample=API_CALL,
)
