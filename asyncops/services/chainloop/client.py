"""Chainloop: asynchronous operations."""

import os
from typing import ClassVar, Final, Unpack

from asyncops.client import ClientOptions
from asyncops.http.credential import TokenProvider
from asyncops.kit import Client, Service
from asyncops.kit.home import deferred
from asyncops.services import chainloop
from asyncops.utils.checks import header_text


class ChainloopClient(Client):
    """A client for Chainloop's API: asynchronous operations.

    The token comes from ``token=`` or ``CHAINLOOP_TOKEN``, the address from ``base_url=`` or
    ``CHAINLOOP_BASE_URL``. See :class:`asyncops.client.BaseClient` for all arguments.

    Args:
        token: The API token, or an async callable that gives one.
        organization: The organization to work in, by its name, for a user's token that has
            several: each request says it in ``Chainloop-Organization``. ``None`` for what
            ``CHAINLOOP_ORGANIZATION`` says; ``""`` for the token's own, whatever that says.
        options: The arguments of every client.

    Raises:
        ConfigurationError: There is no token, or it would travel in the clear.
        ValueError: An argument is out of range, or ``organization`` cannot be sent in a header.
    """

    service: ClassVar[Service] = Service(
        name="chainloop",
        title="Chainloop",
        url="https://api.app.chainloop.dev",
        token="CHAINLOOP_TOKEN",  # noqa: S106 - the variable's name
        json="protobuf",
    )
    operations: Final = deferred(lambda: chainloop.operations.operations)

    def __init__(
        self,
        token: str | TokenProvider | None = None,
        *,
        organization: str | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        if organization is None:
            organization = os.environ.get("CHAINLOOP_ORGANIZATION", "").strip()
        if organization != "":
            named = {"Chainloop-Organization": header_text("organization", organization)}
            options["headers"] = {**options.get("headers", {}), **named}
        super().__init__(token, **options)
        self._organization = organization or None

    @property
    def organization(self) -> str | None:
        """The organization that each request names; ``None`` where it is the token's own."""
        return self._organization
