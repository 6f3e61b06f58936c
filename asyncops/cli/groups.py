"""The tree of commands, and commands whose options are the fields of classes."""

import inspect
import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import cached_property
from typing import Any, get_type_hints

import attrs
import typer
from attrs import frozen
from typer.core import TyperCommand, TyperGroup

from asyncops.cli.options.fields import CONTEXT, Settings, option, take_options
from asyncops.cli.resources import SERVICES, distribution_of, installed, known_or_near, meant
from asyncops.cli.runtime.run import execute
from asyncops.cli.shell import Failure, complain
from asyncops.version import VERSION

Commands = Mapping[str, Callable[[str], Any]]
"""What makes each command of a group, given the word that was typed for it."""


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

    def get_params(self, ctx: Any) -> Any:
        """The options, of which those that take no value show no type."""
        return _without_types(super().get_params(ctx))

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of the commands."""
        return [*self._makers, *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a name; `None` if there is none."""
        found = meant(cmd_name, self._makers)
        if found is None:
            return super().get_command(ctx, cmd_name)
        return self._makers[found](cmd_name)

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
        _ = self._makers
        return super().parse_args(ctx, args)

    @cached_property
    def _makers(self) -> Commands:
        try:
            return self._fill()
        except Failure as failure:
            complain(str(failure))
            raise typer.Exit(failure.code) from None


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


def add(
    group: typer.Typer,
    name: str,
    run: Callable[..., Coroutine[object, object, int | None]],
    *,
    help: str | None = None,  # noqa: A002 - as typer has it
    examples: Sequence[str] = (),
    notes: str = "",
    panel: str | None = None,
    **parts: Any,
) -> None:
    """Add a command whose options are the fields of the classes that it takes.

    Every command has the options of :class:`~asyncops.cli.options.fields.Settings`: people look for
    them behind a command as well as before it.

    Args:
        group: Where the command belongs.
        name: Its name.
        run: Called with an object of the class of each parameter; gives the exit code, or nothing
            for 0. The fields of these classes are made by :mod:`asyncops.cli.options.fields`. Where
            one raises :class:`ValueError`, the command is used wrongly. It may take ``settings`` as
            well.
        help: What it does; `None` means the docstring of ``run``.
        examples: Commands that stand below its help.
        notes: What stands below these.
        panel: The panel of the help that shows the command.
        parts: The classes of parameters whose annotation names only a base of them.
    """
    kinds = {name: kind for name, kind in get_type_hints(run).items() if attrs.has(kind)} | parts
    takes_settings = kinds.pop("settings", None) is not None

    def command(**given: Any) -> None:
        before = given.pop(CONTEXT).obj
        made: dict[str, Any] = {part: _made(kind, given) for part, kind in kinds.items()}
        settings: Settings = _made(Settings, given).over(before or Settings())
        if takes_settings:
            made["settings"] = settings
        raise typer.Exit(execute(run(**made), settings))

    # Help shows those of every command last.
    take_options(command, *kinds.values(), Settings)
    command.__doc__ = paragraphs(help or run.__doc__ or "")
    heading = "[bold]Examples[/]" if len(examples) > 1 else "[bold]Example[/]"
    below = [*([heading] if examples else []), *examples, *([notes] if notes else [])]
    epilog = "\n\n".join(below) or None
    group.command(name, cls=Command, epilog=epilog, rich_help_panel=panel)(command)


def _made(kind: Any, given: Mapping[str, Any]) -> Any:
    names = [each.name for each in attrs.fields(kind) if each.init]
    try:
        return kind(**{name: given[name] for name in names})
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def paragraphs(text: str) -> str:
    """A docstring for help: each paragraph is one line, which the terminal's width breaks."""
    return "\n\n".join(" ".join(each.split()) for each in inspect.cleandoc(text).split("\n\n"))


def first_words(kind: type) -> str:
    """The first sentence of a class's docstring, for help; ``""`` if it has none."""
    paragraph = paragraphs(kind.__doc__ or "").partition("\n\n")[0]
    return re.split(r"(?<=\.) ", paragraph)[0].replace("``", "")
