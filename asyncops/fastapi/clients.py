"""Clients that live as long as the app, as dependencies of its handlers."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Annotated, Any, TypeVar

from fastapi import Depends, FastAPI
from fastapi.requests import HTTPConnection

from asyncops import ChainloopClient, ConfigurationError, ZooClient
from asyncops.client import BaseClient
from asyncops.fastapi.stopping import SERVER, server_in_charge
from asyncops.kit.open_clients import (
    Opens,
    check_openings,
    open_accounts,
    open_client,
    open_clients,
    same_for_a_class,
)

C = TypeVar("C", bound=BaseClient)

Lifespan = Callable[[Any], AbstractAsyncContextManager[Mapping[str, Any] | None]]
"""The type of FastAPI's ``lifespan=``."""

_REMEDY = (
    "give FastAPI lifespan=lifespan({}), and see that the server runs lifespans; of a mounted app, "
    "the outer one's runs alone"
)


def lifespan(
    *clients: Opens | Mapping[str, Opens], also: Lifespan | None = None
) -> Callable[[FastAPI], AbstractAsyncContextManager[dict[str, Any]]]:
    """Open clients when the app starts and close them when it stops.

    ``FastAPI(lifespan=lifespan(ZooClient, GitHubClient))``. The server gives the clients to each
    request of this app (``request.state``), so that several apps in one process share nothing. A
    mounted app gets the same state. A router may have a ``lifespan(...)`` of its own, for a client
    that the app does not open.

    To use a client at startup, wrap this in a lifespan of your own: ``async with
    lifespan(ZooClient)(app) as state`` gives the state to yield, with the client as
    ``state["asyncops_zoo"]``, by the name of its service.

    Args:
        clients: Makes a client, of any service: a class, a ``functools.partial`` or a lambda, not
            a client; or a mapping of those by the names of accounts, where there are several of one
            service. Is called without arguments when the app starts, in its event loop.
        also: Another lifespan, which begins when the clients are open. It ends before they are
            closed, and they are closed even where it fails. The mapping that it yields is added
            to the state.

    Raises:
        TypeError: An argument cannot be called.
        ConfigurationError: When the app starts: there is no token, a call gave something else
            than a client, there are two for one service, or ``also`` yields a name that is taken.
    """
    check_openings("lifespan()", clients)
    if also is not None and not callable(also):
        raise TypeError(f"also must be another lifespan, got {type(also).__name__}")

    @asynccontextmanager
    async def opened(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with AsyncExitStack() as stack:
            state: dict[str, Any] = {}
            if (server := server_in_charge()) is not None:
                state[SERVER] = server
            await open_clients(stack, clients, state)
            if also is not None:
                added = await stack.enter_async_context(also(app)) or {}
                if taken := state.keys() & added.keys():
                    raise ConfigurationError(f"also= yields a name that is taken: {min(taken)}")
                state.update(added)
            yield state

    return opened


@same_for_a_class
def client_of(kind: type[C]) -> Callable[[HTTPConnection], Awaitable[C]]:
    """Return the dependency that gives the app's client of a class, to HTTP and WebSocket handlers.

    ::

        GitHubDep = Annotated[GitHubClient, Depends(client_of(GitHubClient))]

        @app.get("/runs")
        async def runs(github: GitHubDep) -> Out[Page[Run]]:
            return await github.runs("python", "cpython").list()

    It is the same function each time, so that ``app.dependency_overrides[client_of(GitHubClient)] =
    ...`` replaces the client. It raises a :class:`~asyncops.ConfigurationError` where the app has
    not opened one.
    """

    async def dependency(connection: HTTPConnection) -> C:
        return open_client(connection.scope.get("state", {}), kind, _REMEDY)

    return dependency


@same_for_a_class
def accounts_of(kind: type[C]) -> Callable[[HTTPConnection], Awaitable[Mapping[str, C]]]:
    """Return the dependency that gives the app's clients of a class, by the names of accounts.

    ``zoo: Annotated[Mapping[str, ZooClient], Depends(accounts_of(ZooClient))]``, for
    ``lifespan({"research": ..., "production": ...})``; else as :func:`client_of`.
    """

    async def dependency(connection: HTTPConnection) -> Mapping[str, C]:
        return open_accounts(connection.scope.get("state", {}), kind, _REMEDY)

    return dependency


ZooDep = Annotated[ZooClient, Depends(client_of(ZooClient))]
"""``zoo: ZooDep``, as a handler's argument: the client that ``lifespan(ZooClient)`` opened."""

ChainloopDep = Annotated[ChainloopClient, Depends(client_of(ChainloopClient))]
"""``chainloop: ChainloopDep``: the client that ``lifespan(ChainloopClient)`` opened."""
