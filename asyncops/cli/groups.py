"""The tree of commands, and the settings that all of them share."""

from collections.abc import Callable, Mapping
from typing import Any, Self

import typer
from attrs import evolve, frozen
from typer.core import TyperCommand, TyperGroup

from asyncops.cli.accounts.services import SERVICES, distribution_of, installed
from asyncops.cli.exit import Failure
from asyncops.cli.options.fields import CONTEXT, option, size, take_options
from asyncops.cli.resources import known_or_near, meant
from asyncops.cli.text.terminal import complain
from asyncops.version import VERSION

_COMMON = "Common"

Commands = Mapping[str, Callable[[str], Any]]
"""What makes each command of a group, given the word that was typed for it."""


@frozen(kw_only=True)
class Settings:
    """The settings of every command; its fields are options of every command.

    Attributes:
        profile: The account to use, of those configured.
        verbose: Say more; twice, everything.
        proxy: A proxy to go by; those of the environment are not used.
        max_body: The largest answer that is read, as 1GiB; unless given, 10MiB for a page and
            256MiB for the result of one operation.
    """

    profile: str | None = option(None, "--profile", "-p", panel=_COMMON, metavar="NAME")
    verbose: int = option(0, "--verbose", "-v", panel=_COMMON, count=True, show_default=False)
    proxy: str | None = option(None, panel=_COMMON, metavar="URL", repr=False)
    max_body: int | None = option(None, panel=_COMMON, parser=size, metavar="SIZE")

    def over(self, others: Self) -> Self:
        """These settings, and where they say nothing those that stood before the command."""
        names = ("profile", "proxy", "max_body")
        known = {name: getattr(self, name) or getattr(others, name) or None for name in names}
        return evolve(self, verbose=self.verbose + others.verbose, **known)


class Command(TyperCommand):
    """A command whose help shows no type for what takes no value."""

    def get_params(self, ctx: Any) -> Any:
        """The options and arguments."""
        return _without_types(super().get_params(ctx))


class LazyGroup(TyperGroup):
    """A group whose commands are made when one of them is asked for.

    A command is found by its whole name or, where only one ends so, by the end of it: ``prompts``
    stands for ``ml-prompts``.
    """

    def __init__(self, *, fill: Callable[[], Commands], **attrs: Any) -> None:
        super().__init__(**{**attrs, "no_args_is_help": True, "rich_markup_mode": "rich"})
        self._fill = fill
        self._makers: Commands | None = None

    def get_params(self, ctx: Any) -> Any:
        """The options, of which those that take no value show no type."""
        return _without_types(super().get_params(ctx))

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of the commands."""
        return [*self._known(), *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a name; `None` if there is none."""
        makers = self._known()
        found = meant(cmd_name, makers)
        return super().get_command(ctx, cmd_name) if found is None else makers[found](cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the first argument names; a name that is none is answered with others.

        Typer's own answer knows only of commands that are made already.
        """
        if not ctx.resilient_parsing and self.get_command(ctx, args[0]) is None:
            hint = known_or_near(args[0], self.list_commands(ctx))
            ctx.fail(f"No such command {args[0]!r}. {hint[:1].upper()}{hint[1:]}")
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments; the commands are there before help is shown."""
        self._known()
        return super().parse_args(ctx, args)

    def _known(self) -> Commands:
        if self._makers is None:
            try:
                self._makers = self._fill()
            except Failure as failure:
                complain(str(failure))
                raise typer.Exit(failure.code) from None
        return self._makers


class _Program(LazyGroup):
    """The program: a group for each service that is installed, and commands of its own."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__(fill=lambda: dict.fromkeys(SERVICES, _service_group), **attrs)


def _without_types(params: Any) -> Any:
    for each in params:
        if getattr(each, "is_flag", False) or getattr(each, "count", False):
            each.metavar = ""
    return params


def _service_group(name: str) -> LazyGroup:
    def fill() -> Commands:
        from asyncops.cli.options.from_class import first_words  # noqa: PLC0415 - needs this module
        from asyncops.cli.tree import commands_of  # noqa: PLC0415 - loads the client

        # The list of all services has no more than can be said without importing them.
        group.help = f"{first_words(SERVICES[name])}\n\n{group.help}".strip()
        return commands_of(name)

    help_ = f"The service {name}, of {distribution_of(installed()[name])}."
    group = LazyGroup(name=name, fill=fill, help=help_, rich_help_panel="Services")
    return group


app: typer.Typer = typer.Typer(
    name="asyncops",
    cls=_Program,
    help="List, fetch, wait for and watch the operations that services run asynchronously.",
    epilog="Exit codes: 0 done, 1 an operation failed, 2 wrong use, 3 timeout, 4 error of a "
    "service or of the network, 130 interrupted.",
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"asyncops {VERSION}")
        raise typer.Exit


@frozen(kw_only=True)
class _Version:
    """What is shown instead of running a command.

    Attributes:
        version: Show the version.
    """

    version: bool = option(False, "--version", callback=_print_version, is_eager=True)


def _common(**given: Any) -> None:
    context, _ = given.pop(CONTEXT), given.pop("version")
    context.obj = Settings(**given)


take_options(_common, Settings, _Version)
app.callback()(_common)
