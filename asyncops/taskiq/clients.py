"""Clients that live as long as a worker process, as dependencies of its tasks."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from typing import Annotated, TypeVar

from taskiq import AsyncBroker, TaskiqDepends, TaskiqEvents, TaskiqState

from asyncops.client import BaseClient
from asyncops.kit.open_clients import (
    Opens,
    check_openings,
    open_accounts,
    open_client,
    open_clients,
    same_for_a_class,
)
from asyncops.services.chainloop import ChainloopClient
from asyncops.services.zoo import ZooClient

C = TypeVar("C", bound=BaseClient)

_State = Annotated[TaskiqState, TaskiqDepends()]

_REMEDY = (
    "call asyncops.taskiq.install(broker, {}) where the broker is made, and start the broker "
    "before a task runs"
)


def install(broker: AsyncBroker, *clients: Opens | Mapping[str, Opens]) -> None:
    """Let each worker of a broker open clients when it starts and close them when it ends.

    ::

        install(broker, ZooClient, GitHubClient)

        @broker.task
        async def failed(zoo: ZooClient = TaskiqDepends(client_of(ZooClient))) -> int:
            return len(await zoo.operations.list(status="failed").collect())

    :func:`client_of` is the dependency for any client. Where several accounts of a service are
    given by name, :func:`accounts_of` gives a mapping from the name to the client. The clients are
    made in the worker's event loop, and all tasks of the worker process share them.

    Args:
        broker: Any broker; ``InMemoryBroker`` opens the clients in ``startup()``.
        clients: A client's class, or a function without arguments that gives a client or an async
            context manager over one; or a mapping of those, by the names of accounts.

    Raises:
        TypeError: An argument is none of these, but a client that is already made, for instance.
        ConfigurationError: When the worker starts: there is no token, a call gave something else
            than a client, or there are two for one service.
    """
    check_openings("install()", clients)
    closings: list[AsyncExitStack] = []

    async def start(state: TaskiqState) -> None:
        async with AsyncExitStack() as stack:
            await open_clients(stack, clients, state)
            closings.append(stack.pop_all())

    async def stop(_: TaskiqState) -> None:
        while closings:
            await closings.pop().aclose()

    broker.add_event_handler(TaskiqEvents.WORKER_STARTUP, start)
    broker.add_event_handler(TaskiqEvents.WORKER_SHUTDOWN, stop)


@same_for_a_class
def client_of(kind: type[C]) -> Callable[[TaskiqState], C]:
    """Return the dependency that gives the worker's client of a class.

    ``github: GitHubClient = TaskiqDepends(client_of(GitHubClient))``. It raises a
    :class:`~asyncops.ConfigurationError` where none was installed, or the worker has not started.
    """

    def dependency(state: _State) -> C:
        return open_client(state, kind, _REMEDY)

    return dependency


@same_for_a_class
def accounts_of(kind: type[C]) -> Callable[[TaskiqState], Mapping[str, C]]:
    """Return the dependency that gives the worker's clients of a class, by the names of accounts.

    ``zoo: Mapping[str, ZooClient] = TaskiqDepends(accounts_of(ZooClient))``; see
    :func:`client_of`.
    """

    def dependency(state: _State) -> Mapping[str, C]:
        return open_accounts(state, kind, _REMEDY)

    return dependency


ZooDep = Annotated[ZooClient, TaskiqDepends(client_of(ZooClient))]
"""``zoo: ZooDep``: the dependency as an annotation. Checkers then ask ``kiq`` for it as well."""

ChainloopDep = Annotated[ChainloopClient, TaskiqDepends(client_of(ChainloopClient))]
"""``chainloop: ChainloopDep``, as :data:`ZooDep`."""
