"""How a listing is paged, as data: by a token, a URL, the last id, page numbers or offsets."""

import math
from typing import Any, Literal, get_args

from attrs import field, frozen
from attrs.validators import optional

from asyncops.http.places import Place, check_place
from asyncops.models.description_error import DescriptionError
from asyncops.utils.checks import check_count
from asyncops.utils.declarations import check_one_of, check_param, declared

EndsBy = Literal["no token", "same token"]
Ends = Literal["empty page"]


_PLACE: Any = optional(check_place)
_SIZE: Any = optional(check_param)
_COUNT: Any = optional(check_count(1))
_ENDS = check_one_of(None, *get_args(Ends))


@frozen(field_transformer=declared)
class Token:
    """Each page names the token of the next one.

    ::

        Token()  # next_page_token in the body, sent back as page_token
        Token("meta.next.token", "page[after]", size="page[size]", most=100)

    Attributes:
        next: The place of the next page's token; none there, or an empty one, ends the listing.
        param: The parameter that takes the token.
        first: The token that the first page is asked with: ``None`` for none, or ``""``.
        more: The place of a flag that says whether a page follows. A flag that is false ends the
            listing; a flag that is true without a token is an error.
        size: The parameter for the items of a page; ``None`` if there is none.
        most: The items of a page to ask for unless the caller says how many; ``None`` leaves
            the size to the service.
        ends_by: ``"same token"`` for a service that repeats the token of the last page at the end.

    Raises:
        DescriptionError: A name or a place is not valid, or ``most`` has no ``size``.
    """

    next: Place = field(default="next_page_token", validator=check_place)
    param: str = field(default="page_token", validator=check_param)
    first: Literal[""] | None = field(default=None, validator=check_one_of(None, ""))
    more: Place | None = field(default=None, validator=_PLACE)
    size: str | None = field(default=None, validator=_SIZE)
    most: int | None = field(default=None, validator=_COUNT)
    ends_by: EndsBy = field(default="no token", validator=check_one_of(*get_args(EndsBy)))

    def __attrs_post_init__(self) -> None:
        _check_most(self)


@frozen(field_transformer=declared)
class NextURL:
    """Each page names the URL of the next one.

    ::

        NextURL("links[rel=next].href", size="limit", most=100)
        NextURL(Link("next"))

    Only the query of a URL is taken over, so that no request goes to another host. The listing's
    own parameters stay; the URL's win over them. Parameters that hold credentials are dropped.
    Where the URLs count rows, as by ``offset=40``, removed rows may take others out of sight, which
    ``ListingMoved`` warns of; an ``Offset`` is better there.

    Attributes:
        next: The place of the URL; none there, or an empty one, ends the listing.
        size: The parameter for the items of a page; ``None`` if there is none.
        most: The items of a page to ask for unless the caller says how many; ``None`` leaves
            the size to the service.

    Raises:
        DescriptionError: A name or a place is not valid, or ``most`` has no ``size``.
    """

    next: Place = field(default="next", validator=check_place)
    size: str | None = field(default=None, validator=_SIZE)
    most: int | None = field(default=None, validator=_COUNT)

    def __attrs_post_init__(self) -> None:
        _check_most(self)


@frozen(kw_only=True, field_transformer=declared)
class After:
    """Each page is asked for by the id of the last item before it.

    ::

        After()  # after=<last id>, until has_more is false
        After(param="after_id", last="last_id", most=1000)
        After(param="variables.cursor", more=None, ends="empty page", size="variables.limit")

    Attributes:
        param: The parameter that takes the id.
        last: The place of the id in the answer; ``None`` for the id of the last item.
        before: The parameter that takes an id to ask for the page in front of it; ``None`` if there
            is none. No walk goes that way.
        more: The place of the flag that says whether a page follows. A flag that is true on a page
            without an id is an error.
        size: The parameter for the items of a page; ``None`` if there is none.
        most: The items of a page to ask for unless the caller says how many; ``None`` leaves
            the size to the service.
        ends: ``"empty page"`` if a page without items is the only sign of the end.

    Raises:
        DescriptionError: A name or a place is not valid, ``most`` has no ``size``, or neither
            ``more`` nor ``ends`` is given.
    """

    param: str = field(default="after", validator=check_param)
    last: Place | None = field(default=None, validator=_PLACE)
    before: str | None = field(default=None, validator=_SIZE)
    more: Place | None = field(default="has_more", validator=_PLACE)
    size: str | None = field(default="limit", validator=_SIZE)
    most: int | None = field(default=None, validator=_COUNT)
    ends: Ends | None = field(default=None, validator=_ENDS)

    def __attrs_post_init__(self) -> None:
        _check_most(self)
        if self.more is None and self.ends is None:
            raise DescriptionError("After: nothing tells the end: give more= or ends='empty page'")


