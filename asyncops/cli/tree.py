"""The commands of a service: its groups and resources, and the verbs that each has."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import typer
from attrs import evolve

from asyncops.cli.commands import get, report, start, wait, watch
from asyncops.cli.commands import list as listing
from asyncops.cli.groups import Commands, LazyGroup, first_words
from asyncops.cli.resources import SERVICES, Resource, dashed, names_below, paths_of, resource_of
from asyncops.kit.resources import kind_at

# In the order in which help shows them.
_VERBS = [each.add_to for each in (listing, get, wait, watch, start, report)]


def commands_of(service: str, above: str = "", words: str = "") -> Commands:
    """What makes the commands of a service, or of one of its groups and resources.

    Args:
        service: The service.
        above: The group or resource as code writes it behind the client; ``""`` for the client.
        words: The words of the command so far.
    """
    words = words or service
    common, ways = _common_operations(service, above)
    own = common or above
    made: dict[str, Callable[[str], Any]] = {}
    if own in paths_of(service):
        commands = _commands(resource_of(service, own, words=words), _VERBS)
        made = {verb: partial(_made, command) for verb, command in commands.items()}
    for name in names_below(service, above):
        path = f"{above}.{name}" if above else name
        if path != common:
            make = _way_to_start if path in ways else _group
            made[dashed(name)] = partial(make, service, path, words)
    return made


def _common_operations(service: str, above: str) -> tuple[str | None, set[str]]:
    """The resource of a group that gets what the others start, and those: the ways to start it.

    None is found where each has operations of its own.

    Args:
        service: The service.
        above: The group as code writes it behind the client.
    """
    paths = paths_of(service)
    inside = [f"{above}.{name}" for name in names_below(service, above)] if above else []
    found = {name: paths[name].description for name in inside if name in paths}
    lookups = {name: each for name, each in found.items() if each.listing is None}
    starts = {name: each for name, each in found.items() if each.start is not None}
    started = {each.get for name, each in lookups.items() if name in starts}
    for name, each in lookups.items():
        if name not in starts and each.get in started:
            return name, {way for way, start in starts.items() if start.get == each.get}
    return None, set()


def _way_to_start(service: str, path: str, above: str, word: str) -> Any:
    found = evolve(resource_of(service, path, words=f"{above} {word}"), group=above)
    return _commands(found, [partial(start.add_to, name=word)])[word]


def _group(service: str, path: str, above: str, word: str) -> LazyGroup:
    fill = partial(commands_of, service, path, f"{above} {word}")
    client, found = SERVICES[service], paths_of(service).get(path)
    words = first_words(kind_at(client, path) if found is None else found.description.item)
    usual = f"{client.service.title}'s {path.rpartition('.')[2].replace('_', ' ')}."
    return LazyGroup(name=word, fill=fill, help=words or usual)


def _commands(
    resource: Resource, adding: Iterable[Callable[[typer.Typer, Resource], None]]
) -> dict[str, Any]:
    group = typer.Typer(rich_markup_mode="rich", pretty_exceptions_enable=False)
    # With one command only, typer makes no group.
    group.callback()(lambda: None)
    for add_to in adding:
        add_to(group, resource)
    made: Any = typer.main.get_group(group)
    return dict(made.commands)


def _made(command: Any, _: str) -> Any:
    return command
