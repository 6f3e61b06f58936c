"""From bytes to the pages of a listing, as a whole or row by row."""

from collections.abc import Awaitable, Callable
from functools import partial
from types import GenericAlias
from typing import Any, Generic, TypeVar

from asyncops.http.decoding import Decode, Dialect, in_one_step
from asyncops.http.envelope import envelope
from asyncops.http.invalid_items import OnInvalid
from asyncops.http.messages import Reply, Request
from asyncops.http.meter import Meter, MeteredFetch
from asyncops.http.page_body import CONVERTERS, ZEROS, PageBody, PagePlaces, fill_from_headers
from asyncops.http.places import path_steps
from asyncops.http.protobuf import WireInt
from asyncops.http.second_reading import SecondReading
from asyncops.http.settle import is_settled, settler
from asyncops.http.wire_shape import wire_shape

T = TypeVar("T")

# A token may be a number in the JSON.
_KINDS: dict[Any, Any] = {str: str | int, bool: bool}


class PageDecoder(Generic[T]):
    """Decodes the pages of a listing.

    ::

        decode = PageDecoder(Run, PagePlaces("data.items", next_page="meta.next"))
        page = decode(b'{"data": {"items": []}, "meta": {"next": "t"}}')

    Called with a body, it returns the page, or raises a :class:`DecodeError` naming the bad row. A
    page with rows but without a single creation time is refused as well: then the service's fields
    have other names than this release knows.

    Args:
        item: The class of the items, an attrs class.
        places: Where the answers hold what a walk needs.
        json: How the service writes JSON.
        some_row_has: The field that at least one row of each page has; ``None`` if a page may be
            without.
        identity: The attribute that tells one item from another.

    Raises:
        ValueError: One of the places is inside another.
    """

    def __init__(
        self,
        item: type[T],
        places: PagePlaces,
        *,
        json: Dialect = "plain",
        some_row_has: str | None = "created_at",
        identity: str = "id",
    ) -> None:
        protobuf = json == "protobuf"
        model: Any = item
        row: Any = wire_shape(model, protobuf=protobuf)
        items, others = path_steps(places.items), places.in_body()
        kinds: dict[Any, Any] = {items: GenericAlias(tuple, (row, ...))}
        for name, steps in others.items():
            kind = _KINDS.get(CONVERTERS[name], WireInt if protobuf else int)
            kinds[steps] = kinds.get(steps) | kind
        shape, getters = envelope(kinds, items, both_spellings=protobuf)
        self._read = in_one_step(shape)
        self._settle = settler(model, protobuf=protobuf)
        self._items = getters[items]
        self._others = [(name, getters[steps], CONVERTERS[name]) for name, steps in others.items()]
        self._counted = {"page_size", "total_count"} <= others.keys()
        self._some_row_has = some_row_has
        self._zeros = {name: ZEROS[name] for name in others if protobuf and name in ZEROS}
        self._in_headers = places.in_headers()
        self._second = SecondReading(item, places, json, some_row_has, identity)

    def __call__(self, body: bytes) -> PageBody[T]:
        """Decode a page, all of which has to fit."""
        return self._first(body) or self._second.strictly(body)

    def reading(self, on_invalid: OnInvalid | None) -> Decode[PageBody[T]]:
        """Return the function for a listing: by rows if ``on_invalid`` is given."""
        return self if on_invalid is None else self.row_by_row

    def row_by_row(self, body: bytes) -> PageBody[T]:
        """Decode a page, with an :class:`InvalidRow` for each row that does not fit."""
        return self._first(body) or self._second.row_by_row(body)

    def fetching(
        self, fetch: Callable[..., Awaitable[Reply[Any]]], on_invalid: OnInvalid | None = None
    ) -> MeteredFetch:
        """Return the function that fetches a page, from a client's ``fetch``."""
        plain = partial(fetch, decode=self.reading(on_invalid))
        if not self._in_headers:
            return plain

        async def with_headers(request: Request, /, meter: Meter) -> Reply[PageBody[T]]:
            reply: Reply[PageBody[T]] = await plain(request, meter=meter)
            fill_from_headers(reply, self._in_headers)
            return reply

        return with_headers

    def _first(self, body: bytes) -> PageBody[T] | None:
        """Decode a page in one step; ``None`` if it does not fit."""
        root = self._read(body)
        if root is None:
            return None
        items = self._items(root) or ()
        if self._settle is not None and not is_settled(self._settle, items):
            return None
        # The first row tells nearly always; the others are asked if it does not.
        name = self._some_row_has
        odd = name is not None and items and getattr(items[0], name, None) is None
        if odd and not self._second.is_dated(items):
            return None
        page: PageBody[T] = PageBody(items, **self._zeros)
        for name, get, convert in self._others:
            value = get(root)
            if value is not None:
                setattr(page, name, convert(value))
        if self._counted:
            page.work_out_pages()
        return page
