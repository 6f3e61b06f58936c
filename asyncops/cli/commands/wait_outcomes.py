"""What came of the operations that were waited for, and what that means for the exit code."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, Self

from attrs import evolve, frozen

from asyncops.cli.runtime.error_messages import explained
from asyncops.cli.shell import ExitCode
from asyncops.cli.text import span
from asyncops.errors import APIError, AsyncOpsError, NotFound, OperationBlocked, WaitTimeout
from asyncops.models import Operation, State, has_ended, how_it_ended, status_word, times_of

Verdict = Literal["succeeded", "failed", "cancelled", "unknown", "blocked", "timeout", "error"]
"""How an operation ended, ``unknown`` where its status is new to this release, or why not:
``blocked`` where it waits for a person."""

_NAMED = 5
_SUMS: Mapping[Verdict, str] = {
    "failed": "failed",
    "cancelled": "were cancelled",
    "unknown": "ended in a status that this release does not know",
}
# What is certain comes first.
_CODES: Mapping[ExitCode, set[Verdict]] = {
    ExitCode.FAILED: {"failed", "cancelled", "unknown"},
    ExitCode.SERVICE: {"error"},
    ExitCode.TIMED_OUT: {"blocked", "timeout"},
}


@frozen(kw_only=True)
class Outcome:
    """What came of one operation.

    Attributes:
        id: The operation's id.
        outcome: In a word.
        error: Why it failed, or why nothing is known of its end; None where all is well.
        operation: The operation as it was last seen; None if it was not.
    """

    id: str
    outcome: Verdict
    error: str | None = None
    operation: Operation | None = None

    @classmethod
    def of(cls, id_: object, result: Operation | AsyncOpsError) -> Self:
        """From a pair that a wait gave."""
        if isinstance(result, WaitTimeout):
            last = result.last if isinstance(result.last, Operation) else None
            return cls(id=str(id_), outcome=_still(last), error=str(result), operation=last)
        if isinstance(result, OperationBlocked):
            result = result.operation
        if isinstance(result, AsyncOpsError):
            return cls(id=str(id_), outcome="error", error=explained(result))
        return evolve(cls.seen(result), id=str(id_))

    @classmethod
    def seen(cls, operation: Operation) -> Self:
        """Of an operation, by the state that it is in."""
        outcome: Any = _still(operation)
        if has_ended(operation):
            outcome = operation.state.value if operation.state.ended else "unknown"
        id_, error = str(operation.id), operation.error
        return cls(id=id_, outcome=outcome, error=error, operation=operation)

    @property
    def ended(self) -> bool:
        """Whether the operation has come to its end."""
        return not self.open and self.outcome != "error"

    @property
    def open(self) -> bool:
        """Whether it had not ended when it was last seen."""
        return self.outcome in {"timeout", "blocked"}

    @property
    def line(self) -> str:
        """The outcome of one that has ended, as a line."""
        operation = self.operation
        word = status_word(operation) if operation and self.outcome == "unknown" else self.outcome
        words = f"{self.id} {word}"
        if operation is None:
            return words
        created, started, finished = times_of(operation)
        began = started or created
        if began is None or finished is None:
            return words
        return f"{words}, ran {span((finished - began).total_seconds())}"

    @property
    def problem(self) -> str:
        """What is wrong, as a line."""
        if self.ended and self.operation is not None:
            return f"operation {self.id} {how_it_ended(self.operation)}"
        return f"operation {self.id}: {self.error or 'it is not known what became of it'}"


def exit_code(outcomes: Iterable[Outcome], *, first: bool = False) -> ExitCode:
    """What a command ends with.

    Args:
        outcomes: All that is known.
        first: Whether one that has ended is all that was wanted.
    """
    several = list(outcomes)
    if first and (ended := [each for each in several if each.ended]):
        several = ended[:1]
    found = {each.outcome for each in several}
    return next((code for code, verdicts in _CODES.items() if found & verdicts), ExitCode.DONE)


def final_lines(outcomes: Sequence[Outcome], waited: float) -> Iterator[str]:
    """What is left to say at the end: of those that have not ended, and how many failed of many.

    Args:
        outcomes: All that is known.
        waited: Seconds that the wait took.
    """
    still = [each for each in outcomes if each.open]
    if still:
        names = ", ".join(f"{each.id} ({_state(each)})" for each in still[:_NAMED])
        more = f" and {len(still) - _NAMED} more" if len(still) > _NAMED else ""
        after = span(round(waited))
        yield f"{len(still)} of {len(outcomes)} had not ended after {after}: {names}{more}"
    counts = Counter(each.outcome for each in outcomes)
    for verdict, words in _SUMS.items():
        if counts[verdict] and len(outcomes) > 1:
            yield f"{counts[verdict]} of {len(outcomes)} operations {words}"


def alike(error: AsyncOpsError) -> object:
    """What errors that tell the same of several operations have in common."""
    if isinstance(error, NotFound):
        return error
    return type(error), error.status if isinstance(error, APIError) else str(error)


def _still(last: Operation | None) -> Verdict:
    return "blocked" if last is not None and last.state is State.BLOCKED else "timeout"


def _state(outcome: Outcome) -> str:
    return "not seen" if outcome.operation is None else status_word(outcome.operation)
