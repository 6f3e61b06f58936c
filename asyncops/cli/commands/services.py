"""``services``: those that are installed, and where each comes from."""

from asyncops.cli.groups import add, app
from asyncops.cli.resources import distribution_of, installed
from asyncops.cli.shell import put_rows


async def _command() -> None:
    """List the services that are installed: a group of commands each.

    None of them is imported for that. A service is described with asyncops.kit, and registered by
    its distribution as an entry point of the group asyncops.services.
    """
    rows = [(name, distribution_of(each), each.value) for name, each in installed().items()]
    put_rows([("SERVICE", "DISTRIBUTION", "CLIENT"), *rows])


add(app, "services", _command, panel="Services")
