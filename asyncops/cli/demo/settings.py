"""How much the demo shows."""

from attrs import frozen

__all__ = ["DemoSettings"]


@frozen(kw_only=True)
class DemoSettings:
    """How much to show.

    Attributes:
        operations: Operations of each of the three services.
        prompts: ML prompts.
        seed: What the data are computed from.
    """

    operations: int = 20_000
    prompts: int = 500
    seed: int = 0
