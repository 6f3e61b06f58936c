"""The client for Chainloop."""

import os
from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from asyncops.auth import TokenProvider
from asyncops.checks import header_text
from asyncops.client import BaseClient, ClientOptions

if TYPE_CHECKING:
    from asyncops.chainloop.operations import Operations

__all__ = ["ChainloopClient"]


class ChainloopClient(BaseClient):
    """A client for Chainloop's API: asynchronous operations.

    The token comes from ``token=`` or ``CHAINLOOP_TOKEN``, the address from ``base_url=`` or
    ``CHAINLOOP_BASE_URL``. See :class:`asyncops.client.BaseClient` for all arguments.

    Args:
        token: The API token, or an async callable that gives one.
        organization: The organization to work in, by its name, for a user's token that has
            several: each request says it in ``Chainloop-Organization``. None for what
            ``CHAINLOOP_ORGANIZATION`` says; ``""`` for the token's own, whatever that says.
        options: The arguments of every client.

    Raises:
        ConfigurationError: There is no token, or it would travel in the clear.
        ValueError: An argument is out of range, or ``organization`` cannot be sent in a header.
    """

    _token_variable = "CHAINLOOP_TOKEN"  # noqa: S105 - the variable's name
    _url_variable = "CHAINLOOP_BASE_URL"
    _default_url = "https://api.app.chainloop.dev"

    def __init__(
        self,
        token: str | TokenProvider | None = None,
        *,
        organization: str | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        super().__init__(token, **options)
        if organization is None:
            organization = os.environ.get("CHAINLOOP_ORGANIZATION", "").strip()
        if organization != "":
            organization = header_text("organization", organization)
            self._caller.headers["Chainloop-Organization"] = organization
        self._organization = organization or None

    @property
    def organization(self) -> str | None:
        """The organization that each request names; None where it is the token's own."""
        return self._organization

    @cached_property
    def operations(self) -> "Operations":
        """Asynchronous operations."""
        # Loaded when it is used first: start-up is short.
        from asyncops.chainloop.operations import Operations  # noqa: PLC0415

        return Operations(self)
