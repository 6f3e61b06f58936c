"""Commands whose options are the fields of classes."""

import inspect
import re
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, get_type_hints

import attrs
import typer

from asyncops.cli.groups import Command, Settings
from asyncops.cli.options.fields import CONTEXT, take_options
from asyncops.cli.runtime.run import execute

Run = Callable[..., Coroutine[object, object, int | None]]
"""A command: it is given the settings and its parts, and gives its exit code, or nothing for 0."""


def add(
    group: typer.Typer,
    name: str,
    run: Run,
    *,
    help: str | None = None,  # noqa: A002 - as typer has it
    examples: Sequence[str] = (),
    notes: str = "",
    panel: str | None = None,
    **parts: Any,
) -> None:
    """Add a command whose options are the fields of the classes that it takes.

    Every command takes ``settings``, the :class:`~asyncops.cli.groups.Settings`: people look for
    them behind a command as well as before it.

    Args:
        group: Where the command belongs.
        name: Its name.
        run: Called with an object of the class of each parameter. The fields of these classes are
            made by :mod:`asyncops.cli.options.fields`. Where one raises :class:`ValueError`, the
            command is used wrongly.
        help: What it does; `None` means the docstring of ``run``.
        examples: Commands that stand below its help.
        notes: What stands below these.
        panel: The panel of the help that shows the command.
        parts: The classes of parameters whose annotation names only a base of them.
    """
    kinds = {name: kind for name, kind in get_type_hints(run).items() if attrs.has(kind)} | parts
    # Help shows them last.
    kinds["settings"] = kinds.pop("settings")

    def command(**given: Any) -> None:
        ctx: typer.Context = given.pop(CONTEXT)
        try:
            made: Any = {}
            for part, kind in kinds.items():
                names = [each.name for each in attrs.fields(kind) if each.init]
                made[part] = kind(**{each: given.pop(each) for each in names})
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
        settings = made.pop("settings").over(ctx.obj or Settings())
        raise typer.Exit(execute(run(settings=settings, **made), settings))

    take_options(command, *kinds.values())
    command.__doc__ = paragraphs(help or run.__doc__ or "")
    heading = "[bold]Examples[/]" if len(examples) > 1 else "[bold]Example[/]"
    below = [*([heading] if examples else []), *examples, *([notes] if notes else [])]
    epilog = "\n\n".join(below) or None
    group.command(name, cls=Command, epilog=epilog, rich_help_panel=panel)(command)


def paragraphs(text: str) -> str:
    """A docstring for help: each paragraph is one line, which the terminal's width breaks."""
    return "\n\n".join(" ".join(each.split()) for each in inspect.cleandoc(text).split("\n\n"))


def first_words(kind: type) -> str:
    """The first sentence of a class's docstring, for help; ``""`` if it has none."""
    paragraph = paragraphs(kind.__doc__ or "").partition("\n\n")[0]
    return re.split(r"(?<=\.) ", paragraph)[0].replace("``", "")
