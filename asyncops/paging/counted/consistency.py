"""The check at the end of a concurrent walk over numbered pages: could a row have been missed?

New rows come first and push a row back; a removal in front of a row pulls it forward. The total
count shows only the difference of the two. That is enough as long as all changes are of one kind,
in whatever order the answers were made. If rows were both inserted and removed, answers made out of
order can hide a row.

So the walk reads the rows of its first page once more at its end:

- A row that moved by exactly the change of the count proves that nothing behind it was removed.
- If the first row of the listing is still one of them, nothing was inserted in front of it.

Either one proves that no row was missed. Otherwise the walk warns.
"""

from collections.abc import Hashable, Sequence
from typing import TypeVar

from attrs import define, field

from asyncops.models import Page
from asyncops.paging.counted.known_rows import warn_moved
from asyncops.paging.counted.numbering import NumberedBody
from asyncops.paging.counted.pages import NumberedStrategy

T = TypeVar("T")

# The listing may move once more between two requests.
_ATTEMPTS = 2


@define(eq=False)
class ConsistencyCheck:
    """Remembers the first page of a walk, and compares it with the same rows at the end.

    Attributes:
        needed: Whether the walk used an answer that may have been made before an earlier page's.
    """

    needed: bool = False
    _keys: tuple[Hashable, ...] = field(default=(), init=False)
    _number: int = field(default=0, init=False)
    _size: int = field(default=0, init=False)
    _unit: int = field(default=1, init=False)
    # Rows of the listing at the first page, and the greatest count seen since.
    _count: int = field(default=0, init=False)
    _greatest: int = field(default=0, init=False)
    # The number of the listing's first page, if the walk began there.
    _first_number: int | None = field(default=None, init=False)
    _begun: bool = field(default=False, init=False)
    _done: bool = field(default=False, init=False)
    _attempts: int = field(default=0, init=False)
    _latest: int = field(default=0, init=False)

    @property
    def begun(self) -> bool:
        """Whether the first page is known. Only then are pages asked for ahead."""
        return self._begun

    @property
    def done(self) -> bool:
        """Whether no check is needed, or it has been made."""
        return self._done or not self.needed

    def begin(
        self,
        number: int,
        keys: Sequence[Hashable],
        size: int,
        count: int,
        *,
        front: bool,
        unit: int = 1,
    ) -> None:
        """Remember the first page that the walk gives.

        Args:
            number: Its number.
            keys: The identities of its rows, "" for a row without one.
            size: Rows of one page; 0 if the service does not say.
            count: Rows of the whole listing.
            front: Whether it is also the first page of the listing.
            unit: How far apart the numbers of two pages are.
        """
        self._begun = True
        self._number, self._keys, self._size = number, tuple(keys), size or len(keys)
        self._unit = unit
        self._first_number = number if front else None
        self.note(count)
        self._count = count

    def follow(
        self, paging: NumberedStrategy[T], body: NumberedBody[T], page: Page[T] | None
    ) -> None:
        """Remember what is needed of an answer that the walk has accepted.

        Args:
            paging: The walk.
            body: The answer.
            page: The page that it has become; ``None`` if it only showed where to go on.
        """
        count = paging.drift.count or 0
        if self._begun or page is None or not body.items:
            self.note(count)
            return
        keys = tuple(map(paging.identity, body.items))
        number = int(page.cursor or 0) if body.number is None else body.number
        front = number == paging.first_number
        self.begin(number, keys, paging.used_size, count, front=front, unit=paging.unit)

    def note(self, count: int) -> None:
        """Remember the count of another answer."""
        self._latest, self._greatest = count, max(self._greatest, count)

    def next_page(self) -> int | None:
        """Return the number of the page to check; ``None``, with a warning, if no row has an id."""
        if not self._size or all(key == "" for key in self._keys):
            self.give_up("no row has an identity")
            return None
        self._attempts += 1
        return self._expected_page()

    def check(self, number: int, keys: Sequence[Hashable], size: int, count: int) -> None:
        """Compare the page that was read at the end with the first page.

        Args:
            number: Its number, by the answer.
            keys: The identities of its rows.
            size: Rows of one page; 0 if the service does not say.
            count: Rows of the whole listing by now.
        """
        self.note(count)
        if size in {0, self._size} and self._is_consistent(number, keys, count):
            self._done = True
        elif self._attempts == _ATTEMPTS or self._expected_page() == number:
            self._done = True
            warn_moved(
                "rows were added and removed, in an order that cannot be told: rows may be missing"
            )

    def give_up(self, why: str) -> None:
        """Warn that the check could not be made."""
        self._done = True
        warn_moved(
            f"whether rows were both added and removed could not be checked: {why}: "
            "rows may be missing"
        )

    def _expected_page(self) -> int:
        """Return the page that should hold the middle row of the first page by now."""
        moved = self._latest - self._count
        if moved < 0 and self._first_number is not None:
            return self._first_number
        rank = self._rank(self._number) + len(self._keys) // 2 + moved
        return max(0, rank // self._size * self._unit)

    def _rank(self, number: int) -> int:
        """Return how many rows are in front of a page, apart from a constant."""
        return number * self._size // self._unit

    def _is_consistent(self, number: int, keys: Sequence[Hashable], count: int) -> bool:
        """Whether the page proves that all changes were of one kind."""
        if not keys and not count and number == self._first_number:
            return True
        moved = count - self._count
        ranks = {key: self._rank(number) + offset for offset, key in enumerate(keys)}
        if any(
            key != "" and ranks.get(key) == self._rank(self._number) + offset + moved
            for offset, key in enumerate(self._keys)
        ):
            return True
        removed_alone = moved < 0 and self._greatest == self._count and number == self._first_number
        return removed_alone and any(key != "" and key in self._keys for key in keys[:1])
