"""A service that filters its listing by creation, in memory."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zlib import crc32

from attrs import define, field, frozen
from hypothesis import strategies as st

from asyncops.checkpoints import Checkpoint
from asyncops.errors import APIError
from asyncops.http.decoding import Decode
from asyncops.http.invalid_items import OnInvalid
from asyncops.http.messages import Reply, Request
from asyncops.http.meter import Meter
from asyncops.http.page_decoding import PageDecoder
from asyncops.kit.page_decoders import page_places
from asyncops.listing.pager import Pager
from asyncops.models import Timestamp
from asyncops.paging.counted.listing import NumberedListing
from asyncops.paging.counted.numbering import PageBase
from asyncops.paging.cursors.cursor_listing import CursorListing
from asyncops.paging.limits import Limits
from asyncops.paging.sequential import Fetch
from asyncops.paging.styles import After, Offset, Pages, Token
from asyncops.paging.windows.created_filter import CreatedFilter
from asyncops.paging.windows.window_listing import WindowListing
from asyncops.sharding.shard import Shard
from asyncops.sharding.split_windows import WindowShard, split_windows
from asyncops.utils.moments import TimeRange, micros

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
Style = Token | After | Pages | Offset


@frozen
class Row:
    id: str
    created_at: Timestamp


@define(eq=False)
class Windowed:
    """Rows that are listed in one style and filtered by creation.

    Attributes:
        style: How the listing is paged.
        times: When each row was created, in seconds, by its id: all rows that ever were.
        descending: Whether the newest come first; ``None`` for no order.
        resolution: The step of the bounds, in seconds.
        inclusive: Whether a row at a bound is in the range.
        honours: Whether the service filters at all.
        latest: Whether it takes a latest creation time.
        size: Rows of a page.
        between: Called with the number of each request before it is answered.
        expired: Tokens written before so many expirations are refused.
        broken: Rows without a time that can be read, and whether they have an id.
    """

    style: Style
    times: dict[str, float]
    descending: bool | None = True
    resolution: float = 1.0
    inclusive: bool = True
    honours: bool = True
    latest: bool = True
    size: int = 4
    between: Callable[[int], None] = lambda _: None
    expired: int = 0
    gone: set[str] = field(factory=set)
    broken: dict[str, bool] = field(factory=dict)
    requests: list[dict[str, str]] = field(factory=list)

    @property
    def rows(self) -> list[str]:
        """The rows of the listing, in its order."""
        return [row for row in self._ever() if row not in self.gone]

    def _ever(self) -> list[str]:
        if self.descending is None:
            return sorted(self.times, key=lambda row: crc32(row.encode()))
        return sorted(self.times, key=lambda row: (self.times[row], row), reverse=self.descending)

    def created(self, row: str) -> datetime:
        """When a row was created."""
        return EPOCH + timedelta(seconds=self.times[row])

    def _holds(self, row: str, asked: dict[str, str]) -> bool:
        if not self.honours:
            return True
        step = round(self.resolution * 1e6)
        at, least = micros(self.created(row)) // step, int(not self.inclusive)
        after, before = asked.get("after"), asked.get("before")
        return (after is None or at >= int(after) // step + least) and (
            before is None or at <= int(before) // step - least
        )

    async def fetch(self, request: Request, meter: Meter, *, decode: Decode[Any]) -> Reply[Any]:
        meter.requests += 1
        self.between(len(self.requests))
        asked = dict(request.params)
        self.requests.append(asked)
        return Reply(value=decode(json.dumps(self.answer(asked)).encode()))

    def answer(self, asked: dict[str, str]) -> dict[str, Any]:
        """The body of one answer, as things are now."""
        style, ever = self.style, self._ever()
        listed = [row for row in self.rows if self._holds(row, asked)]
        at = self._at(asked, ever, listed)
        depth = getattr(style, "depth", None) or sys.maxsize
        if at >= depth:
            raise APIError.of(422)(f"Only the first {depth} are listed.", status=422)
        page = listed[at : min(at + self.size, depth)]
        more = at + len(page) < len(listed)
        body: dict[str, Any] = {
            "items": list(map(self._shown, page)),
            "total": len(listed),
            "more": more,
            "next": None,
        }
        if isinstance(style, Token) and more:
            body["next"] = f"{self.expired}.{page[-1]}"
        return body

    def _shown(self, row: str) -> dict[str, Any]:
        if row not in self.broken:
            return {"id": row, "created_at": self.created(row).isoformat()}
        return {"created_at": None} | ({"id": row} if self.broken[row] else {"nr": row})

    def _at(self, asked: dict[str, str], ever: list[str], listed: list[str]) -> int:
        style, value = self.style, asked.get(self.style.param)
        if isinstance(style, Pages):
            return (int(value or 1) - 1) * self.size
        if isinstance(style, Offset):
            return int(value or 0)
        if value is None:
            return 0
        written, _, last = value.rpartition(".")
        if isinstance(style, Token) and int(written) < self.expired:
            raise APIError.of(410)("The token has expired.", status=410)
        behind = set(ever[ever.index(last) + 1 :])
        return next((n for n, row in enumerate(listed) if row in behind), len(listed))

    def read(self, request: Request) -> Reply[Any]:
        """The decoded answer to a request."""
        body = json.dumps(self.answer(dict(request.params))).encode()
        places = page_places(self.style, "items")
        return Reply(value=PageDecoder(Row, places, some_row_has=None)(body))

    def pager(
        self,
        *,
        bounds: TimeRange | None = None,
        resume: Checkpoint | None = None,
        limits: Limits | None = None,
        on_invalid: OnInvalid | None = None,
    ) -> Pager[Row]:
        """The pager of this listing."""
        decoder = PageDecoder(Row, page_places(self.style, "items"), some_row_has=None)
        windowed = self.listing(bounds or TimeRange())
        return Pager(
            decoder.fetching(self.fetch, on_invalid),
            windowed.sequential,
            query="rows",
            identity=_id_of,
            resume=resume,
            limits=limits,
            on_invalid=on_invalid,
            check=windowed.check,
            concurrent_strategy=windowed.concurrent,
            cut=partial(self._cut, windowed.created),
        )

    async def _cut(self, created: CreatedFilter[Row], fetch: Fetch[Any], n: int) -> list[Shard]:
        whole = Shard(resource="rows", descending=bool(self.descending))
        return await split_windows(fetch, n, shard=whole, created=created) or [whole]

    def shard(self, shard: Shard, resume: Checkpoint | None = None) -> Pager[Row]:
        """The pager of one shard of this listing."""
        decoder = PageDecoder(Row, page_places(self.style, "items"), some_row_has=None)
        part = WindowShard(shard.time_range, self.listing(TimeRange()))
        return Pager(
            decoder.fetching(self.fetch, None),
            part.sequential,
            check=part.check,
            query=repr(shard.terms),
            identity=_id_of,
            resume=resume,
        )

    def listing(self, bounds: TimeRange) -> WindowListing[Row]:
        """The ways to walk this listing."""
        style = self.style
        counted = isinstance(style, Pages | Offset)

        def listing(of: TimeRange) -> Any:
            pairs = (("after", of.oldest), ("before", of.newest))
            params = tuple((name, str(micros(at))) for name, at in pairs if at is not None)
            request = Request(path="/rows", params=params)
            if isinstance(style, Pages | Offset):
                return NumberedListing(
                    request,
                    None,
                    PageBase(),
                    _id_of,
                    style=style,
                    descending=self.descending,
                    led=style.total is None and self.descending is not None,
                )
            return CursorListing(request, style, _id_of)

        created: CreatedFilter[Row] = CreatedFilter(
            read=lambda of: listing(of).sequential,
            bounds=bounds,
            margin=timedelta(seconds=self.resolution),
            descending=self.descending,
            both_ends=self.latest,
            by_time=counted and getattr(style, "total", None) is None,
            says_more=getattr(style, "ends", None) is None,
            depth=getattr(style, "depth", None),
            identity=_id_of,
            created_at=lambda row: row.created_at,
        )
        return WindowListing(listing(bounds), created)


def _id_of(row: Row) -> str:
    return row.id


# Skewed, crowded and spread; halves of a second too.
MOMENTS = st.one_of(
    st.integers(0, 40).map(lambda second: second / 2),
    st.integers(0, 10_000).map(float),
    st.integers(0, 20_000).map(lambda second: second / 2),
    st.integers(0, 4).map(lambda hour: 3600.0 * hour),
)
TIMES = st.lists(MOMENTS, max_size=8) | st.lists(MOMENTS, min_size=22, max_size=45)
"""When rows were created, in seconds."""


def named(times: list[float]) -> dict[str, float]:
    """Rows created at these times, by their ids."""
    return {f"r{number:02}": at for number, at in enumerate(times)}


CURSORS: list[Style] = [
    Token("next", "token"),
    After(param="last", more="more", size=None),
]


@st.composite
def services(draw: st.DrawFn, styles: st.SearchStrategy[Style]) -> Windowed:
    """A service of one of these styles."""
    return Windowed(
        draw(styles),
        named(draw(TIMES)),
        descending=draw(st.sampled_from([True, True, False, None])),
        resolution=draw(st.sampled_from([1.0, 1e-6])),
        inclusive=draw(st.booleans()),
        size=draw(st.integers(1, 5)),
    )
