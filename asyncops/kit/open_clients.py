"""Clients that many tasks of a program share: opened together, and found by their class."""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from functools import cache, wraps
from types import MappingProxyType
from typing import Any, TypeVar, cast

from asyncops.client import BaseClient
from asyncops.errors import ConfigurationError
from asyncops.utils.checks import check_class

C = TypeVar("C", bound=BaseClient)
F = TypeVar("F", bound=Callable[..., Any])

Opens = Callable[[], AbstractAsyncContextManager[BaseClient]]
"""Makes a client, or an async context manager over one: a client's class, for instance."""


def check_openings(where: str, openings: Sequence[Opens | Mapping[str, Opens]]) -> None:
    """Check what clients are to be made by, before anything is opened.

    Args:
        where: The function whose arguments they are.
        openings: What makes the client of a service, or those of its accounts by name.

    Raises:
        TypeError: One of them is something else, such as a client that is already made.
    """
    for each in openings:
        for opens in each.values() if isinstance(each, Mapping) and each else [each]:
            if not callable(opens):
                raise TypeError(
                    f"{where} takes what makes a client when it is called without arguments, as "
                    "ZooClient does, or a mapping of such by the names of accounts; got "
                    f"{'no accounts' if opens == {} else type(opens).__name__}"
                )


async def open_clients(
    stack: AsyncExitStack,
    openings: Sequence[Opens | Mapping[str, Opens]],
    state: MutableMapping[str, Any],
) -> None:
    """Open clients, and keep them in a program's state until the stack is closed.

    The client of a service is kept as ``asyncops_zoo``, by the service's name; accounts as
    ``asyncops_zoo_accounts``.

    Raises:
        ConfigurationError: There is no token, a call gave something else than a client, a mapping
            holds clients of several services, or a service has a client in the state already.
    """
    for each in openings:
        opened: object
        if isinstance(each, Mapping):
            accounts = {name: await _open(stack, opens) for name, opens in each.items()}
            key, opened = _one_key(accounts) + _ACCOUNTS, MappingProxyType(accounts)
        else:
            client = await _open(stack, each)
            key, opened = _key(client), client
        if key in state:
            raise ConfigurationError(
                f"{key} was opened twice: several clients for one service are given by name, as "
                "{'an account': ..., 'another': ...}"
            )
        state[key] = opened
        stack.callback(state.pop, key)


def open_client(state: Mapping[str, Any], kind: type[C], remedy: str) -> C:
    """Return the client of a class that was opened.

    Args:
        state: The program's state.
        kind: The class.
        remedy: How a client is opened; ``{}`` stands for what makes it.

    Raises:
        ConfigurationError: There is no such client.
    """
    client = state.get(_key(kind))
    if not isinstance(client, kind):
        raise _missing(f"is no {kind.__name__}", client, remedy.format(kind.__name__))
    return client


def open_accounts(state: Mapping[str, Any], kind: type[C], remedy: str) -> Mapping[str, C]:
    """Return the clients of a class that were opened, by the names of their accounts.

    Args:
        state: The program's state.
        kind: The class.
        remedy: How clients are opened; ``{}`` stands for what makes them.

    Raises:
        ConfigurationError: There are no such clients.
    """
    clients: Mapping[str, C] = state.get(_key(kind) + _ACCOUNTS, {})
    wrong = [each for each in clients.values() if not isinstance(each, kind)]
    if wrong or not clients:
        name, found = kind.__name__, next(iter(wrong), None)
        example = f"{{'an account': lambda: {name}(...)}}"
        raise _missing(f"are no accounts of {name}", found, remedy.format(example))
    return clients


def same_for_a_class(make: F) -> F:
    """Have a function give the same dependency for a class each time, so that it can be replaced.

    It is ``functools.cache`` for a function whose type has a parameter.

    Raises:
        TypeError: When the function is called: with something else than the class of a client.
    """

    @cache
    @wraps(make)
    def dependency_of(kind: Any) -> Any:
        check_class(make.__name__, kind, BaseClient)
        return make(kind)

    return cast("F", dependency_of)


_ACCOUNTS = "_accounts"


async def _open(stack: AsyncExitStack, opens: Opens) -> BaseClient:
    made: object = opens()
    if isinstance(made, AbstractAsyncContextManager):
        made = await stack.enter_async_context(made)
    if not isinstance(made, BaseClient):
        raise ConfigurationError(f"a client was to be opened, and a {type(made).__name__} was made")
    return made


def _one_key(accounts: Mapping[str, BaseClient]) -> str:
    keys = {_key(client) for client in accounts.values()}
    if len(keys) > 1:
        names = ", ".join(accounts)
        raise ConfigurationError(f"accounts of one mapping are of several services: {names}")
    return keys.pop()


def _key(client: BaseClient | type[BaseClient]) -> str:
    return f"asyncops_{client.service.name.replace('-', '_')}"


def _missing(wanted: str, found: object, remedy: str) -> ConfigurationError:
    instead = "" if found is None else f", only a {type(found).__name__}"
    return ConfigurationError(f"there {wanted} here{instead}: {remedy}")
