"""Pages of rows: what is asked of a page beyond the types of its fields."""

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

from asyncops.codec import Decode, Dialect, decoder, snippet
from asyncops.errors import DecodeError

__all__ = ["page_decoder"]


class _Body(Protocol):
    @property
    def items(self) -> Iterable[Any]: ...


P = TypeVar("P", bound=_Body)

_EVERY_ROW_HAS = "created_at"


def page_decoder(shape: type[P], rows: str, *, json: Dialect = "plain") -> Decode[P]:
    """A function from bytes to a page of a listing.

    It raises :class:`DecodeError`, also for a page with rows of which none says when it was
    created: then their fields have other names than this release knows.

    Args:
        shape: The page's class, an attrs class.
        rows: Its field that holds the rows.
        json: How the service writes JSON.
    """
    read = decoder(shape, json=json)

    def decode(body: bytes) -> P:
        page = read(body)
        for row in page.items:
            if getattr(row, _EVERY_ROW_HAS) is not None:
                return page
        if page.items:
            path = f"$.{rows}[0].{_EVERY_ROW_HAS}"
            raise DecodeError(
                f"required field {_EVERY_ROW_HAS!r} is missing in every row, first at {path}",
                path=path,
                snippet=snippet(body),
            )
        return page

    return decode
