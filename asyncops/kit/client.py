"""The client of a described service."""

from functools import cached_property
from typing import Any

from asyncops.client import BaseClient
from asyncops.kit.checks.client import check_client
from asyncops.kit.home import Where


class Client(BaseClient):
    """A client for one service and one account; a subclass says which service.

    ::

        class GitHubClient(Client):
            service = Service(
                name="github", title="GitHub", url="https://api.github.com", token="GITHUB_TOKEN",
            )
            runs = Within(Repository, Resource(Run, Listing("/repos/{owner}/{repo}/...")))

        async with GitHubClient() as github:
            async for run in github.runs("python", "cpython").list(): ...

    The class is checked when it is made. A subclass may have another ``service``, such as one with
    another address. See :class:`asyncops.client.BaseClient` for the arguments.

    Raises:
        DescriptionError: When the class is made: the description cannot be right. The message
            names the resource, the field and the fix.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        check_client(cls)

    @property
    def where(self) -> Where:
        """The client itself, under the name of its service."""
        return self._where

    # Pyright takes no cached_property for the property of a protocol.
    @cached_property
    def _where(self) -> Where:
        return Where(self, self.service, self.service.name)
