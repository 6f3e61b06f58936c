"""Numbered pages, many of them asked for before their turn.

One strategy, the judge, reads the listing page by page, as it would alone. Meanwhile the pages
that it is going to want are asked for ahead, and each answer waits until the judge wants it. So
two answers that the judge takes one after the other may have been made in either order. What
their counts say of that, where new rows come first:

- The same count, or a greater one than that of the page before: rows can only overlap. Either
  the page was answered later and insertions pushed its rows back, or it was answered earlier and
  removals pulled the rows of the page before it forward. Both repeat rows, which the judge knows
  by their ids, and hide none.
- A smaller count, and the page was asked for after the one before it had been taken: removals,
  which the judge goes after.
- A smaller count otherwise: perhaps removals; or it was answered earlier, and insertions pushed
  rows onto it that its answer does not have yet. The answer is thrown away and the page asked for
  again, now in order.

Once the judge has gone after removals, answers from before them, with their greater count, are
thrown away too: taken, they would make it go after the same removals again.

This holds for any mixture of insertions and removals between two answers that were made in the
order of their pages. Between two that were made in the opposite order it holds for changes of one
kind; of a mixture, a count shows the difference alone, and a row can be missed. So a walk that
took a page that was asked for ahead asks for one page more at its end, to see whether both kinds
happened, and says so with a :class:`~asyncops.errors.ListingMoved`: see :mod:`asyncops.vouching`.

Limit: rows that were added and are gone again by the end of the walk leave no trace. Where all of
them are, and older rows are gone as well, that looks like removals alone.
"""

from itertools import chain
from typing import Generic, TypeVar

from attrs import define, field

from asyncops.errors import APIError, AsyncOpsError, ListingMoved, PaginationError
from asyncops.messages import Reply, Request
from asyncops.models import Page
from asyncops.numbered import NumberedBody, NumberedPaging
from asyncops.plans import Leaf
from asyncops.vouching import Vouching

__all__ = ["NumberedAhead"]

T = TypeVar("T")

# The name of the request that vouches for the walk; no page has this number.
_VOUCHER = -1


@define(eq=False)
class _Slot(Generic[T]):
    """A page that was asked for and not judged yet.

    Attributes:
        asked: Answers that the judge had taken when it was asked for.
        answer: What came; None while it is under way.
        given: It was given out ahead of its turn.
    """

    asked: int
    answer: Reply[NumberedBody[T]] | AsyncOpsError | None = None
    given: bool = False


