"""The account that a command works with, of a profile or of the environment, and its client."""

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

from attrs import field, frozen

from asyncops.cli.accounts import keyring
from asyncops.cli.accounts.profiles import Entry, Profiles, read_profiles
from asyncops.cli.options.fields import Settings
from asyncops.cli.resources import SERVICES, organization_variable
from asyncops.cli.runtime.logging import RequestLog
from asyncops.cli.shell import Failure
from asyncops.client import ClientOptions
from asyncops.errors import ConfigurationError
from asyncops.http.auth import Auth, Basic
from asyncops.http.service import Service
from asyncops.kit import Client
from asyncops.retry.policy import RetryPolicy
from asyncops.utils.clock import SYSTEM_CLOCK

_EVERY_REQUEST = 2
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
    def finds_credentials(self) -> bool:
        """Whether requests are signed with credentials that are found without a token."""
        return not (self.token or isinstance(self.client.service.auth, Auth | Basic | None))

    @property
    def base_url(self) -> str:
        """The service's address; ``""`` where it has no public one, and the account none."""
        return self.entry.base_url or self.client.service.public_url or ""

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


@asynccontextmanager
async def connected(settings: Settings, kind: type[Client]) -> AsyncIterator[Client]:
    """The client of the account to use, as an async context manager.

    The account is the one of the profile that was named; or else the environment's, where the
    environment holds the service's token; or else the default profile's.

    Args:
        settings: The options that the command was started with.
        kind: The class of the client.

    Raises:
        Failure: The profile or its token is missing, or the address is refused; nothing was sent.
    """
    account = account_for(settings, kind.service.name)
    ACCOUNT_IN_USE.set(account)
    async with client_of(account, settings) as client:
        yield client
    # Where an error ends the body, its message still needs the account.
    ACCOUNT_IN_USE.set(None)


def account_for(settings: Settings, service: str, profiles: Profiles | None = None) -> Account:
    """The account that a command uses for a service.

    Args:
        settings: The options that the command was started with.
        service: Which service.
        profiles: The configuration file's content; read unless given.

    Raises:
        Failure: There is no such profile, it does not have the service, or there is no token.
    """
    chosen = SERVICES[service]
    described = chosen.service
    url, organization = described.url_variable, organization_variable(chosen)
    said = Entry(base_url=variable(url), organization=variable(organization))
    token, source = variable(described.token) or "", f"the variable {described.token}"
    of_environment = Account(client=chosen, token=token, token_source=source, entry=said)
    if settings.profile is None and (of_environment.token or described.token is None):
        return of_environment
    profiles = read_profiles() if profiles is None else profiles
    name = settings.profile or profiles.default
    is_chosen = settings.profile is not None or service in profiles.services.get(name or "", {})
    if described.optional_token and not is_chosen:
        if not of_environment.base_url:
            raise _no_address(described)
        return of_environment
    if name is None:
        hint = f"set {described.token}, or store one with asyncops login {service}"
        more = ", or choose a profile with --profile" if profiles.services else ""
        raise Failure(f"no token for {described.title}", f"{hint}{more}")
    entry = profiles.named(name).get(service)
    if entry is None:
        known = " and ".join(SERVICES[each].service.title for each in profiles.named(name))
        other = f"not configured for {described.title}, but for {known or 'nothing'}"
        hint = f"asyncops login {service} --profile {name} adds it"
        raise Failure(f"profile {name} is {other}", hint)
    token, source = _token_of(entry, name, described)
    return Account(client=chosen, token=token, token_source=source, entry=entry, profile=name)


def _no_address(service: Service) -> Failure:
    hint = f"set {service.where_to_set}, or write base_url into a profile"
    return Failure(f"no address of {service.title}", hint)


def client_of(account: Account, settings: Settings, *, attempts: int | None = None) -> Client:
    """A client that works with an account.

    Args:
        account: The account.
        settings: The options that the command was started with: their proxy goes before the
            profile's, and from ``verbose`` 2 on every request is logged.
        attempts: Wire attempts of one call; `None` means the library's default.

    Raises:
        Failure: The address or the token does not do.
    """
    service = account.client.service
    options: ClientOptions = {
        "base_url": account.base_url,
        "allow_insecure": account.entry.allow_insecure,
        "telemetry": RequestLog() if settings.verbose >= _EVERY_REQUEST else None,
        "retry": RetryPolicy() if attempts is None else RetryPolicy(attempts=attempts),
        "proxy": settings.proxy or account.entry.proxy,
        "max_body": settings.max_body,
        "clock": SYSTEM_CLOCK,
    }
    if not account.base_url:
        raise _no_address(service)
    # A profile without an organization is not given the environment's.
    takes_one = organization_variable(account.client) is not None
    more: Any = {"organization": account.entry.organization or ""} if takes_one else {}
    try:
        return account.client(account.token or None, **options, **more)
    except (ConfigurationError, ValueError) as error:
        text = str(error)
        if text.startswith("proxy ") or "to the proxy " in text:
            raise Failure(text) from None
        if isinstance(error, ConfigurationError):
            raise Failure(
                f"the token would travel in the clear, over plain http, to {account.host}",
                "use https, or a profile with allow_insecure = true if you mean it",
            ) from None
        sources = {"base_url": account.url_source, "organization": account.organization_source}
        found = (source for name, source in sources.items() if name in text)
        raise Failure(f"{next(found, account.token_source) or service.title}: {error}") from None


def _token_of(entry: Entry, name: str, service: Service) -> tuple[str, str]:
    if service.token is None:
        return "", "nowhere: it takes none"
    if entry.keyring:
        token = keyring.load(name, service.name)
        if not token:
            hint = f"asyncops login {service.name} --profile {name} stores one"
            missing = f"no token of profile {name} for {service.title}"
            raise Failure(f"the keyring holds {missing}", hint)
        return token, "the keyring"
    source = entry.token_env or service.token
    token = variable(source)
    if not token and not service.optional_token:
        where = f"profile {name} takes it from the variable {source}, which is not set"
        raise Failure(f"no token for {service.title}: {where}")
    return token or "", f"the variable {source}"


def variable(name: str | None) -> str | None:
    """The value of an environment variable; `None` where it is not set, or blank."""
    return os.environ.get(name or "", "").strip() or None
