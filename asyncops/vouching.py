"""Whether answers that were made in any order can have hidden a row of a numbered listing.

In a listing whose new rows come first, insertions push a row back, and removals before it pull it
forward. Where no row behind an early one was removed, each of them was moved by exactly as many
places as the count of rows has changed, at any time between: then the counts told all, in
whatever order the answers were made. Where nothing was inserted, they did so as well. Of both
kinds of change a count shows the difference alone.

So the rows of the first page that a walk gives are looked for again at its end. One that is where
the count puts it has seen no removal behind it. The first of the whole listing, where that is
still one of them, has seen no insertion before it.
"""

from collections.abc import Hashable, Sequence

from attrs import define, field

from asyncops.drift import warn_moved

__all__ = ["Vouching"]

# The listing may move once more while it is looked at.
_LOOKS = 2


@define(eq=False)
class Vouching:
    """What one walk knows of its first page, and what it says at its end.

    Attributes:
        needed: Answers were taken that others may have been made before.
    """

    needed: bool = False
    _keys: tuple[Hashable, ...] = field(default=(), init=False)
    _number: int = field(default=0, init=False)
    _size: int = field(default=0, init=False)
    # Rows of the listing at first, and the most of them that an answer has told of since.
    _count: int = field(default=0, init=False)
    _greatest: int = field(default=0, init=False)
    # The number of the listing's front page, where it is the walk's first.
    _front: int | None = field(default=None, init=False)
    _begun: bool = field(default=False, init=False)
    _over: bool = field(default=False, init=False)
    _looks: int = field(default=0, init=False)
    _latest: int = field(default=0, init=False)

    @property
    def begun(self) -> bool:
        """Whether the first page is known; whatever is to be vouched for is asked for after it."""
        return self._begun

    @property
    def done(self) -> bool:
        """Whether there is nothing to look for, or no more."""
        return self._over or not self.needed

    def begin(
        self, number: int, keys: Sequence[Hashable], size: int, count: int, *, front: bool
    ) -> None:
        """Keep the first page that is given.

        Args:
            number: Its number.
            keys: What tells its rows from others, "" for a row of which nothing does.
            size: Rows of one page; 0 where the service does not say.
            count: Rows of the whole listing.
            front: It is the listing's first page too.
        """
        self._begun = True
        self._number, self._keys, self._size = number, tuple(keys), size or len(keys)
        self._front = number if front else None
        self.note(count)
        self._count = count

    def note(self, count: int) -> None:
        """Take note of how many rows an answer tells of."""
        self._latest, self._greatest = count, max(self._greatest, count)

    def page(self) -> int | None:
        """The page to look at; None, once that has been said, where it would tell nothing."""
        if not self._size or all(key == "" for key in self._keys):
            self.give_up("no row has an identity")
            return None
        self._looks += 1
        return self._place()

    def look(self, number: int, keys: Sequence[Hashable], size: int, count: int) -> None:
        """Take the page that was looked at.

        Args:
            number: Its number, as the answer says.
            keys: What tells its rows from others.
            size: Rows of one page; 0 where the service does not say.
            count: Rows of the whole listing by now.
        """
        self.note(count)
        if size in {0, self._size} and self._vouched(number, keys, count):
            self._over = True
        elif self._looks == _LOOKS or self._place() == number:
            self._over = True
            warn_moved(
                "rows were added and removed, in an order that cannot be told: rows may be missing"
            )

    def give_up(self, why: str) -> None:
        """Say that it could not be looked at."""
        self._over = True
        warn_moved(
            f"whether rows were both added and removed could not be checked: {why}: "
            "rows may be missing"
        )

    def _place(self) -> int:
        """The page on which the middle one of the rows should be, and most of the others."""
        moved = self._latest - self._count
        if moved < 0 and self._front is not None:
            return self._front
        rank = self._number * self._size + len(self._keys) // 2 + moved
        return max(0, rank // self._size)

    def _vouched(self, number: int, keys: Sequence[Hashable], count: int) -> bool:
        if not keys and not count:
            return True
        moved = count - self._count
        places = {key: number * self._size + place for place, key in enumerate(keys)}
        if any(
            key != "" and places.get(key) == self._number * self._size + place + moved
            for place, key in enumerate(self._keys)
        ):
            return True
        removed_alone = moved < 0 and self._greatest == self._count and number == self._front
        return removed_alone and any(key != "" and key in self._keys for key in keys[:1])
