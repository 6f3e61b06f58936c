"""Services of any paging style, made backwards from its declaration, in memory."""

import asyncio
import json
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from attrs import define, field, frozen
from hypothesis import strategies as st
from multidict import CIMultiDict

from asyncops.checkpoints import Checkpoint
from asyncops.errors import ListingMoved
from asyncops.http.decoding import Decode
from asyncops.http.messages import Reply, Request, with_values
from asyncops.http.meter import Meter
from asyncops.http.page_decoding import PageDecoder
from asyncops.http.places import Header, Link, Place, Selection, path_steps
from asyncops.kit.page_decoders import page_places
from asyncops.listing.pager import Pager
from asyncops.paging.counted.listing import NumberedListing
from asyncops.paging.counted.numbering import PageBase
from asyncops.paging.cursors.cursor_listing import CursorListing
from asyncops.paging.limits import Limits
from asyncops.paging.styles import After, NextURL, Offset, Pages, Paging, Token


@frozen
class Row:
    id: str


@define(eq=False)
class Service:
    """Rows that are listed in one style.

    Attributes:
        style: The style.
        items: The path of the rows.
        rows: The ids of the rows, in their order.
        descending: Whether new rows come first; ``None`` if they may be anywhere.
        post: Whether parameters go into a JSON body.
        default: Rows of a page where the request does not say how many.
        cap: The most rows of a page.
        zero: Whether a service with an unknown base counts from 0.
        cut: How many rows it gives of the listing at most, though it says that more follow.
        between: Called with the number of each request before it is answered.
    """

    style: Paging
    items: str
    rows: list[str]
    post: bool = False
    default: int = 3
    cap: int = 5
    zero: bool = True
    descending: bool | None = True
    loop: bool = False
    between: Callable[[int], None] = lambda _: None
    cut: int | None = None
    requests: list[Request] = field(factory=list)

    async def fetch(self, request: Request, meter: Meter, *, decode: Decode[Any]) -> Reply[Any]:
        meter.requests += 1
        self.between(len(self.requests))
        self.requests.append(request)
        asked = self._asked(request)
        size = min(int(asked.get(self.style.size or "", self.default)), self.cap)
        body, headers = self.answer(asked, size)
        # As any transport does, so that requests are answered in their order.
        await asyncio.sleep(0)
        return Reply(value=decode(json.dumps(body).encode()), headers=headers)

    def _asked(self, request: Request) -> dict[str, Any]:
        if not self.post:
            return dict(request.params)
        tree = json.loads(request.body or b"")
        flat: dict[str, Any] = {}

        def flatten(at: dict[str, Any], path: str) -> None:
            for key, value in at.items():
                if isinstance(value, dict):
                    flatten(value, f"{path}{key}.")
                else:
                    flat[path + key] = value

        flatten(tree, "")
        return flat

    def answer(self, asked: dict[str, Any], size: int) -> tuple[Any, CIMultiDict[str]]:
        """The body and the headers of one answer."""
        style, said = self.style, dict[Place, Any]()
        at, number = self._position(asked, size)
        page = self.rows[at : at + size if self.cut is None else min(at + size, self.cut)]
        more = at + size < len(self.rows)
        if self.loop and not more:
            at, more = -size, True
        match style:
            case Token():
                said[style.next] = f"t{at + size}" if more else None
            case NextURL():
                said[style.next] = (
                    f"https://elsewhere.example/p?{urlencode({'c': at + size, 'api_key': 's'})}"
                    if more
                    else None
                )
            case After(last=str(last)):
                said[last] = page[-1] if page else None
            case Pages() | Offset():
                told = {
                    style.total: len(self.rows),
                    style.pages: -(-len(self.rows) // size),
                    style.next: f"/?page={number + 1}" if more else None,
                    style.number: number,
                    style.used_size: size,
                }
                said |= {place: value for place, value in told.items() if place is not None}
            case _:
                pass
        flag = getattr(style, "more", None)
        if flag is not None:
            said[flag] = more
        return envelope(self.items, [{"id": row} for row in page], said)

    def _position(self, asked: dict[str, Any], size: int) -> tuple[int, int]:
        style = self.style
        match style:
            case Token():
                return int((asked.get(style.param) or "t0")[1:]), 0
            case NextURL():
                assert "api_key" not in asked
                return int(asked.get("c", 0)), 0
            case After():
                last = asked.get(style.param)
                if self.loop and last == self.rows[-1]:
                    return 0, 0
                return (0 if last is None else self.rows.index(last) + 1), 0
            case Offset():
                return int(asked[style.param]), int(asked[style.param])
        first = (0 if self.zero else 1) if style.first is None else style.first
        number = max(int(asked[style.param]), first)
        return (number - first) * size, number

    def pager(
        self,
        *,
        size: int | None = None,
        resume: Checkpoint | None = None,
        limits: Limits | None = None,
    ) -> Pager[Row]:
        """The pager of this listing."""
        style, request = self.style, Request(path="/rows", params=(("own", "1"),))
        if self.post:
            request = Request(method="POST", path="/rows", body=b'{"own": 1}', reads_only=True)
        decoder = PageDecoder(Row, page_places(style, self.items), some_row_has=None)
        concurrent: Any = None
        listing: Any
        if isinstance(style, Pages | Offset):
            listing = NumberedListing(
                request,
                size if style.size else None,
                PageBase(),
                lambda row: row.id,
                style=style,
                descending=self.descending,
            )
            concurrent = listing.concurrent
        else:
            if size is not None and style.size is not None:
                request = with_values(request, [(style.size, size)])
            listing = CursorListing(request, style, lambda row: row.id)
        return Pager(
            decoder.fetching(self.fetch),
            listing.sequential,
            query="rows",
            identity=lambda row: row.id,
            concurrent_strategy=concurrent,
            resume=resume,
            limits=limits,
            check=listing.check,
        )


@contextmanager
def unmoved(style: Paging) -> Iterator[None]:
    """Walks of a listing that does not move warn only where no total could tell that it does."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ListingMoved)
        yield
    assert not told or (isinstance(style, Pages | Offset) and style.total is None)


def envelope(items: str, rows: list[Any], said: dict[Place, Any]) -> tuple[Any, CIMultiDict[str]]:
    """The body and the headers that have these values at these places."""
    headers: CIMultiDict[str] = CIMultiDict()
    body: Any = put(None, path_steps(items), rows)
    for place, value in said.items():
        match place:
            case str():
                body = put(body, path_steps(place), value)
            case Header(name) if value is not None:
                headers.add(name, str(value).lower())
            case Link(rel) if value:
                headers.add("Link", "</a>; rel=first")
                headers.add("Link", f'<{value}>; title="a, b"; rel="{rel}"')
            case _:
                pass
    return body, headers


def put(tree: Any, steps: Sequence[str | int | Selection], value: Any) -> Any:
    """The tree with a value at a path."""
    if not steps:
        return value
    step, *rest = steps
    match step:
        case str():
            tree = tree or {}
            tree[step] = put(tree.get(step), rest, value)
        case int():
            tree = tree or [None] * (step + 1)
            tree[step] = put(tree[step], rest, value)
        case Selection(key, wanted):
            tree = [{key: "other"}, {key: wanted, **(put({}, rest, value) or {})}]
    return tree


PLACES: st.SearchStrategy[str | Header] = st.sampled_from(
    ["at", "meta.at-it", "meta.deep.at", "list[0].at", Header("X-At")]
)


def place(name: str) -> st.SearchStrategy[Place]:
    """A place of its own for a value of this name, in the body or in a header."""

    def named(at: str | Header) -> Place:
        if isinstance(at, Header):
            return Header(f"{at.name}-{name.replace('_', '-')}")
        return at.replace("at", f"at_{name}") if "list" not in at else f"list_{name}[0].at"

    return PLACES.map(named)


def maybe(name: str) -> st.SearchStrategy[Place | None]:
    """Such a place, or none."""
    return st.none() | place(name)


SIZES = st.sampled_from(["limit", "page_size", "size"])
CURSORS: st.SearchStrategy[Paging] = st.one_of(
    st.builds(
        Token, place("next"), st.just("tok.en"), st.sampled_from([None, ""]), maybe("more"), SIZES
    ),
    st.builds(NextURL, place("next") | st.just(Link()) | st.just("links[rel=next].href"), SIZES),
    st.builds(
        After,
        last=place("last").filter(lambda x: isinstance(x, str)) | st.none(),
        more=place("more"),
        size=SIZES,
    ),
    st.builds(After, more=st.none(), ends=st.just("empty page"), size=SIZES),
)


@st.composite
def counted(draw: st.DrawFn, *, total: bool | None = None) -> Pages | Offset:
    """A style of counted pages; with a total, without one, or either."""
    fields: dict[str, Any] = {
        name: draw(maybe(name)) for name in ("pages", "next", "more", "number", "used_size")
    }
    if total is not False:
        fields["total"] = draw(place("total") if total else maybe("total"))
    if total is False:
        fields["pages"] = None
    if all(fields.get(name) is None for name in ("total", "pages", "next", "more")):
        fields["ends"] = "empty page"
    fields["size"] = draw(SIZES | st.none())
    if draw(st.booleans()):
        return Offset(**fields)
    known: list[Any] = [0, 1] if fields["number"] is None else [0, 1, None]
    first = draw(st.sampled_from(known))
    return Pages(first=first, **fields)


@st.composite
def services(
    draw: st.DrawFn, styles: st.SearchStrategy[Paging] | None = None, most: int = 30
) -> Service:
    """A service of any style."""
    style = draw(st.one_of(CURSORS, *[counted()] * 4) if styles is None else styles)
    names = st.sampled_from(["items", "data.rows", "rows[0].all"])
    only_headers = all(
        not isinstance(each, str) for each in page_places_of(style) if each is not None
    )
    return Service(
        style,
        draw(st.just("") if only_headers and draw(st.booleans()) else names),
        [f"r{number}" for number in range(draw(st.integers(8, most) | st.integers(0, most)))],
        post=draw(st.booleans()) and not isinstance(style, NextURL),
        default=draw(st.integers(1, 6)),
        cap=draw(st.integers(1, 6)),
        zero=draw(st.booleans()),
    )


def page_places_of(style: Paging) -> list[Place | None]:
    """All places of a style."""
    names = ("next", "more", "last", "total", "pages", "number", "used_size")
    return [getattr(style, name, None) for name in names]