@define(eq=False)
class NumberedAhead(Generic[T]):
    """A plan for numbered pages, with several of them under way at once.

    Until an answer says how many pages and rows there are, pages are asked for one at a time; a
    service that never says is read that way to the end. No page is asked for twice in a listing
    that does not move, but for the one at the end that vouches for what was taken. Each change of
    its rows costs at most ``most + 2`` requests whose answers are thrown away; what has to be read
    again after removals is as much as without speculation.

    Attributes:
        paging: The judge.
        most: Pages asked for and not taken yet, at the most. With ``ordered`` false: requests
            under way, and answers that wait for their turn, each at the most.
        ordered: Give out each page in its turn only; else at once where nothing speaks against
            it, and again, whole, in its turn.
    """

    paging: NumberedPaging[T]
    most: int
    ordered: bool = True
    _slots: dict[int, _Slot[T]] = field(factory=dict, init=False)
    _judged: int = field(default=0, init=False)
    # Answers taken by the judge when the count last changed, and when it last fell.
    _changed: int = field(default=0, init=False)
    _fell: int = field(default=0, init=False)
    _vouching: Vouching = field(factory=Vouching, init=False)
    _looking: bool = field(default=False, init=False)
    _ready: Page[T] | None = field(default=None, init=False)
    _failure: AsyncOpsError | ListingMoved | None = field(default=None, init=False)

    def ask(self) -> tuple[int, Request] | None:
        """The request for the first page that nobody has asked for, where there is room for it."""
        self._advance()
        first = self.paging.next_number
        if self._failure is not None:
            return None
        if first is None:
            return self._ask_to_vouch()
        number = self._missing(first)
        if number is None or not self._has_room(number, first):
            return None
        self._slots[number] = _Slot(self._judged)
        return number, self.paging.request_for(number)

    def feed(self, name: int, reply: Reply[NumberedBody[T]]) -> None:
        """Keep the answer until its turn; what is wrong with it, :meth:`take` raises then."""
        if name == _VOUCHER:
            self._vouch(reply)
            return
        self._slots[name].answer = reply
        self._forget()
        self._advance()

    def fail(self, name: int, error: AsyncOpsError) -> None:
        """Ask otherwise where a refusal taught the judge how to, else keep the error."""
        if name == _VOUCHER:
            self._vouch(error)
            return
        self._slots[name].answer = error
        if (
            name == self.paging.next_number
            and isinstance(error, APIError)
            and self.paging.recover(error)
        ):
            del self._slots[name]
            self._ready = self._ready or self.paging.take()
        self._forget()
        self._advance()

    def take(self) -> Leaf[T] | None:
        """The next page in order; without ``ordered``, also one that is ahead of its turn.

        Raises:
            AsyncOpsError: The page whose turn it is failed, or does not fit the listing.
            ListingMoved: Where that warning was made an error.
        """
        self._advance()
        page, self._ready = self._ready, None
        if page is not None:
            return Leaf(page)
        if self._failure is not None:
            raise self._failure
        return None if self.ordered else self._early()

    @property
    def done(self) -> bool:
        """Whether the last page has been taken."""
        over = self.paging.next_number is None and self._failure is None
        return over and self._ready is None and self._vouching.done

    def _missing(self, first: int) -> int | None:
        """The first page that was not asked for; none behind one that failed."""
        ahead = self.most + 1 if self._vouching.begun else 0
        for number in chain((first,), self.paging.remaining[1:ahead]):
            slot = self._slots.get(number)
            if slot is None:
                return number
            if isinstance(slot.answer, AsyncOpsError):
                return None
        return None

    def _has_room(self, number: int, first: int) -> bool:
        waiting = self._ready is not None
        if self.ordered:
            return len(self._slots) + waiting < self.most
        if sum(slot.answer is None for slot in self._slots.values()) >= self.most:
            return False
        # What the judge asks for never waits, unless a page is waiting to be taken.
        passing = number == first or self._slots[first].answer is None
        return len(self._slots) < self.most + (passing and not waiting)

    def _advance(self) -> None:
        """Show the judge what it waits for, until a page is ready or an answer is missing."""
        while self._ready is None and self._failure is None:
            number = self.paging.next_number
            slot = None if number is None else self._slots.get(number)
            if number is None or slot is None or slot.answer is None:
                return
            del self._slots[number]
            if isinstance(slot.answer, AsyncOpsError):
                self._failure = slot.answer
            elif self._fits(slot):
                self._vouching.needed |= slot.asked != self._judged
                self._judge(slot.answer)

    def _judge(self, reply: Reply[NumberedBody[T]]) -> None:
        before = self.paging.drift.count
        try:
            self.paging.feed(reply)
        except (PaginationError, ListingMoved) as error:
            self._failure = error
            return
        self._judged += 1
        self._ready = self.paging.take()
        count = self.paging.drift.count
        self._note(reply.value)
        if count != before:
            self._changed = self._judged
        if before is not None and count is not None and count < before:
            self._fell = self._judged
        self._forget()

    def _note(self, body: NumberedBody[T]) -> None:
        """Keep what is needed to vouch for the walk."""
        count = self.paging.drift.count or 0
        if self._vouching.begun or self._ready is None:
            self._vouching.note(count)
            return
        keys = tuple(map(self.paging.identity, body.items))
        front = body.number == self.paging.first_number
        self._vouching.begin(body.number, keys, self.paging.used_size, count, front=front)

    def _ask_to_vouch(self) -> tuple[int, Request] | None:
        """The request for one page more, where the walk needs one and there is room for it."""
        idle = self._vouching.done or self._looking
        if idle or not self._has_room(_VOUCHER, _VOUCHER):
            return None
        try:
            number = self._vouching.page()
        except ListingMoved as error:
            self._failure = error
            return None
        if number is None:
            return None
        self._looking = True
        return _VOUCHER, self.paging.request_for(number)

    def _vouch(self, answer: Reply[NumberedBody[T]] | AsyncOpsError) -> None:
        self._looking = False
        try:
            if isinstance(answer, AsyncOpsError):
                self._vouching.give_up(str(answer))
                return
            body = answer.value
            keys = tuple(map(self.paging.identity, body.items))
            self._vouching.look(body.number, keys, body.page_size, body.total_count)
        except ListingMoved as error:
            self._failure = error

    def _fits(self, slot: _Slot[T]) -> bool:
        """Whether an answer, were it its turn, would hide no row behind the last one judged."""
        if not isinstance(slot.answer, Reply) or slot.asked == self._judged:
            return True
        last, count = self.paging.drift.count or 0, slot.answer.value.total_count
        # A greater count than one that fell may be that from before: then it would fall again.
        return count == last or (count > last and slot.asked >= self._fell)

    def _forget(self) -> None:
        """Drop the answers that are of no use any more, so that they are asked for again early."""
        first, remaining = self.paging.next_number, self.paging.remaining
        for number, slot in list(self._slots.items()):
            wanted = number == first or number in remaining
            stale = slot.asked < self._changed and not self._fits(slot)
            if slot.answer is not None and (stale or not wanted):
                del self._slots[number]

    def _early(self) -> Leaf[T] | None:
        for number, slot in sorted(self._slots.items()):
            if isinstance(slot.answer, AsyncOpsError):
                return None
            if slot.answer is None or slot.given:
                continue
            page = self.paging.early(number, slot.answer)
            if page is not None:
                slot.given = True
                return Leaf(page, early=True)
        return None
