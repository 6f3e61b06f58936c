"""Options that commands have in common, as the fields of a class."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

import attrs
import typer

__all__ = ["taking"]

Command = Callable[..., None]


def taking(kind: type[attrs.AttrsInstance], name: str = "query") -> Callable[[Command], Command]:
    """Give a command the fields of a class as options, and the object made of them as an argument.

    Args:
        kind: An attrs class, each field of which is ``Annotated`` with its option. Where it
            raises :class:`ValueError`, the command is used wrongly.
        name: The command's parameter for the object.
    """
    fields = [each for each in attrs.fields(kind) if each.init]

    def decorate(command: Command) -> Command:
        @wraps(command)
        def run(*args: Any, **given: Any) -> None:
            values = {each.name: given.pop(each.name) for each in fields}
            try:
                made = kind(**values)
            except ValueError as error:
                raise typer.BadParameter(str(error)) from None
            command(*args, **{**given, name: made})

        vars(run)["__signature__"] = _with_options(inspect.signature(command), name, fields)
        return run

    return decorate


def _with_options(
    signature: inspect.Signature, name: str, fields: "list[attrs.Attribute[Any]]"
) -> inspect.Signature:
    own = [each for each in signature.parameters.values() if each.name != name]
    first = [each for each in own if each.kind is not inspect.Parameter.KEYWORD_ONLY]
    options = [
        inspect.Parameter(
            each.name, inspect.Parameter.KEYWORD_ONLY, default=each.default, annotation=each.type
        )
        for each in fields
    ]
    return signature.replace(parameters=[*first, *options, *own[len(first) :]])
