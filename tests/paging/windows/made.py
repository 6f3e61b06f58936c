"""Parts of a listing that is filtered by creation, fed by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import frozen

from asyncops.http.messages import Reply, Request
from asyncops.http.page_body import PageBody
from asyncops.paging.cursors.cursor_listing import CursorListing
from asyncops.paging.styles import Token
from asyncops.paging.windows.created_filter import CreatedFilter
from asyncops.utils.moments import TimeRange

__all__ = ["Item", "at", "created", "page"]


@frozen
class Item:
    """An item."""

    id: str
    created_at: datetime | None


def at(second: float) -> datetime:
    """A moment."""
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=second)


def page(*seconds: float | None, token: str | None = None) -> Reply[Any]:
    """A page of items that were created at these seconds."""
    items = tuple(Item(f"i{second}", None if second is None else at(second)) for second in seconds)
    return Reply(value=PageBody(items=items, next_page=token))


def created(**changes: Any) -> CreatedFilter[Item]:
    """A listing of tokens, the newest first, whose bounds are whole seconds."""

    def read(bounds: TimeRange) -> Any:
        params = tuple(
            (name, when.isoformat())
            for name, when in (("after", bounds.oldest), ("before", bounds.newest))
            if when is not None
        )
        return CursorListing[Item](Request(path="/", params=params), Token(), _id_of).sequential

    fields: dict[str, Any] = {
        "read": read,
        "margin": timedelta(seconds=1),
        "descending": True,
        "identity": _id_of,
        "created_at": lambda item: item.created_at,
    }
    return CreatedFilter(**{**fields, **changes})


def _id_of(item: Item) -> str:
    return item.id
