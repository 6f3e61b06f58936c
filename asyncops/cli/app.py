"""The commands and their options."""

import math
from typing import Annotated

import typer

from asyncops.cli.demo import DemoSettings, demo
from asyncops.cli.serve import ServeSettings, serve
from asyncops.cli.terminal import console, execute, never_fail_to_encode
from asyncops.version import VERSION

__all__ = ["app", "run"]

app: typer.Typer = typer.Typer(
    name="asyncops",
    help="List and fetch the operations of services that run them asynchronously.",
    epilog="Exit codes: 0 done, 1 not as it should be, 2 wrong usage, 4 error of a service, "
    "130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_LARGEST = 10**9
_ARRIVALS = 1000


def run() -> int:
    """Run the command that ``sys.argv`` asks for; ends the program with its exit code."""
    never_fail_to_encode()
    app()
    return 0


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"asyncops {VERSION}")
        raise typer.Exit


def _finite(value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise typer.BadParameter("must be a finite number")
    return value


def _rate(value: float | None) -> float | None:
    if value == 0:
        raise typer.BadParameter("must be greater than 0")
    return _finite(value)


def _visible(value: str | None) -> str | None:
    if value is not None and not (
        value.isascii() and value.isprintable() and value.split() == [value]
    ):
        raise typer.BadParameter("must be visible ASCII characters, without spaces")
    return value


@app.callback()
def common(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """What all commands share."""


@app.command("demo")
def demo_command(
    *,
    operations: Annotated[
        int, typer.Option(min=0, max=100_000, help="Operations of each service.")
    ] = DemoSettings().operations,
    prompts: Annotated[
        int, typer.Option(min=0, max=20_000, help="ML prompts.")
    ] = DemoSettings().prompts,
    seed: Annotated[int, typer.Option(help="What the data are computed from.")] = 0,
) -> None:
    """List two fake services over real sockets, and check every item.

    Needs no account and no network: the services run inside this program.
    """
    settings = DemoSettings(operations=operations, prompts=prompts, seed=seed)
    raise typer.Exit(execute(demo(settings, console())))


@app.command("serve")
def serve_command(
    *,
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free port.")] = 0,
    operations: Annotated[int, typer.Option(min=0, max=_LARGEST, help="Zoo operations.")] = 1000,
    prompts: Annotated[int, typer.Option(min=0, max=_LARGEST, help="Zoo ML prompts.")] = 200,
    chainloop_operations: Annotated[
        int, typer.Option(min=0, max=_LARGEST, help="Chainloop operations.")
    ] = 1000,
    seed: Annotated[int, typer.Option(help="What the data are computed from.")] = 0,
    token: Annotated[
        str | None, typer.Option(callback=_visible, help="The only bearer token to let in.")
    ] = None,
    latency: Annotated[
        float, typer.Option(min=0, callback=_finite, help="Seconds before each answer.")
    ] = 0.0,
    page_base: Annotated[
        int, typer.Option(min=0, max=1, help="Number of Chainloop's first page.")
    ] = 0,
    max_page_size: Annotated[
        int | None, typer.Option(min=1, help="Most items on a page.", show_default="the services'")
    ] = None,
    rate_limit: Annotated[
        float | None,
        typer.Option(min=0, callback=_rate, help="Requests per second; beyond, 429."),
    ] = None,
    arrivals: Annotated[
        float,
        typer.Option(
            min=0, max=_ARRIVALS, callback=_finite, help="New operations per second of each list."
        ),
    ] = ServeSettings().arrivals,
) -> None:
    """Serve fakes of Zoo and Chainloop until Ctrl-C, to try programs against."""
    settings = ServeSettings(
        host=host,
        port=port,
        operations=operations,
        prompts=prompts,
        chainloop_operations=chainloop_operations,
        seed=seed,
        token=token,
        latency=latency,
        page_base=1 if page_base else 0,
        max_page_size=max_page_size,
        rate_limit=rate_limit,
        arrivals=arrivals,
    )
    raise typer.Exit(execute(serve(settings, console())))
