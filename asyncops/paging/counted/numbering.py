"""How the pages of a listing are numbered: declared, or learned from the answers."""

from typing import Any, Protocol, TypeVar

from attrs import define, field

from asyncops.errors import UnexpectedPage
from asyncops.paging.styles import Offset, Pages

T_co = TypeVar("T_co", covariant=True)

NO_PAGE = frozenset({400, 404, 410, 416, 422})
"""The statuses by which a service may refuse a page that does not exist."""


class NumberedBody(Protocol[T_co]):
    """The body of a numbered page. 0 stands for "not said"."""

    @property
    def items(self) -> tuple[T_co, ...]:
        """The items."""
        ...

    @property
    def number(self) -> int | None:
        """The number of this page, in the service's own counting; ``None`` if not said."""
        ...

    @property
    def page_size(self) -> int:
        """The page size that the service used."""
        ...

    @property
    def total_count(self) -> int:
        """Items in the whole listing."""
        ...

    @property
    def total_pages(self) -> int:
        """Pages in the whole listing."""
        ...


@define
class PageBase:
    """The number of a service's first page, as far as a client has learned it.

    Attributes:
        first: The number to begin with. It becomes 1 for a service that refuses page 0; a service
            that answers 0 with page 1 is asked for 0 each time, at no cost.
    """

    first: int = 0


