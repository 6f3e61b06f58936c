"""Zoo: what an account has made, asked for and paid, and the listings of Zoo's staff."""

from typing import ClassVar, Final

from asyncops.kit import ByStatus, Client, Collection, Resource, Service
from asyncops.services.zoo.api_calls import ApiCallWithPrice
from asyncops.services.zoo.calls import AsyncApiCall
from asyncops.services.zoo.files import Files
from asyncops.services.zoo.listings import STAFF_HINTS, STAFF_ONLY, listing
from asyncops.services.zoo.options import (
    ApiCallWatchOptions,
    CallOptions,
    CallWatchOptions,
    PromptWatchOptions,
    SortedOptions,
    TextToCadOptions,
    TextToCadWatchOptions,
)
from asyncops.services.zoo.org import Org
from asyncops.services.zoo.outputs import decode_output, decode_text_to_cad
from asyncops.services.zoo.prompts import Conversation, MlPrompt
from asyncops.services.zoo.samples import API_CALL, CALL, CONVERSATION, TEXT_TO_CAD
from asyncops.services.zoo.text_to_cad import TextToCadResponse

__all__ = ["ZooClient"]

_CHANGES = ("status", "updated_at")


class ZooClient(Client):
    """A client for Zoo's API: text-to-CAD parts, API calls, conversations and datasets.

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
    text_to_cad: Final = Resource(
        TextToCadResponse,
        listing("/user/text-to-cad"),
        options=TextToCadOptions,
        watch=TextToCadWatchOptions,
        get="/user/text-to-cad/{id}",
        result=decode_text_to_cad,
        changes=_CHANGES,
        sample=TEXT_TO_CAD,
    )
    api_calls: Final = Resource(
        ApiCallWithPrice,
        listing("/user/api-calls"),
        options=SortedOptions,
        watch=ApiCallWatchOptions,
        get="/user/api-calls/{id}",
        changes=("status_code", "completed_at", "updated_at"),
        sample=API_CALL,
    )
    conversations: Final = Collection(
        Conversation,
        listing("/ml/conversations"),
        options=SortedOptions,
        sample=CONVERSATION,
    )
    files: Final = Files()
    org: Final = Org()
    operations: Final = Resource(
        AsyncApiCall,
        listing("/async/operations", by_status=ByStatus(required=True), hints=STAFF_HINTS),
        options=CallOptions,
        watch=CallWatchOptions,
        get="/async/operations/{id}",
        result=decode_output,
        changes=_CHANGES,
        sample=CALL,
    )
    ml_prompts: Final = Resource(
        MlPrompt,
        listing("/ml-prompts", hints=STAFF_HINTS),
        options=SortedOptions,
        watch=PromptWatchOptions,
        get="/ml-prompts/{id}",
        changes=_CHANGES,
        hints={
            403: STAFF_ONLY,
            404: "Check the id; getting prompts has left Zoo's published description and may be "
            "gone.",
        },
    )
