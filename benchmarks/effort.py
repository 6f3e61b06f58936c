"""How many rounds are worth the time."""

from attrs import frozen

__all__ = ["Effort"]


@frozen
class Effort:
    """How much is done for a figure.

    Attributes:
        quick: A look at where things are, not figures to publish.
    """

    quick: bool = False

    def schedule(self, full: int, quick: int) -> int:
        """One of two numbers of rounds."""
        return quick if self.quick else full
