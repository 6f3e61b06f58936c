"""Fields of options classes, each with the option or the argument of the command that it is."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import attrs
import typer

from asyncops.cli.text.times import duration

__all__ = ["CONTEXT", "argument", "duration_option", "info_of", "option", "take_options"]

CONTEXT = "command_context"
_INFO = "typer"


def option(
    default: Any,
    help: str | None,  # noqa: A002 - as typer has it
    *names: str,
    panel: str | None = None,
    kind: Any = None,
    repr: bool = True,  # noqa: A002 - as attrs has it
    **more: Any,
) -> Any:
    """A field that is an option of the command.

    ::

        @frozen(kw_only=True)
        class Size:
            rows: int | None = option(None, "Stop after so many.", metavar="N", min=1)

    Args:
        default: Its default; ``attrs.NOTHING`` where it has to be given.
        help: What it does.
        names: Its names, where they are not that of the field.
        panel: The panel of the help that shows it.
        kind: The type of the field, where its class is made at run time.
        repr: Whether ``repr`` shows its value.
        more: Further arguments of ``typer.Option``.
    """
    info = typer.Option(*names, help=help, rich_help_panel=panel, **more)
    return attrs.field(default=default, type=kind, repr=repr, metadata={_INFO: info})


def duration_option(
    default: float | None,
    help: str,  # noqa: A002 - as typer has it
    *names: str,
    panel: str,
    shown: str | bool = False,
    kind: Any = None,
) -> Any:
    """A field that is an option which takes a duration, such as ``90s``.

    Args:
        default: Its default, in seconds.
        help: What it does.
        names: Its names, where they are not that of the field.
        panel: The panel of the help that shows it.
        shown: Its default in words; `False` shows none.
        kind: The type of the field, where its class is made at run time.
    """
    more: Any = {"parser": duration, "metavar": "DURATION", "show_default": shown}
    return option(default, help, *names, panel=panel, kind=kind, **more)


def argument(
    metavar: str,
    help: str | None = None,  # noqa: A002 - as typer has it
    default: Any = attrs.NOTHING,
    **more: Any,
) -> Any:
    """A field that is an argument of the command; without a default, it has to be given."""
    kind = more.pop("kind", None)
    info = typer.Argument(metavar=metavar, help=help, show_default=False, **more)
    return attrs.field(default=default, type=kind, metadata={_INFO: info})


def info_of(field: "attrs.Attribute[Any]") -> Any:
    """The option or argument that a field is, as typer has it."""
    return field.metadata[_INFO]


def take_options(function: Callable[..., None], *kinds: type) -> None:
    """Make typer see the fields of classes as the options and arguments of a function.

    The function is given their values by name, and the command's context as :data:`CONTEXT`.
    """
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        inspect.Parameter(
            each.name,
            keyword,
            default=inspect.Parameter.empty if each.default is attrs.NOTHING else each.default,
            annotation=Annotated[each.type, info_of(each)],
        )
        for kind in kinds
        for each in attrs.fields(kind)
        if each.init
    ]
    context = inspect.Parameter(CONTEXT, keyword, annotation=typer.Context)
    vars(function)["__signature__"] = inspect.Signature([*parameters, context])
