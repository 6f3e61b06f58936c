"""Numbered pages, many of them asked for ahead.

One sequential strategy accepts the pages in order, as it would in a walk of one request at a time.
The pages behind are asked for ahead, and each answer waits for its turn. So two answers that follow
each other in the listing may have been made in either order. In a listing whose new rows come
first, their counts tell what that means:

- The same or a greater count than the page before: rows can only overlap. Insertions pushed rows
  back before a later answer, or removals pulled rows forward after an earlier one. The rows come
  twice and are recognised by their ids.
- A smaller count, and the page was asked for after the one before it had been accepted: rows were
  removed, and the sequential strategy goes back for those that were pulled forward.
- A smaller count otherwise: rows were removed, or the answer was made earlier and lacks rows that
  insertions have pushed onto its page since. The answer is dropped and asked for again, in order.

Once the strategy has gone back after removals, answers from before them are dropped too: their
greater count would make it go back for the same removals again.

This holds for any mixture of changes between answers made in the order of their pages, and for
changes of one kind between answers made in the opposite order. Of a mixture in the opposite order,
a count shows only the difference, and a row can be missed. So a walk that accepted an answer asked
for ahead reads one page more at its end, to see whether rows were both inserted and removed, and
warns with :class:`~asyncops.errors.ListingMoved` if so: see
:mod:`asyncops.paging.counted.consistency`.

Limits: rows that were inserted during the walk and removed before its end leave no trace. If all
inserted rows are such, removals of other rows look like removals alone.
"""

from collections import deque
from itertools import chain
from typing import Generic, TypeVar

from attrs import define, field

from asyncops.errors import APIError, AsyncOpsError, ListingMoved, PaginationError
from asyncops.http.messages import Reply, Request
from asyncops.models import Page
from asyncops.paging.counted.consistency import ConsistencyCheck
from asyncops.paging.counted.numbering import NumberedBody
from asyncops.paging.counted.pages import NumberedStrategy
from asyncops.paging.strategy import unsure

T = TypeVar("T")

# The key of the request for the check at the end; no page has this number.
_CHECK = -1


@define(eq=False)
class _Slot(Generic[T]):
    """A page that was asked for and not accepted yet.

    Attributes:
        accepted_before: Answers accepted when the page was asked for.
        answer: The answer; ``None`` while the request is in flight.
        given: Whether the page was given out ahead of order.
    """

    accepted_before: int
    answer: Reply[NumberedBody[T]] | AsyncOpsError | None = None
    given: bool = False


