"""Which statuses are asked for, and which are filtered for here.

The rows of a filter by an unfinished status leave it as they move on, and each that leaves pulls
those behind it onto pages that were read already, while as many may enter: no count can tell. So
such a listing is read whole, in which rows stay, and the filter is applied to what has come.
"""

from collections.abc import Callable, Collection

from attrs import field, frozen

from asyncops.chainloop.models import (
    STATES,
    STATUS_PREFIX,
    AsyncOperation,
    AsyncOperationStatus,
)
from asyncops.models import State
from asyncops.statuses import statuses_of, word_of

__all__ = ["Chosen", "Statuses", "chosen_of"]

Statuses = State | AsyncOperationStatus | str | Collection[State | AsyncOperationStatus | str]
"""One status or several: the service's own, states, or their texts."""


@frozen
class Chosen:
    """The statuses of a query.

    Attributes:
        sent: The filter that the service applies: an ended status that is the only one.
        words: The statuses that are filtered for here; none where there is nothing to filter.
    """

    sent: tuple[tuple[str, str], ...] = ()
    words: tuple[str, ...] = field(default=())

    @property
    def keep(self) -> Callable[[AsyncOperation], bool] | None:
        """Whether an operation is one of those asked for; None for all that come."""
        return self.matches if self.words else None

    @property
    def matches(self) -> Callable[[AsyncOperation], bool] | None:
        """Whether an operation is in one of the statuses, whoever filters for them."""
        words = {*self.words, *(word_of(value, STATUS_PREFIX) for _, value in self.sent)}
        if not words:
            return None
        return lambda operation: word_of(operation.status.value, STATUS_PREFIX) in words

    @property
    def has_unfinished(self) -> bool:
        """Whether one of the statuses has not ended, or may not have."""
        ended = {
            word_of(each.value, STATUS_PREFIX) for each, state in STATES.items() if state.ended
        }
        return not self.sent and not (self.words and ended.issuperset(self.words))

    @property
    def terms(self) -> tuple[tuple[str, str], ...]:
        """What the query's checkpoints are bound to, besides what is sent."""
        return tuple(("status", word) for word in self.words)


def chosen_of(status: Statuses | None) -> Chosen:
    """The statuses that an argument names.

    Raises:
        ValueError: It names none that there can be.
    """
    members = statuses_of(status, AsyncOperationStatus, STATES, prefix=STATUS_PREFIX)
    # UNSPECIFIED is the service's word for all of them.
    if not members or AsyncOperationStatus.UNSPECIFIED in members:
        return Chosen()
    if len(members) == 1:
        (member,) = members
        state = STATES.get(member)
        if state is not None and state.ended:
            return Chosen(sent=(("status", member.value),))
    return Chosen(words=tuple(sorted({word_of(each.value, STATUS_PREFIX) for each in members})))
