"""One page of a listing."""

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

from attrs import field, frozen

T_co = TypeVar("T_co", covariant=True)

Cursor = str | int
"""A page token, or a page number in the service's count."""


@frozen(kw_only=True)
class Page(Generic[T_co]):
    """One page of a listing.

    ::

        page = await zoo.operations.list()
        for call in page:
            print(call.id)
        print(len(page), page.next_cursor)

    A page is true in a condition even if it is empty: other pages may follow.

    Attributes:
        items: The items, in the service's order.
        cursor: The page token or page number of this page; ``None`` for the first page of a token
            listing.
        next_cursor: The cursor of the next page, for ``page_token=`` (Zoo) or ``page=``
            (Chainloop) of the same query; ``None`` at the end.
        total_count: The number of items in the whole listing, if the service says. ``None`` if a
            filter applies here and not in the service, as for unfinished statuses of Chainloop.
        total_pages: The number of pages in the whole listing, if the service says.
        page_size: The page size that the service used, if it says.
        request_id: The id by which the service's support finds the request.
        status: HTTP status of the answer.
        headers: Headers of the answer; look-up ignores case.
    """

    items: tuple[T_co, ...]
    cursor: Cursor | None = field(default=None, repr=False)
    next_cursor: Cursor | None = field(default=None, repr=False)
    total_count: int | None = None
    total_pages: int | None = None
    page_size: int | None = None
    request_id: str | None = None
    status: int = 200
    headers: Mapping[str, str] = field(factory=dict, repr=False, hash=False)

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[T_co]:
        return iter(self.items)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        kind = f" {type(self.items[0]).__name__}" if self.items else ""
        of = "" if self.total_pages is None else f" of {self.total_pages}"
        match self.cursor:
            case None:
                place = "the first page"
            case int(number):
                place = f"page {number}{of}"
            case _:
                place = "from a page token"
        more = "the last one" if self.next_cursor is None else "another one follows"
        return f"<Page of {len(self.items)}{kind} items, {place}, {more}>"
