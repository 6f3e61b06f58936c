"""The retry tokens that all calls of a client share."""

from attrs import define, field

# The costs of the AWS SDKs' standard retry mode: https://docs.aws.amazon.com/sdkref (2026).
RETRY_COST = 14
THROTTLE_COST = 5
SUCCESS_REWARD = 1


@define(eq=False)
class RetryQuota:
    """The retry tokens of one client; in a full outage they run out, and calls fail at once.

    Attributes:
        capacity: The most tokens there can be.
        tokens: The tokens left.
    """

    capacity: int
    tokens: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.tokens = self.capacity

    def take(self, cost: int) -> bool:
        """Take ``cost`` tokens; return False and take none if there are fewer."""
        if self.tokens < cost:
            return False
        self.tokens -= cost
        return True

    def give_back(self, tokens: int) -> None:
        """Put tokens back, up to the capacity."""
        if self.tokens < self.capacity:
            self.tokens = min(self.capacity, self.tokens + tokens)
