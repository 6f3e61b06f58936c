"""The commands of a service: its groups and resources, and the verbs that each has."""

from collections.abc import Callable
from functools import partial
from typing import Any

import typer

from asyncops.cli.accounts.services import Service
from asyncops.cli.commands import actions, get, report, wait, watch
from asyncops.cli.commands import list as listing
from asyncops.cli.groups import Commands, LazyGroup
from asyncops.cli.names import dashed
from asyncops.cli.options.from_class import paragraphs
from asyncops.cli.resources import Resource, resource_of, resources_below
from asyncops.kit.resources import resources_of

__all__ = ["commands_of", "first_words"]

# In the order in which help shows them.
_VERBS: tuple[Callable[[typer.Typer, Resource], None], ...] = (
    listing.add_to,
    get.add_to,
    wait.add_to,
    watch.add_to,
    actions.add_to,
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
    own = _verbs(resource_of(service.name, above, words=words)) if above in _names(service) else {}
    below: Commands = {
        dashed(name): _maker(service, f"{above}.{name}" if above else name, words)
        for name in resources_below(service, above)
    }
    return {**own, **below}


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
    words = ""
    if path in _names(service):
        words = first_words(resource_of(service.name, path).model)
    return words or f"{service.title}'s {path.rpartition('.')[2].replace('_', ' ')}."


def first_words(kind: type) -> str:
    """The first paragraph of a class's docstring, for help; ``""`` if it has none."""
    return paragraphs(kind.__doc__ or "").partition("\n\n")[0].replace("``", "")


def _verbs(resource: Resource) -> Commands:
    group = typer.Typer(rich_markup_mode="rich", pretty_exceptions_enable=False)
    # With one command only, typer makes no group.
    group.callback()(lambda: None)
    for add_to in _VERBS:
        add_to(group, resource)
    made: Any = typer.main.get_group(group)
    return {name: partial(_made, command) for name, command in made.commands.items()}


def _made(command: Any, _: str) -> Any:
    return command
