"""Options that may stand behind a command as well as before it."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer
from attrs import evolve

from asyncops.cli.reaching import MaxBody, ProxyUrl
from asyncops.cli.tree import settings_of

__all__ = ["share"]

_PANEL = "Common"
_CONTEXT = "shared_context"
_OPTIONS: dict[str, tuple[Any, Any]] = {
    "profile": (
        Annotated[
            str | None,
            typer.Option(
                "--profile",
                "-p",
                metavar="NAME",
                rich_help_panel=_PANEL,
                help="The account to use, of those configured.",
            ),
        ],
        None,
    ),
    "verbose": (
        Annotated[
            int,
            typer.Option(
                "--verbose",
                "-v",
                count=True,
                show_default=False,
                rich_help_panel=_PANEL,
                help="Say more; twice, everything.",
            ),
        ],
        0,
    ),
    "proxy": (ProxyUrl, None),
    "max_body": (MaxBody, None),
}


def share(*groups: typer.Typer) -> None:
    """Let every command of these groups take ``--profile``, ``-v`` and the like itself.

    Before the command they are options of the program; people look for them behind it.
    """
    for group in groups:
        for info in group.registered_commands:
            if info.callback is not None:
                info.callback = _sharing(info.callback)


def _sharing(command: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(command)
    parameters = list(signature.parameters.values())

    @wraps(command)
    def run(**given: Any) -> Any:
        profile, verbose = given.pop("profile"), given.pop("verbose")
        proxy, max_body = given.pop("proxy"), given.pop("max_body")
        ctx: typer.Context = given.pop(_CONTEXT)
        settings = settings_of(ctx)
        ctx.obj = evolve(
            settings,
            profile=profile or settings.profile,
            verbose=settings.verbose + verbose,
            proxy=proxy or settings.proxy,
            max_body=max_body or settings.max_body,
        )
        own = next((each.name for each in parameters if each.annotation is typer.Context), None)
        return command(**given) if own is None else command(**{**given, own: ctx})

    context = inspect.Parameter(_CONTEXT, inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    options = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
        )
        for name, (annotation, default) in _OPTIONS.items()
    ]
    own_parameters = [each for each in parameters if each.annotation is not typer.Context]
    vars(run)["__signature__"] = signature.replace(parameters=[*own_parameters, context, *options])
    return run
