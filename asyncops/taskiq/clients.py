"""One client a worker process, opened as it starts and given to the tasks that ask for it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

from taskiq import AsyncBroker, TaskiqDepends, TaskiqEvents, TaskiqState

from asyncops.chainloop import ChainloopClient
from asyncops.errors import ConfigurationError
from asyncops.zoo import ZooClient

__all__ = [
    "ChainloopDep",
    "Opens",
    "ZooDep",
    "chainloop_accounts",
    "chainloop_client",
    "install",
    "zoo_accounts",
    "zoo_client",
]

C = TypeVar("C")

Opens = Callable[[], AbstractAsyncContextManager[C]]
"""Makes what is entered when a worker starts, and left when it ends: a client's class is one."""

_ALL = "asyncops.clients"


def install(
    broker: AsyncBroker,
    *,
    zoo: Opens[ZooClient] | Mapping[str, Opens[ZooClient]] | None = None,
    chainloop: Opens[ChainloopClient] | Mapping[str, Opens[ChainloopClient]] | None = None,
) -> None:
    """Have each worker of a broker open clients as it starts, and close them as it ends.

    A task gets them as dependencies: ``zoo: ZooClient = TaskiqDepends(zoo_client)``, or with
    :func:`chainloop_client`; where several accounts were given by name, :func:`zoo_accounts` and
    :func:`chainloop_accounts` give a mapping from the name to the client. They are made in the
    worker's event loop and shared by all tasks of that worker process.

    Args:
        broker: Any broker; ``InMemoryBroker`` opens them in ``startup()``.
        zoo: ``ZooClient``, or anything else that is called without arguments in the worker and
            gives a client or an async context manager over one; or a mapping of those, by the
            names of accounts.
        chainloop: The same for ``ChainloopClient``.

    Raises:
        TypeError: Something else was given, a client that is already made for instance.
    """
    openings: dict[str, Opens[Any] | Mapping[str, Opens[Any]]] = {}
    for name, given in (("zoo", zoo), ("chainloop", chainloop)):
        if given is not None:
            openings[_key(name, given)] = _checked(name, given)

    async def start(state: TaskiqState) -> None:
        async with AsyncExitStack() as stack:
            held = state.setdefault(_ALL, {})
            for key, given in openings.items():
                if key in held:
                    raise ConfigurationError(f"install() was called twice for {key}")
                held[key] = await _opened(stack, given)
                stack.callback(held.pop, key)
            closings.append(stack.pop_all())

    async def stop(_: TaskiqState) -> None:
        while closings:
            await closings.pop().aclose()

    closings: list[AsyncExitStack] = []
    broker.add_event_handler(TaskiqEvents.WORKER_STARTUP, start)
    broker.add_event_handler(TaskiqEvents.WORKER_SHUTDOWN, stop)


def _checked(
    name: str, given: Opens[Any] | Mapping[str, Opens[Any]]
) -> Opens[Any] | Mapping[str, Opens[Any]]:
    each = dict(given) if isinstance(given, Mapping) else given
    for opens in each.values() if isinstance(each, dict) else [each]:
        if not callable(opens):
            raise TypeError(
                f"{name} must be called without arguments in each worker and give a client, as "
                f"{name.capitalize()}Client does, or be a mapping of such; "
                f"got {type(opens).__name__}"
            )
    return each


def _key(name: str, given: object) -> str:
    return f"{name} accounts" if isinstance(given, Mapping) else name


async def _opened(stack: AsyncExitStack, given: Opens[Any] | Mapping[str, Opens[Any]]) -> object:
    if not isinstance(given, Mapping):
        return await stack.enter_async_context(given())
    clients = {
        account: await stack.enter_async_context(opens()) for account, opens in given.items()
    }
    return MappingProxyType(clients)


_State = Annotated[TaskiqState, TaskiqDepends()]


def zoo_client(state: _State) -> ZooClient:
    """The worker's client for Zoo: ``zoo: ZooClient = TaskiqDepends(zoo_client)``.

    Raises:
        ConfigurationError: None was installed, or the worker has not started.
    """
    client: ZooClient = _installed(state, "zoo", "zoo=ZooClient")
    return client


def chainloop_client(state: _State) -> ChainloopClient:
    """The worker's client for Chainloop, as :func:`zoo_client` is the one for Zoo."""
    client: ChainloopClient = _installed(state, "chainloop", "chainloop=ChainloopClient")
    return client


def zoo_accounts(state: _State) -> Mapping[str, ZooClient]:
    """The worker's clients for Zoo by the names that :func:`install` was given.

    Raises:
        ConfigurationError: None were installed, or the worker has not started.
    """
    clients: Mapping[str, ZooClient] = _installed(
        state, "zoo accounts", "zoo={'an account': lambda: ZooClient(...)}"
    )
    return clients


def chainloop_accounts(state: _State) -> Mapping[str, ChainloopClient]:
    """The worker's clients for Chainloop by name, as :func:`zoo_accounts` are those for Zoo."""
    clients: Mapping[str, ChainloopClient] = _installed(
        state, "chainloop accounts", "chainloop={'an account': lambda: ChainloopClient(...)}"
    )
    return clients


def _installed(state: TaskiqState, key: str, argument: str) -> Any:
    held: dict[str, Any] = state.get(_ALL, {})
    if key not in held:
        raise ConfigurationError(
            f"this worker has no client for the task: call asyncops.taskiq.install(broker, "
            f"{argument}) where the broker is made, and start the broker before a task runs"
        )
    return held[key]


ZooDep = Annotated[ZooClient, TaskiqDepends(zoo_client)]
"""The same as an annotation alone. A type checker then wants it as an argument of ``kiq``, too."""

ChainloopDep = Annotated[ChainloopClient, TaskiqDepends(chainloop_client)]
"""The same as an annotation alone, as :data:`ZooDep`."""
