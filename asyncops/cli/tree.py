"""The tree of commands: where each one hangs, and what all of them share."""

from typing import Annotated

import typer
from attrs import field, frozen

from asyncops.cli.reaching import MaxBody, ProxyUrl
from asyncops.version import VERSION

__all__ = [
    "Settings",
    "app",
    "chainloop",
    "chainloop_operations",
    "settings_of",
    "zoo",
    "zoo_operations",
    "zoo_prompts",
]


@frozen(kw_only=True)
class Settings:
    """What every command is told.

    Attributes:
        profile: The account's name in the configuration file; None for the default one, or for
            what the environment says.
        verbose: How much to tell on standard error: 0 problems only, 1 more, 2 all.
        proxy: The proxy to go by; None for the profile's, or none.
        max_body: The largest answer that is read, in bytes; None for as much as usual.
    """

    profile: str | None = None
    verbose: int = 0
    proxy: str | None = field(default=None, repr=False)
    max_body: int | None = None


def _group(title: str, *, epilog: str | None = None) -> typer.Typer:
    return typer.Typer(
        help=title,
        epilog=epilog,
        no_args_is_help=True,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
    )


app: typer.Typer = typer.Typer(
    name="asyncops",
    help="List, fetch, wait for and watch the operations that services run asynchronously.",
    epilog="Exit codes: 0 done, 1 an operation failed, 2 wrong use, 3 timeout, 4 error of a "
    "service or of the network, 130 interrupted.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
zoo: typer.Typer = _group("Zoo: asynchronous API calls and ML prompts.")
zoo_operations: typer.Typer = _group("Zoo's asynchronous API calls.")
zoo_prompts: typer.Typer = _group("Zoo's prompts to its models.")
chainloop: typer.Typer = _group("Chainloop: operations.")
chainloop_operations: typer.Typer = _group("Chainloop's operations.")

app.add_typer(zoo, name="zoo", rich_help_panel="Services")
app.add_typer(chainloop, name="chainloop", rich_help_panel="Services")
zoo.add_typer(zoo_operations, name="operations")
zoo.add_typer(zoo_prompts, name="prompts")
chainloop.add_typer(chainloop_operations, name="operations")


def settings_of(ctx: typer.Context) -> Settings:
    """The settings that a command was started with."""
    return ctx.obj if isinstance(ctx.obj, Settings) else Settings()


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"asyncops {VERSION}")
        raise typer.Exit


@app.callback()
def common(
    ctx: typer.Context,
    *,
    profile: Annotated[
        str | None,
        typer.Option(
            "--profile", "-p", metavar="NAME", help="The account to use, of those configured."
        ),
    ] = None,
    verbose: Annotated[
        int,
        typer.Option(
            "--verbose", "-v", count=True, show_default=False, help="Say more; twice, everything."
        ),
    ] = 0,
    proxy: ProxyUrl = None,
    max_body: MaxBody = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """List, fetch, wait for and watch the operations that services run asynchronously."""
    del version  # its callback has ended the program already
    ctx.obj = Settings(
        profile=profile or None, verbose=verbose, proxy=proxy or None, max_body=max_body
    )
