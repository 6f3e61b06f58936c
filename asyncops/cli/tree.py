"""The commands of a service: its groups and resources, and the verbs that each has."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import typer
from attrs import evolve

from asyncops.cli.accounts.services import Service
from asyncops.cli.commands import cancel, get, report, start, wait, watch
from asyncops.cli.commands import list as listing
from asyncops.cli.groups import Commands, LazyGroup
from asyncops.cli.names import dashed
from asyncops.cli.options.from_class import first_words
from asyncops.cli.resources import (
    Resource,
    common_operations,
    resource_of,
    resources_below,
)
from asyncops.kit.resources import kind_at, resources_of

__all__ = ["commands_of"]

# In the order in which help shows them.
_VERBS: tuple[Callable[[typer.Typer, Resource], None], ...] = (
    listing.add_to,
    get.add_to,
    wait.add_to,
    watch.add_to,
    start.add_to,
    cancel.add_to,
    report.add_to,
)


def commands_of(service: Service, above: str = "", words: str = "") -> Commands:
    """What makes the commands of a service, or of one of its groups and resources.

    Args:
        service: The service.
        above: The group or resource as code writes it behind the client; ``""`` for the client.
        words: The words of the command so far.
    """
    words = words or service.name
    common = common_operations(service, above)
    own = common or above
    verbs = _verbs(resource_of(service.name, own, words=words)) if own in _names(service) else {}
    below: dict[str, Callable[[str], Any]] = {}
    for name in resources_below(service, above):
        path = f"{above}.{name}" if above else name
        if path != common:
            make = _way_to_start if _is_way_to_start(service, path, common) else _maker
            below[dashed(name)] = make(service, path, words)
    return {**verbs, **below}


def _is_way_to_start(service: Service, path: str, common: str | None) -> bool:
    """Whether a resource is one of several ways to start operations that are got in common."""
    if common is None or path not in _names(service):
        return False
    description = resource_of(service.name, path).description
    get = resource_of(service.name, common).description.get
    return description.start is not None and description.get == get


def _way_to_start(service: Service, path: str, above: str) -> Callable[[str], Any]:
    def make(word: str) -> Any:
        found = resource_of(service.name, path, words=f"{above} {word}")
        return _commands(evolve(found, group=above), [partial(start.add_to, name=word)])[word]

    return make


def _names(service: Service) -> set[str]:
    return {each.name for each in resources_of(service.client)}


def _maker(service: Service, path: str, above: str) -> Callable[[str], LazyGroup]:
    def make(word: str) -> LazyGroup:
        words = f"{above} {word}"
        return LazyGroup(
            name=word,
            fill=lambda: commands_of(service, path, words),
            help=_help(service, path),
        )

    return make


def _help(service: Service, path: str) -> str:
    is_resource = path in _names(service)
    kind = resource_of(service.name, path).model if is_resource else kind_at(service.client, path)
    words = first_words(kind)
    return words or f"{service.title}'s {path.rpartition('.')[2].replace('_', ' ')}."


def _verbs(resource: Resource) -> Commands:
    made = _commands(resource, _VERBS)
    return {name: partial(_made, command) for name, command in made.items()}


def _commands(
    resource: Resource, adding: Iterable[Callable[[typer.Typer, Resource], None]]
) -> dict[str, Any]:
    group = typer.Typer(rich_markup_mode="rich", pretty_exceptions_enable=False)
    # With one command only, typer makes no group.
    group.callback()(lambda: None)
    for add_to in adding:
        add_to(group, resource)
    made: Any = typer.main.get_group(group)
    commands: dict[str, Any] = made.commands
    return commands


def _made(command: Any, _: str) -> Any:
    return command
