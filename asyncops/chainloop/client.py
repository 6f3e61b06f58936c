"""The client for Chainloop."""

from functools import cached_property
from typing import TYPE_CHECKING

from asyncops.client import BaseClient

if TYPE_CHECKING:
    from asyncops.chainloop.operations import Operations

__all__ = ["ChainloopClient"]


class ChainloopClient(BaseClient):
    """A client for Chainloop's API: asynchronous operations.

    The token comes from ``token=`` or ``CHAINLOOP_TOKEN``, the address from ``base_url=`` or
    ``CHAINLOOP_BASE_URL``. See :class:`asyncops.client.BaseClient` for all arguments.
    """

    _token_variable = "CHAINLOOP_TOKEN"  # noqa: S105 - the variable's name
    _url_variable = "CHAINLOOP_BASE_URL"
    _default_url = "https://api.app.chainloop.dev"

    @cached_property
    def operations(self) -> "Operations":
        """Asynchronous operations."""
        # Loaded when it is used first: start-up is short.
        from asyncops.chainloop.operations import Operations  # noqa: PLC0415

        return Operations(self)
