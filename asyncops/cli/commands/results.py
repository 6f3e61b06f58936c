"""``results``: what came of operations, as JSON."""

import typer

from asyncops.cli.commands.get import Ids
from asyncops.cli.connect import connected
from asyncops.cli.exit import ExitCode
from asyncops.cli.groups import Settings
from asyncops.cli.options.from_class import add
from asyncops.cli.options.on_resource import OnResource, on_resource, require_ids
from asyncops.cli.output.sinks import StandardOutput
from asyncops.cli.resources import Resource
from asyncops.cli.runtime.run import right_use
from asyncops.unstructure import json_bytes

__all__ = ["add_to"]


async def _results(settings: Settings, on: OnResource, ids: Ids) -> int:
    """Get what came of operations that have succeeded: a line of JSON each.

    Where one of them cannot be had, those behind it are not asked for.
    """
    output = StandardOutput()
    async with connected(settings, on.resource.client) as client:
        operations = on.verbs(client)
        with right_use(on.in_options):
            require_ids(operations, ids.ids)
        for id_ in ids.ids:
            await output.put(json_bytes(await operations.results(id_)) + b"\n")
    return ExitCode.DONE


def add_to(group: typer.Typer, resource: Resource) -> None:
    """Add the command, where the service has results apart."""
    if resource.description.results is not None:
        on = on_resource(OnResource, resource, beside=[Ids])
        add(group, "results", _results, examples=[on.example("results", "$ID")], on=on)
