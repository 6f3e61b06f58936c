"""From a profile, or the environment, to a client."""

import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Literal, overload

from asyncops.chainloop import ChainloopClient
from asyncops.cli import keys
from asyncops.cli.accounts import ACCOUNT_IN_USE, Account
from asyncops.cli.explaining import Failure
from asyncops.cli.logs import RequestLog
from asyncops.cli.profiles import Entry, Profiles, read_profiles
from asyncops.cli.services import SERVICES, Service, ServiceName
from asyncops.cli.tree import Settings
from asyncops.client import ClientOptions
from asyncops.errors import ConfigurationError
from asyncops.retry import RetryPolicy
from asyncops.zoo import ZooClient

__all__ = ["account_for", "account_of_profile", "client_of", "connected"]

_EVERY_REQUEST = 2


@overload
def connected(
    settings: Settings, service: Literal["zoo"]
) -> AbstractAsyncContextManager[ZooClient]: ...


@overload
def connected(
    settings: Settings, service: Literal["chainloop"]
) -> AbstractAsyncContextManager[ChainloopClient]: ...


@overload
def connected(
    settings: Settings, service: ServiceName
) -> AbstractAsyncContextManager[ZooClient | ChainloopClient]: ...


def connected(
    settings: Settings, service: ServiceName
) -> AbstractAsyncContextManager[ZooClient | ChainloopClient]:
    """The client of the account to use, as an async context manager.

    That is the profile's that was named; or else the environment's, where it holds the service's
    token; or else the default profile's.

    Args:
        settings: What the command was started with.
        service: Whose client.

    Raises:
        Failure: There is no such profile, no token, or an address that does not do; nothing has
            been sent.
    """
    return _connected(settings, service)


@asynccontextmanager
async def _connected(
    settings: Settings, service: ServiceName
) -> AsyncIterator[ZooClient | ChainloopClient]:
    account = account_for(settings, service)
    ACCOUNT_IN_USE.set(account)
    async with client_of(account, settings) as client:
        yield client
    # Where this was left by an error, its words still need the account.
    ACCOUNT_IN_USE.set(None)


def account_for(
    settings: Settings, service: ServiceName, profiles: Profiles | None = None
) -> Account:
    """The account that a command uses for a service.

    Args:
        settings: What the command was started with.
        service: Which service.
        profiles: What the configuration file says; read unless given.

    Raises:
        Failure: There is no such profile, or no token.
    """
    chosen = SERVICES[service]
    if settings.profile is None and (token := _variable(chosen.token_variable)):
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


def account_of_profile(profiles: Profiles, name: str, service: ServiceName) -> Account:
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


def client_of(
    account: Account, settings: Settings, *, attempts: int | None = None
) -> ZooClient | ChainloopClient:
    """A client that works with an account.

    Args:
        account: The account.
        settings: What the command was started with: the proxy that it names goes before the
            profile's, and from ``verbose`` 2 on every request is logged.
        attempts: Wire attempts of one call; None for as many as usual.

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
    }
    try:
        if account.service.name == "zoo":
            return ZooClient(account.token, **options)
        # A profile without one is not given the environment's.
        organization = account.organization or ""
        return ChainloopClient(account.token, organization=organization, **options)
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
    if entry.keyring:
        token = keys.load(name, service.name)
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