@define(eq=False)
class ConcurrentNumbered(Generic[T]):
    """A concurrent strategy for numbered pages.

    Pages are asked for one at a time until an answer says how many pages and rows there are, and to
    the end if none says so. In a listing that does not move, each page is asked for once, apart
    from the check at the end. Each change of the rows costs at most ``concurrency + 2`` requests
    whose answers are dropped; as many pages are read again after removals as in a sequential walk.

    Attributes:
        paging: The sequential strategy that accepts the pages.
        concurrency: The most pages asked for and not accepted, and the most accepted and not taken.
            If not ``ordered``: the most requests in flight, as many answers that wait to be
            accepted, and as many accepted and not taken.
        ordered: Whether pages are given in order. Otherwise each page is given at once if nothing
            speaks against it, and comes again, whole, in its place.
        failure: Why the walk cannot go on, if so, once what is ready has been taken.
    """

    paging: NumberedStrategy[T]
    concurrency: int
    ordered: bool = True
    failure: AsyncOpsError | ListingMoved | None = field(default=None, init=False)
    _slots: dict[int, _Slot[T]] = field(factory=dict, init=False)
    _accepted: int = field(default=0, init=False)
    # Answers accepted when the count last changed, and when it last fell.
    _changed: int = field(default=0, init=False)
    _shrunk: int = field(default=0, init=False)
    _check: ConsistencyCheck[T] = field(init=False)
    # Pages accepted and not taken.
    _ready: deque[Page[T]] = field(factory=deque, init=False)

    def __attrs_post_init__(self) -> None:
        self._check = ConsistencyCheck(self.paging)

    def ask(self) -> tuple[int, Request] | None:
        """Return the request for the first page that was not asked for, if there is room."""
        self._advance()
        first = self._next_number()
        if self.failure is not None:
            return None
        if first is None:
            return self._ask_check()
        number = self._missing(first)
        if number is None or not self._has_room(number, first):
            return None
        self._slots[number] = _Slot(self._accepted)
        return number, self.paging.request_for(number)

    def feed(self, key: int, reply: Reply[NumberedBody[T]]) -> None:
        """Keep the answer until its turn; :meth:`take` raises what is wrong with it."""
        if key == _CHECK:
            self._feed_check(reply)
            return
        self._slots[key].answer = reply
        self._drop_stale()
        self._advance()

    def fail(self, key: int, error: AsyncOpsError) -> None:
        """Keep the error, unless the sequential strategy can recover from it."""
        if key == _CHECK:
            self._feed_check(error)
            return
        self._slots[key].answer = error
        if (
            key == self.paging.next_number
            and isinstance(error, APIError)
            and self.paging.recover(error)
        ):
            del self._slots[key]
            self._take_ready()
        self._drop_stale()
        self._advance()

    def take(self) -> Page[T] | None:
        """Return the next page; if not ``ordered``, also one that is ahead of order.

        Raises:
            AsyncOpsError: The next page failed, or contradicts the listing.
            ListingMoved: The warning was turned into an error.
        """
        self._advance()
        if self._ready:
            return self._ready.popleft()
        if self.failure is None and self.paging.next_number is None:
            self._finish()
        if self.failure is not None:
            raise self.failure
        return None if self.ordered else self._early()

    @property
    def done(self) -> bool:
        """Whether all pages have been taken and the check was made."""
        over = self.paging.next_number is None and self.failure is None
        return over and not self._ready and self._check.done

    def _finish(self) -> None:
        try:
            self.paging.drift.finish()
        except ListingMoved as error:
            self.failure = error

    def _next_number(self) -> int | None:
        """Return the number of the page to accept next; ``None`` at the end."""
        try:
            self.paging.check_depth()
        except PaginationError as error:
            self.failure = self.failure or error
        return self.paging.next_number

    def _missing(self, first: int) -> int | None:
        """Return the first page that was not asked for; ``None`` behind one that failed."""
        ahead = self.concurrency + 1 if self._check.begun else 0
        for number in chain((first,), self.paging.remaining[1:ahead]):
            slot = self._slots.get(number)
            if slot is None:
                return number
            if isinstance(slot.answer, AsyncOpsError):
                return None
        return None

    def _has_room(self, number: int, first: int) -> bool:
        if self.ordered:
            return len(self._slots) < self.concurrency
        if sum(slot.answer is None for slot in self._slots.values()) >= self.concurrency:
            return False
        # The next page to accept never waits, unless too many pages are waiting to be taken.
        passing = number == first or self._slots[first].answer is None
        return len(self._slots) < self.concurrency + (passing and not self._is_full)

    def _advance(self) -> None:
        """Accept answers in order until an answer is missing or too many pages are ready."""
        while not self._is_full and self.failure is None:
            number = self.paging.next_number
            slot = None if number is None else self._slots.get(number)
            if number is None or slot is None or slot.answer is None:
                return
            del self._slots[number]
            if isinstance(slot.answer, AsyncOpsError):
                if not (isinstance(slot.answer, APIError) and self.paging.recover(slot.answer)):
                    self.failure = slot.answer
            elif self._fits(slot):
                early = slot.accepted_before != self._accepted
                self._check.needed |= early and self.paging.drift.checked_at_end
                self._accept(slot.answer)

    def _accept(self, reply: Reply[NumberedBody[T]]) -> None:
        before = self.paging.drift.count
        try:
            self.paging.feed(reply)
        except (PaginationError, ListingMoved) as error:
            self.failure = error
            return
        self._accepted += 1
        self._take_ready(reply.value)
        count = self.paging.drift.count
        if count != before:
            self._changed = self._accepted
        if before is not None and count is not None and count < before:
            self._shrunk = self._accepted
        self._drop_stale()

    @property
    def _is_full(self) -> bool:
        return len(self._ready) >= self.concurrency

    def _take_ready(self, body: NumberedBody[T] | None = None) -> None:
        """Take over the page that has been accepted, if there is one, and follow its answer."""
        page, check = self.paging.take(), self._check
        if body is not None:
            check.follow(body, page)
        if page is not None:
            self._ready.append(unsure(page, check.needed and check.first))

    def _ask_check(self) -> tuple[int, Request] | None:
        """Return the request of the check at the end, if one is needed and there is room."""
        if not self._check.can_ask or not self._has_room(_CHECK, _CHECK):
            return None
        try:
            request = self._check.request()
        except ListingMoved as error:
            self.failure = error
            return None
        return None if request is None else (_CHECK, request)

    def _feed_check(self, answer: Reply[NumberedBody[T]] | AsyncOpsError) -> None:
        try:
            self._check.feed(answer)
        except ListingMoved as error:
            self.failure = error

    def _fits(self, slot: _Slot[T]) -> bool:
        """Whether accepting this answer next can hide no row."""
        if not isinstance(slot.answer, Reply) or slot.accepted_before == self._accepted:
            return True
        drift = self.paging.drift
        if not drift.counts:
            return True
        if drift.last_row != "" and drift.last_row in map(
            self.paging.identity, slot.answer.value.items
        ):
            return False
        last, count = drift.count or 0, slot.answer.value.total_count
        # A count greater than one that fell may be from before the fall.
        return count == last or (count > last and slot.accepted_before >= self._shrunk)

    def _drop_stale(self) -> None:
        """Drop the answers that are of no use any more, so that they are asked for again early."""
        first, remaining = self.paging.next_number, self.paging.remaining
        for number, slot in list(self._slots.items()):
            needed = number == first or number in remaining
            stale = slot.accepted_before < self._changed and not self._fits(slot)
            if slot.answer is not None and (stale or not needed):
                del self._slots[number]

    def _early(self) -> Page[T] | None:
        for number, slot in sorted(self._slots.items()):
            if isinstance(slot.answer, AsyncOpsError):
                return None
            if slot.answer is None or slot.given:
                continue
            page = self.paging.early(number, slot.answer)
            if page is not None:
                slot.given = True
                return page
        return None
