"""The account that a command works with: which service, where it is, and what lets it in."""

import re
from contextvars import ContextVar
from urllib.parse import urlsplit

from attrs import field, frozen

from asyncops.cli.services import Service

__all__ = ["ACCOUNT_IN_USE", "Account", "shown_address"]

_USER = re.compile(r"^([^/?#]*//)?[^/?#]*@")


@frozen(kw_only=True)
class Account:
    """One account of one service.

    Attributes:
        service: The service.
        token: What lets it in.
        token_source: Where the token came from, in words: ``the variable ZOO_API_TOKEN``.
        base_url: Where the service is.
        url_source: Where that is said; None for the service's public address.
        profile: The profile that it belongs to; None for what the environment says.
        allow_insecure: Whether the token may travel over plain http to other machines.
        organization: The organization to work in; None for the token's own.
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
        """Where the organization is said, in words."""
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
    """An address without what may be secret in it: a user, a query, a fragment."""
    return re.split(r"[?#]", _USER.sub(r"\1", url), maxsplit=1)[0]


ACCOUNT_IN_USE: ContextVar[Account | None] = ContextVar("account_in_use", default=None)
"""The account whose service is spoken to; it stays when an error ends that, for the error's words.

An error of the library says what happened, but not to whom the token belonged.
"""
