"""The account that a command works with: the service, its address and the token."""

import re
from contextvars import ContextVar
from urllib.parse import urlsplit

from attrs import field, frozen

from asyncops.cli.accounts.profiles import Entry
from asyncops.cli.accounts.services import Client, organization_variable

__all__ = ["ACCOUNT_IN_USE", "Account", "shown_address"]

_USER = re.compile(r"^([^/?#]*//)?[^/?#]*@")


@frozen(kw_only=True)
class Account:
    """One account of one service.

    Attributes:
        client: The class of the service's client.
        token: The bearer token.
        token_source: Where the token came from, in words: ``the variable ZOO_API_TOKEN``.
        entry: The settings of its profile, or of the environment.
        profile: The account's profile; `None` where the environment holds the account.
    """

    client: type[Client]
    token: str = field(repr=False)
    token_source: str
    entry: Entry = field(factory=Entry)
    profile: str | None = None

    @property
    def base_url(self) -> str:
        """The service's address; ``""`` where it has no public one, and the account none."""
        return self.entry.base_url or self.client.service.url or ""

    @property
    def url_source(self) -> str | None:
        """The source of the address, in words; `None` for the service's public address."""
        variable = self.client.service.url_variable
        return None if self.entry.base_url is None else self._source(variable)

    @property
    def organization_source(self) -> str:
        """The source of the organization, in words."""
        return self._source(organization_variable(self.client))

    @property
    def host(self) -> str:
        """The service's host, with its port where the address says one."""
        return urlsplit(self.base_url).netloc

    def _source(self, variable: str | None) -> str:
        return f"the variable {variable}" if self.profile is None else f"profile {self.profile}"


def shown_address(url: str) -> str:
    """An address without the parts that may be secret: user, query and fragment."""
    return re.split(r"[?#]", _USER.sub(r"\1", url), maxsplit=1)[0]


ACCOUNT_IN_USE: ContextVar[Account | None] = ContextVar("account_in_use", default=None)
"""The account whose service is spoken to; it stays when an error ends that, for the error's words.

An error of the library says what happened, but not to whom the token belonged.
"""
