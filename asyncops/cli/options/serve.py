"""The options of ``serve`` and ``demo``."""

import math

from attrs import frozen

from asyncops.cli.options.fields import option

__all__ = ["DemoSettings", "ServeSettings"]

_LARGEST = 10**9
_ARRIVALS = 1000


@frozen(kw_only=True)
class DemoSettings:
    """The size of the demo's fake services."""

    operations: int = option(20_000, "Operations of each service.", min=0, max=100_000)
    prompts: int = option(500, "ML prompts.", min=0, max=20_000)
    seed: int = option(0, "What the data are computed from.")


@frozen(kw_only=True)
class ServeSettings:
    """The services that ``serve`` fakes; see :class:`asyncops.testing.FakeServer`.

    Raises:
        ValueError: A number is not finite, or the token cannot be sent.
    """

    host: str = option("127.0.0.1", "Where to listen.")
    port: int = option(0, "0: any free port.", min=0, max=65535)
    operations: int = option(1000, "Zoo operations.", min=0, max=_LARGEST)
    prompts: int = option(200, "Zoo ML prompts.", min=0, max=_LARGEST)
    chainloop_operations: int = option(1000, "Chainloop operations.", min=0, max=_LARGEST)
    seed: int = option(0, "What the data are computed from.")
    token: str | None = option(None, "The only bearer token to let in.", repr=False)
    latency: float = option(0.0, "Seconds before each answer.", min=0)
    page_base: int = option(1, "Number of Chainloop's first page.", min=0, max=1)
    max_page_size: int | None = option(
        None, "Most items on a page.", min=1, show_default="the services'"
    )
    rate_limit: float | None = option(None, "Requests per second; beyond, 429.", min=0)
    arrivals: float = option(0.5, "New operations per second of each list.", min=0, max=_ARRIVALS)

    def __attrs_post_init__(self) -> None:
        if not all(map(math.isfinite, (self.latency, self.arrivals, self.rate_limit or 0.0))):
            raise ValueError("--latency, --arrivals and --rate-limit must be finite numbers")
        if self.rate_limit == 0:
            raise ValueError("--rate-limit must be greater than 0")
        token = self.token
        if token is not None and not (
            token.isascii() and token.isprintable() and token.split() == [token]
        ):
            raise ValueError("--token must be visible ASCII characters, without spaces")
