"""Plays a strategy against a service in memory, with answers that overtake each other."""

import random
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from attrs import define, field

from asyncops.errors import AsyncOpsError
from asyncops.http.messages import Reply, Request
from asyncops.models import Page
from asyncops.paging.strategy import ConcurrentStrategy, EarlyPage

__all__ = ["Game"]

T = TypeVar("T")


@define
class Game(Generic[T]):
    """One walk whose requests reach the service, and whose answers come back, in any order.

    Attributes:
        strategy: What is played.
        answer: What the service says to a request at that moment; or it raises.
        most: Requests under way at the most.
        dice: Which request or answer comes next.
        meanwhile: Called before anything happens.
    """

    strategy: ConcurrentStrategy[Any, Any, T]
    answer: Callable[[Request], Reply[Any]]
    most: int
    dice: random.Random
    meanwhile: Callable[[], None] = field(default=lambda: None)
    requests: int = field(default=0, init=False)
    pages: list[Page[T]] = field(factory=list, init=False)
    _sent: list[tuple[Any, Request]] = field(factory=list, init=False)
    _answered: list[tuple[Any, Reply[Any] | AsyncOpsError]] = field(factory=list, init=False)

    def play(self, most_requests: int) -> list[Page[T]]:
        """To the end. AssertionError where it takes more requests, or nothing can go on."""
        while True:
            self._take()
            # That nothing is left to take may make room as well.
            self._ask()
            if self.strategy.done:
                return self.pages
            assert self.requests <= most_requests, "the walk does not come to an end"
            assert self._sent or self._answered, "the strategy neither asks nor ends"
            self.meanwhile()
            self._step()

    def _take(self) -> None:
        while (page := self.strategy.take()) is not None:
            assert not isinstance(page, EarlyPage)
            self.pages.append(page)

    def _ask(self) -> None:
        while len(self._sent) + len(self._answered) < self.most:
            asked = self.strategy.ask()
            if asked is None:
                return
            self.requests += 1
            self._sent.append(asked)

    def _step(self) -> None:
        """One request reaches the service, or one answer arrives."""
        which = self.dice.randrange(len(self._sent) + len(self._answered))
        if which < len(self._sent):
            name, request = self._sent.pop(which)
            try:
                self._answered.append((name, self.answer(request)))
            except AsyncOpsError as error:
                self._answered.append((name, error))
            return
        name, said = self._answered.pop(which - len(self._sent))
        if isinstance(said, AsyncOpsError):
            self.strategy.fail(name, said)
        else:
            self.strategy.feed(name, said)
