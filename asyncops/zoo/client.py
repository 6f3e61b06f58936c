"""The client for Zoo."""

from functools import cached_property
from typing import TYPE_CHECKING

from asyncops.client import BaseClient

if TYPE_CHECKING:
    from asyncops.zoo.operations import Operations
    from asyncops.zoo.prompts import MlPrompts

__all__ = ["ZooClient"]


class ZooClient(BaseClient):
    """A client for Zoo's API: asynchronous API calls and ML prompts.

    The token comes from ``token=`` or ``ZOO_API_TOKEN``, the address from ``base_url=`` or
    ``ZOO_BASE_URL``. See :class:`asyncops.client.BaseClient` for all arguments.
    """

    _token_variable = "ZOO_API_TOKEN"  # noqa: S105 - the variable's name
    _url_variable = "ZOO_BASE_URL"
    _default_url = "https://api.zoo.dev"

    @cached_property
    def operations(self) -> "Operations":
        """Asynchronous API calls."""
        # Loaded when it is used first: start-up is short.
        from asyncops.zoo.operations import Operations  # noqa: PLC0415

        return Operations(self)

    @cached_property
    def ml_prompts(self) -> "MlPrompts":
        """Prompts to Zoo's models."""
        from asyncops.zoo.prompts import MlPrompts  # noqa: PLC0415

        return MlPrompts(self)
