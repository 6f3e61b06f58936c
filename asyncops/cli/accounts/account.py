"""The account that a command works with: the service, its address and the token."""

import re
from contextvars import ContextVar
from urllib.parse import urlsplit

from attrs import field, frozen

from asyncops.cli.accounts.services import Service

__all__ = ["ACCOUNT_IN_USE", "Account", "shown_address"]

_USER = re.compile(r"^([^/?#]*//)?[^/?#]*@")


@frozen(kw_only=True)
class Account:
    """One account of one service.

    Attributes:
        service: The service.
        token: The bearer token.
        token_source: Where the token came from, in words: ``the variable ZOO_API_TOKEN``.
        base_url: The service's address.
        url_source: The source of the address, in words; `None` for the service's public address.
        profile: The account's profile; `None` where the environment holds the account.
        allow_insecure: Whether the token may travel over plain http to other machines.
        organization: The organization to work in; `None` means the token's own.
        proxy: The proxy that its profile names.
    """

    service: Service
    token: str = field(repr=False)
    token_source: str
    base_url: str
    url_source: str | None = None
    profile: str | None = None
    allow_insecure: bool = False
    organization: str | None = None
    proxy: str | None = None

    @property
    def organization_source(self) -> str:
        """The source of the organization, in words."""
        variable = f"the variable {self.service.organization_variable}"
        return variable if self.profile is None else f"profile {self.profile}"

    @property
    def host(self) -> str:
        """The service's host, with its port where the address says one."""
        return urlsplit(self.base_url).netloc

    @property
    def hostname(self) -> str:
        """The service's host alone."""
        return urlsplit(self.base_url).hostname or self.host


def shown_address(url: str) -> str:
    """An address without the parts that may be secret: user, query and fragment."""
    return re.split(r"[?#]", _USER.sub(r"\1", url), maxsplit=1)[0]


ACCOUNT_IN_USE: ContextVar[Account | None] = ContextVar("account_in_use", default=None)
"""The account whose service is spoken to; it stays when an error ends that, for the error's words.

An error of the library says what happened, but not to whom the token belonged.
"""
