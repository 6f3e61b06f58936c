"""The check at the end of a concurrent walk over numbered pages: could a row have been missed?

New rows come first and push a row back; a removal in front of a row pulls it forward. The total
count shows only the difference of the two. That is enough as long as all changes are of one kind,
in whatever order the answers were made. If rows were both inserted and removed, answers made out of
order can hide a row.

So the walk reads the rows of its first page once more at its end:

- A row that moved by exactly the change of the count proves that nothing behind it was removed.
- If the first row of the listing is still one of them, nothing was inserted in front of it.

Either one proves that no row was missed. Otherwise the walk warns. A walk that is left before its
end has its first page in its checkpoint, and the walk that goes on from there makes the check.
"""

from typing import Generic, TypeVar

from attrs import define, evolve, field

from asyncops.checkpoints import Reference
from asyncops.errors import AsyncOpsError
from asyncops.http.messages import Reply, Request
from asyncops.models import Page
from asyncops.paging.counted.known_rows import warn_moved
from asyncops.paging.counted.numbering import NumberedBody
from asyncops.paging.counted.pages import NumberedStrategy

T = TypeVar("T")

# The listing may move once more between two requests.
_ATTEMPTS = 2


@define(eq=False)
class ConsistencyCheck(Generic[T]):
    """Remembers the first page of a walk, and compares it with the same rows at the end.

    Attributes:
        paging: The walk.
        first: Its first page, or that of a walk before it which could not make the check.
        needed: Whether an answer was used that may have been made before an earlier page's.
    """

    paging: NumberedStrategy[T]
    first: Reference = field(init=False)
    needed: bool = field(init=False)
    # The number of the page that was asked for.
    _asked: int | None = field(default=None, init=False)
    _latest_count: int = field(default=0, init=False)
    _attempts: int = field(default=0, init=False)
    _done: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        drift = self.paging.drift
        self.first = (drift.checked_at_end and drift.reference) or Reference()
        self.needed = self.begun

    @property
    def begun(self) -> bool:
        """Whether the first page is known. Only then are pages asked for ahead."""
        return bool(self.first.ids)

    @property
    def done(self) -> bool:
        """Whether no check is needed, or it has been made."""
        return self._done or not self.needed

    @property
    def can_ask(self) -> bool:
        """Whether a page has still to be asked for."""
        return not self.done and self._asked is None

    def follow(self, body: NumberedBody[T], page: Page[T] | None) -> None:
        """Remember what is needed of an answer that the walk has accepted.

        Args:
            body: The answer.
            page: The page that it has become; ``None`` if it only showed where to go on.
        """
        count = self.paging.drift.count or 0
        if not self.begun and page is not None and body.items:
            number = int(page.cursor or 0) if body.number is None else body.number
            self.first = Reference(
                rank=self._rank(number, len(body.items)),
                ids=self._ids(body),
                count=count,
                greatest=count,
                is_front=number == self.paging.first_number,
            )
        self._note(count)

    def request(self) -> Request | None:
        """Return the request for the page that should hold the rows by now.

        ``None``, with a warning, if no row has an id.
        """
        if not any(self.first.ids):
            self._give_up("no row has an identity")
            return None
        self._attempts += 1
        self._asked = self._expected_page
        return self.paging.request_for(self._asked)

    def feed(self, answer: Reply[NumberedBody[T]] | AsyncOpsError) -> None:
        """Compare the page that was read at the end with the first page."""
        asked, self._asked = self._asked or 0, None
        if isinstance(answer, AsyncOpsError):
            self._give_up(str(answer))
            return
        body = answer.value
        number = asked if body.number is None else body.number
        self._note(body.total_count)
        if self._is_consistent(number, body):
            self._done = True
        elif self._attempts == _ATTEMPTS or self._expected_page == number:
            self._done = True
            warn_moved(
                "rows were added and removed, in an order that cannot be told: rows may be missing"
            )

    def _give_up(self, why: str) -> None:
        """Warn that the check could not be made."""
        self._done = True
        warn_moved(
            f"whether rows were both added and removed could not be checked: {why}: "
            "rows may be missing"
        )

    def _note(self, count: int) -> None:
        """Remember the count of another answer."""
        self._latest_count = count
        if count > self.first.greatest:
            self.first = evolve(self.first, greatest=count)

    @property
    def _expected_page(self) -> int:
        """The page that should hold the middle row of the first page by now."""
        first = self.first
        moved, rank = self._latest_count - first.count, first.rank
        if moved >= 0 or not first.is_front:
            rank = max(0, rank + len(first.ids) // 2 + moved)
        size = self.paging.used_size or len(first.ids)
        return rank // size * (self.paging.unit or 1)

    def _rank(self, number: int, rows: int) -> int:
        """Return how many rows are in front of a page, apart from a constant."""
        return number * (self.paging.used_size or rows) // (self.paging.unit or 1)

    def _ids(self, body: NumberedBody[T]) -> tuple[str, ...]:
        return tuple(str(self.paging.identity(item)) for item in body.items)

    def _is_consistent(self, number: int, body: NumberedBody[T]) -> bool:
        """Whether the page proves that all changes were of one kind."""
        first = self.first
        if not self.paging.is_used(body.page_size):
            return False
        ids, rank = self._ids(body), self._rank(number, len(first.ids))
        is_front = first.is_front and rank == first.rank
        if is_front and not ids and not body.total_count:
            return True
        moved = body.total_count - first.count
        ranks = {each: rank + offset for offset, each in enumerate(ids)}
        if any(
            each and ranks.get(each) == first.rank + offset + moved
            for offset, each in enumerate(first.ids)
        ):
            return True
        removed_alone = moved < 0 and first.greatest == first.count and is_front
        return removed_alone and any(each and each in first.ids for each in ids[:1])
