"""Zoo: what an account has made, asked for and paid, and the listings of Zoo's staff."""

from typing import ClassVar, Final

from asyncops.kit import Client, Service
from asyncops.kit.home import deferred
from asyncops.services import zoo


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
    text_to_cad: Final = deferred(lambda: zoo.text_to_cad.text_to_cad)
    api_calls: Final = deferred(lambda: zoo.api_calls.api_calls)
    conversations: Final = deferred(lambda: zoo.prompts.conversations)
    files: Final = deferred(lambda: zoo.files.files)
    org: Final = deferred(lambda: zoo.org.org)
    operations: Final = deferred(lambda: zoo.operations.operations)
    ml_prompts: Final = deferred(lambda: zoo.prompts.ml_prompts)
