"""From a profile, or the environment, to a client."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from asyncops.cli.accounts import keyring
from asyncops.cli.accounts.account import ACCOUNT_IN_USE, Account
from asyncops.cli.accounts.profiles import Entry, Profiles, read_profiles
from asyncops.cli.accounts.services import SERVICES, Client, Service
from asyncops.cli.exit import Failure
from asyncops.cli.groups import Settings
from asyncops.cli.runtime.logging import RequestLog
from asyncops.client import ClientOptions
from asyncops.errors import ConfigurationError
from asyncops.retry.policy import RetryPolicy
from asyncops.utils.clock import SYSTEM_CLOCK

__all__ = ["account_for", "account_of_profile", "client_of", "connected"]

_EVERY_REQUEST = 2


@asynccontextmanager
async def connected(settings: Settings, service: str) -> AsyncIterator[Client]:
    """The client of the account to use, as an async context manager.

    The account is the one of the profile that was named; or else the environment's, where the
    environment holds the service's token; or else the default profile's.

    Args:
        settings: The options that the command was started with.
        service: Whose client.

    Raises:
        Failure: The profile or its token is missing, or the address is refused; nothing was sent.
    """
    account = account_for(settings, service)
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
        Failure: There is no such profile, or no token.
    """
    chosen = SERVICES[service]
    token = _variable(chosen.token_variable)
    if settings.profile is None and (token or not chosen.token_variable):
        address = _variable(chosen.url_variable)
        return Account(
            service=chosen,
            token=token,
            token_source=f"the variable {chosen.token_variable}",
            base_url=address or chosen.default_url,
            url_source=f"the variable {chosen.url_variable}" if address else None,
            organization=_variable(chosen.organization_variable or "") or None,
        )
    profiles = read_profiles() if profiles is None else profiles
    name = settings.profile or profiles.default
    if name is None:
        raise Failure(f"no token for {chosen.title}", _where_to_set(chosen, profiles))
    return account_of_profile(profiles, name, service)


def account_of_profile(profiles: Profiles, name: str, service: str) -> Account:
    """One profile's account for a service.

    Raises:
        Failure: There is no such profile, it does not have the service, or its token is missing.
    """
    entries = profiles.named(name)
    chosen = SERVICES[service]
    entry = entries.get(service)
    if entry is None:
        known = " and ".join(SERVICES[each].title for each in entries) or "nothing"
        raise Failure(
            f"profile {name} is not configured for {chosen.title}, but for {known}",
            f"asyncops login {service} --profile {name} adds it",
        )
    token, source = _token_of(entry, name, chosen)
    return Account(
        service=chosen,
        token=token,
        token_source=source,
        base_url=entry.base_url or chosen.default_url,
        url_source=f"profile {name}" if entry.base_url else None,
        profile=name,
        allow_insecure=entry.allow_insecure,
        organization=entry.organization,
        proxy=entry.proxy,
    )


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
    options: ClientOptions = {
        "base_url": account.base_url,
        "allow_insecure": account.allow_insecure,
        "telemetry": RequestLog() if settings.verbose >= _EVERY_REQUEST else None,
        "retry": RetryPolicy() if attempts is None else RetryPolicy(attempts=attempts),
        "proxy": settings.proxy or account.proxy,
        "max_body": settings.max_body,
        "clock": SYSTEM_CLOCK,
    }
    if not account.base_url:
        variable = account.service.url_variable
        raise Failure(
            f"no address of {account.service.title}",
            f"set {variable}, or write base_url into a profile",
        )
    # A profile without an organization is not given the environment's.
    takes_one = account.service.organization_variable is not None
    more: Any = {"organization": account.organization or ""} if takes_one else {}
    try:
        return account.service.client(account.token or None, **options, **more)
    except ConfigurationError as error:
        if "to the proxy " in str(error):
            raise Failure(str(error)) from None
        raise Failure(
            f"the token would travel in the clear, over plain http, to {account.host}",
            "use https, or a profile with allow_insecure = true if you mean it",
        ) from None
    except ValueError as error:
        if str(error).startswith("proxy "):
            raise Failure(str(error)) from None
        which: str | None = account.token_source
        if "base_url" in str(error):
            which = account.url_source
        elif str(error).startswith("organization"):
            which = account.organization_source
        raise Failure(f"{which or account.service.title}: {error}") from None


def _token_of(entry: Entry, name: str, service: Service) -> tuple[str, str]:
    if not service.token_variable:
        return "", "nowhere: it takes none"
    if entry.keyring:
        token = keyring.load(name, service.name)
        if not token:
            raise Failure(
                f"the keyring holds no token of profile {name} for {service.title}",
                f"asyncops login {service.name} --profile {name} stores one",
            )
        return token, "the keyring"
    variable = entry.token_env or service.token_variable
    token = _variable(variable)
    if not token:
        raise Failure(
            f"no token for {service.title}: profile {name} takes it from the variable {variable}, "
            "which is not set"
        )
    return token, f"the variable {variable}"


def _variable(name: str) -> str:
    return os.environ.get(name, "").strip()


def _where_to_set(service: Service, profiles: Profiles) -> str:
    hint = f"set {service.token_variable}, or store one with asyncops login {service.name}"
    return f"{hint}, or choose a profile with --profile" if profiles.services else hint
