"""Clients that live as long as the app, and the dependencies that hand them out."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Annotated, Any, TypeVar

from fastapi import Depends, FastAPI
from fastapi.requests import HTTPConnection

from asyncops import ChainloopClient, ConfigurationError, ZooClient
from asyncops.fastapi.stopping import SERVER, server_in_charge

__all__ = ["ChainloopDep", "Lifespan", "ZooDep", "chainloop_client", "lifespan", "zoo_client"]

C = TypeVar("C", ZooClient, ChainloopClient)

Lifespan = Callable[[Any], AbstractAsyncContextManager[Mapping[str, Any] | None]]
"""What FastAPI takes as ``lifespan=``."""

_ZOO = "asyncops_zoo"
_CHAINLOOP = "asyncops_chainloop"


def lifespan(
    *,
    zoo: Callable[[], ZooClient] | None = None,
    chainloop: Callable[[], ChainloopClient] | None = None,
    also: Lifespan | None = None,
) -> Callable[[FastAPI], AbstractAsyncContextManager[dict[str, Any]]]:
    """Open clients when the app starts and close them when it stops.

    ``FastAPI(lifespan=lifespan(zoo=ZooClient))``. The clients are kept in the state that the
    server gives to each request of this app (``request.state``), so that several apps in one
    process share nothing. An app mounted in this one is given the same state. A router may have a
    ``lifespan(...)`` of its own, for the client that the app does not open.

    To use a client at startup, go around this: ``async with lifespan(zoo=ZooClient)(app) as
    state`` gives what is to be yielded on, with the clients as ``state["asyncops_zoo"]`` and
    ``state["asyncops_chainloop"]``.

    Args:
        zoo: Called with nothing when the app starts, inside of its event loop; gives the client.
            A class, a ``functools.partial`` or a lambda; not a client.
        chainloop: The same for Chainloop.
        also: Another lifespan. It begins when the clients are open, and ends before they are
            closed, which they are even where it fails. What it yields is added to the state.

    Raises:
        TypeError: One of the arguments cannot be called.
        ConfigurationError: When the app starts: there is no token, or what was called gave
            something else than a client, or ``also`` yields a name that is taken.
    """
    for name, value in (("zoo", zoo), ("chainloop", chainloop), ("also", also)):
        if value is not None and not callable(value):
            raise TypeError(
                f"{name} must be something to call when the app starts, such as a class, "
                f"got {type(value).__name__}"
            )

    @asynccontextmanager
    async def opened(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with AsyncExitStack() as stack:
            state: dict[str, Any] = {}
            if (server := server_in_charge()) is not None:
                state[SERVER] = server
            if zoo is not None:
                state[_ZOO] = await stack.enter_async_context(_made("zoo", zoo, ZooClient))
            if chainloop is not None:
                client = _made("chainloop", chainloop, ChainloopClient)
                state[_CHAINLOOP] = await stack.enter_async_context(client)
            if also is not None:
                added = await stack.enter_async_context(also(app)) or {}
                if taken := state.keys() & added.keys():
                    raise ConfigurationError(f"also= yields a name that is taken: {min(taken)}")
                state.update(added)
            yield state

    return opened


def _made(name: str, make: Callable[[], C], kind: type[C]) -> C:
    client = make()
    if not isinstance(client, kind):
        raise ConfigurationError(
            f"lifespan({name}=...) gave a {type(client).__name__}, not a {kind.__name__}"
        )
    return client


async def zoo_client(connection: HTTPConnection) -> ZooClient:
    """The app's Zoo client, for HTTP and WebSocket handlers: what ``ZooDep`` stands for.

    ``app.dependency_overrides[zoo_client]`` puts another in its place.

    Raises:
        ConfigurationError: The app did not open one.
    """
    client: ZooClient = _kept(connection, _ZOO, "zoo=ZooClient")
    return client


async def chainloop_client(connection: HTTPConnection) -> ChainloopClient:
    """The app's Chainloop client: what ``ChainloopDep`` stands for.

    ``app.dependency_overrides[chainloop_client]`` puts another in its place.

    Raises:
        ConfigurationError: The app did not open one.
    """
    client: ChainloopClient = _kept(connection, _CHAINLOOP, "chainloop=ChainloopClient")
    return client


def _kept(connection: HTTPConnection, key: str, argument: str) -> Any:
    client = connection.scope.get("state", {}).get(key)
    if client is None:
        raise ConfigurationError(
            f"this app has no such client: give FastAPI lifespan=lifespan({argument}), "
            "and see that the server runs lifespans; of a mounted app, the outer one's runs alone"
        )
    return client


ZooDep = Annotated[ZooClient, Depends(zoo_client)]
"""As a handler's argument, ``zoo: ZooDep``: the client that ``lifespan(zoo=...)`` opened."""

ChainloopDep = Annotated[ChainloopClient, Depends(chainloop_client)]
"""The same for ``lifespan(chainloop=...)``."""
