"""The options of ``serve`` and ``demo``."""

import math

from attrs import frozen

from asyncops.cli.options.fields import option

_LARGEST = 10**9
_ARRIVALS = 1000


@frozen(kw_only=True)
class DemoSettings:
    """The size of the demo's fake services.

    Attributes:
        operations: Operations of each service.
        prompts: ML prompts; of each thing that any account lists, as many.
        seed: What the data are computed from.
    """

    operations: int = option(20_000, min=0, max=100_000)
    prompts: int = option(500, min=0, max=20_000)
    seed: int = option(0)


@frozen(kw_only=True)
class ServeSettings:
    """The services that ``serve`` fakes; see :class:`asyncops.testing.FakeServer`.

    Attributes:
        host: Where to listen.
        port: 0: any free port.
        operations: Zoo operations.
        prompts: Zoo ML prompts.
        chainloop_operations: Chainloop operations.
        seed: What the data are computed from.
        token: The only bearer token to let in.
        latency: Seconds before each answer.
        page_base: Number of Chainloop's first page.
        max_page_size: Most items on a page.
        rate_limit: Requests per second; beyond, 429.
        arrivals: New operations per second of each list.

    Raises:
        ValueError: A number is not finite, or the token cannot be sent.
    """

    host: str = option("127.0.0.1")
    port: int = option(0, min=0, max=65535)
    operations: int = option(1000, min=0, max=_LARGEST)
    prompts: int = option(200, min=0, max=_LARGEST)
    chainloop_operations: int = option(1000, min=0, max=_LARGEST)
    seed: int = option(0)
    token: str | None = option(None, repr=False)
    latency: float = option(0.0, min=0)
    page_base: int = option(1, min=0, max=1)
    max_page_size: int | None = option(None, min=1, show_default="the services'")
    rate_limit: float | None = option(None, min=0)
    arrivals: float = option(0.5, min=0, max=_ARRIVALS)

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