@define(eq=False)
class Numbering:
    """The number of the first page and the size of pages, as one walk knows them.

    Attributes:
        style: How pages are asked for, and what their answers say.
        page_size: The page size to ask for; ``None`` for the service's choice.
        learned: The number of the first page as the walks of the client have learned it.
        used_size: The page size that the service uses; 0 if unknown. The size that it tells counts
            as long as its rows agree with it.
        told_size: The page size that the service tells; 0 if it tells none.
        base: The number of the first page; ``None`` if this walk does not know it yet.
        doubtful: Whether a walk that begins behind the first page has reason to doubt the size that
            it is told, until a page is as long.
        zero_refused: Whether the service has refused page 0.
        seen_full: Whether the pages read so far tell how many rows a page has.
    """

    style: Pages | Offset
    page_size: int | None
    learned: PageBase
    used_size: int
    doubtful: bool = False
    base: int | None = field(default=None, init=False)
    zero_refused: bool = field(default=False, init=False)
    told_size: int = field(default=0, init=False)
    seen_full: bool = field(default=False, init=False)
    # Whether the rows of a page have not been those that the size and the count call for.
    _doubted: bool = field(default=False, init=False)
    _longest: int = field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        self.base = self.style.first if isinstance(self.style, Pages) else 0
        self.seen_full = bool(self.used_size)
        if self.style.used_size is not None:
            self.told_size = self.used_size

    @property
    def is_learned(self) -> bool:
        """Whether the number of the first page has to be learned."""
        return isinstance(self.style, Pages) and self.style.first is None

    @property
    def is_contradicted(self) -> bool:
        """Whether the rows contradict the size that is told, or may do so."""
        return self._doubted or self.doubtful

    @property
    def known_size(self) -> int:
        """The page size as a walk that goes on may rely on it; 0 if there is none."""
        learned = self.used_size if self.seen_full else 0
        return 0 if self.is_contradicted else self.told_size or learned

    @property
    def first(self) -> int:
        """The number to begin with."""
        return self.learned.first if self.base is None else self.base

    @property
    def size(self) -> int:
        """The rows of a page; 0 if unknown."""
        return self.used_size or self.page_size or 0

    def distance(self, rows: int) -> int:
        """Return the distance from a page with so many rows to the first row behind it.

        Behind a short page of offsets follow the rows that it lacks, if it is not the last one.
        While no page had a row and no size is told, a page may be as short as one row, though more
        were asked for.
        """
        if isinstance(self.style, Pages):
            return 1
        return min(rows, self.size) or self.used_size or min(1, self.size)

    def rank(self, number: int, size: float | None = None) -> float:
        """Return how many rows are in front of a page, of pages of another size if one is given."""
        behind = number - (self.base or 0)
        if isinstance(self.style, Offset) or not behind:
            return behind
        return behind * (self.used_size if size is None else size)

    def end(self, pages: int, count: int = 0) -> int:
        """Return the number behind the last of so many pages, or of rows if they are counted."""
        if isinstance(self.style, Pages):
            return (self.base or 0) + pages
        return count or pages * self.size

    def pages(self, body: NumberedBody[Any], count: int | None) -> int:
        """Return the pages of the whole listing, by the last count if need be; 0 if unknown.

        While no page had a row and no size is told, pages of one row count.
        """
        if body.total_pages:
            return body.total_pages
        return -(-(body.total_count or count or 0) // (self.told_size or self.used_size or 1))

    def pages_to_read(self, number: int, body: NumberedBody[Any], count: int | None) -> int:
        """Return the pages to read: more than are told where the rows of a page speak for them.

        A service may tell the size it was asked for, and use a smaller one; or count rows that it
        does not show. So behind the last page that is told, a page without rows is the end.
        """
        pages = self.pages(body, count)
        last = (self.base or 0) + pages - 1
        doubted = self.is_contradicted or (not self.told_size and self.seen_full)
        if not (doubted and body.items and number >= last):
            return pages
        return max(pages, -(-body.total_count // self._longest))

    def counts_more(
        self, number: int, body: NumberedBody[Any], count: int | None, has_more: bool
    ) -> tuple[bool | None, bool] | None:
        """Return what the counts say of the page after one; ``None`` if there are none.

        Args:
            number: The number of the page.
            body: Its answer.
            count: Rows of the whole listing, by the last answer that said so.
            has_more: Whether a page follows, by the rows of this one.

        Returns:
            Whether that page follows, ``None`` if that depends on the unknown base; and whether it
            is behind the last one that is told.
        """
        pages = self.pages_to_read(number, body, count)
        if not pages:
            return None
        if self.base is not None:
            behind = number + self.distance(len(body.items))
            # The count of an earlier answer says where the listing does not end yet, and a number
            # of pages does not say at which offset it ends.
            told = body.total_count or (isinstance(self.style, Pages) and body.total_pages)
            more = behind < self.end(pages, body.total_count) or (has_more and not told)
            return more, behind >= self.end(self.pages(body, count), body.total_count)
        if number != pages - 1:
            return number < pages - 1, False
        # Counted from 0 this is the last page; counted from 1 the last but one, which is full.
        full = len(body.items) >= self.used_size or self.is_contradicted
        return None if body.items and full else False, False

    def is_end_doubtful(self, number: int) -> bool:
        """Whether rows may follow a page that is the last one by what the service tells.

        A walk that begins behind the first page may have seen only pages that are as short as the
        last one is to be. Their size is the service's own if it is not the one that was asked for.
        """
        asked, depth = self.page_size or 0, self.style.depth
        is_echoed = isinstance(self.style, Pages) and self.told_size in {0, asked}
        in_reach = depth is None or self.rank(number + 1) < depth
        return is_echoed and in_reach and not self.seen_full and 0 < self._longest < asked

    def check_number(self, asked: int, said: int | None) -> int:
        """Return the number of a page.

        Raises:
            UnexpectedPage: It is not the one asked for.
        """
        number = asked if said is None else said
        if self.is_learned and asked == 0 and number in ({0} if self.base == 0 else {0, 1}):
            self.base = number
        elif number != asked:
            raise UnexpectedPage(f"asked for page {asked}, the answer is page {number}")
        elif self.is_learned and (self.zero_refused or self.learned.first == 1):
            self.base = self.learned.first = 1
        return number

    def check_size(self, size: int, rows: int, number: int, count: int) -> None:
        """Take the page size that the service used, or learn it if the answers do not tell it.

        A service gives as many items as it was asked for, or as many as it ever does; only the last
        page has fewer. A size that its rows contradict is learned from them.

        Args:
            size: The size that the answer tells; 0 if it tells none.
            rows: Rows of the page.
            number: The number of the page.
            count: Rows of the whole listing; 0 if the answer does not say.

        Raises:
            UnexpectedPage: It is another size than before.
        """
        if self.told_size and size and size != self.told_size:
            raise UnexpectedPage(
                f"the page size changed from {self.told_size} to {size} on the way"
            )
        self.told_size = size or self.told_size
        self._longest = max(self._longest, rows)
        self.seen_full |= number == self.base
        if not self.told_size:
            self.used_size = self._longest = max(self.used_size, rows)
            return
        self.doubtful = self.doubtful and rows != self.told_size
        if rows and count and not self._doubted:
            self._doubted = rows not in self._rows_called_for(number, count)
        self.used_size = (self._doubted and self._longest) or self.told_size

    def is_used(self, size: int) -> bool:
        """Whether an answer tells the same size as the others, or none."""
        return size in {0, self.told_size or self.used_size}

    def _rows_called_for(self, number: int, count: int) -> set[int]:
        """Return how many rows the page may have by its number."""
        unit = 1 if isinstance(self.style, Offset) else self.told_size
        bases = {0, 1} if self.base is None else {self.base}
        # A service that gives only the first items may cut the last page short, or not.
        counts = {count, min(count, self.style.depth or count)}
        return {
            min(self.told_size, max(0, count - (number - base) * unit))
            for base in bases
            for count in counts
        }


def says_more(style: Pages | Offset, body: Any) -> bool | None:
    """Return whether an answer itself says that a page follows; ``None`` if it says nothing.

    Raises:
        UnexpectedPage: It says so, but not how to ask for it.
    """
    more: bool | None = None if style.more is None else body.more
    if style.next is None or more is False:
        return more
    if more and not body.next_page:
        raise UnexpectedPage(
            "the service says that another page follows, but not how to ask for it"
        )
    return bool(body.next_page)
