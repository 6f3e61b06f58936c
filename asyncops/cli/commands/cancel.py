"""``cancel``: ask a service to cancel operations."""

import typer

from asyncops.cli.commands.get import GetOptions, Ids, Showing
from asyncops.cli.groups import Settings
from asyncops.cli.options.action import NoContent, content_of, on_action
from asyncops.cli.options.from_class import add
from asyncops.cli.options.on_resource import OnResource, require_ids
from asyncops.cli.resources import Resource
from asyncops.errors import AsyncOpsError


async def _cancel(
    settings: Settings, on: OnResource, ids: Ids, file: NoContent, options: GetOptions
) -> int:
    """Ask the service to cancel operations; they may go on for a while.

    Exit code 4 where one of them could not be cancelled; the others are asked for all the same.
    Where one cannot be an id, none is.
    """
    with file.opened() as content:
        # Each request sends it from its beginning.
        sent = [] if content is None else [content.read()]
    showing = Showing(options, several=len(ids.ids) > 1)
    async with on.opened(settings) as operations:
        require_ids(operations, ids.ids)
        for id_ in ids.ids:
            try:
                with on.right_use():
                    result = await operations.cancel(id_, *sent, **on.given())
            except AsyncOpsError as error:
                result = error
            await showing.take(id_, result)
    return await showing.end()


def add_to(group: typer.Typer, resource: Resource) -> None:
    """Add the command, where the resource has the action."""
    action = resource.description.cancel
    if action is None:
        return
    on, file = on_action(resource, action, (GetOptions, Ids)), content_of(action)
    words = ["FILE"] if action.body == "bytes" else []
    examples = [on.example("cancel", "$ID", *words)]
    add(group, "cancel", _cancel, examples=examples, on=on, file=file)
