"""The services that the commands speak to, and where their settings come from."""

from collections.abc import Mapping
from typing import Literal

from attrs import frozen

__all__ = ["SERVICES", "Service", "ServiceName"]

ServiceName = Literal["zoo", "chainloop"]


@frozen(kw_only=True)
class Service:
    """One service.

    Attributes:
        name: As commands and profiles call it.
        title: As people do.
        token_variable: The environment variable that holds its token.
        url_variable: The one that says where it is.
        default_url: Where it is otherwise.
        organization_variable: The one that says which organization to work in; None where a
            token has only one.
    """

    name: ServiceName
    title: str
    token_variable: str
    url_variable: str
    default_url: str
    organization_variable: str | None = None


SERVICES: Mapping[ServiceName, Service] = {
    "zoo": Service(
        name="zoo",
        title="Zoo",
        token_variable="ZOO_API_TOKEN",  # noqa: S106 - the variable's name
        url_variable="ZOO_BASE_URL",
        default_url="https://api.zoo.dev",
    ),
    "chainloop": Service(
        name="chainloop",
        title="Chainloop",
        token_variable="CHAINLOOP_TOKEN",  # noqa: S106 - the variable's name
        url_variable="CHAINLOOP_BASE_URL",
        default_url="https://api.app.chainloop.dev",
        organization_variable="CHAINLOOP_ORGANIZATION",
    ),
}
