"""Statuses as an argument: a service's own, states common to all services, and new ones."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import TypeVar

from asyncops.checks import plain_text
from asyncops.models import OpenEnum, State

__all__ = ["known_words", "statuses_of", "word_of"]

E = TypeVar("E", bound=OpenEnum)

# How alike a text has to be to a known status to be taken for a slip of the keyboard.
_ALIKE = 0.85


def statuses_of(
    status: State | E | str | Collection[State | E | str] | None,
    kind: type[E],
    states: Mapping[E, State],
    *,
    prefix: str = "",
) -> frozenset[E]:
    """The statuses that an argument names; none for None.

    A status is a member of ``kind``, its text in any case of letters, with or without ``prefix``;
    or a :class:`State`, or its word, which stands for all statuses of that state. A text that is
    none of these is taken as it is: the service may have a status that is newer than this release.

    Args:
        status: One, or several.
        kind: The service's statuses.
        states: The state of each.
        prefix: What the service puts before each of its statuses.

    Raises:
        ValueError: It names none, a state without a status, or a text that is nearly a known one.
        TypeError: One is no text.
    """
    if status is None:
        return frozenset()
    if isinstance(status, str) or not isinstance(status, Collection):
        status = (status,)
    if not status:
        raise ValueError("status must name at least one status; None stands for all of them")
    by_word = {word_of(member, prefix): member for member in kind}
    return frozenset(
        member for each in status for member in _members(each, kind, states, by_word, prefix)
    )


def word_of(status: str, prefix: str) -> str:
    """A status in small letters, without its prefix."""
    return status.lower().removeprefix(prefix.lower())


def known_words(kind: type[OpenEnum], prefix: str = "") -> str:
    """The statuses that this release knows, for people."""
    return ", ".join(repr(word_of(member, prefix)) for member in kind)


def _members(
    given: object,
    kind: type[E],
    states: Mapping[E, State],
    by_word: Mapping[str, E],
    prefix: str,
) -> Collection[E]:
    if isinstance(given, State):
        return _of_state(given, states)
    if isinstance(given, kind):
        plain_text("status", given.value)
        return (given,)
    text = plain_text("status", given)
    word = word_of(text, prefix)
    if word in by_word:
        return (by_word[word],)
    alike = [member for member, state in states.items() if state.value == word]
    if alike:
        return alike
    close = get_close_matches(word, by_word, 1, _ALIKE)
    if close:
        raise ValueError(
            f"status {text!r} is not known; did you mean {close[0]!r}? "
            f"Known are {known_words(kind, prefix)}; "
            f"{kind.__name__}({text!r}) asks for it all the same"
        )
    return (kind(text),)


def _of_state(state: State, states: Mapping[E, State]) -> Collection[E]:
    members = [member for member, each in states.items() if each is state]
    if not members:
        possible = ", ".join(f"State.{each.name}" for each in State if each in states.values())
        raise ValueError(
            f"status State.{state.name} stands for no status of this service; "
            f"those that do are {possible}"
        )
    return members
