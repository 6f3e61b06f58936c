"""A token-paged service with statuses, played in memory: what the merged walk is held against."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from attrs import define, evolve, field, frozen

from asyncops.http.messages import Reply, Request
from asyncops.models import Page
from asyncops.paging.statuses.cursor import MergeCursor
from asyncops.paging.statuses.listing import SortedNames
from asyncops.paging.statuses.sequential import StatusMerge
from asyncops.paging.statuses.stream import StatusStream
from asyncops.paging.styles import Token

LIFE = ("queued", "uploaded", "in_progress", "completed", "failed")
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = SortedNames(
    style=Token(size="limit"),
    newest_first=(("sort_by", "created_at_descending"),),
    oldest_first=(("sort_by", "created_at_ascending"),),
)
"""The words of the simulation, as of Zoo."""


@frozen
class Call:
    """An operation of the simulation."""

    id: UUID
    created_at: datetime
    status: str


@frozen
class Body:
    """A page as it is fed to a strategy."""

    items: tuple[Call, ...]
    next_page: str | None


@define
class Service:
    """Keyset pages over calls that move forward, and new ones that arrive.

    Attributes:
        calls: By id.
        ignores_direction: Whether all listings have the oldest first, whatever is asked.
        trailing: Whether each page that is not empty has a token, so that an empty one ends.
        empties: Empty pages, each with a fresh token, before each page.
        requests: How many came.
    """

    calls: dict[UUID, Call] = field(factory=dict)
    ignores_direction: bool = False
    trailing: bool = False
    empties: int = 0
    requests: int = 0

    def add(self, second: int, status: int = 0) -> None:
        """One more call, created so many seconds after the epoch."""
        call = Call(UUID(int=len(self.calls)), EPOCH + timedelta(seconds=second), LIFE[status])
        self.calls[call.id] = call

    def move(self, index: int, end: str) -> None:
        """Move one call a step on in its life; an ended one stays."""
        call = self.calls[UUID(int=index % len(self.calls))]
        at = LIFE.index(call.status)
        if at < 3:
            following = LIFE[at + 1] if at < 2 else end
            self.calls[call.id] = evolve(call, status=following)

    def answer(self, request: Request, page_size: int) -> Reply[Body]:
        """The page that a request asks for, as things are now."""
        self.requests += 1
        params = dict(request.params)
        descending = params["sort_by"].endswith("descending") and not self.ignores_direction
        rows = sorted(
            (call for call in self.calls.values() if call.status == params["status"]),
            key=lambda call: (call.created_at, call.id.int),
            reverse=descending,
        )
        place, _, skipped = params.get("page_token", "").partition("+")
        if int(skipped or 0) < self.empties:
            return Reply(value=Body((), f"{place}+{int(skipped or 0) + 1}"))
        if place:
            second, number = map(int, place.split("/"))
            edge = (EPOCH + timedelta(seconds=second), UUID(int=number))
            rows = [
                row
                for row in rows
                if ((row.created_at, row.id) < edge) == descending
                and (row.created_at, row.id) != edge
            ]
        items = tuple(rows[:page_size])
        more = len(rows) > page_size or self.trailing
        last = items[-1] if items else None
        return Reply(
            value=Body(
                items,
                f"{int((last.created_at - EPOCH).total_seconds())}/{last.id.int}"
                if more and last
                else None,
            )
        )


def streams(statuses: tuple[str, ...], sort_by: str) -> list[StatusStream]:
    """The streams of some statuses, as a provider sets them up."""
    result: list[StatusStream] = []
    before: StatusStream | None = None
    for status in statuses:
        request = Request(path="/", params=(("sort_by", sort_by), ("status", status)))
        result.append(StatusStream(status, request, Token(), after=before))
        if status in LIFE[:3]:
            before = result[-1]
    return result


def merge(
    statuses: tuple[str, ...] = LIFE,
    *,
    descending: bool = True,
    limit: int | None = None,
    page_size: int | None = None,
    cursor: MergeCursor | None = None,
) -> StatusMerge[Call]:
    """A merged walk over some statuses."""
    sort_by = "created_at_descending" if descending else "created_at_ascending"
    return StatusMerge(
        streams(statuses, sort_by),
        lambda call: call.created_at.timestamp(),
        lambda call: call.id,
        descending=descending,
        limit=limit,
        page_size=page_size,
        cursor=cursor,
    )


def drive(
    paging: StatusMerge[Call],
    service: Service,
    page_size: Callable[[], int],
    between: Callable[[], None] = lambda: None,
) -> list[Page[Call]]:
    """Walk to the end; ``between`` is called before each request is answered."""
    pages: list[Page[Call]] = []
    while True:
        while (page := paging.take()) is not None:
            pages.append(page)
        request = paging.next_request()
        if request is None:
            return pages
        between()
        most = 40 * (len(service.calls) + 5) * (1 + service.empties)
        assert service.requests < most, "the walk does not come to an end"
        paging.feed(service.answer(request, page_size()))
