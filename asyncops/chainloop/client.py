"""The client for Chainloop."""

from functools import cached_property

from asyncops.chainloop.resources import Operations
from asyncops.client import BaseClient

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
    def operations(self) -> Operations:
        """Asynchronous operations."""
        return Operations(self)
