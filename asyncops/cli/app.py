"""The commands and their options."""

import math
import sys
from importlib import import_module
from typing import Annotated

import typer

from asyncops.cli.demo.settings import DemoSettings
from asyncops.cli.failures import ExitCode, execute, tell
from asyncops.cli.sharing import share
from asyncops.cli.terminal import console, forget, never_fail_to_encode
from asyncops.cli.tree import Settings, app, chainloop_operations, zoo_operations, zoo_prompts

__all__ = ["app", "run"]

_LARGEST = 10**9
_ARRIVALS = 1000
_HERE = "On this machine, without an account"

# Each registers its commands in the tree, and help shows them in this order.
_MODULES = (
    "listing",
    "getting",
    "waiting",
    "watching",
    "timeline",
    "report",
    "doctor",
    "login",
)
for _name in _MODULES:
    import_module(f"asyncops.cli.{_name}")
share(zoo_operations, zoo_prompts, chainloop_operations)


def run() -> int:
    """Run the command that ``sys.argv`` asks for; gives its exit code, or ends the program so."""
    never_fail_to_encode()
    try:
        # As it is called, however it was started: completion goes by this name.
        app(prog_name="asyncops")
    except OSError as error:
        # Help and the version are written outside of any command.
        forget(sys.stdout)
        return tell(error, Settings())
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):
            forget(sys.stdout)
            return ExitCode.BROKEN_PIPE
        raise
    return 0


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


@app.command("demo", rich_help_panel=_HERE)
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
    from asyncops.cli.demo.running import demo  # noqa: PLC0415 - none of the other commands needs it

    settings = DemoSettings(operations=operations, prompts=prompts, seed=seed)
    raise typer.Exit(execute(demo(settings, console()), Settings()))


@app.command("serve", rich_help_panel=_HERE)
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
    ] = 1,
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
    ] = 0.5,
) -> None:
    """Serve fakes of Zoo and Chainloop until Ctrl-C, to try programs against."""
    from asyncops.cli.serve import ServeSettings, serve  # noqa: PLC0415 - loads a web server

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
    raise typer.Exit(execute(serve(settings, console()), Settings()))
