"""The argument ``status``: a service's own statuses, states of all services, and unknown ones."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import TypeVar

from asyncops.models import State, Status
from asyncops.utils.checks import enum_member, plain_text

S = TypeVar("S", bound=Status)

# From this similarity to a known status on, a text is taken for a typing error.
_ALIKE = 0.85


class UnlikelyStatus(ValueError):
    """A text that is nearly a known status, so that it is taken for a typing error.

    The message is the same for every reader; a note says how Python code asks for it all the same.

    Args:
        text: The text.
        close: The known status.
        kind: The service's statuses.
    """

    def __init__(self, text: str, close: str, kind: type[Status]) -> None:
        super().__init__(
            f"status {text!r} is not known; did you mean {close!r}? Known are {known_words(kind)}"
        )
        self.text = text
        self.add_note(f"{kind.__name__}({text!r}) asks for it all the same")


def statuses_of(
    status: State | S | str | Collection[State | S | str] | None, kind: type[S]
) -> frozenset[S]:
    """Return the statuses that an argument names; ``None`` names none.

    A status is a member of ``kind``, its text or its word in upper or lower case; or a
    :class:`State` or its text, for all statuses of that state. Any other text is used as it is,
    since the service may have statuses newer than this release.

    Args:
        status: One status, or several.
        kind: The service's statuses.

    Raises:
        ValueError: The argument is empty, names a state without a status, or nearly a known status.
        TypeError: A status is no text.
    """
    if status is None:
        return frozenset()
    is_one = isinstance(status, str | Mapping) or not isinstance(status, Collection)
    given: Collection[object] = (status,) if is_one else status
    if not given:
        raise ValueError("status must name at least one status; None stands for all of them")
    return frozenset(member for each in given for member in _members(each, kind))


def filtered_statuses(
    status: State | S | str | Collection[State | S | str] | None, kind: type[S]
) -> tuple[S, ...]:
    """Return the statuses that a filter keeps, in the order of a life; none means that all are.

    The argument is read as :func:`statuses_of` does. ``UNSPECIFIED``, the zero value of an enum of
    protobuf, stands for all statuses.

    Raises:
        ValueError: The argument is empty, names a state without a status, or nearly a known status.
        TypeError: A status is no text.
    """
    named = statuses_of(status, kind)
    if any(each.known and each.word == "unspecified" for each in named):
        return ()
    return in_order(named, kind)


def has_unfinished(statuses: Collection[Status]) -> bool:
    """Return whether a filter keeps a status that has not ended, or may not have."""
    return not statuses or not all(each.state.ended for each in statuses)


def in_order(statuses: Collection[S], kind: type[S]) -> tuple[S, ...]:
    """Return statuses in the order of a life: those that are unfinished, then those that ended.

    Within both, a status that this release does not know comes after those that it knows.
    """
    if len(statuses) == 1:
        return tuple(statuses)
    known = [each for each in kind if each in statuses]
    new = sorted(each for each in statuses if not each.known)
    return tuple(sorted([*known, *new], key=lambda each: each.state.ended))


def known_status(status: S | str, kind: type[S]) -> S:
    """Return the known status that an argument names: a member, its text, or its word in any case.

    Raises:
        ValueError: The service has no such status that this release knows.
    """
    if isinstance(status, str) and not isinstance(status, kind):
        word = kind(status).word
        status = next((each for each in kind if each.word == word), status)
    return enum_member("status", kind, status)


def known_words(kind: type[Status]) -> str:
    """Return the known statuses, for a message."""
    return ", ".join(repr(member.word) for member in kind)


def _members(given: object, kind: type[S]) -> Collection[S]:
    if isinstance(given, State):
        return _of_state(given, kind)
    if isinstance(given, kind):
        plain_text("status", given.value)
        return (given,)
    text = plain_text("status", given)
    word = kind(text).word
    by_word = {member.word: member for member in kind}
    if word in by_word:
        return (by_word[word],)
    if "," in text:
        raise ValueError(f"status {text!r} has a comma: name each status by itself")
    alike = [member for member in kind if member.state.value == word != State.UNKNOWN.value]
    if alike:
        return alike
    # Two letters that changed places make a short word too different to be alike.
    turned = [each for each in by_word if sorted(each) == sorted(word)]
    close = turned or get_close_matches(word, by_word, 1, _ALIKE)
    if close:
        raise UnlikelyStatus(text, close[0], kind)
    return (kind(text),)


def _of_state(state: State, kind: type[S]) -> Collection[S]:
    possible = {each.state for each in kind} - {State.UNKNOWN}
    if state not in possible:
        names = ", ".join(f"State.{each.name}" for each in State if each in possible)
        raise ValueError(
            f"status State.{state.name} stands for no status of this service; "
            f"those that do are {names}"
        )
    return [member for member in kind if member.state is state]
