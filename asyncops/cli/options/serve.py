"""The options of ``serve`` and ``demo``."""

import math
from typing import Annotated

import typer
from attrs import field, frozen

__all__ = ["DemoSettings", "ServeSettings"]

_LARGEST = 10**9
_ARRIVALS = 1000


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


@frozen(kw_only=True)
class DemoSettings:
    """The size of the demo's fake services."""

    operations: Annotated[
        int, typer.Option(min=0, max=100_000, help="Operations of each service.")
    ] = 20_000
    prompts: Annotated[int, typer.Option(min=0, max=20_000, help="ML prompts.")] = 500
    seed: Annotated[int, typer.Option(help="What the data are computed from.")] = 0


@frozen(kw_only=True)
class ServeSettings:
    """The services that ``serve`` fakes; see :class:`asyncops.testing.FakeServer`."""

    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1"
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free port.")] = 0
    operations: Annotated[int, typer.Option(min=0, max=_LARGEST, help="Zoo operations.")] = 1000
    prompts: Annotated[int, typer.Option(min=0, max=_LARGEST, help="Zoo ML prompts.")] = 200
    chainloop_operations: Annotated[
        int, typer.Option(min=0, max=_LARGEST, help="Chainloop operations.")
    ] = 1000
    seed: Annotated[int, typer.Option(help="What the data are computed from.")] = 0
    token: Annotated[
        str | None, typer.Option(callback=_visible, help="The only bearer token to let in.")
    ] = field(default=None, repr=False)
    latency: Annotated[
        float, typer.Option(min=0, callback=_finite, help="Seconds before each answer.")
    ] = 0.0
    page_base: Annotated[
        int, typer.Option(min=0, max=1, help="Number of Chainloop's first page.")
    ] = 1
    max_page_size: Annotated[
        int | None, typer.Option(min=1, help="Most items on a page.", show_default="the services'")
    ] = None
    rate_limit: Annotated[
        float | None,
        typer.Option(min=0, callback=_rate, help="Requests per second; beyond, 429."),
    ] = None
    arrivals: Annotated[
        float,
        typer.Option(
            min=0, max=_ARRIVALS, callback=_finite, help="New operations per second of each list."
        ),
    ] = 0.5