@frozen(kw_only=True)
class _Counted:
    total: Place | None = field(default=None, validator=_PLACE)
    pages: Place | None = field(default=None, validator=_PLACE)
    next: Place | None = field(default=None, validator=_PLACE)
    more: Place | None = field(default=None, validator=_PLACE)
    number: Place | None = field(default=None, validator=_PLACE)
    used_size: Place | None = field(default=None, validator=_PLACE)
    most: int | None = field(default=None, validator=_COUNT)
    depth: int | None = field(default=None, validator=_COUNT)
    ends: Ends | None = field(default=None, validator=_ENDS)
    size: str | None = field(default=None, validator=_SIZE)

    def __attrs_post_init__(self) -> None:
        _check_most(self)
        signs = (self.total, self.pages, self.next, self.more, self.ends)
        if all(sign is None for sign in signs):
            raise DescriptionError(
                f"{type(self).__name__}: nothing tells the end: give at least one of total=, "
                "pages=, next=, more= or ends='empty page'"
            )


@frozen(kw_only=True, field_transformer=declared)
class Pages(_Counted):
    """Pages have numbers.

    ::

        Pages(total="total_count", most=100, depth=1000)
        Pages(total=Header("X-Total"), next=Header("X-Next-Page"), number=Header("X-Page"))
        Pages(next=Link("next"))

    The signs of the end, in the order in which they count: ``more`` is false or there is no
    ``next``; the last of ``pages``; the last row of ``total``; with none of them in an answer, a
    page without items. A page with fewer items than others is no sign. A ``more`` that is true
    without a ``next`` is an error, where both are declared.

    Rows that move while pages are read are noticed by ``total`` alone. New rows come twice and are
    dropped by their ids, and after removals the pages that rows were pulled onto are read again.
    Where the newest rows come last, as many may have been added as removed: the rows in front of
    the last one tell, which costs two requests more, and the walk warns with ``ListingMoved``.
    In a listing without an order nothing tells, and each walk over several pages warns; an
    ``Offset`` is better there. Without ``total``, or where answers leave it out, removed rows may
    take others out of sight in every order: each walk over several pages warns. A ``Window`` helps:
    such a listing is walked by creation time.

    Attributes:
        param: The parameter that takes the number.
        first: The number of the first page: 0, 1, or ``None`` if it is to be learned from the
            numbers in the answers.
        size: The parameter for the items of a page; ``None`` if there is none.
        total: The place of the number of items in the whole listing.
        pages: The place of the number of pages in the whole listing.
        next: A place that holds a value if a page follows, such as its number or its URL.
        more: The place of a flag that says whether a page follows.
        number: The place of the page's own number. An answer with another number than the one asked
            for is an error.
        used_size: The place of the page size that the service used. Where it is not told, or the
            rows contradict it, it is learned from the pages.
        most: The items of a page to ask for unless the caller says how many; ``None`` leaves
            the size to the service.
        depth: The number of items that the service gives of one listing at most. A walk that has
            given as many ends with an error, unless the answer says that the listing ends there. A
            count of exactly as many does not say so: it may be cut short as well.
        ends: ``"empty page"`` if a page without items may be the only sign of the end.

    Raises:
        DescriptionError: A name or a place is not valid, ``most`` has no ``size``, ``first`` is to
            be learned without ``number``, none of ``total``, ``pages``, ``next``, ``more`` and
            ``ends`` is given, or ``ends`` alone is and ``depth`` leaves no page behind the first.
    """

    param: str = field(default="page", validator=check_param)
    first: Literal[0, 1] | None = field(default=1, validator=check_one_of(0, 1, None))
    size: str | None = field(default="per_page", validator=_SIZE)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.first is None and self.number is None:
            raise DescriptionError(
                "Pages: first=None is learned from the numbers in the answers: give number=, or "
                "say first=0 or first=1"
            )
        signs = (self.total, self.pages, self.next, self.more)
        if all(sign is None for sign in signs) and (self.most or 0) >= (self.depth or math.inf):
            raise DescriptionError(
                f"Pages: only a page without items tells the end, and depth={self.depth} leaves "
                f"none behind the first {self.most} items: say a lower most="
            )


@frozen(kw_only=True, field_transformer=declared)
class Offset(_Counted):
    """Pages begin behind a number of items.

    ::

        Offset(total="total_entries", most=100)
        Offset(total="data.total", used_size="data.limit", number="data.offset", most=1000)

    The end of the listing is told, and rows that move are noticed, as for :class:`Pages`. Without
    ``total``, or where the newest rows do not come first, each page begins with the last row of the
    page before, so that removed rows are noticed in every order. Behind a page that is shorter than
    asked for and not the last one, the walk goes on with the rows that it lacks.

    Attributes:
        param: The parameter that takes the number of items in front of the page.
        size: The parameter for the items of a page; ``None`` if there is none.

    The other attributes are those of :class:`Pages`; ``number`` is the place of the page's own
    offset.

    Raises:
        DescriptionError: A name or a place is not valid, ``most`` has no ``size``, or none of
            ``total``, ``pages``, ``next``, ``more`` and ``ends`` is given.
    """

    param: str = field(default="offset", validator=check_param)
    size: str | None = field(default="limit", validator=_SIZE)


Paging = Token | NextURL | After | Pages | Offset
"""One of the five styles."""


def _check_most(style: Token | NextURL | After | _Counted) -> None:
    if style.most is not None and style.size is None:
        name = type(style).__name__
        raise DescriptionError(
            f"{name}: most= is sent as the page size, so size= has to name a parameter"
        )
